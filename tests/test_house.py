"""The house stays one in which a word leads to its room."""

from __future__ import annotations

from collections import Counter
from graphlib import TopologicalSorter

import grimp
import pytest
from django.conf import settings

FLOORS = ("config", "api", "signaling", "rooms", "accounts")
MAX_FILES = 15
MAX_LINES = {".py": 400, ".js": 250}


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
    folders = Counter(str(file.parent) for file in files if file.name != "__init__.py")
    crowds = {folder: count for folder, count in folders.items() if count > MAX_FILES}
    assert crowds == {}


def test_no_file_is_longer_than_one_reads_at_a_sitting(files):
    long = {
        str(file)
        for file in files
        if (most := MAX_LINES.get(file.suffix)) and count_lines(file) > most
    }
    assert long == set()


def count_lines(file):
    return len(file.read_text().splitlines())
