"""Opening accounts: everything a new owner needs to be rung, in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.keys.models import ApiKey
from accounts.keys.services import create_api_key
from accounts.team.models import Membership
from accounts.team.services.accounts import create_account
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.links.models import DirectLink
from rooms.links.services.properties import create_property
from rooms.notifications.channels import channel_of
from rooms.notifications.targets import add_address
from rooms.properties.models import Property

DEMO_EMAIL = "demo@example.com"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a new owner got."""

    account: Account
    membership: Membership
    property: Property
    link: DirectLink


@dataclass(frozen=True, slots=True)
class Demo:
    """What the first start prints; password and key are stored nowhere in clear."""

    email: str
    password: str
    opened: Opened
    api_key: str


@transaction.atomic
def open_account(*, user: User, name: str = "", property_name: str = "") -> Opened:
    """Make the user the owner of a new account with a property and a link.

    The owner's e-mail address becomes the first target; it is called once it is verified.
    Raises Invalid.
    """
    membership = create_account(owner=user, name=name)
    account = membership.account
    address = channel_of("email").parse({"email": user.email})
    add_address(membership=membership, kind="email", address=address)
    property = create_property(
        account=account, actor=user, name=property_name.strip() or account.name
    )
    return Opened(account, membership, property, property.links.get())


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
