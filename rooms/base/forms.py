from __future__ import annotations

from django.utils.functional import Promise, lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString


def _explain(title: str | Promise, text: str | Promise) -> SafeString:
    return format_html('<strong>{}</strong><br><span class="help">{}</span>', title, text)


# A choice with what it means, translated when the page is made.
explain = lazy(_explain, SafeString)
