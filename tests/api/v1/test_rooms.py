from __future__ import annotations

from uuid import uuid4

import pytest

from accounts.keys.services import revoke_api_key
from rooms.conversations.models import Message, Participant, Room
from rooms.conversations.services.messages import post_message, sender_of
from rooms.conversations.services.rooms import close_room
from rooms.conversations.tickets import read_ticket_claims
from rooms.properties.models import Property
from tests.api.requests.test_authentication import assert_problem
from tests.cast import enter, join


def say(participant, body):
    return post_message(sender=sender_of(participant), client_id=uuid4(), body=body)


def test_rooms_are_filtered(api, room, property, link, account):
    other = join(link, nickname="Ida").room
    close_room(room=other)
    api.put(f"rooms/{room.uuid}/tags", {"tags": ["vip", "order"]})
    for query, expected in [
        ("status=open", [room]),
        ("status=closed", [other]),
        ("tag=vip", [room]),
        (f"property={property.uuid}", [other, room]),
        (f"link={link.uuid}", [other, room]),
        (f"assignee={uuid4()}", []),
        ("active_until=2020-01-01T00:00:00Z", []),
        ("active_since=2020-01-01T00:00:00Z", [other, room]),
    ]:
        items = api.get(f"rooms?{query}").json()["items"]
        assert [item["id"] for item in items] == [str(r.uuid) for r in expected], query


@pytest.mark.parametrize("query", ["status=x", "property=1", "active_since=yesterday"])
def test_a_wrong_filter_is_refused(api, query):
    body = assert_problem(api.get(f"rooms?{query}"), 400, "invalid")
    assert body["errors"][0]["field"] == query.partition("=")[0]


def test_programs_list_all_rooms_and_may_ask_for_one_half(api, link, room, guest):
    ida = join(link, "Ida")
    say(ida.participant, "Hi")
    names = {
        query: [one["name"] for one in api.get(f"rooms{query}").json()["items"]]
        for query in ("", "?begun=true", "?begun=false")
    }
    assert names == {"": ["Ida", "Gwen"], "?begun=true": ["Ida"], "?begun=false": ["Gwen"]}
    assert api.get("rooms?begun=1").status_code == 400


def test_listing_rooms_takes_the_same_queries_for_twenty(api, link, django_assert_num_queries):
    for number in range(20):
        join(link, nickname=f"G{number}")
    api.get("me")  # notes the first use of the key
    with django_assert_num_queries(2):  # the key, the rooms
        assert len(api.get("rooms").json()["items"]) == 20


def test_a_room_is_closed_and_opened_again(api, room):
    assert api.post(f"rooms/{room.uuid}/close").json()["status"] == "closed"
    assert api.post(f"rooms/{room.uuid}/reopen").json()["status"] == "open"


def test_a_replaced_shared_room_stays_closed(api, link):
    link.mode = "shared"
    link.save(update_fields=["mode"])
    first = join(link).room
    close_room(room=first)
    join(link, nickname="Ida")
    assert_problem(api.post(f"rooms/{first.uuid}/reopen"), 409, "room_replaced")


def test_a_room_is_given_to_a_member_of_the_account_only(api, room, bob, charlie):
    path = f"rooms/{room.uuid}/assign"
    member, foreign = bob.memberships.get().uuid, charlie.memberships.get().uuid
    assert api.post(path, {"assignee": str(member)}).json()["assignee"] == str(member)
    assert api.post(path, {"assignee": str(foreign)}).status_code == 404
    assert api.post(path, {"assignee": None}).json()["assignee"] is None


def test_lines_of_a_message_end_as_any_system_ends_them(api, room):
    said = api.post(f"rooms/{room.uuid}/messages", {"body": "line one\r\nline two"})
    assert (said.status_code, said.json()["body"]) == (201, "line one\nline two")


def test_messages_are_read_forwards_and_backwards(api, room, guest):
    for number in range(1, 6):
        say(guest, f"line {number}")
    path = f"rooms/{room.uuid}/messages"

    def seqs(query):
        return [m["seq"] for m in api.get(f"{path}?{query}").json()["items"]]

    assert seqs("limit=2") == [1, 2]
    assert seqs("since=3") == [4, 5]
    assert seqs("before=4&limit=2") == [3, 2]
    assert seqs("since=1&before=4") == [2, 3]


def test_reading_messages_takes_the_same_queries_for_twenty(
    api, room, guest, django_assert_num_queries
):
    for number in range(20):
        say(guest, f"line {number}")
    api.get("me")  # notes the first use of the key
    with django_assert_num_queries(3):  # the key, the room, its messages
        assert len(api.get(f"rooms/{room.uuid}/messages").json()["items"]) == 20


def test_searching_takes_the_same_queries_for_twenty(api, guest, django_assert_num_queries):
    for number in range(20):
        say(guest, f"line {number}")
    api.get("me")  # notes the first use of the key
    with django_assert_num_queries(2):  # the key, the messages
        assert len(api.get("messages?query=line").json()["items"]) == 20


def test_listing_participants_takes_the_same_queries_for_twenty(
    api, link, bob, django_assert_num_queries
):
    link.mode = "shared"
    link.save(update_fields=["mode"])
    for number in range(20):
        room = join(link, nickname=f"G{number}").room
    enter(bob, room)
    api.get("me")  # notes the first use of the key
    with django_assert_num_queries(3):  # the key, the room, its participants
        people = api.get(f"rooms/{room.uuid}/participants").json()["items"]
    assert [one["kind"] for one in people] == ["guest"] * 20 + ["member"]


