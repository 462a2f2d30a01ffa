"""Handing out, changing and taking back direct links."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, TypedDict, Unpack, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import trail
from accounts.base.errors import Invalid
from accounts.limits import limits
from rooms.base import close_codes, events, hooks
from rooms.base.validation import check_fields, clean_line
from rooms.links.errors import LinkRevoked
from rooms.links.models import DirectLink
from rooms.links.services.passcodes import hash_passcode
from rooms.links.services.uses import fold_uses
from rooms.links.tokens import make_link_token
from rooms.properties.models import Property

MAX_LINKS_AT_ONCE = 10_000
BATCH_ROWS = 1_000
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_MIN_CHARS, SLUG_MAX_CHARS = 3, 60
# Addresses under which a stranger could pass for the service itself.
# fmt: off
RESERVED_SLUGS = frozenset({
    "abuse", "account", "accounts", "admin", "administrator", "api", "app", "assets", "billing",
    "call", "chat", "doorbell", "help", "inbox", "join", "legal", "login", "logout", "mail",
    "new", "null", "official", "operator", "owner", "password", "payment", "privacy", "qr",
    "root", "security", "service", "sign-in", "sign-up", "signin", "signup", "staff", "static",
    "status", "support", "system", "team", "terms", "theme", "undefined", "verify", "webmaster",
    "websocket", "widget", "www",
})
# fmt: on


class LinkValues(TypedDict, total=False):
    """What an owner may say about a link. `passcode` comes in clear; "" takes it away."""

    label: str
    mode: str
    not_before: datetime | None
    expires_at: datetime | None
    closes_rooms: bool
    passcode: str
    guest_limit: int | None
    slug: str | None
    paused: bool


class HashedPasscode(str):
    """A passcode that was hashed before the transaction of the change began."""


def hash_first(values: Any) -> LinkValues:
    """Return the values with the passcode hashed; a second time changes nothing.

    The services call it before their transaction; whoever opens one earlier calls it before that.
    Raises Invalid, Unavailable.
    """
    passcode = values.get("passcode")
    if passcode is None or isinstance(passcode, HashedPasscode):
        return cast(LinkValues, values)
    return cast(LinkValues, {**values, "passcode": HashedPasscode(hash_passcode(passcode))})


def create_link(
    *, property: Property, actor: trail.Actor = None, **values: Unpack[LinkValues]
) -> DirectLink:
    """Hand out one more link. Raises Invalid, LimitReached, Unavailable."""
    return _create_link(property, actor, hash_first(values))


@transaction.atomic
def _create_link(property: Property, actor: trail.Actor, values: LinkValues) -> DirectLink:
    account = property.account
    limits.lock_account(account)
    limits.check_room_for(account, "links", DirectLink.objects.for_account(account).unrevoked())
    link = DirectLink(account=account, property=property)
    _apply(link, values)
    _save(link, None)
    trail.record(account, actor, "link.created", link.uuid, label=link.label)
    return link


def create_links(
    *,
    property: Property,
    count: int,
    actor: trail.Actor = None,
    **values: Unpack[LinkValues],
) -> list[DirectLink]:
    """Hand out many alike links at once, all of them or none.

    A label gets a number: "Table" becomes "Table 1", "Table 2" and so on.
    Raises Invalid, LimitReached, Unavailable.
    """
    if not 1 <= count <= MAX_LINKS_AT_ONCE:
        raise Invalid(f"Make between 1 and {MAX_LINKS_AT_ONCE:,} links at once.", field="count")
    if values.get("slug"):
        raise Invalid("Many links cannot share one address.", field="slug")
    return _create_links(property, count, actor, hash_first(values))


@transaction.atomic
def _create_links(
    property: Property, count: int, actor: trail.Actor, values: LinkValues
) -> list[DirectLink]:
    account = property.account
    limits.lock_account(account)
    unrevoked = DirectLink.objects.for_account(account).unrevoked()
    limits.check_room_for(account, "links", unrevoked, more=count)
    first = DirectLink(account=account, property=property)
    label = clean_line(values.get("label", ""), "label")
    # The longest label decides whether all of them fit.
    _apply(first, {**values, "label": f"{label} {count}" if label else ""})
    links = [_copy(first, f"{label} {n}" if label else "") for n in range(1, count + 1)]
    DirectLink.objects.bulk_create(links, batch_size=BATCH_ROWS)
    trail.record(account, actor, "links.created", property.uuid, count=count, label=label)
    return links


def update_link(
    *, link: DirectLink, actor: trail.Actor = None, **values: Unpack[LinkValues]
) -> DirectLink:
    """Change what is named, leave the rest. Guests who are inside stay where they are.

    While it is `paused` it lets nobody new in. Raises Invalid, LinkRevoked, Unavailable.
    """
    return _update_link(link, actor, hash_first(values))


@transaction.atomic
def _update_link(link: DirectLink, actor: trail.Actor, values: LinkValues) -> DirectLink:
    _lock(link)
    if values.get("guest_limit") is not None and link.guest_limit is None:
        _count_all_uses(link)
    before = {name: getattr(link, name) for name in values}
    _apply(link, values)
    changed = sorted(name for name in values if getattr(link, name) != before[name])
    if changed:
        stored = ["paused_at" if name == "paused" else name for name in changed]
        _save(link, [*stored, "rooms_closed_at"])
        trail.record(link.account, actor, "link.changed", link.uuid, fields=changed)
    return link


@transaction.atomic
def rotate_link(*, link: DirectLink, actor: trail.Actor = None, kick: bool = False) -> DirectLink:
    """Give the link a new token; every address it had is dead at once, a slug too.

    Guests who are inside stay, unless `kick` shows them out. Raises LinkRevoked.
    """
    _lock(link)
    link.token, link.slug = make_link_token(), None
    link.save(update_fields=["token", "slug"])
    trail.record(link.account, actor, "link.rotated", link.uuid, kick=kick)
    if kick:
        _show_guests_out(link, must_join_again=True)
    return link


@transaction.atomic
def revoke_link(*, link: DirectLink, actor: trail.Actor = None) -> DirectLink:
    """Take the link back for good and show its guests out; a repeat changes nothing.

    A slug stays with the revoked link, so that nobody else can pick it up.
    """
    now = timezone.now()
    if not DirectLink.objects.unrevoked().filter(pk=link.pk).update(revoked_at=now):
        link.refresh_from_db(fields=["revoked_at"])
        return link
    link.revoked_at = now
    trail.record(link.account, actor, "link.revoked", link.uuid, label=link.label)
    _show_guests_out(link, must_join_again=False)
    return link


def _show_guests_out(link: DirectLink, *, must_join_again: bool) -> None:
    events.kick(close_codes.ROOM_GONE, link=link.uuid)
    links = DirectLink.objects.filter(pk=link.pk)
    hooks.guests_shown_out.send(None, links=links, must_join_again=must_join_again)


def clean_slug(slug: str | None) -> str | None:
    """Return the address as it is stored; None for none. Raises Invalid."""
    slug = (slug or "").strip().lower()
    if not slug:
        return None
    if not SLUG_MIN_CHARS <= len(slug) <= SLUG_MAX_CHARS or not SLUG.fullmatch(slug):
        raise Invalid(
            f"Use {SLUG_MIN_CHARS} to {SLUG_MAX_CHARS} letters a–z, digits and single hyphens.",
            field="slug",
        )
    if slug in RESERVED_SLUGS:
        raise Invalid("This address is reserved.", field="slug")
    return slug


def _lock(link: DirectLink) -> None:
    """Let nobody else change the link until the transaction ends. Raises LinkRevoked."""
    fresh = DirectLink.objects.select_for_update().only("revoked_at").get(pk=link.pk)
    if fresh.revoked_at is not None:
        raise LinkRevoked


def _count_all_uses(link: DirectLink) -> None:
    """A limit counts who came before it."""
    while fold_uses(link):
        pass
    link.refresh_from_db(fields=["guest_count"])
    if hasattr(link, "waiting_uses"):
        link.waiting_uses = 0


def _apply(link: DirectLink, values: LinkValues) -> None:
    """Put checked values on the row, without saving it. Raises Invalid."""
    if "label" in values:
        link.label = clean_line(values["label"], "label")
    if "mode" in values:
        link.mode = values["mode"]
    if "guest_limit" in values:
        link.guest_limit = values["guest_limit"]
    if "passcode" in values:
        link.passcode = str(values["passcode"])
    if "slug" in values:
        _take_slug(link, clean_slug(values["slug"]))
    link.paused = values.get("paused", link.paused)
    link.closes_rooms = values.get("closes_rooms", link.closes_rooms)
    _apply_times(link, values)
    check_fields(link, {"label", "mode", "guest_limit"} & set(values))
    if link.guest_limit == 0:
        raise Invalid("Let in at least one guest.", field="guest_limit")


def _apply_times(link: DirectLink, values: LinkValues) -> None:
    if "not_before" in values:
        link.not_before = values["not_before"]
    if "expires_at" in values and values["expires_at"] != link.expires_at:
        link.expires_at = values["expires_at"]
        link.rooms_closed_at = None
        if link.expires_at is not None and link.expires_at <= timezone.now():
            raise Invalid("This moment is over already.", field="expires_at")
    if link.not_before and link.expires_at and link.not_before >= link.expires_at:
        raise Invalid("The link would end before it begins.", field="expires_at")


def _take_slug(link: DirectLink, slug: str | None) -> None:
    # Somebody else's token must not become reachable as our slug.
    others = DirectLink.objects.exclude(pk=link.pk).with_address(slug or "")
    if slug is not None and others.exists():
        raise Invalid("This address is taken.", field="slug")
    link.slug = slug


def _save(link: DirectLink, fields: list[str] | None) -> None:
    """Write the row; the unique slug decides between two who choose it at once."""
    try:
        with transaction.atomic():
            link.save(force_insert=fields is None, update_fields=fields)
    except IntegrityError:
        if link.slug is None:
            raise
        raise Invalid("This address is taken.", field="slug") from None


def _copy(first: DirectLink, label: str) -> DirectLink:
    return DirectLink(
        account=first.account,
        property=first.property,
        label=label,
        mode=first.mode,
        not_before=first.not_before,
        expires_at=first.expires_at,
        closes_rooms=first.closes_rooms,
        passcode=first.passcode,
        guest_limit=first.guest_limit,
    )
