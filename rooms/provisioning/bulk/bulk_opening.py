"""Writing new accounts with all that belongs to them: one statement per table."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils import timezone

from accounts.audit import trail
from accounts.audit.models import AuditEvent
from accounts.limits import limits
from accounts.sign_in.models import SignInLink
from accounts.sign_in.services import new_sign_in_link
from accounts.targets.models import Target
from accounts.team.models import Membership
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.links.models import DirectLink
from rooms.properties.models import Property
from rooms.provisioning.bulk.rows import CheckedRow
from rooms.provisioning.bulk.writing import write_rows


@dataclass(slots=True)
class NewAccountRows:
    """Everything that one new account consists of."""

    row: CheckedRow
    user: User
    account: Account
    link: DirectLink
    sign_in: SignInLink | None


def open_accounts(
    rows: list[CheckedRow], users: dict[str, User], proven: set[str], actor: trail.Actor
) -> list[NewAccountRows]:
    """Open an account per row for these users; users who are missing are made without password.

    `proven` are addresses that may be called at once. Runs in the caller's transaction.
    """
    if not rows:
        return []
    users = users | _create_users([row for row in rows if row.email not in users])
    proven = proven | {row.email for row in rows if row.email_verified}
    accounts = write_rows(
        Account(name=row.name, external_id=row.external_id, limits=limits.merge({}, row.limits))
        for row in rows
    )
    owned = [(row, users[row.email], account) for row, account in zip(rows, accounts, strict=True)]
    _create_places(owned, proven)
    links = _create_links(rows, accounts)
    opened = [
        NewAccountRows(row, user, account, link, _offer_way_in(user, account))
        for (row, user, account), link in zip(owned, links, strict=True)
    ]
    write_rows(new.sign_in for new in opened if new.sign_in is not None)
    _record(opened, actor)
    return opened


def _create_users(rows: list[CheckedRow]) -> dict[str, User]:
    first = {row.email: row for row in reversed(rows)}
    users = write_rows(
        User(
            email=email,
            name=row.owner_name,
            language=row.language,
            password=UNUSABLE_PASSWORD_PREFIX + secrets.token_hex(20),
        )
        for email, row in first.items()
    )
    write_rows(
        EmailAddress(
            user=user, email=user.email, primary=True, verified=first[user.email].email_verified
        )
        for user in users
    )
    return {user.email: user for user in users}


def _create_places(owned: list[tuple[CheckedRow, User, Account]], proven: set[str]) -> None:
    """Make each user the owner of their account, to be called by e-mail."""
    now = timezone.now()
    memberships = write_rows(
        Membership(account=account, user=user, role=Membership.Role.OWNER)
        for _, user, account in owned
    )
    write_rows(
        Target(
            account=account,
            membership=membership,
            kind="email",
            address={"email": row.email},
            verified_at=now if row.email in proven else None,
        )
        for (row, _, account), membership in zip(owned, memberships, strict=True)
    )


def _create_links(rows: list[CheckedRow], accounts: list[Account]) -> list[DirectLink]:
    properties = write_rows(
        Property(
            account=account,
            name=row.property_name or row.name,
            languages=[row.language] if row.language else [],
        )
        for row, account in zip(rows, accounts, strict=True)
    )
    return write_rows(
        DirectLink(account=account, property=property, slug=row.link_slug)
        for row, account, property in zip(rows, accounts, properties, strict=True)
    )


def _offer_way_in(user: User, account: Account) -> SignInLink | None:
    """Only for those who have no password: nobody else may come in as somebody who has one."""
    return None if user.has_usable_password() else new_sign_in_link(user=user, account=account)


def _record(opened: list[NewAccountRows], actor: trail.Actor) -> None:
    word, name = trail.name_actor(actor)
    write_rows(
        AuditEvent(
            account=new.account,
            actor=word,
            actor_name=name[:120],
            action="account.provisioned",
            object_id=new.account.uuid,
            data={"name": new.row.name, "external_id": new.row.external_id},
        )
        for new in opened
    )
