"""Reads style sheets, and what classes templates and scripts use."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from django.conf import settings

ROOT = settings.BASE_DIR
APPS = ("accounts", "rooms", "signaling", "api")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
STRING = re.compile(r'"[^"]*"')
CLASS = re.compile(r"\.([a-zA-Z_][\w-]*)")
# Made by Django's forms, by segno, and by a template from what it shows.
MADE = {"errorlist", "qr", "verb-delete"}


class Rule(NamedTuple):
    """One `selector { … }` and the at-rules around it, outermost first."""

    around: tuple[str, ...]
    selector: str
    declarations: tuple[tuple[str, str], ...]

    @property
    def classes(self):
        return set(CLASS.findall(STRING.sub("", self.selector)))


def find_sheets():
    """Static name → path of every style sheet."""
    return {
        str(path.relative_to(ROOT / app / "static")): path
        for app in APPS
        for path in sorted((ROOT / app / "static").rglob("*.css"))
    }


@cache
def read_rules(path):
    """All rules of a sheet; strings are emptied, comments gone."""
    text = STRING.sub('""', COMMENT.sub("", path.read_text()))
    rules, around, start = [], [], 0
    for found in re.finditer(r"[{};]", text):
        words = " ".join(text[start : found.start()].split())
        if found[0] == "{":
            around.append((words, []))
        elif found[0] == ";" and around:
            around[-1][1].append(split_declaration(words))
        elif found[0] == "}":
            selector, declarations = around.pop()
            if declarations:
                places = tuple(place for place, _ in around)
                rules.append(Rule(places, selector, tuple(declarations)))
        start = found.end()
    return rules


def split_declaration(words):
    name, _, value = words.partition(":")
    return name.strip(), value.strip()


def is_for_elements(path):
    """Whether it is for elements of whatever class, at least in one rule."""
    return not classes_of(path) or any(not rule.classes for rule in read_rules(path))


def classes_of(path):
    return set().union(*(rule.classes for rule in read_rules(path)))


def classes_in_template(text):
    """What stands in class="…", whatever is decided around it."""
    found = re.findall(r'\bclass="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"', text, re.S)
    found += re.findall(r"\{% block (?:page|main)_class %\}(.*?)\{% endblock", text)
    found += re.findall(r'\bkind="([\w-]+)"', text)
    return {word for words in found for word in re.sub(r"\{[%{].*?[%}]\}", " ", words).split()}


def classes_in_script(text):
    """The quoted words of `className = …`, `classList.add(…)` and `make("p", "…")`."""
    found = [said for places in SETS_CLASSES.findall(text) for said in places]
    words = " ".join(word for said in found for word in re.findall(r'["`]([^"`]*)["`]', said))
    return set(words.replace("${DOTS[state]}", "ok warn bad").split())


SETS_CLASSES = re.compile(
    r'className\s*[:=]\s*([^,;}]*)|classList\.\w+\(([^,)]*)|\bmake\("\w+", ("[^"]*"|\w+\?[^,]*)'
)
