"""Whatever is marked for translation is there in 简体中文, with the same places for values."""

from __future__ import annotations

import ast
import gettext
import re

import pytest
from django.conf import settings
from django.utils.translation.template import templatize

FLOORS = ("config", "accounts", "rooms", "signaling", "api")
CATALOGUE = settings.BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo"
MARKS = {"_", "gettext_noop"}
MARKS |= {mark + way for mark in ("gettext", "ngettext", "pgettext") for way in ("", "_lazy")}
# What Django makes of a template is not quite Python: only the calls are.
TEXT = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(_|n?gettext|pgettext)\(\s*({TEXT})(?:\s*,\s*({TEXT}))?")
PLACE = re.compile(r"%(?:\(\w+\))?[sd]|\{\w+\}")


def find_in_python(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
            yield node.func.id.removesuffix("_lazy"), texts


def find_in_template(path):
    for mark, *literals in CALL.findall(templatize(path.read_text(), origin=str(path))):
        yield mark, [ast.literal_eval(literal) for literal in literals if literal]


def find_marked():
    """Every marked text as the catalogue names it: a text, or the first form of a plural."""
    for floor in FLOORS:
        for path in (settings.BASE_DIR / floor).rglob("*.py"):
            yield from find_in_python(path)
    for path in (settings.BASE_DIR / "templates").rglob("*.*"):
        if path.suffix in (".html", ".txt", ".subject"):
            yield from find_in_template(path)


def name_in_catalogue(mark, texts):
    if mark == "ngettext":
        return (texts[0], 0)
    return "\x04".join(texts) if mark == "pgettext" else texts[0]


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


def test_no_marked_text_lacks_its_translation(catalogue):
    marked = {name_in_catalogue(mark, texts) for mark, texts in find_marked() if texts}
    assert len(marked) > 500
    assert sorted(map(str, marked - set(catalogue))) == []


def test_every_translation_keeps_the_places_for_values(catalogue):
    pairs = [(key[0] if isinstance(key, tuple) else key, text) for key, text in catalogue.items()]
    differing = [
        source
        for source, text in pairs
        if source and sorted(PLACE.findall(source)) != sorted(PLACE.findall(text))
    ]
    assert differing == []


def test_people_are_addressed_politely_throughout(catalogue):
    assert [text for text in catalogue.values() if "你" in text] == []
