"""The pages as they stand in templates: which classes they use and which sheets they link."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines

from rooms.base import modules, sheets
from tests.styles.sheets import ROOT, classes_in_script, classes_in_template

TEMPLATES = ROOT / "templates"
LINKED = re.compile(r"""rel="stylesheet" href="\{% static '([^']+)' %\}">""")
SCRIPTS = re.compile(r"""src="\{% static '([^']+\.js)' %\}">""")
PARENT = re.compile(r"""\{% extends "([^"]+)" %\}""")
PART = re.compile(r"""\{% include "([^"]+)\"""")
CHANNELS = tuple(
    f"rooms/notifications/channels/{path.name}"
    for path in sorted((settings.BASE_DIR / "templates/rooms/notifications/channels").iterdir())
)
# What is drawn without an include that names it.
MADE_OF = {
    r"\{\{ \w*form|as_field_group": ("accounts/parts/form.html", "accounts/parts/field.html"),
    r"\{% rail_link ": ("accounts/parts/rail_link.html", "accounts/icons/bell.svg"),
    r"\{% include channel.template": CHANNELS,
}
# Several pages each: their templates are allauth's; ours are the layout and the elements.
ELEMENTS = "alert badge button button_group details field fields form h1 h2 hr img p panel table td"
OF_ALLAUTH = {
    "allauth/layouts/manage.html": ELEMENTS,
    "allauth/layouts/entrance.html": "alert button button_group field fields form h1 h2 hr p",
}


class Page(NamedTuple):
    name: str
    classes: set[str]
    links: tuple[tuple[str, str], ...]

    @property
    def sources(self):
        return [source for _, source in self.links]


@cache
def list_pages():
    """Every template that is a whole document and that no other one extends."""
    names = [str(path.relative_to(TEMPLATES)) for path in sorted(TEMPLATES.rglob("*.html"))]
    parents = {parent for name in names for parent in PARENT.findall(read(name))}
    ends = [name for name in names if name not in parents and "email/" not in name]
    pages = [read_page(name) for name in {*ends, *OF_ALLAUTH}]
    return [page for page in pages if page.links]


def read_page(name):
    texts = collect(name, {})
    for element in OF_ALLAUTH.get(name, "").split():
        collect(f"allauth/elements/{element}.html", texts)
    text = "\n".join(texts.values())
    classes = classes_in_template(text)
    for entry in find_scripts(text):
        for script in read_scripts(entry, {}):
            classes |= classes_in_script(script)
    links = [(sheet, one) for sheet in LINKED.findall(text) for one in sheets.list_sources(sheet)]
    return Page(name, classes, tuple(links))


def collect(name, texts):
    """The template with all it extends and includes; forms draw themselves with two more."""
    if name in texts:
        return texts
    texts[name] = text = read(name)
    parts = [*PARENT.findall(text), *PART.findall(text)]
    parts += [part for sign, made in MADE_OF.items() if re.search(sign, text) for part in made]
    for part in parts:
        collect(part, texts)
    return texts


def find_scripts(text):
    found = SCRIPTS.findall(text)
    return [*found, *modules.JOINED] if "{% static entry %}" in text else found


def read_scripts(name, texts):
    """The text of a module and of all that it imports."""
    if name not in texts:
        texts[name] = Path(finders.find(name)).read_text()
        for _, place in modules.NAMED_IMPORT.findall(texts[name]):
            read_scripts(posixpath.normpath(f"{posixpath.dirname(name)}/{place}"), texts)
    return texts.values()


def read(name):
    return engines["django"].engine.get_template(name).source
