from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.audit import trail
from accounts.base import hooks
from accounts.base.errors import Conflict, NotFound
from accounts.limits import limits
from accounts.tenants.models import Account


@transaction.atomic
def rename_account(*, account: Account, name: str, actor: trail.Actor) -> Account:
    before, account.name = account.name, name
    account.save(update_fields=["name"])
    trail.record(account, actor, "account.renamed", account.uuid, before=before, after=name)
    return account


@transaction.atomic
def demand_mfa(*, account: Account, required: bool, actor: trail.Actor) -> Account:
    """Have every member set up a second factor within MFA_GRACE_DAYS, or stop demanding it.

    A repeat changes nothing, so nobody's time begins anew.
    """
    since = timezone.now() if required else None
    rows = Account.objects.filter(pk=account.pk, mfa_required_since__isnull=required)
    if rows.update(mfa_required_since=since):
        account.mfa_required_since = since
        action = "account.mfa_required" if required else "account.mfa_optional"
        trail.record(account, actor, action, account.uuid)
    return account


@transaction.atomic
def suspend_account(*, account: Account, actor: trail.Actor = None) -> Account:
    """Stop everything in the account, keep all data. A repeat changes nothing."""
    return _set_status(account, Account.Status.SUSPENDED, "account.suspended", actor)


@transaction.atomic
def resume_account(*, account: Account, actor: trail.Actor = None) -> Account:
    """Undo suspend_account. A repeat changes nothing."""
    return _set_status(account, Account.Status.ACTIVE, "account.resumed", actor)


def _set_status(
    account: Account, status: Account.Status, action: str, actor: trail.Actor
) -> Account:
    if Account.objects.filter(pk=account.pk).exclude(status=status).update(status=status):
        trail.record(account, actor, action, account.uuid)
    account.status = status
    if status == Account.Status.SUSPENDED:
        hooks.account_closed.send(Account, account_uuid=account.uuid)
    return account


@transaction.atomic
def delete_account(*, account: Account, actor: trail.Actor) -> Account:
    """Close the account for good; a sweep removes its rows after the grace period.

    Raises Conflict if that was asked for before.
    """
    now = timezone.now()
    if not Account.objects.filter(pk=account.pk, deleted_at=None).update(deleted_at=now):
        raise Conflict("This account is being deleted already.")
    account.deleted_at = now
    trail.record(account, actor, "account.deleted", account.uuid)
    hooks.account_closed.send(Account, account_uuid=account.uuid)
    return account


def remove_closed_accounts(*, at_most: int) -> int:
    """Remove accounts whose grace period is over, with all they hold; returns how many."""
    over = timezone.now() - timedelta(days=settings.ACCOUNT_GRACE_DAYS)
    closed = Account.objects.filter(deleted_at__lte=over).order_by("deleted_at")
    accounts = list(closed[:at_most])
    for account in accounts:
        account.delete()
    return len(accounts)


@transaction.atomic
def restore_account(*, account: Account, actor: trail.Actor = None) -> Account:
    """Undo delete_account within the grace period. A repeat changes nothing.

    Raises NotFound once the sweep has removed it.
    """
    if Account.objects.filter(pk=account.pk).exclude(deleted_at=None).update(deleted_at=None):
        trail.record(account, actor, "account.restored", account.uuid)
    elif not Account.objects.filter(pk=account.pk).exists():
        raise NotFound
    account.deleted_at = None
    return account


@transaction.atomic
def change_limits(
    *, account: Account, changes: dict[str, int | None], actor: trail.Actor = None
) -> Account:
    """Set the named limits; None goes back to the default. What is there already stays.

    Raises Invalid.
    """
    limits.check_changes(changes)
    limits.lock_account(account)
    account.refresh_from_db(fields=["limits"])
    after = limits.merge(account.limits, changes)
    if after != account.limits:
        account.limits = after
        account.save(update_fields=["limits"])
        trail.record(account, actor, "account.limits_changed", account.uuid, **changes)
    return account
