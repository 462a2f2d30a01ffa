"""The JavaScript modules of a page: which they are, and all of them as one.

Sources stay separate ES modules, which is what editors, Node's tests and DEBUG use. Readers of a
page get one joined, minified module instead: 36 small files cost a third more bytes (each is
compressed alone) and, over HTTP/1.1, six rounds of requests before anything moves.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import count, product
from pathlib import Path
from string import ascii_lowercase

from django.conf import settings
from django.contrib.staticfiles import finders
from rjsmin import jsmin

# Pages that come as one module: entry → the file made of it.
JOINED = {"rooms/visits/guest.js": "rooms/visits/guest.page.js"}

NAMED_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"(\.{1,2}/[^"]+)";', re.MULTILINE)
EXPORTED = re.compile(r"^export\s+((?:async\s+)?function|class|const)\s+(\w+)", re.MULTILINE)
EXPORT_LIST = re.compile(r"^export\s*\{([^}]*)\};", re.MULTILINE)
# Lists of words that stand for the contract; a page that imports none need not carry them.
LISTING = re.compile(r"^export const (\w+) = Object\.freeze\(\[[^\]]*\]\);$", re.MULTILINE)
# A private member where it is declared (a line of the class begins with it) and where it is used.
PRIVATE = re.compile(
    r"(?P<before>^[ \t]+(?:(?:static|async|get|set)\s+)*\*?|\.)#(?P<name>\w+)", re.MULTILINE
)
# What the joiner does not understand must stop it, not slip through. A module whose address the
# page knows, `import(address)`, stays a file of its own and is loaded when it is wanted.
LEFT_OVER = re.compile(r"(?:^|[;}\n])(?:import|export)\b|\bimport(?:\.|\(\s*[\"'`])")


class JoinError(Exception):
    """A module or a sheet is written in a way that cannot be joined."""


def list_modules(entry: str) -> tuple[str, ...]:
    """Return the static names a page has to load for this entry, the entry last."""
    joined = JOINED.get(entry)
    return _order(entry) if settings.DEBUG or joined is None else (joined,)


def join_modules(entry: str) -> str:
    """Return one module that does what the entry and all its imports do. Raises JoinError."""
    order = _order(entry)
    names = {name: f"m{number}" for number, name in enumerate(order)}
    imported = {
        (_resolve(name, specifier), word.strip().partition(" ")[0])
        for name in order
        for words, specifier in NAMED_IMPORT.findall(_read(name))
        for word in words.split(",")
    }
    return "\n".join(_wrap(name, names, imported) for name in order)


@cache
def _order(entry: str) -> tuple[str, ...]:
    """The entry and everything it imports, each after what it imports itself."""
    done: dict[str, None] = {}
    _visit(entry, (), done)
    return tuple(done)


def _visit(name: str, path: tuple[str, ...], done: dict[str, None]) -> None:
    if name in path:
        raise JoinError(f"{name} imports itself through {' → '.join(path)}")
    for _, specifier in NAMED_IMPORT.findall(_read(name)):
        imported = _resolve(name, specifier)
        if imported not in done:
            _visit(imported, (*path, name), done)
    done[name] = None


def _wrap(name: str, names: dict[str, str], imported: set[tuple[str, str]]) -> str:
    """The module as a function that runs once and returns what the module exports."""
    source = _drop_unused(name, _read(name), imported)
    exports = [exported for _, exported in EXPORTED.findall(source)]
    exports += [word.strip() for found in EXPORT_LIST.findall(source) for word in found.split(",")]
    source = NAMED_IMPORT.sub(
        lambda found: (
            f"const {{{found[1].replace(' as ', ': ')}}} = {names[_resolve(name, found[2])]};"
        ),
        source,
    )
    source = EXPORT_LIST.sub("", EXPORTED.sub(r"\1 \2", source))
    source = jsmin(_shorten_private(name, source))
    if LEFT_OVER.search(source):
        raise JoinError(f"{name}: only named imports and exports can be joined")
    return f"const {names[name]} = (()=>{{{source}\nreturn{{{','.join(exports)}}}}})();"


def _drop_unused(name: str, source: str, imported: set[tuple[str, str]]) -> str:
    def keep(found: re.Match[str]) -> str:
        is_used = (name, found[1]) in imported or len(re.findall(rf"\b{found[1]}\b", source)) > 1
        return found[0] if is_used else ""

    return LISTING.sub(keep, source)


def _shorten_private(name: str, source: str) -> str:
    """The module with short names for the private members of its classes, the frequent ones first.

    Nothing outside a class can see them, so that nothing else has to follow.
    """
    found = Counter(member["name"] for member in PRIVATE.finditer(source))
    short = dict(zip((member for member, _ in found.most_common()), _make_names(), strict=False))
    unclear = re.compile(rf"(?<![\w\"'`.])#(?:{'|'.join(short)})\b") if short else None
    if unclear and (place := unclear.search(PRIVATE.sub("", source))):
        raise JoinError(f"{name}: {place[0]} is used in a way that cannot be joined")
    return PRIVATE.sub(lambda member: f"{member['before']}#{short[member['name']]}", source)


def _make_names() -> Iterator[str]:
    """ "a", "b" … "z", "aa", "ab" …"""
    for length in count(1):
        yield from map("".join, product(ascii_lowercase, repeat=length))


def _resolve(name: str, specifier: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), specifier))


def _read(name: str) -> str:
    path = finders.find(name)
    if not path:
        raise JoinError(f"{name} is imported but is no static file")
    return Path(path).read_text()
