"""An owner asks for everything the account has: a worker writes it, a mail says where it is."""

from __future__ import annotations

import logging
import tempfile
from datetime import timedelta
from functools import partial
from smtplib import SMTPException

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.audit import trail
from accounts.base.errors import Conflict
from accounts.limits import rate_limits
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.attachments.files import delete_file
from rooms.notifications.channels.words import language_of
from rooms.notifications.queue import ask_for
from rooms.privacy.archive import write_archive
from rooms.privacy.models import FOLDER, MAX_TRIES, AccountExport

logger = logging.getLogger(__name__)
LIFETIME = timedelta(hours=24)
MAKE = "rooms.tasks.make_exports"
QUEUE = "maintenance"
State = AccountExport.State


def ask_for_export(*, account: Account, user: User) -> AccountExport:
    """Have everything of the account written into one file.

    Raises Conflict while one is being made, RateLimited.
    """
    rate_limits.hit("export", account.uuid)
    try:
        with transaction.atomic():
            export = AccountExport.objects.create(account=account, asked_by=user)
            trail.record(account, user, "account.export_asked", export.uuid)
            transaction.on_commit(partial(ask_for, MAKE, QUEUE), robust=True)
    except IntegrityError:
        raise Conflict("An export is being made already.") from None
    return export


def make_next() -> bool:
    """Make the oldest export that waits; True if there was one."""
    export = _begin()
    if export is None:
        return False
    with tempfile.TemporaryFile() as content:
        write_archive(export.account, content)
        content.seek(0)
        export.file.save("", File(content), save=False)
    _finish(export)
    return True


@transaction.atomic
def _begin() -> AccountExport | None:
    """Take one for LEASE. What failed again and again is given up."""
    now = timezone.now()
    free = AccountExport.objects.due(now).select_for_update(skip_locked=True, of=("self",))
    export = free.select_related("account", "asked_by").order_by("pk").first()
    if export is None:
        return None
    mine = AccountExport.objects.filter(pk=export.pk)
    if export.tries >= MAX_TRIES or not export.account.is_open:
        mine.update(state=State.FAILED, finished_at=now)
        return None
    mine.update(state=State.RUNNING, started_at=now, tries=F("tries") + 1)
    return export


@transaction.atomic
def _finish(export: AccountExport) -> None:
    """Note the file; the first of two workers wins, and the other's file goes."""
    now = timezone.now()
    place = str(export.file.name)
    running = AccountExport.objects.filter(pk=export.pk, state=State.RUNNING)
    size = default_storage.size(place)
    if not running.update(
        state=State.READY,
        file=place,
        size_bytes=size,
        finished_at=now,
        expires_at=now + LIFETIME,
    ):
        delete_file(place)
        return
    trail.record(export.account, None, "account.exported", export.uuid, size_bytes=size)
    transaction.on_commit(partial(_tell, export, now + LIFETIME), robust=True)


def _tell(export: AccountExport, until: object) -> None:
    """Say where it is; who is no owner any more finds nothing there."""
    user = export.asked_by
    if user is None:
        return
    link = settings.SITE_URL + reverse("rooms:exports")
    with translation.override(language_of(user)):
        facts = {"account": export.account, "until": until, "link": link}
        body = render_to_string("email/export.txt", facts)
        message = EmailMessage(_("Your export is ready"), body, to=[user.email])
    try:
        message.send()
    except (OSError, SMTPException, ValueError) as error:
        logger.error("Of an export nobody was told: %s", error)


def forget_exports() -> int:
    """Remove files whose day is over, and files of accounts that are gone."""
    now = timezone.now()
    over = AccountExport.objects.filter(expires_at__lte=now).exclude(file="")
    for export in over[:100]:
        delete_file(str(export.file.name))
        AccountExport.objects.filter(pk=export.pk).update(file="")
    return _sweep_files()


def _sweep_files() -> int:
    if not default_storage.exists(FOLDER):
        return 0
    places = {f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]}
    known = set(AccountExport.objects.exclude(file="").values_list("file", flat=True))
    old = timezone.now() - LIFETIME
    orphans = [p for p in places - known if default_storage.get_modified_time(p) < old]
    for place in orphans:
        delete_file(place)
    return len(orphans)
