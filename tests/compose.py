"""Reads compose.yaml as Docker Compose does, as far as ours goes.

https://docs.docker.com/reference/compose-file/interpolation/
"""

from __future__ import annotations

import re

import yaml

MARK = re.compile(r"\$(?:\$|(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*))")


class Missing(Exception):
    """A variable with `:?` is not set or empty."""


def interpolate(text, values):
    """Put values in for $NAME, ${NAME}, ${NAME:-default} and ${NAME:?message}, which may nest."""
    done, rest = "", text
    while mark := MARK.search(rest):
        done, rest = done + rest[: mark.start()], rest[mark.end() :]
        if mark["plain"]:
            done += values.get(mark["plain"], "")
        elif mark["name"]:
            word, rest = split_at_brace(rest)
            done += decide(mark["name"], word, values)
        else:
            done += "$"
    return done + rest


def decide(name, word, values):
    value, kind, word = values.get(name, ""), word[:2], word[2:]
    if value or not kind:
        return value
    if kind == ":?":
        raise Missing(f"{name}: {word}")
    assert kind == ":-", f"{name}{kind} is not known here"
    return interpolate(word, values)


def split_at_brace(text):
    """Return what stands before the brace that closes, and after it."""
    depth = 1
    for place, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if not depth:
            return text[:place], text[place + 1 :]
    raise AssertionError(f"{text} lacks a brace")


def read(path, values):
    """Return the services, each variable replaced; as in Compose after the YAML is read."""

    def fill(node):
        if isinstance(node, dict):
            return {key: fill(value) for key, value in node.items()}
        if isinstance(node, list):
            return [fill(value) for value in node]
        return interpolate(node, values) if isinstance(node, str) else node

    return fill(yaml.safe_load(path.read_text()))["services"]


def unescape(escape):
    return {"n": "\n", "r": "\r", "t": "\t"}.get(escape[1], escape[1])


def read_env(text):
    """Return the variables of a .env file.

    Single quotes keep all, double quotes know backslashes, and without either a # after a
    space begins a comment.
    """
    values = {}
    for line in text.splitlines():
        name, is_one, value = line.partition("=")
        value = value.strip()
        if line.startswith("#") or not is_one:
            continue
        if value[:1] == "'":
            values[name] = value[1 : value.rindex("'")]
        elif value[:1] == '"':
            inner = re.sub(r"\\(.)", unescape, value[1 : value.rindex('"')])
            values[name] = interpolate(inner, values)
        else:
            values[name] = interpolate(re.split(r"\s+#", value)[0].strip(), values)
    return values
