from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.audit.models import AuditEvent
from rooms.arrivals.models import Arrival
from rooms.conversations.errors import NotInRoom
from rooms.conversations.models import Message, Participant, Room
from rooms.conversations.services.messages import post_message, sender_of
from rooms.guests.errors import GuestBlocked
from rooms.guests.models import Guest
from rooms.notifications.models import Delivery
from rooms.tasks import tidy_rooms
from tests.api.requests.test_authentication import assert_problem
from tests.cast import join


def say(participant, body):
    return post_message(sender=sender_of(participant), client_id=uuid4(), body=body)


def test_guests_are_listed_and_filtered(api, visit, link):
    ida = join(link, nickname="Ida").guest
    api.post(f"guests/{ida.uuid}/block")
    for query, expected in [
        ("", ["Ida", "Gwen"]),
        ("blocked=true", ["Ida"]),
        ("blocked=false", ["Gwen"]),
        ("nickname=gw", ["Gwen"]),
        ("seen_since=2099-01-01T00:00:00Z", []),
    ]:
        items = api.get(f"guests?{query}").json()["items"]
        assert [item["name"] for item in items] == expected, query


def test_listing_takes_the_same_queries_for_twenty(api, link, django_assert_num_queries):
    for number in range(20):
        join(link, nickname=f"G{number}")
    api.get("me")  # notes the first use of the key
    for path in ("guests", "arrivals", "deliveries"):
        with django_assert_num_queries(2):  # the key, the rows
            assert len(api.get(path).json()["items"]) == 20


def test_a_new_nickname_shows_in_the_rooms(api, visit, room):
    body = api.patch(
        f"guests/{visit.guest.uuid}", {"nickname": "Gwendolyn", "details": {"plan": "pro"}}
    ).json()
    assert (body["name"], body["details"]) == ("Gwendolyn", {"plan": "pro"})
    assert api.get(f"rooms/{room.uuid}").json()["name"] == "Gwendolyn"
    people = api.get(f"rooms/{room.uuid}/participants").json()["items"]
    assert [(p["name"], p["guest"]) for p in people] == [("Gwendolyn", str(visit.guest.uuid))]


@pytest.mark.parametrize("details", [{"a": [1]}, {"a": {"b": 1}}, {"a": "x\x00"}, {"a": "x" * 201}])
def test_wrong_facts_are_refused(api, visit, details):
    refused = api.patch(f"guests/{visit.guest.uuid}", {"details": details})
    assert_problem(refused, 400, "invalid")


def test_a_blocked_guest_cannot_write_until_unblocked(api, visit, guest):
    path = f"guests/{visit.guest.uuid}"
    assert api.post(f"{path}/block").json()["blocked_at"] is not None
    with pytest.raises(GuestBlocked):
        say(guest, "Hi")
    assert api.post(f"{path}/unblock").json()["blocked_at"] is None
    assert say(guest, "Hi").seq == 1


def test_everything_about_a_guest_is_handed_out(api, visit, room, guest):
    say(guest, "Where is my order?")
    body = api.get(f"guests/{visit.guest.uuid}/export").json()
    assert body["guest"]["id"] == str(visit.guest.uuid)
    assert [(m["room"], m["seq"], m["body"]) for m in body["messages"]] == [
        (str(room.uuid), 1, "Where is my order?")
    ]
    assert [a["room"] for a in body["arrivals"]] == [str(room.uuid)]


def test_an_erased_guest_leaves_numbered_empty_lines(api, visit, room, guest):
    say(guest, "My address is secret")
    api.post(f"rooms/{room.uuid}/messages", {"body": "Thank you"})
    say(guest, "Another secret")
    assert api.delete(f"guests/{visit.guest.uuid}").status_code == 204
    items = api.get(f"rooms/{room.uuid}/messages").json()["items"]
    assert [(m["seq"], m["body"]) for m in items] == [(1, ""), (2, "Thank you"), (3, "")]
    assert items[0]["sender"]["name"] == "Erased guest"
    assert not Guest.objects.exists()
    assert not Arrival.objects.exists()
    assert not Message.objects.filter(body__contains="secret").exists()
    assert Room.objects.get().preview == ""
    assert AuditEvent.objects.filter(action="guest.erased", object_id=visit.guest.uuid).exists()


