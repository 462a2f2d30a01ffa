from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from accounts.keys.services import create_api_key
from accounts.targets.models import Target
from accounts.team.services.invitations import create_invitation
from rooms.attachments.services import post_attachment
from rooms.blocks.services import block
from rooms.webhooks.services import create_webhook, send_test
from tests.cast import join, show_who
from tests.files_to_send import make_file


class Api:
    """A program with a key (or none), over Django's test client."""

    def __init__(self, key_text=None, key=None):
        self.client, self.key, self.key_text = Client(), key, key_text

    def call(self, method, path, body=None, **headers):
        if self.key_text is not None:
            headers.setdefault("Authorization", f"Bearer {self.key_text}")
        options = {"headers": {name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None and any(hasattr(value, "chunks") for value in body.values()):
            options["data"] = body
        elif body is not None:
            options |= {"data": body, "content_type": "application/json"}
        elif method == "POST":
            options |= {"data": "{}", "content_type": "application/json"}
        return getattr(self.client, method.lower())(f"/api/v1/{path}", **options)

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def head(self, path, **headers):
        return self.call("HEAD", path, **headers)

    def post(self, path, body=None, **headers):
        return self.call("POST", path, body, **headers)

    def patch(self, path, body, **headers):
        return self.call("PATCH", path, body, **headers)

    def put(self, path, body, **headers):
        return self.call("PUT", path, body, **headers)

    def delete(self, path, **headers):
        return self.call("DELETE", path, **headers)


def make_api(account, scope="admin", **options):
    key, text = create_api_key(account, f"{scope} key", scope, **options)
    return Api(text, key)


@pytest.fixture
def api(account):
    """Alice's program, with all rights in her account."""
    return make_api(account)


@pytest.fixture
def reader(account):
    return make_api(account, "read")


@pytest.fixture
def platform(db):
    """The program of whoever runs the installation."""
    return make_api(None, "platform")


@pytest.fixture
def charlies(charlie):
    """The program of another tenant."""
    return make_api(charlie.memberships.get().account)


@pytest.fixture
def stranger(db):
    return Api()


def sign_in(user):
    """A browser of the dashboard, as an Api without key."""
    api = Api()
    api.client.force_login(user)
    show_who(api.client)
    return api


@pytest.fixture
def attachment(guest):
    """A file that Alice's guest sent."""
    return post_attachment(
        sender=guest, upload=make_file(), name="photo.png", client_id=uuid4(), caption="See?"
    )


@pytest.fixture
def hers(visit, alice, account, api, attachment):
    """One thing of Alice's for every noun that has an id."""
    hook, _ = create_webhook(account=account, url="https://example.com/")
    line = send_test(webhook=hook)
    offer, _ = create_invitation(account=account, email="x@x.org", role="agent", actor=alice)
    [kept_out] = block(guest=join(visit.room.link, "Eve").guest)
    return {
        "blocks": kept_out,
        "properties": visit.room.property,
        "links": visit.room.link,
        "rooms": visit.room,
        "attachments": attachment,
        "guests": visit.guest,
        "arrivals": visit.arrival,
        "deliveries": visit.arrival.deliveries.first(),
        "targets": Target.objects.get(membership__user=alice),
        "members": alice.memberships.get(),
        "invitations": offer,
        "api-keys": api.key,
        "webhooks": line.webhook,
        "webhook-deliveries": line,
    }


@pytest.fixture
def alice_page(alice):
    return sign_in(alice)


@pytest.fixture
def bob_page(bob):
    return sign_in(bob)
