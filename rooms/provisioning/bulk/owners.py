"""The owners of new accounts: users who are there, and those who are made with them."""

from __future__ import annotations

import secrets

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from accounts.audit import trail
from accounts.users.models import User
from rooms.provisioning.bulk.rows import CheckedRow
from rooms.provisioning.bulk_insert import write_rows
from rooms.provisioning.opening import Opened, Opening, open_accounts


def open_for_owners(
    rows: list[CheckedRow], users: dict[str, User], proven: set[str], actor: trail.Actor
) -> list[Opened]:
    """Open an account per row for these users; users who are missing are made without password.

    `proven` are addresses that may be called at once. Runs in the caller's transaction.
    """
    users = users | _create_users([row for row in rows if row.email not in users])
    vouched = {row.email for row in rows if row.email_verified}
    openings = [_ask_for(row, users[row.email]) for row in rows]
    return open_accounts(openings, proven=proven | vouched, actor=actor)


def _ask_for(row: CheckedRow, owner: User) -> Opening:
    return Opening(
        owner,
        email=row.email,
        name=row.name,
        property_name=row.property_name,
        language=row.language,
        link_slug=row.link_slug,
        external_id=row.external_id,
        limits=row.limits,
        by_program=True,
    )


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
