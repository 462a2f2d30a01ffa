"""What a program says about one account, and whether it can be taken at its word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.base.errors import DomainError, Invalid
from accounts.limits import limits
from accounts.tenants.models import Account
from rooms.base.validation import clean_line
from rooms.links.services.links import clean_slug
from rooms.provisioning.errors import DuplicateRow, MalformedRow
from rooms.provisioning.opening import check_births

# Longest text per field, as the columns have it.
TEXTS = {
    "external_id": 120,
    "name": 80,
    "email": 254,
    "owner_name": 80,
    "property_name": 80,
    "link_slug": 60,
    "language": 10,
}
REQUIRED = ("external_id", "name", "email")
FIELDS = frozenset(TEXTS) | {"limits", "email_verified"}
PROBLEMS: dict[str, type[DomainError]] = {
    problem.code: problem for problem in (MalformedRow, DuplicateRow)
}


class RawRow(NamedTuple):
    """A row as it came; `number` counts from 1, `problem` is a code known before reading it."""

    number: int
    data: Any
    problem: str = ""

    @property
    def external_id(self) -> str:
        """What to call the row in an answer: never more than was sent, always storable."""
        value = self.data.get("external_id") if isinstance(self.data, dict) else None
        if not isinstance(value, str):
            return ""
        text = value.strip()[: TEXTS["external_id"]]
        return text.replace("\0", "").encode(errors="replace").decode()


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A checked row."""

    external_id: str
    name: str
    email: str
    owner_name: str = ""
    property_name: str = ""
    link_slug: str | None = None
    language: str = ""
    limits: dict[str, int | None] = field(default_factory=dict)
    email_verified: bool = False


def refuse_doubles(rows: Iterable[RawRow]) -> Iterator[RawRow]:
    """Mark rows whose external_id came before: which of the two should win is not ours to say."""
    seen: set[str] = set()
    for row in rows:
        name = row.external_id
        yield row._replace(problem=DuplicateRow.code) if name and name in seen else row
        seen.add(name)


def check_row(raw: RawRow) -> CheckedRow:
    """Return the row, or raise Invalid, LimitReached, MalformedRow, DuplicateRow."""
    if raw.problem:
        raise PROBLEMS[raw.problem]
    if not isinstance(raw.data, dict):
        raise MalformedRow
    given = {name: value for name, value in raw.data.items() if value is not None}
    if unknown := sorted(str(name) for name in set(raw.data) - FIELDS):
        raise Invalid("There is no such field here.", field=unknown[0][:60])
    texts = {name: _clean(given, name) for name in TEXTS}
    for name in REQUIRED:
        if not texts[name]:
            raise Invalid("This is required.", field=name)
    return CheckedRow(
        external_id=texts["external_id"],
        name=texts["name"],
        email=_check_email(texts["email"]),
        owner_name=texts["owner_name"],
        property_name=texts["property_name"],
        link_slug=_check_slug(texts["link_slug"]),
        language=texts["language"],
        limits=_check_limits(given.get("limits", {})),
        email_verified=_check_yes(given, "email_verified"),
    )


def _check_slug(text: str) -> str | None:
    """Raises Invalid about the row's own field."""
    try:
        return clean_slug(text)
    except Invalid as refusal:
        raise Invalid(str(refusal), field="link_slug") from None


def _clean(given: dict[str, Any], name: str) -> str:
    text = given.get(name, "")
    if not isinstance(text, str):
        raise Invalid("This is of another type.", field=name)
    text = clean_line(text, name)
    if len(text) > TEXTS[name]:
        raise Invalid(f"Use at most {TEXTS[name]} characters.", field=name)
    if name == "language" and text and text not in dict(settings.LANGUAGES):
        raise Invalid(f"This language is not offered: {text}.", field=name)
    return text


def _check_email(email: str) -> str:
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("This is not an e-mail address.", field="email") from None
    return email.lower()


def _check_yes(given: dict[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise Invalid("This is of another type.", field=name)
    return value


def _check_limits(changes: Any) -> dict[str, int | None]:
    if not isinstance(changes, dict):
        raise Invalid("This is of another type.", field="limits")
    limits.check_changes(changes)
    check_births(Account(limits=limits.merge({}, changes)))
    return changes