def test_a_key_writes_as_itself_or_as_a_named_integration(api, room):
    path = f"rooms/{room.uuid}/messages"
    first = api.post(path, {"body": "one"}).json()
    second = api.post(path, {"body": "two", "as": "Shop bot"}).json()
    assert (first["seq"], first["sender"]["name"]) == (1, "admin key")
    assert (second["seq"], second["sender"]["name"]) == (2, "Shop bot")
    assert second["sender"]["kind"] == "integration"
    assert Participant.objects.get(room=room, external_id="Shop bot").name == "Shop bot"


def test_a_member_writes_under_their_own_name(bob_page, room):
    path = f"rooms/{room.uuid}/messages"
    assert bob_page.post(path, {"body": "Hi"}).json()["sender"]["name"] == "Bob"
    assert_problem(bob_page.post(path, {"body": "Hi", "as": "Alice"}), 400, "invalid")


def test_the_same_client_id_is_one_message(api, room):
    path, client_id = f"rooms/{room.uuid}/messages", str(uuid4())
    first = api.post(path, {"body": "one", "client_id": client_id})
    again = api.post(path, {"body": "one", "client_id": client_id})
    assert first.json() == again.json()
    other = api.post(path, {"body": "two", "client_id": client_id})
    assert_problem(other, 409, "client_id_reused")
    assert Message.objects.filter(room=room).count() == 1


def test_no_integration_passes_for_a_key(api, room):
    body = {"body": "Hi", "as": f"key:{uuid4()}"}
    assert_problem(api.post(f"rooms/{room.uuid}/messages", body), 400, "invalid")


def test_a_closed_room_takes_no_message(api, room):
    close_room(room=room)
    assert_problem(api.post(f"rooms/{room.uuid}/messages", {"body": "Hi"}), 409, "room_closed")


@pytest.mark.parametrize("body", ["", "   ", "x" * 8001, "a\x00b", "a\x07b"])
def test_a_wrong_body_is_refused(api, room, body):
    assert api.post(f"rooms/{room.uuid}/messages", {"body": body}).status_code == 400
    assert not Message.objects.exists()


def test_what_is_not_stored_cannot_be_read(api, room):
    Property.objects.filter(pk=room.property_id).update(storage="none")
    path = f"rooms/{room.uuid}/messages"
    assert_problem(api.get(path), 409, "not_stored")
    assert_problem(api.post(path, {"body": "Hi"}), 409, "not_stored")


def test_messages_are_found_by_text_in_the_own_account_only(api, charlies, room, guest):
    say(guest, "Where is my ORDER?")
    say(guest, "100%")
    found = api.get("messages?query=order").json()["items"]
    assert [(m["body"], m["room"]) for m in found] == [("Where is my ORDER?", str(room.uuid))]
    assert api.get("messages?query=0%25").json()["items"][0]["body"] == "100%"
    assert api.get(f"messages?query=order&room={uuid4()}").json()["items"] == []
    assert charlies.get("messages?query=order").json()["items"] == []


def test_a_key_gets_a_ticket_for_its_user(api, room, account):
    person = {"external_id": "user-17", "name": "Ann"}
    body = api.post("tickets", {"room": str(room.uuid), "participant": person}).json()
    claims = read_ticket_claims(body["ticket"])
    participant = Participant.objects.get(uuid=claims.participant)
    assert (participant.room, participant.external_id) == (room, "user-17")
    assert (claims.account, claims.key) == (str(account.uuid), str(api.key.uuid))
    assert (body["ws"], claims.membership) == ("/ws/", "")


def test_a_key_gets_a_ticket_for_the_account(api, account):
    claims = read_ticket_claims(api.post("tickets").json()["resume"])
    assert (claims.account, claims.room, claims.membership) == (str(account.uuid), "", "")
    assert claims.key == str(api.key.uuid)


def test_a_member_gets_a_ticket_bound_to_the_session(bob_page, bob):
    claims = read_ticket_claims(bob_page.post("tickets").json()["ticket"])
    assert claims.membership == str(bob.memberships.get().uuid)
    assert claims.session == bob_page.client.session.session_key
    assert claims.key == ""


def test_a_participant_needs_a_room(api):
    person = {"external_id": "user-17", "name": "Ann"}
    assert_problem(api.post("tickets", {"participant": person}), 400, "invalid")


def test_a_reader_and_a_revoked_key_get_no_ticket(api, reader):
    assert_problem(reader.post("tickets"), 403, "insufficient_scope")
    revoke_api_key(api.key)
    assert_problem(api.post("tickets"), 401, "unauthenticated")


PATHS = [
    ("GET", "rooms/{room}", None),
    ("POST", "rooms/{room}/close", {}),
    ("POST", "rooms/{room}/reopen", {}),
    ("POST", "rooms/{room}/assign", {"assignee": None}),
    ("PUT", "rooms/{room}/tags", {"tags": []}),
    ("GET", "rooms/{room}/messages", None),
    ("POST", "rooms/{room}/messages", {"body": "Hi"}),
]


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
def test_other_tenant_gets_404(charlies, room, method, path, body):
    assert charlies.call(method, path.format(room=room.uuid), body).status_code == 404
    assert Room.objects.get(pk=room.pk).is_open


def test_other_tenant_gets_no_ticket(charlies, room):
    assert charlies.post("tickets", {"room": str(room.uuid)}).status_code == 404
