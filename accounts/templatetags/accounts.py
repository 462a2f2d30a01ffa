from __future__ import annotations

from datetime import datetime
from typing import Any

import regex
from allauth.account.models import EmailAddress
from django import template
from django.http import HttpRequest

from accounts.team.mfa import find_deadline
from accounts.users.models import User

register = template.Library()

_WORD = regex.compile(r"[\p{L}\p{N}\p{ExtPict}\p{RI}][^\s.]*")


@register.inclusion_tag("accounts/parts/rail_link.html", takes_context=True)
def rail_link(
    context: dict[str, Any], path: str, icon: str, label: str, also: str = ""
) -> dict[str, Any]:
    """Show one entry of the rail; it is current on every page below its path, or below `also`."""
    request = context.get("request")
    here = request.path if request else ""
    return {
        "path": path,
        "icon": f"accounts/icons/{icon}.svg",
        "label": label,
        "current": f"{here}/".startswith((f"{path}/", also or f"{path}/")),
    }


@register.simple_tag(takes_context=True)
def unproven_email(context: dict[str, Any]) -> str:
    """Return the signed-in person's address while nobody has confirmed it, else "".

    The answer "it is confirmed" is kept in the session: it does not change back.
    """
    request: HttpRequest | None = context.get("request")
    user = getattr(request, "user", None)
    if request is None or not isinstance(user, User) or request.session.get("email_proven"):
        return ""
    if EmailAddress.objects.filter(user_id=user.pk, email=user.email, verified=True).exists():
        request.session["email_proven"] = True
        return ""
    return user.email


@register.simple_tag(takes_context=True)
def mfa_deadline(context: dict[str, Any]) -> datetime | None:
    """Return until when the member has to set up a second factor, None where they need not."""
    membership = getattr(context.get("request"), "membership", None)
    return find_deadline(membership) if membership else None


@register.filter
def initials(name: str) -> str:
    """Return what stands for a name on an avatar: "Ann Lee" is "AL", "王小明" is "王".

    One whole character (UAX #29) of the first and the last word; format.js does the same.
    """
    words = _WORD.findall(str(name))
    first = [regex.findall(r"\X", word)[0] for word in words[:1] + words[1:][-1:]]
    return "".join(first).upper() or "?"
