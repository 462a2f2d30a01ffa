"""Changing properties and putting them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from accounts.audit import trail
from accounts.base.errors import Invalid
from accounts.limits import limits
from rooms.base.validation import check_fields, clean_line, clean_text
from rooms.properties.models import Property

# A week: longer than any reason to wait before calling somebody.
MAX_CALL_AFTER_S = 604_800
HTTPS = URLValidator(schemes=["https"])


class PropertyValues(TypedDict, total=False):
    """What an owner may say about a property."""

    name: str
    color: str
    greeting: str
    offline_text: str
    languages: list[str]
    nickname: str
    storage: str
    transport: str
    call_after_s: int
    idle_days: int | None
    paused: bool
    addresses: str
    privacy_url: str
    consent: bool
    retention_messages_days: int | None
    retention_files_days: int | None
    retention_arrivals_days: int | None
    retention_addresses_days: int | None


@transaction.atomic
def update_property(
    *, property: Property, actor: trail.Actor = None, **values: Unpack[PropertyValues]
) -> Property:
    """Change what is named, leave the rest; the same values again change nothing.

    While it is `paused` its links let nobody new in. Raises Invalid.
    """
    before = {name: getattr(property, name) for name in values}
    apply_values(property, values)
    changed = sorted(name for name in values if getattr(property, name) != before[name])
    if changed:
        stored = ["paused_at" if name == "paused" else name for name in changed]
        property.save(update_fields=[*stored, "consent_version"])
        trail.record(property.account, actor, "property.changed", property.uuid, fields=changed)
    return property


@transaction.atomic
def restore_property(*, property: Property, actor: trail.Actor = None) -> Property:
    """Put an archived property back into service; a repeat changes nothing.

    Raises LimitReached.
    """
    account = property.account
    limits.lock_account(account)
    archived = Property.objects.filter(pk=property.pk).exclude(archived_at=None)
    if archived.exists():
        limits.check_room_for(account, "properties", Property.objects.for_account(account).active())
        archived.update(archived_at=None)
        trail.record(account, actor, "property.restored", property.uuid, name=property.name)
    property.archived_at = None
    return property


def apply_values(property: Property, values: PropertyValues) -> None:
    """Put checked values on the row, without saving it. Raises Invalid."""
    agreed_to = _what_is_agreed_to(property)
    for name, value in values.items():
        setattr(property, name, CLEANERS[name](str(value), name) if name in CLEANERS else value)
    check_fields(property, set(values) - {"paused"})
    unknown = set(property.languages) - {code for code, _ in settings.LANGUAGES}
    if unknown:
        raise Invalid(f"This language is not offered: {min(unknown)}.", field="languages")
    property.languages = list(dict.fromkeys(property.languages))
    if property.call_after_s > MAX_CALL_AFTER_S:
        raise Invalid("Wait at most a week before calling.", field="call_after_s")
    _count_consent(property, agreed_to)


def _check_privacy_url(url: str) -> str:
    """Raises Invalid."""
    try:
        if url:
            HTTPS(url)
        if urlsplit(url).username is not None:
            raise ValidationError("")
    except (ValueError, ValidationError):
        raise Invalid("Write an address that begins with https://.", field="privacy_url") from None
    return url


def _count_consent(property: Property, agreed_to: tuple[bool, str]) -> None:
    """Give what guests agree to a new version where it changed. Raises Invalid."""
    if property.consent and not property.privacy_url:
        raise Invalid("Say where your privacy notice is.", field="privacy_url")
    if property.consent and _what_is_agreed_to(property) != agreed_to:
        property.consent_version += 1


def _what_is_agreed_to(property: Property) -> tuple[bool, str]:
    return property.consent, property.privacy_url


CLEANERS: dict[str, Callable[..., str]] = {
    "name": clean_line,
    "greeting": clean_text,
    "offline_text": clean_text,
    "color": lambda text, _: text.strip().lower(),
    "privacy_url": lambda text, name: _check_privacy_url(clean_line(text, name)),
}
