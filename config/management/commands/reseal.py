"""After a change of the secret key: seal anew what rests sealed with an old one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models, transaction

from accounts.base.sealing import SECRET_PURPOSE, BadToken, reseal
from accounts.sign_in import mfa
from accounts.targets.models import Target
from api import idempotency
from api.models import IdempotencyRecord
from rooms.webhooks.models import Webhook

BATCH_ROWS = 500
LINES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed text rests: a column, or keys of a JSON column with a text or a list of them."""

    name: str
    model: type[models.Model]
    column: str
    purpose: str
    keys: tuple[str, ...] = ()

    def list_filled(self) -> models.QuerySet[Any]:
        rows = self.model._default_manager.order_by("pk")
        if self.keys:
            return rows.filter(**{f"{self.column}__has_any_keys": list(self.keys)})
        return rows.exclude(**{self.column: ""})

    def reseal(self, value: Any) -> Any:
        """Return the column's value under the present key. Raises BadToken."""
        if isinstance(value, dict):
            return value | {key: self.reseal(value[key]) for key in self.keys if value.get(key)}
        if isinstance(value, list):
            return [self.reseal(one) for one in value]
        return reseal(value, self.purpose)


# All that is kept; cursors, tickets and what else is handed out ends by itself.
COLUMNS = (
    SealedColumn("secrets of webhooks", Webhook, "secret", SECRET_PURPOSE),
    SealedColumn("former secrets of webhooks", Webhook, "old_secret", SECRET_PURPOSE),
    SealedColumn("tokens of targets", Target, "address", SECRET_PURPOSE, ("token",)),
    SealedColumn(
        "second factors", Authenticator, "data", mfa.PURPOSE, ("secret", "seed", "migrated_codes")
    ),
    SealedColumn("answers of the API", IdempotencyRecord, "sealed_body", idempotency.PURPOSE),
)


class Command(BaseCommand):
    help = "Seal with the present secret key what an older one sealed; it may run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what there is to do")

    def handle(self, *args: Any, **options: Any) -> None:
        lost = 0
        for column in COLUMNS:
            count: Counter[str] = Counter()
            for batch in _read_batches(column):
                self.walk(column, batch, count, dry_run=options["dry_run"])
            lost += count["unreadable"]
            done = "to do" if options["dry_run"] else "sealed anew"
            self.stdout.write(
                f"{column.name}: {count['changed']} {done}, {count['present']} were so already,"
                f" {count['unreadable']} cannot be read"
            )
        if lost:
            raise CommandError(
                f"{lost} cannot be read. If their key is still known, put it among"
                " SECRET_KEY_FALLBACKS and run this again; else they have to be made anew."
            )

    def walk(
        self, column: SealedColumn, pks: list[int], count: Counter[str], *, dry_run: bool
    ) -> None:
        """Reseal some rows in a short transaction, which holds them meanwhile."""
        with transaction.atomic():
            held = column.list_filled().filter(pk__in=pks).select_for_update()
            for pk, value in list(held.values_list("pk", column.column)):
                try:
                    fresh = column.reseal(value)
                except BadToken:
                    count["unreadable"] += 1
                    if count["unreadable"] <= LINES_SHOWN:
                        self.stderr.write(f"{column.name}: row {pk} cannot be read")
                    continue
                count["present" if fresh == value else "changed"] += 1
                if fresh != value and not dry_run:
                    rows = column.model._default_manager.filter(pk=pk)
                    rows.update(**{column.column: fresh})


def _read_batches(column: SealedColumn) -> Iterator[list[int]]:
    filled = column.list_filled().values_list("pk", flat=True)
    pks = list(filled[:BATCH_ROWS])
    while pks:
        yield pks
        pks = list(filled.filter(pk__gt=pks[-1])[:BATCH_ROWS])
