"""What a guest's name must not do in a message of a chat: be a link, a mention or a heading."""

from __future__ import annotations

import re

MEANINGFUL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")
OPENING = re.compile(r"[`*_\[\]()<>#|~]")
# It breaks the word that would call people, and nobody sees it.
WORD_JOINER = "\u2060"


def escape(text: str) -> str:
    """Return the text as Markdown shows it (https://spec.commonmark.org/0.31.2/#backslash-escapes)."""
    return defuse(MEANINGFUL.sub(r"\\\1", text))


def strip(text: str) -> str:
    """Return the text for a dialect that knows no escapes: without what begins markup."""
    return defuse(" ".join(OPENING.sub(" ", text).split()))


def defuse(text: str) -> str:
    """Return the text without a mention (@all, @channel) in it."""
    return text.replace("@", f"@{WORD_JOINER}")
