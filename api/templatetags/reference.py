from __future__ import annotations

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()
ACRONYMS = {"api", "ice"}


@register.filter
def with_code(text: str) -> SafeString:
    """Show what stands between backticks as code."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "<{0}>{1}</{0}>", (("code" if n % 2 else "span", p) for n, p in parts)
    )


@register.filter
def as_words(name: str) -> str:
    """Return a noun of the API as people write it: "api_keys" is "API keys"."""
    words = name.split("_")
    return " ".join(word.upper() if word in ACRONYMS else word for word in words)
