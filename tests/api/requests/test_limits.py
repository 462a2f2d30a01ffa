"""Every limit: set by the platform, enforced where the write happens, seen by everybody."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accounts.limits.limits import NAMES
from accounts.team.models import Invitation, Membership
from accounts.team.services.invitations import accept_invitation, create_invitation
from rooms.attachments.models import Attachment
from rooms.conversations.models import Message, Room
from rooms.conversations.services.rooms import close_room
from rooms.guests.models import Guest
from rooms.links.models import DirectLink
from rooms.links.services.links import update_link
from rooms.properties.models import Property
from tests.api.requests.test_authentication import assert_problem
from tests.cast import make_user
from tests.files_to_send import make_file


@pytest.fixture
def limit(platform, account):
    """Set one limit of Alice's account, as the platform does."""

    def set_limit(name, allowed):
        path = f"provisioning/accounts/{account.uuid}"
        answer = platform.patch(path, {"limits": {name: allowed}})
        assert answer.json()["limits"][name] == allowed
        account.refresh_from_db()

    return set_limit


def assert_full(response, name, allowed):
    body = assert_problem(response, 403, "limit_reached")
    assert (body["limit"], body["allowed"]) == (name, allowed)


def join(client, link):
    body = {"nickname": "Gwen"}
    return client.post(f"/c/{link.token}/join", body, content_type="application/json")


def test_members(api, account, alice, limit):
    invitation, token = create_invitation(
        account=account, email="dora@example.com", role="agent", actor=alice
    )
    limit("members", 1)
    assert_full(api.post("invitations", {"email": "eve@example.com"}), "members", 1)
    with pytest.raises(Exception, match="members"):
        accept_invitation(invitation=invitation, user=make_user("dora"), token=token)
    assert Membership.objects.for_account(account).count() == 1
    assert Invitation.objects.for_account(account).waiting().count() == 1


def test_invitations_a_day(api, account, limit):
    limit("invitations_a_day", 1)
    assert api.post("invitations", {"email": "dora@example.com"}).status_code == 201
    again = {"email": "dora@example.com"}
    assert_full(api.post("invitations", again), "invitations_a_day", 1)
    assert Invitation.objects.for_account(account).waiting().count() == 1


def test_properties(api, account, limit):
    limit("properties", 1)
    assert_full(api.post("properties", {"name": "Two"}), "properties", 1)
    assert Property.objects.for_account(account).count() == 1


def test_links(api, account, property, limit):
    limit("links", 3)
    path = f"properties/{property.uuid}/links"
    assert_full(api.post(f"{path}/batch", {"count": 3}), "links", 3)
    assert DirectLink.objects.for_account(account).count() == 1
    assert len(api.post(f"{path}/batch", {"count": 2}).json()["items"]) == 2
    assert_full(api.post(path, {"label": "Four"}), "links", 3)
    assert_full(api.post("properties", {"name": "Two"}), "links", 3)
    assert Property.objects.for_account(account).count() == 1


# The guest is there: they were let in a moment ago.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ["private", "shared"])
def test_open_rooms(api, client, account, room, link, limit, mode):
    if mode == "shared":
        link = update_link(link=link, mode="shared")
    limit("open_rooms", 1)
    assert join(client, link).json()["error"]["code"] == "limit_reached"
    assert Room.objects.for_account(account).count() == 1
    assert Guest.objects.for_account(account).count() == 1
    close_room(room=room)
    assert join(client, link).status_code == 201
    assert_full(api.post(f"rooms/{room.uuid}/reopen"), "open_rooms", 1)
    assert Room.objects.for_account(account).open().count() == 1


def test_messages_a_day(api, account, room, limit):
    limit("messages_a_day", 1)
    path = f"rooms/{room.uuid}/messages"
    assert api.post(path, {"body": "one"}).status_code == 201
    assert_full(api.post(path, {"body": "two"}), "messages_a_day", 1)
    assert Message.objects.for_account(account).count() == 1


def test_storage_mib(api, account, room, limit):
    limit("storage_mib", 0)
    answer = api.post(f"rooms/{room.uuid}/attachments", {"file": make_file()})
    assert_full(answer, "storage_mib", 0)
    assert Attachment.objects.for_account(account).count() == 0
    assert Message.objects.for_account(account).count() == 0


def test_webhooks(api, account, limit):
    limit("webhooks", 0)
    answer = api.post("webhooks", {"url": "https://hooks.example.com/x"})
    assert_full(answer, "webhooks", 0)


def test_api_requests_a_minute(api, account, limit):
    limit("api_requests_a_minute", 2)
    answers = [api.get("me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0]["RateLimit-Limit"] == "2"
    limit("api_requests_a_minute", 0)
    assert_problem(api.get("me"), 429, "rate_limited")


def test_usage_is_seen_in_the_api_and_the_dashboard(
    api, alice_page, platform, account, room, limit
):
    limit("members", 7)
    # So few that what a call used up is not back within the test.
    limit("api_requests_a_minute", 6)
    api.post(f"rooms/{room.uuid}/messages", {"body": "one", "client_id": str(uuid4())})
    lines = {line["name"]: line for line in api.get("account/usage").json()["items"]}
    assert list(lines) == list(NAMES)
    assert lines["members"] == {"name": "members", "used": 1, "allowed": 7}
    assert lines["open_rooms"]["used"] == lines["messages_a_day"]["used"] == 1
    assert lines["api_requests_a_minute"]["used"] >= 1
    page = alice_page.client.get("/account").content.decode()
    assert page.count("<progress") == len(NAMES)
    assert all(f'id="use-{name}"' in page for name in NAMES)
    assert "1 / 7" in page


def test_tickets_are_limited_per_caller(api, reader, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"ticket": "2/60"}
    assert [api.post("tickets", {}).status_code for _ in range(3)] == [201, 201, 429]
    assert reader.post("tickets", {}).status_code != 429
