"""Names of modules and classes are made of the words in docs/words.md, and mean one thing each."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest
from django.conf import settings

from tests.test_house import FLOORS

# Django finds these by their name, once in each command's module.
NAMED_BY_DJANGO = {"Command"}
ENDINGS = ("", "s", "es", "ed", "d", "r", "ing")


@pytest.fixture(scope="module")
def sources():
    found = [path for floor in FLOORS for path in (settings.BASE_DIR / floor).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def list_classes(path):
    body = ast.parse(path.read_text()).body
    return [node.name for node in body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]


def split(name):
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def test_every_class_name_stands_in_one_place(sources):
    names = Counter(name for path in sources for name in list_classes(path))
    doubled = {name for name, count in names.items() if count > 1}
    assert doubled == NAMED_BY_DJANGO


def test_every_word_of_a_name_is_on_the_page(sources):
    page = set(re.findall(r"[a-z0-9]+", (settings.BASE_DIR / "docs/words.md").read_text().lower()))
    known = {word + ending for word in page for ending in ENDINGS}
    names = {path.stem for path in sources} - {"__init__"}
    names |= {name for path in sources for name in list_classes(path)}
    unknown = {(word, name) for name in names for word in split(name) if word not in known}
    assert unknown == set()


def test_no_word_of_the_domain_has_two_lines():
    lines = re.findall(r"^\| ([^|]+) \|", (settings.BASE_DIR / "docs/words.md").read_text(), re.M)
    words = Counter(word for line in lines for word in line.split(", "))
    assert {word for word, count in words.items() if count > 1} == set()
