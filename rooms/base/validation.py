"""What every service asks of the words it stores."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import regex
from django.core.exceptions import ValidationError
from django.db import models

from accounts.base.errors import Invalid

# They make one line look like another: a name could pretend to be somebody else's.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# A letter, digit or sign that leaves a mark on the screen; Braille's blank is a sign without one.
VISIBLE = regex.compile(r"[^\p{Default_Ignorable_Code_Point}\p{White_Space}\p{M}\p{C}\u2800]")
LINE_END = re.compile("\r\n?")


def clean_line(text: str, field: str) -> str:
    """Return one line without outer white space. Raises Invalid."""
    text = text.strip()
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text):
        raise Invalid("Control characters cannot be used here.", field=field)
    if not BIDI_CONTROLS.isdisjoint(text):
        raise Invalid("Characters that turn the writing direction cannot be used.", field=field)
    if text and not VISIBLE.search(text):
        raise Invalid("There is nothing to see in this.", field=field)
    return text


def clean_name(text: str, field: str) -> str:
    """Return a person's name as it is shown: one space where white space was, no direction marks.

    Raises Invalid where nothing of it can be seen.
    """
    text = "".join(c for c in text if c not in BIDI_CONTROLS)
    return clean_line(regex.sub(r" +", " ", unicodedata.normalize("NFC", text)), field)


def clean_text(text: str, field: str) -> str:
    """Return a text of several lines without outer white space. Raises Invalid."""
    text = LINE_END.sub("\n", text).strip()
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise Invalid("Control characters cannot be used here.", field=field)
    return text


def check_fields(row: models.Model, names: Iterable[str]) -> None:
    """Ask the model's own fields about these values. Raises Invalid, which names the first."""
    wanted = set(names)
    others = {field.name for field in row._meta.fields} - wanted
    try:
        row.clean_fields(exclude=others)
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise Invalid(problems[0], field=field) from None
