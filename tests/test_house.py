"""The house stays one in which a word leads to its room."""

from __future__ import annotations

import ast
import statistics
from collections import Counter
from graphlib import TopologicalSorter

import grimp
import pytest
from django.conf import settings

FLOORS = ("config", "api", "signaling", "rooms", "accounts")
MAX_FILES = 15
MAX_LINES = {".py": 400, ".js": 250}
# Of Python: the longest function, and the file in the middle.
MAX_FUNCTION_LINES, MEDIAN_LINES = 40, 80


@pytest.fixture(scope="module")
def files():
    found = [file for floor in FLOORS for file in (settings.BASE_DIR / floor).rglob("*")]
    return [file for file in found if file.is_file() and "__pycache__" not in file.parts]


def test_no_module_imports_itself_by_way_of_others():
    graph = grimp.build_graph(*FLOORS)
    modules = [name for name in graph.modules if ".migrations" not in name]
    TopologicalSorter(
        {name: graph.find_modules_directly_imported_by(name) for name in modules}
    ).prepare()


def test_no_folder_is_a_crowd(files):
    # Migrations are history: nobody reads them as a folder.
    read = [file for file in files if file.parent.name != "migrations"]
    folders = Counter(str(file.parent) for file in read if file.name != "__init__.py")
    crowds = {folder: count for folder, count in folders.items() if count > MAX_FILES}
    assert crowds == {}


def test_no_file_is_longer_than_one_reads_at_a_sitting(files):
    long = {
        str(file)
        for file in files
        if (most := MAX_LINES.get(file.suffix)) and count_lines(file) > most
    }
    assert long == set()


def test_no_function_is_longer_than_a_screen(files):
    long = {
        f"{file}: {node.name}"
        for file in files
        if file.suffix == ".py"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    }
    assert long == set()


def test_most_files_are_short(files):
    lines = [count_lines(file) for file in files if file.suffix == ".py"]
    assert statistics.median(lines) <= MEDIAN_LINES


def count_lines(file):
    return len(file.read_text().splitlines())
