"""The same POST twice is one: the first answer, kept with its effects in one transaction."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.base.sealing import BadToken, seal, unseal
from api.authentication import Caller
from api.errors import IdempotencyInProgress, IdempotencyKeyBad, IdempotencyKeyReused
from api.models import IdempotencyRecord
from api.renderers import AnyTextRenderer

IDEMPOTENCY_HOURS = 24
KEY = re.compile(r"[!-~]{1,120}")
WAIT_MS = 5000
LOCK_NOT_AVAILABLE = "55P03"
PURPOSE = "doorbell.idempotency."


def answer_once(
    request: Request, caller: Caller, key: str, handle: Callable[[], Response]
) -> Response:
    """Run the handler, or return what it answered the first time.

    Only a success is kept: a refusal changed nothing, so the same key may try again. A second
    request waits for the first one's transaction, at most WAIT_MS.

    Raises IdempotencyKeyBad, IdempotencyKeyReused, IdempotencyInProgress.
    """
    if not KEY.fullmatch(key):
        raise IdempotencyKeyBad
    record = IdempotencyRecord(caller=_scope(caller), key=key, request_digest=_digest(request))
    with transaction.atomic():
        if not _claim(record):
            return _replay(record)
        response = handle()
        text = AnyTextRenderer().render(response.data) or b"null"
        IdempotencyRecord.objects.filter(caller=record.caller, key=key).update(
            status=response.status_code, sealed_body=seal(text.decode(), PURPOSE)
        )
    return response


def _claim(record: IdempotencyRecord) -> bool:
    """Insert the record; False if it is there. Waits while another request holds it."""
    try:
        # Savepoint: a refused wait must not take the caller's transaction along.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {WAIT_MS}")
            cursor.execute(
                "INSERT INTO api_idempotencyrecord"
                " (caller, key, request_digest, status, sealed_body, created_at)"
                " VALUES (%s, %s, %s, 0, '', now()) ON CONFLICT DO NOTHING",
                [record.caller, record.key, record.request_digest],
            )
            return bool(cursor.rowcount)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise IdempotencyInProgress from None
        raise


def _replay(claimed: IdempotencyRecord) -> Response:
    record = IdempotencyRecord.objects.get(caller=claimed.caller, key=claimed.key)
    if record.request_digest != claimed.request_digest:
        raise IdempotencyKeyReused
    try:
        body = json.loads(unseal(record.sealed_body, PURPOSE))
    except BadToken:
        # The server's secret was changed meanwhile: the answer is lost, its effect is not.
        raise IdempotencyKeyReused("The first answer cannot be read any more.") from None
    return Response(body, status=record.status, headers={"Idempotency-Replayed": "true"})


def sweep_records() -> int:
    """Forget answers older than IDEMPOTENCY_HOURS; returns how many."""
    old = timezone.now() - timedelta(hours=IDEMPOTENCY_HOURS)
    return IdempotencyRecord.objects.filter(created_at__lt=old).delete()[0]


def _scope(caller: Caller) -> str:
    return f"{caller.name} in {caller.account.uuid if caller.account else 'platform'}"


def _digest(request: Request) -> str:
    page = request._request
    parts = (str(page.method), page.get_full_path(), page.content_type or "")
    # A body that was spooled is not in memory; see api.request.spool_body.
    body = page.body_digest if hasattr(page, "body_digest") else page.body
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + body).hexdigest()
