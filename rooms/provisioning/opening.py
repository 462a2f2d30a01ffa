"""Opening accounts, one or many: everything a new owner needs to be rung, in one transaction.

Every way in comes through open_accounts: the sign-up page, "one more account", REST, batches, the
calls of other servers, `manage.py provision` and the demo. What differs has its reason here:

* A way in without a password (a sign-in link) is made for owners whom a program named and who
  have none; whoever opens an account on a page is in already.
* A key is made for the demo alone: its text is shown once, so somebody has to be reading.
* No event is sent: an account that is a moment old has no webhook, no socket and no room.
* No lock is taken: nobody else sees the account before the commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.audit import trail
from accounts.audit.models import AuditEvent
from accounts.base.errors import LimitReached
from accounts.keys.models import ApiKey
from accounts.keys.services import create_api_key
from accounts.limits import limits
from accounts.sign_in.models import SignInLink
from accounts.sign_in.services import new_sign_in_link
from accounts.targets.models import Target
from accounts.team.models import Membership
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.base.validation import clean_line
from rooms.links.models import DirectLink
from rooms.notifications.channels import channel_of
from rooms.properties.models import Property
from rooms.properties.services import apply_values
from rooms.provisioning.bulk_insert import write_rows

DEMO_EMAIL = "demo@example.com"
NAME_MAX_CHARS = 80
# An account is born with one of each.
BORN_WITH = ("members", "properties", "links")


@dataclass(frozen=True, slots=True)
class Opening:
    """Who is to own a new account, and what is said about it; what is empty has a default."""

    owner: User
    # Where the owner is called: one of their addresses, the one they sign in by if empty.
    email: str = ""
    name: str = ""
    property_name: str = ""
    language: str = ""
    link_slug: str | None = None
    external_id: str | None = None
    limits: dict[str, int | None] = field(default_factory=dict)
    by_program: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """What a new owner got."""

    account: Account
    membership: Membership
    property: Property
    link: DirectLink
    target: Target
    sign_in: SignInLink | None


@dataclass(frozen=True, slots=True)
class Demo:
    """What the first start prints; password and key are stored nowhere in clear."""

    email: str
    password: str
    opened: Opened
    api_key: str


def open_account(*, user: User, name: str = "", property_name: str = "") -> Opened:
    """Make the user the owner of a new account with a property and a link.

    The owner's e-mail address becomes the first target; it is called once it is verified.
    Raises Invalid, LimitReached.
    """
    opening = Opening(user, name=name, property_name=property_name)
    mine = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True)
    proven = {user.email.lower()} if mine.exists() else set()
    return open_accounts([opening], proven=proven, actor=user)[0]


@transaction.atomic
def open_accounts(
    openings: Sequence[Opening], *, proven: Collection[str], actor: trail.Actor
) -> list[Opened]:
    """Open all of these accounts or none, one statement a table; see the head of this file.

    `proven` are the addresses that may be called at once. Raises Invalid, LimitReached, and
    IntegrityError if somebody was faster with an external_id or a slug.
    """
    opened = [_make_rows(opening, proven) for opening in openings]
    write_rows(new.account for new in opened)
    # Rows come after those they point at.
    for kind in ("membership", "property", "target", "link", "sign_in"):
        rows = [getattr(new, kind) for new in opened]
        write_rows(row for row in rows if row is not None)
    write_rows(map(partial(_make_entry, actor), opened))
    return opened


def _make_rows(opening: Opening, proven: Collection[str]) -> Opened:
    """Return the rows that one account consists of, unsaved. Raises Invalid, LimitReached."""
    owner, name = opening.owner, clean_line(opening.name, "name")[:NAME_MAX_CHARS]
    account = Account(
        name=name or owner.display_name[:NAME_MAX_CHARS],
        external_id=opening.external_id,
        limits=limits.merge({}, opening.limits),
    )
    check_births(account)
    membership = Membership(account=account, user=owner, role=Membership.Role.OWNER)
    property = Property(account=account)
    languages = [opening.language] if opening.language else []
    property_name = opening.property_name.strip() or account.name
    apply_values(property, {"name": property_name, "languages": languages})
    return Opened(
        account=account,
        membership=membership,
        property=property,
        link=DirectLink(account=account, property=property, slug=opening.link_slug),
        target=_make_target(membership, opening.email or owner.email, proven),
        sign_in=_offer_way_in(opening, account),
    )


def check_births(account: Account) -> None:
    """Raises LimitReached if the account may not have what it is born with."""
    for name in BORN_WITH:
        if (allowed := limits.get_limit(account, name)) < 1:
            raise LimitReached(name, allowed)


def _make_target(membership: Membership, email: str, proven: Collection[str]) -> Target:
    address = channel_of("email").parse({"email": email})
    return Target(
        account=membership.account,
        membership=membership,
        kind="email",
        address=address,
        verified_at=timezone.now() if address["email"] in proven else None,
    )


def _offer_way_in(opening: Opening, account: Account) -> SignInLink | None:
    """Only for those who have no password: nobody else may come in as somebody who has one."""
    if not opening.by_program or opening.owner.has_usable_password():
        return None
    return new_sign_in_link(user=opening.owner, account=account)


def _make_entry(actor: trail.Actor, new: Opened) -> AuditEvent:
    """One entry for the one deed; it names what the account was born with."""
    facts = {"name": new.account.name, "property": str(new.property.uuid)}
    facts |= {"link": str(new.link.uuid)}
    if new.account.external_id is not None:
        facts["external_id"] = new.account.external_id
    return trail.make_entry(new.account, actor, "account.created", new.account.uuid, **facts)


@transaction.atomic
def open_demo() -> Demo | None:
    """Open an account to look around in; None when there is a user already."""
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(DEMO_EMAIL, password, name="Demo")
    EmailAddress.objects.create(user=user, email=DEMO_EMAIL, primary=True, verified=True)
    opened = open_account(user=user, name="Demo")
    _, key_text = create_api_key(opened.account, "First steps", ApiKey.Scope.ADMIN, created_by=user)
    return Demo(DEMO_EMAIL, password, opened, key_text)
