"""What is there already of a chunk's rows: one query per question, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db.models import Q

from accounts.team.models import Membership
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.links.models import DirectLink
from rooms.provisioning.bulk.rows import CheckedRow

OWNER = Membership.Role.OWNER


def find_accounts(rows: Iterable[CheckedRow], *, lock: bool) -> dict[str, Account]:
    """Return the accounts of these external_ids, deleted ones too."""
    found = Account.objects.filter(external_id__in=[row.external_id for row in rows])
    if lock:
        found = found.select_for_update().order_by("pk")
    return {str(account.external_id): account for account in found}


def find_owner_emails(accounts: Iterable[Account]) -> dict[int, set[str]]:
    """Return every address of each account's owners, also those they added themselves."""
    emails: dict[int, set[str]] = defaultdict(set)
    owners = Membership.objects.filter(account__in=accounts, role=OWNER)
    for account_id, email, other in owners.values_list(
        "account_id", "user__email", "user__emailaddress__email"
    ):
        emails[account_id] |= {email.lower(), (other or email).lower()}
    return emails


def find_first_links(accounts: Iterable[Account]) -> dict[int, DirectLink]:
    """Return the link to hand out for each account: the oldest of the oldest property."""
    links = DirectLink.objects.unrevoked().filter(account__in=accounts, property__archived_at=None)
    oldest = links.order_by("account_id", "property_id", "id").distinct("account_id")
    return {link.account_id: link for link in oldest.select_related("property")}


def find_users(emails: Iterable[str]) -> dict[str, User]:
    """Return the users of these addresses; a proven address counts like the one they sign in by."""
    wanted = list(emails)
    proven = EmailAddress.objects.filter(email__in=wanted, verified=True).select_related("user")
    users: dict[str, User] = {address.email: address.user for address in proven}
    for user in User.objects.filter(email__in=wanted):
        users.setdefault(user.email, user)
    return users


def find_proven(users: dict[str, User]) -> set[str]:
    """Return the addresses whose user has answered a mail to them."""
    proven = EmailAddress.objects.filter(email__in=list(users), verified=True)
    return set(proven.values_list("email", flat=True))


def find_trusted(users: dict[str, User], proven: set[str]) -> set[str]:
    """Return the addresses whose user is known to be their reader.

    A stranger may sign up with anybody's address. Whoever proved it is trusted, and whoever got
    an account from a program before: the program handed them the link. Without a password
    nobody has come in yet.
    """
    owners = Membership.objects.filter(
        user__in=list(users.values()), role=OWNER, account__external_id__isnull=False
    )
    provisioned = set(owners.values_list("user_id", flat=True))
    return proven | {
        email
        for email, user in users.items()
        if user.pk in provisioned or not user.has_usable_password()
    }


def find_taken_slugs(slugs: Iterable[str]) -> set[str]:
    wanted = list(slugs)
    if not wanted:
        return set()
    taken = DirectLink.objects.filter(Q(slug__in=wanted) | Q(token__in=wanted))
    return {word for pair in taken.values_list("slug", "token") for word in pair if word}