def test_an_erased_guest_cannot_write_any_more(api, visit, guest):
    api.delete(f"guests/{visit.guest.uuid}")
    place = Participant.objects.select_related("room__property", "room__account").get(pk=guest.pk)
    with pytest.raises(NotInRoom):
        say(place, "Still here")


def test_an_agent_neither_exports_nor_erases(bob_page, visit):
    path = f"guests/{visit.guest.uuid}"
    assert_problem(bob_page.get(f"{path}/export"), 403, "insufficient_scope")
    assert_problem(bob_page.delete(path), 403, "insufficient_scope")


def test_arrivals_and_their_deliveries_are_listed(api, visit, room):
    [arrival] = api.get(f"arrivals?room={room.uuid}&answered=false").json()["items"]
    assert arrival["guest"] == str(visit.guest.uuid)
    assert api.get(f"arrivals/{arrival['id']}").json() == arrival
    [delivery] = api.get(f"deliveries?arrival={arrival['id']}").json()["items"]
    assert delivery["state"] == "waiting"
    assert api.get(f"deliveries/{delivery['id']}").json() == delivery
    assert api.get("deliveries?state=failed").json()["items"] == []


def test_presence_is_empty_when_nobody_is_there(api, room):
    assert api.get("presence").json() == {"available": False, "members": [], "rooms": []}
    assert api.get(f"rooms/{room.uuid}/presence").json() == {"participants": []}


def test_ice_servers_carry_fresh_credentials(api, account, settings):
    settings.STUN_URLS = ["stun:stun.example.com:3478"]
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.com:3478"], "secret"
    body = api.get("ice-servers").json()
    stun, turn = body["ice_servers"]
    assert stun == {"urls": ["stun:stun.example.com:3478"]}
    assert turn["username"].endswith(f":{account.uuid}")
    assert api.get("ice-servers?transport=server").json()["ice_servers"] == []


PATHS = [
    ("GET", "guests/{guest}", None),
    ("PATCH", "guests/{guest}", {"nickname": "X"}),
    ("DELETE", "guests/{guest}", None),
    ("POST", "guests/{guest}/block", {}),
    ("POST", "guests/{guest}/unblock", {}),
    ("GET", "guests/{guest}/export", None),
    ("GET", "arrivals/{arrival}", None),
    ("GET", "deliveries/{delivery}", None),
    ("GET", "rooms/{room}/participants", None),
    ("GET", "rooms/{room}/presence", None),
]


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
def test_other_tenant_gets_404(charlies, visit, method, path, body):
    address = path.format(
        guest=visit.guest.uuid,
        room=visit.room.uuid,
        arrival=visit.arrival.uuid,
        delivery=visit.arrival.deliveries.first().uuid,
    )
    assert charlies.call(method, address, body).status_code == 404
    assert Guest.objects.filter(pk=visit.guest.pk, blocked_at=None).exists()


@pytest.mark.parametrize("path", ["guests", "arrivals", "deliveries"])
def test_other_tenant_lists_nothing(charlies, visit, path):
    assert charlies.get(path).json()["items"] == []


def test_visits_outlive_the_room_they_led_to(api, visit):
    ago = timezone.now() - timedelta(hours=settings.WORDLESS_ROOM_HOURS + 1)
    Room.objects.update(activity_at=ago)
    Guest.objects.update(last_seen_at=ago)
    Delivery.objects.update(state="sent", finished_at=ago)
    assert tidy_rooms() == 1
    arrivals = [one["room"] for one in api.get("arrivals").json()["items"]]
    exported = api.get(f"guests/{visit.guest.uuid}/export").json()["arrivals"]
    assert arrivals == [one["room"] for one in exported] == [None]
