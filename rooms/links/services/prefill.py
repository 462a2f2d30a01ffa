"""Facts about a guest that the link's owner vouches for, carried in the address.

`/c/<address>?prefill=<token>`: the guest is called by the name in it, and the facts stand
beside the conversation. Nobody but the server can make or change one.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.utils import timezone

from accounts.base.errors import Invalid
from accounts.base.sealing import BadToken, Signature
from rooms.base.validation import clean_line
from rooms.links.errors import PrefillWrong
from rooms.links.models import DirectLink

Facts = dict[str, str | int | float | bool]

MAX_FACTS = 20
MAX_NAME_CHARS = 60
MAX_VALUE_CHARS = 200
# An address of 2,000 characters still works everywhere, also in a QR code.
MAX_TOKEN_CHARS = 1_800
FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def sign_prefill(link: DirectLink, facts: Facts, expires_at: datetime) -> str:
    """Return a token for this link only, good until `expires_at`. Raises Invalid."""
    if len(facts) > MAX_FACTS:
        raise Invalid(f"Give at most {MAX_FACTS} facts.", field="prefill")
    if expires_at <= timezone.now():
        raise Invalid("This moment is over already.", field="expires_at")
    checked = {name: _check_fact(name, value) for name, value in facts.items()}
    token = _signature(link).sign_object({"f": checked, "e": int(expires_at.timestamp())})
    if len(token) > MAX_TOKEN_CHARS:
        raise Invalid("These facts are too long for an address.", field="prefill")
    return token


def read_prefill(link: DirectLink, token: str) -> Facts:
    """Return the facts that were signed for this link. Raises PrefillWrong."""
    if len(token) > MAX_TOKEN_CHARS:
        raise PrefillWrong
    try:
        signed = _signature(link).read_object(token)
    except BadToken:
        raise PrefillWrong from None
    if signed["e"] <= timezone.now().timestamp():
        raise PrefillWrong
    facts: Facts = signed["f"]
    return facts


def _signature(link: DirectLink) -> Signature:
    return Signature(f"doorbell.prefill.{link.uuid}")


def _check_fact(name: str, value: str | int | float | bool) -> str | int | float | bool:
    if not FACT_NAME.fullmatch(name):
        raise Invalid("Name facts in small letters, digits and _.", field="prefill")
    if not isinstance(value, str):
        return value
    if len(value) > (MAX_NAME_CHARS if name == "name" else MAX_VALUE_CHARS):
        raise Invalid(f"The fact “{name}” is too long.", field="prefill")
    return clean_line(value, "prefill")
