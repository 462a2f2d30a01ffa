"""The people of the tests: Alice owns an account, Bob is her agent, Charlie has his own."""

from __future__ import annotations

import time

import pytest
from allauth.account.models import EmailAddress

from accounts.team.models import Membership
from accounts.users.models import User
from rooms.conversations.services.participation import member_party, take_part
from rooms.provisioning.opening import open_account
from rooms.visits.services import join_link

PASSWORD = "correct horse battery staple"


def make_user(name):
    """A person with a proven e-mail address."""
    user = User.objects.create_user(f"{name}@example.com", PASSWORD, name=name.title())
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def show_who(browser, age_s=0):
    """The signed-in person has shown once more that it is them, so long ago."""
    session = browser.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - age_s, "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


def make_owner(name):
    """A person with an account, a property and a link."""
    user = make_user(name)
    open_account(user=user, name=f"{name.title()} Ltd", property_name=f"{name.title()}'s shop")
    return user


def join(link, nickname="Gwen", **options):
    """A guest who came by the link, as a Visit."""
    return join_link(link=link, nickname=nickname, **options)


def enter(user, room):
    """The user's place as a member in a room of their account."""
    return take_part(room=room, party=member_party(user.memberships.get()))


@pytest.fixture
def alice(db):
    return make_owner("alice")


@pytest.fixture
def account(alice):
    return alice.memberships.get().account


@pytest.fixture
def property(account):
    return account.properties.get()


@pytest.fixture
def link(property):
    return property.links.select_related("account").get()


@pytest.fixture
def bob(account):
    user = make_user("bob")
    Membership.objects.create(account=account, user=user, role=Membership.Role.AGENT)
    return user


@pytest.fixture
def charlie(db):
    return make_owner("charlie")


@pytest.fixture
def visit(link):
    return join(link)


@pytest.fixture
def room(visit):
    return visit.room


@pytest.fixture
def guest(visit):
    """The guest's participant in `room`."""
    return visit.participant
