"""A chunk of rows: what each asks for, held against what is there, then written together."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, transaction

from accounts.audit import trail
from accounts.base.errors import DomainError
from accounts.limits import limits
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.links.errors import SlugTaken
from rooms.provisioning.bulk import existing
from rooms.provisioning.bulk.owners import open_for_owners
from rooms.provisioning.bulk.results import CREATED, EXISTS, FAILED, UPDATED, Result, answer, fail
from rooms.provisioning.bulk.rows import CheckedRow, RawRow, check_row, refuse_doubles
from rooms.provisioning.errors import AccountDeleted, EmailUnproven, ExternalIdTaken

CHUNK_ROWS = 500
# "prov": two requests with the same rows come one after the other, so neither meets a
# half-written account of the other, and no two of them lock each other's rows crosswise.
ADVISORY_LOCK = 0x70726F76
TRIES = 3


def provision_rows(
    rows: Iterable[RawRow], *, actor: trail.Actor = None, dry_run: bool = False
) -> list[Result]:
    """Open, update or leave the accounts of these rows; each row succeeds or fails alone.

    The same rows again give the same ids. With `dry_run` nothing is written.
    """
    waiting = refuse_doubles(rows)
    results: list[Result] = []
    while chunk := tuple(islice(waiting, CHUNK_ROWS)):
        results += _provision_chunk(chunk, actor, dry_run)
    return results


def provision_row(data: Any, *, actor: trail.Actor = None, dry_run: bool = False) -> Result:
    """Do one row. Raises what refuses it."""
    [result] = provision_rows([RawRow(1, data)], actor=actor, dry_run=dry_run)
    if result.refusal is not None:
        raise result.refusal
    return result


def _provision_chunk(
    raw_rows: tuple[RawRow, ...], actor: trail.Actor, dry_run: bool
) -> list[Result]:
    """Somebody may take a slug or an e-mail address between our look and our write: look again."""
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return Chunk(actor, dry_run).provision(raw_rows)
        except IntegrityError:
            continue
    with transaction.atomic():
        return Chunk(actor, dry_run).provision(raw_rows)


class Chunk:
    """One try at a chunk, inside one transaction."""

    def __init__(self, actor: trail.Actor, dry_run: bool) -> None:
        self.actor, self.dry_run = actor, dry_run
        self.rows: dict[int, CheckedRow] = {}
        self.results: dict[int, Result] = {}

    def provision(self, raw_rows: tuple[RawRow, ...]) -> list[Result]:
        for raw in raw_rows:
            try:
                self.rows[raw.number] = check_row(raw)
            except DomainError as refusal:
                self.results[raw.number] = fail(raw, refusal)
        if not self.dry_run:
            _wait_for_others()
        accounts = existing.find_accounts(self.rows.values(), lock=not self.dry_run)
        self._keep(accounts)
        self._open([n for n, row in self.rows.items() if row.external_id not in accounts])
        return [self.results[raw.number] for raw in raw_rows]

    def _keep(self, accounts: dict[str, Account]) -> None:
        """Answer the rows whose account is there, and change what they say otherwise."""
        if not accounts:
            return
        emails = existing.find_owner_emails(accounts.values())
        links = existing.find_first_links(accounts.values())
        changed = []
        for number, row in self.rows.items():
            if (account := accounts.get(row.external_id)) is None:
                continue
            status = self._judge(number, row, account, emails[account.pk])
            if status:
                found = {"account": account, "link": links.get(account.pk)}
                self.results[number] = answer(number, row, status, **found)
            if status == UPDATED:
                changed.append(account)
        if changed and not self.dry_run:
            Account.objects.bulk_update(changed, ["name", "limits"])
            for account in changed:
                trail.record(account, self.actor, "account.changed", account.uuid)

    def _judge(self, number: int, row: CheckedRow, account: Account, emails: set[str]) -> str:
        """Return what the row does to its account; "" if it is refused."""
        if account.deleted_at is not None:
            self._fail(number, AccountDeleted(field="external_id"))
            return ""
        if row.email not in emails:
            self._fail(number, ExternalIdTaken(field="external_id"))
            return ""
        return UPDATED if _apply(account, row) else EXISTS

    def _open(self, numbers: list[int]) -> None:
        users = existing.find_users({self.rows[number].email for number in numbers})
        proven = existing.find_proven(users)
        trusted = existing.find_trusted(users, proven)
        good = self._refuse_unfit(numbers, users, trusted)
        rows = [self.rows[number] for number in good]
        if self.dry_run:
            self.results |= {n: answer(n, self.rows[n], CREATED) for n in good}
            return
        opened = open_for_owners(rows, users, proven, self.actor)
        for number, row, new in zip(good, rows, opened, strict=True):
            found = {"account": new.account, "link": new.link, "sign_in": new.sign_in}
            self.results[number] = answer(number, row, CREATED, **found)

    def _refuse_unfit(
        self, numbers: list[int], users: dict[str, User], trusted: set[str]
    ) -> list[int]:
        slugs = {row.link_slug for row in self.rows.values() if row.link_slug}
        taken = existing.find_taken_slugs(slugs)
        good = []
        for number in numbers:
            row = self.rows[number]
            if row.email in users and row.email not in trusted:
                self._fail(number, EmailUnproven(field="email"))
            elif row.link_slug in taken:
                self._fail(number, SlugTaken(field="link_slug"))
            else:
                good.append(number)
                taken |= {row.link_slug} if row.link_slug else set()
        return good

    def _fail(self, number: int, refusal: DomainError) -> None:
        self.results[number] = answer(number, self.rows[number], FAILED, refusal=refusal)


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])


def _apply(account: Account, row: CheckedRow) -> bool:
    """Put name and limits on the account; say whether that changes it."""
    before = (account.name, account.limits)
    account.name, account.limits = row.name, limits.merge(account.limits, row.limits)
    return (account.name, account.limits) != before
