"""Names that guests give themselves: seen as what they are, and never as somebody of the house."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _

NICKNAME_MAX_CHARS = 60
# Letters of other scripts that look like ours.
LOOKALIKES = str.maketrans("аеорсухіјѕԁһӏνοαρτικμ", "aeopcyxijsdhlvoaptikm")


def mark_impostor(nickname: str, taken: Iterable[str], language: str) -> str:
    """Return the nickname; marked as a guest's if it reads like one of the names taken."""
    own = reduce_name(nickname)
    if not own or own not in {reduce_name(name) for name in taken if name}:
        return nickname
    with translation.override(language):
        mark = _("(guest)")
    return f"{nickname[: NICKNAME_MAX_CHARS - len(mark) - 1]} {mark}"


def reduce_name(name: str) -> str:
    """Return what the eye reads of a name: letters and digits, without case, marks and scripts."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in plain if c.isalnum()).translate(LOOKALIKES)
