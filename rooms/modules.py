"""Which JavaScript modules a page will load, so that it can ask for all of them at once."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

IMPORT = re.compile(r"""\b(?:from|import)\s*["'](\.{1,2}/[^"']+)["']""")


@cache
def list_modules(entry: str) -> tuple[str, ...]:
    """Return the static names of the entry and of everything it imports, each once."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = None
        waiting.extend(_read_imports(name))
    return tuple(found)


def _read_imports(name: str) -> list[str]:
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(f"{name} is imported but is no static file")
    folder = posixpath.dirname(name)
    specifiers = IMPORT.findall(Path(path).read_text())
    return [posixpath.normpath(posixpath.join(folder, specifier)) for specifier in specifiers]
