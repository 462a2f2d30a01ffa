"""Keys of programs: `db_<prefix>_<secret>`. The secret is shown once and stored as its digest."""

from __future__ import annotations

import hashlib
import secrets
import string
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import trail
from accounts.base import hooks
from accounts.base.errors import Conflict
from accounts.keys.models import ApiKey
from accounts.tenants.models import Account
from accounts.users.models import User

PREFIX_CHARS = 10
SECRET_CHARS = 43  # 256 bits and more: a plain SHA-256 needs no stretching
ALPHABET = string.ascii_letters + string.digits
# "Last used" is for people: once a minute is exact enough and spares a write per request.
LAST_USED_STEP = timedelta(minutes=1)
# How long a rotated key works on, where nobody says otherwise.
OVERLAP = timedelta(hours=24)


@transaction.atomic
def create_api_key(
    account: Account | None,
    name: str,
    scope: str = ApiKey.Scope.WRITE,
    *,
    expires_at: datetime | None = None,
    requests_a_minute: int | None = None,
    created_by: User | None = None,
    actor: trail.Actor = None,
) -> tuple[ApiKey, str]:
    """Return the key and its text, which cannot be read again later."""
    prefix, secret = _draw(PREFIX_CHARS), _draw(SECRET_CHARS)
    key = ApiKey.objects.create(
        account=account,
        name=name,
        prefix=prefix,
        digest=_digest(secret),
        scope=scope,
        expires_at=expires_at,
        requests_a_minute=requests_a_minute,
        created_by=created_by,
    )
    if account is not None:
        trail.record(
            account, actor or created_by, "api_key.created", key.uuid, name=name, scope=scope
        )
    return key, f"db_{prefix}_{secret}"


def find_api_key(text: str) -> ApiKey | None:
    """Return the live key this text opens, with its account, or None: one query."""
    word, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if word != "db" or len(prefix) != PREFIX_CHARS or len(secret) != SECRET_CHARS:
        return None
    if not (prefix + secret).isascii():
        return None
    key = ApiKey.objects.live().filter(prefix=prefix).select_related("account").first()
    if key is None or not secrets.compare_digest(key.digest, _digest(secret)):
        return None
    _note_use(key)
    return key


@transaction.atomic
def revoke_api_key(key: ApiKey, actor: trail.Actor = None) -> ApiKey:
    """Make the key useless from now on; its sockets close. A repeat changes nothing."""
    now = timezone.now()
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        key.revoked_at = now
        if key.account is not None:
            trail.record(key.account, actor, "api_key.revoked", key.uuid, name=key.name)
        hooks.key_revoked.send(ApiKey, key_uuid=key.uuid)
    return key


@transaction.atomic
def rotate_api_key(
    key: ApiKey, *, overlap: timedelta = OVERLAP, actor: trail.Actor = None
) -> tuple[ApiKey, str]:
    """Return a key in this one's place and its text; this one works on for the overlap.

    The new key may what the old one may, and has as long a life. Raises Conflict for a key that
    is over or was rotated before.
    """
    held = ApiKey.objects.select_for_update().filter(pk=key.pk, rotated_at=None).first()
    if held is None or not held.is_live:
        raise Conflict("This key is over or has been replaced already.")
    now = timezone.now()
    life = held.expires_at - held.created_at if held.expires_at is not None else None
    fresh, text = create_api_key(
        held.account,
        held.name,
        held.scope,
        expires_at=now + life if life is not None else None,
        requests_a_minute=held.requests_a_minute,
        created_by=actor if isinstance(actor, User) else held.created_by,
        actor=actor,
    )
    ends_at = min(now + overlap, held.expires_at or now + overlap)
    ApiKey.objects.filter(pk=held.pk).update(rotated_at=now, expires_at=ends_at)
    if held.account is not None:
        facts = {"name": held.name, "successor": str(fresh.uuid), "until": ends_at.isoformat()}
        trail.record(held.account, actor, "api_key.rotated", held.uuid, **facts)
    if not overlap:
        revoke_api_key(held, actor)
    return fresh, text


@transaction.atomic
def reduce_api_key(key: ApiKey, actor: trail.Actor = None) -> ApiKey:
    """Leave the key nothing but reading; its sockets close."""
    before, key.scope = key.scope, ApiKey.Scope.READ
    key.save(update_fields=["scope"])
    if key.account is not None:
        facts = {"name": key.name, "before": before, "after": key.scope}
        trail.record(key.account, actor, "api_key.reduced", key.uuid, **facts)
    hooks.key_revoked.send(ApiKey, key_uuid=key.uuid)
    return key


def _note_use(key: ApiKey) -> None:
    now = timezone.now()
    if key.last_used_at is not None and key.last_used_at > now - LAST_USED_STEP:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - LAST_USED_STEP)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    key.last_used_at = now


def _draw(chars: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(chars))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
