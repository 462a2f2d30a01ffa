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
from accounts.keys.models import ApiKey
from accounts.tenants.models import Account
from accounts.users.models import User

PREFIX_CHARS = 10
SECRET_CHARS = 43  # 256 bits and more: a plain SHA-256 needs no stretching
ALPHABET = string.ascii_letters + string.digits
# "Last used" is for people: once a minute is exact enough and spares a write per request.
LAST_USED_STEP = timedelta(minutes=1)


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
