"""The recipes of CONTRIBUTING.md lead to files that are there."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

TEXT = (settings.BASE_DIR / "CONTRIBUTING.md").read_text().partition("## Recipes")[2]
RECIPES = dict(re.findall(r"^\*\*(.+?)\*\*\n(.+?)(?=^\*\*|\Z)", TEXT, re.M | re.S))
PATH = re.compile(r"`((?:[\w.<>-]+/)+[\w.<>-]*|[\w<>-]+\.(?:md|py|js|yaml|toml))`")
MUST_HAVE = (
    "A channel",
    "A REST resource",
    "A command",
    "An event",
    "A field of a message",
    "A page",
    "A language",
)
FIELD_FILES_MAX = 10


def files_of(recipe):
    return {path for path in PATH.findall(RECIPES[recipe]) if not path.startswith("/")}


@pytest.mark.parametrize("start", MUST_HAVE)
def test_the_recipe_is_there(start):
    assert any(name.startswith(start) for name in RECIPES)


@pytest.mark.parametrize("recipe", RECIPES)
def test_its_files_are_there(recipe):
    for path in files_of(recipe):
        if "<" not in path and "/" in path:
            assert (settings.BASE_DIR / path).exists(), path


def test_a_message_gets_a_field_in_few_files():
    assert 5 <= len(files_of("A field of a message")) <= FIELD_FILES_MAX
