"""Texts that scripts show: they come from gettext like all others, and travel as one JSON object.

A text with a `{count}` has several forms in many languages. The browser knows which number takes
which form (`Intl.PluralRules`, after Unicode's CLDR), but not gettext's names for them. So it gets
the form of one number of every kind there is, and looks for the number of the kind it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_supported_language_variant, override
from django.utils.translation.trans_real import parse_accept_lang_header

# A text marked with gettext_lazy or pgettext_lazy, or its form for a number by ngettext.
Phrase = str | Promise | Callable[[int], str]
# A text, or its forms: each from this number of SAMPLES on.
Text = str | dict[int, str]

# Together they are of every kind that CLDR knows in any language; format.js has the same.
SAMPLES = (0, 1, 2, 3, 4, 6, 7, 11, 20, 100, 1_000_000)


class Phrasebook:
    """The texts of a page's script, by the keys it asks for."""

    def __init__(self, phrases: Mapping[str, Phrase]) -> None:
        self._phrases = phrases
        self.translate = cache(self._translate)

    def _translate(self, language: str) -> dict[str, Text]:
        """Return every text in this language, in the default one where it has none."""
        with override(language):
            return {
                key: _list_forms(phrase) if callable(phrase) else str(phrase)
                for key, phrase in self._phrases.items()
            }


def _list_forms(phrase: Callable[[int], str]) -> Text:
    forms: dict[int, str] = {}
    for number in SAMPLES:
        form = phrase(number)
        if not forms or form != forms[max(forms)]:
            forms[number] = form
    return forms if len(forms) > 1 else forms[SAMPLES[0]]


def choose_language(accepted: str, offered: Sequence[str]) -> str:
    """Return the language for an `Accept-Language` header.

    `offered` are the property's languages, its default first; none offered means all of ours.
    """
    ours = [code for code, _ in settings.LANGUAGES]
    spoken = [code for code in map(_find_variant, offered) if code] or ours
    for wanted, _ in parse_accept_lang_header(accepted):
        variant = _find_variant(wanted)
        if variant in spoken:
            return variant
    return spoken[0] if offered else settings.LANGUAGE_CODE


def _find_variant(code: str) -> str:
    """Return our code for "zh-CN", "zh", "en-GB" and the like, or nothing."""
    try:
        return get_supported_language_variant(code)
    except LookupError:
        return ""
