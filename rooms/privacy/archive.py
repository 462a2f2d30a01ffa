"""Writing an account into a ZIP file: a table a file, a row a line, and the files themselves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.storage import default_storage
from django.db import models

from accounts.audit.models import AuditEvent
from accounts.keys.models import ApiKey
from accounts.targets.models import Target
from accounts.team.models import Invitation, Membership
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.arrivals.models import Arrival
from rooms.attachments.models import Attachment
from rooms.blocks.models import Block
from rooms.conversations.models import Message, Participant, Room
from rooms.guests.models import Guest
from rooms.links.models import DirectLink
from rooms.notifications.models import Delivery
from rooms.properties.models import Property, RetentionRun
from rooms.webhooks.models import Webhook, WebhookDelivery

PAGE_ROWS = 1_000
# By the name of the file in the archive.
TABLES: dict[str, Any] = {
    "memberships": Membership,
    "invitations": Invitation,
    "api_keys": ApiKey,
    "audit_events": AuditEvent,
    "targets": Target,
    "properties": Property,
    "retention_runs": RetentionRun,
    "links": DirectLink,
    "guests": Guest,
    "blocks": Block,
    "rooms": Room,
    "participants": Participant,
    "messages": Message,
    "attachments": Attachment,
    "arrivals": Arrival,
    "deliveries": Delivery,
    "webhooks": Webhook,
    "webhook_deliveries": WebhookDelivery,
}
# What opens something or is only of use to us.
LEFT_OUT = {"token_digest", "digest", "passcode", "secret", "old_secret", "file", "lease_until"}
# A channel's keys at rest, sealed: of no use to anybody but us.
SEALED = {"token"}
README = (
    "One JSON object a line (NDJSON). Columns that end in _id are the id of a line of another file."
    "\nFiles of conversations are in files/, named by the uuid of their line in attachments.\n"
)


def write_archive(account: Account, target: IO[bytes]) -> None:
    """Write everything of the account; a page of rows or a piece of a file at a time."""
    with ZipFile(target, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        archive.writestr("README.txt", README)
        accounts = Account.objects.filter(pk=account.pk)
        _write_table(archive, "account", accounts)
        users = User.objects.filter(memberships__account=account)
        _write_lines(archive, "users", _describe_users(users))
        for name, model in TABLES.items():
            _write_table(archive, name, model.objects.for_account(account))
        _write_files(archive, account)


def _write_table(archive: ZipFile, name: str, rows: models.QuerySet[Any]) -> None:
    _write_lines(archive, name, (_describe(row) for row in _read(rows)))


def _write_lines(archive: ZipFile, name: str, lines: Iterator[dict[str, Any]]) -> None:
    with archive.open(f"{name}.ndjson", "w", force_zip64=True) as file:
        for line in lines:
            text = json.dumps(line, ensure_ascii=False, default=_to_json)
            file.write(f"{text}\n".encode())


def _read(rows: models.QuerySet[Any]) -> Iterator[Any]:
    """Read page by page, so that neither memory nor a statement grows with the table."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:PAGE_ROWS]):
        yield from page
        last = page[-1].pk


def _describe(row: models.Model) -> dict[str, Any]:
    fields = [field for field in row._meta.concrete_fields if field.name not in LEFT_OUT]
    values = {field.attname: getattr(row, field.attname) for field in fields}
    if isinstance(row, Target):
        values["address"] = {k: v for k, v in row.address.items() if k not in SEALED}
    return values


def _describe_users(users: models.QuerySet[User]) -> Iterator[dict[str, Any]]:
    for user in _read(users):
        yield {"id": user.pk, "uuid": user.uuid, "email": user.email, "name": user.name}


def _write_files(archive: ZipFile, account: Account) -> None:
    """Copy the files; one that is removed meanwhile is left out."""
    for attachment in _read(Attachment.objects.for_account(account).kept()):
        try:
            source = default_storage.open(str(attachment.file.name))
        except FileNotFoundError:
            continue
        with source, archive.open(f"files/{attachment.uuid}", "w", force_zip64=True) as copy:
            shutil.copyfileobj(source, copy)


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    assert isinstance(value, UUID | Decimal) or hasattr(value, "isoformat"), type(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
