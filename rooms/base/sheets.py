"""The style sheets of a page: sources of one component each, joined into one file.

A page links a sheet that is a list of `@import "./name.css";` and nothing else. Browsers read it
as it is, which is what DEBUG uses; readers of a page get one file made of it, for every import
costs them a request before anything is drawn.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from django.contrib.staticfiles import finders

from rooms.base.modules import JoinError

IMPORT = re.compile(r'^@import "(\.{1,2}/[^"]+\.css)";\n', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Would lead elsewhere from where the joined sheet lies.
RELATIVE_URL = re.compile(r"url\((?![\"']?data:)|@import\b")


def is_sheet(name: str) -> bool:
    """Return whether this static file is made of others."""
    return name.endswith(".css") and IMPORT.search(_read(name)) is not None


def list_sources(name: str) -> tuple[str, ...]:
    """Return the static names of what the sheet is made of, in its order. Raises JoinError."""
    text = _read(name)
    if COMMENT.sub("", IMPORT.sub("", text)).strip():
        raise JoinError(f"{name}: a sheet that imports others has no rules of its own")
    return tuple(
        posixpath.normpath(posixpath.join(posixpath.dirname(name), found))
        for found in IMPORT.findall(text)
    )


def join_sheet(name: str) -> str:
    """Return one sheet with the rules of all that this one imports. Raises JoinError."""
    return "".join(read_rules(source) for source in list_sources(name))


def read_rules(name: str) -> str:
    """Return what a source says, without comments and indentation. Raises JoinError."""
    text = COMMENT.sub("", _read(name))
    if RELATIVE_URL.search(text):
        raise JoinError(f"{name}: only a page's sheet imports, and pictures come as data:")
    return re.sub(r"\n\s*", "\n", text).lstrip()


def _read(name: str) -> str:
    path = finders.find(name)
    if not path:
        raise JoinError(f"{name} is imported but is no static file")
    return Path(path).read_text()
