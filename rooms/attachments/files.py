"""Files beside the database: never without a row for longer than an hour."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from rooms.attachments.models import FOLDER, Attachment

# A file is written before its row is: younger ones may still get theirs.
ORPHAN_AGE = timedelta(hours=1)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def delete_file(place: str) -> None:
    """Delete the file; what the storage refuses now is found by the sweep."""
    with suppress(OSError):
        default_storage.delete(place)


def sweep_files() -> int:
    """Delete files without a row: of removed accounts, of broken uploads; returns how many."""
    if not default_storage.exists(FOLDER):
        return 0
    return sum(_sweep_account(name) for name in default_storage.listdir(FOLDER)[0])


def _sweep_account(account_uuid: str) -> int:
    if not UUID_TEXT.fullmatch(account_uuid):
        return 0  # nothing of ours
    folder = f"{FOLDER}/{account_uuid}"
    places = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
    rows = Attachment.objects.kept().filter(account__uuid=account_uuid)
    orphans = places - set(rows.values_list("file", flat=True))
    old = [place for place in orphans if _is_old(place)]
    for place in old:
        delete_file(place)
    return len(old)


def _is_old(place: str) -> bool:
    try:
        return default_storage.get_modified_time(place) < timezone.now() - ORPHAN_AGE
    except FileNotFoundError:
        return False  # somebody else has just deleted it
