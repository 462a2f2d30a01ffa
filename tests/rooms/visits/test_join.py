"""The door: POST /c/<address>/join."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tenants.models import Account
from rooms.arrivals.models import Arrival
from rooms.conversations.models import Participant, Room
from rooms.conversations.services.rooms import close_room
from rooms.conversations.tickets import read_ticket_claims
from rooms.guests.cookie import read_guest
from rooms.guests.models import Guest
from rooms.links.models import DirectLink
from rooms.links.services.links import create_link
from rooms.links.services.prefill import sign_prefill
from rooms.properties.models import Property

pytestmark = pytest.mark.django_db


def join(client, link, body=None, **headers):
    return client.post(
        f"/c/{link.token}/join",
        json.dumps({} if body is None else body),
        content_type="application/json",
        headers=headers,
    )


def cookie_of(response):
    (cookie,) = (found for name, found in response.cookies.items() if name != "doorbell_device")
    return cookie


def error_of(response):
    return response.json()["error"]["code"]


def set_property(link, **values):
    Property.objects.filter(pk=link.property_id).update(**values)


def test_a_guest_gets_a_room_a_ticket_and_a_resume_token(client, link):
    response = join(client, link, {"nickname": "Gwen"})
    answer = response.json()

    assert response.status_code == 201
    room = Room.objects.get(link=link)
    guest = room.participants.get()
    assert (answer["room"], answer["participant"]) == (str(room.uuid), str(guest.uuid))
    assert answer["ws"] == "/ws/"
    assert answer["policies"] == {"storage": "keep", "transport": "direct"}
    assert (guest.name, room.name) == ("Gwen", "Gwen")
    assert set(answer) == {"ticket", "resume", "room", "participant", "ws", "policies"}


def test_the_ticket_names_this_account_room_and_participant(client, link):
    answer = join(client, link).json()

    claims = read_ticket_claims(answer["ticket"])
    assert claims == read_ticket_claims(answer["resume"])
    assert claims.account == str(link.account.uuid)
    assert (claims.room, claims.participant) == (answer["room"], answer["participant"])
    assert claims.connection


def test_the_cookie_is_signed_http_only_and_lax(client, link):
    cookie = cookie_of(join(client, link))

    assert cookie.key == f"guest_{link.account.uuid.hex[:12]}"
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/c/"
    assert cookie["max-age"] == 400 * 86_400
    assert cookie["secure"] == ""
    assert read_guest(cookie.value) == Guest.objects.get().uuid


def test_over_https_the_cookie_is_secure(client, link):
    response = client.post(
        f"/c/{link.token}/join", "{}", content_type="application/json", secure=True
    )

    assert cookie_of(response)["secure"] is True


def test_the_answer_is_not_cached_and_starts_no_session(client, link):
    response = join(client, link)

    assert response["Cache-Control"] == "no-store"
    assert "sessionid" not in response.cookies


def test_the_same_guest_comes_back_to_the_same_room(client, link):
    first = join(client, link, {"nickname": "Gwen"}).json()
    second = join(client, link).json()

    assert (second["room"], second["participant"]) == (first["room"], first["participant"])
    assert Participant.objects.get(uuid=first["participant"]).name == "Gwen"
    assert Room.objects.count() == 1


def test_another_tab_is_another_connection(client, link):
    first, second = join(client, link).json(), join(client, link).json()

    connections = {read_ticket_claims(answer["ticket"]).connection for answer in (first, second)}
    assert len(connections) == 2


def test_a_returning_guest_opens_the_closed_room_again(client, link):
    answer = join(client, link).json()
    close_room(room=Room.objects.get(uuid=answer["room"]))

    assert join(client, link).json()["room"] == answer["room"]
    assert Room.objects.get().is_open


def test_two_guests_of_a_private_link_never_share_a_room(client, link):
    one, other = join(client, link).json(), join(Client(), link).json()

    assert one["room"] != other["room"]


def test_guests_of_a_shared_link_meet(client, property):
    link = create_link(property=property, mode=DirectLink.Mode.SHARED)

    assert join(client, link).json()["room"] == join(Client(), link).json()["room"]


def test_a_forged_cookie_makes_a_new_guest(client, link):
    known = join(Client(), link).json()
    name = f"guest_{link.account.uuid.hex[:12]}"
    client.cookies[name] = Guest.objects.get().uuid.hex + ":forged"

    assert join(client, link).json()["room"] != known["room"]


def test_another_accounts_cookie_is_useless(client, link, charlie):
    other = charlie.memberships.get().account.links.get()
    value = cookie_of(join(Client(), other)).value
    client.cookies[f"guest_{link.account.uuid.hex[:12]}"] = value

    answer = join(client, link).json()

    assert Room.objects.get(uuid=answer["room"]).account_id == link.account_id
    assert Guest.objects.for_account(link.account).get().uuid != read_guest(value)


def test_the_nickname_can_be_changed_by_joining_again(client, link):
    join(client, link, {"nickname": "Gwen"})
    join(client, link, {"nickname": "  Gwendolyn "})

    assert Participant.objects.get().name == "Gwendolyn"


def test_a_required_nickname_is_asked_for_once(client, link):
    set_property(link, nickname=Property.Nickname.REQUIRED)

    refused = join(client, link)
    assert (refused.status_code, error_of(refused)) == (400, "nickname_required")
    assert not Guest.objects.exists()
    assert join(client, link, {"nickname": "Gwen"}).status_code == 201
    assert join(client, link).status_code == 201


def test_where_no_nickname_is_wanted_none_is_kept(client, link):
    set_property(link, nickname=Property.Nickname.NEVER)

    join(client, link, {"nickname": "Gwen"})

    assert Guest.objects.get().nickname == ""


def test_a_passcode_is_asked_of_new_guests_only(client, property):
    link = create_link(property=property, passcode="swordfish")

    for body in ({}, {"passcode": "wrong"}):
        refused = join(client, link, body)
        assert (refused.status_code, error_of(refused)) == (403, "passcode_wrong")
    assert join(client, link, {"passcode": "swordfish"}).status_code == 201
    assert join(client, link).status_code == 201


def test_a_guest_of_another_link_does_not_slip_past_the_passcode(client, link, property):
    locked = create_link(property=property, passcode="swordfish")
    join(client, link)

    assert error_of(join(client, locked)) == "passcode_wrong"


def test_a_blocked_guest_stays_outside(client, link):
    join(client, link)
    Guest.objects.update(blocked_at=timezone.now())

    refused = join(client, link)
    assert (refused.status_code, error_of(refused)) == (403, "banned")


def test_a_full_link_lets_in_only_those_who_have_been_here(client, property):
    link = create_link(property=property, guest_limit=1)
    join(client, link)

    refused = join(Client(), link)
    assert (refused.status_code, error_of(refused)) == (410, "link_gone")
    assert join(client, link).status_code == 201


def test_a_full_account_is_told_without_its_numbers(client, link):
    Account.objects.update(limits={"open_rooms": 0})

    refused = join(client, link)

    assert (refused.status_code, error_of(refused)) == (403, "limit_reached")
    assert "open_rooms" not in refused.content.decode()


@pytest.mark.parametrize("address", ["nothing-here", "%00", "a" * 61, "<script>"])
def test_an_unknown_address_is_a_404_in_json(client, db, address):
    refused = client.post(f"/c/{address}/join", "{}", content_type="application/json")

    assert (refused.status_code, error_of(refused)) == (404, "link_not_found")


def test_a_revoked_link_is_a_410(client, link):
    DirectLink.objects.update(revoked_at=timezone.now())

    refused = join(client, link)
    assert (refused.status_code, error_of(refused)) == (410, "link_gone")


def test_signed_facts_travel_with_the_guest(client, link):
    soon = timezone.now() + timedelta(hours=1)
    prefill = sign_prefill(link, {"name": "Gwen", "plan": "gold"}, soon)

    join(client, link, {"prefill": prefill})

    guest = Guest.objects.get()
    assert guest.nickname == "Gwen"
    assert guest.details["plan"] == "gold"


def test_forged_facts_are_refused(client, link):
    refused = join(client, link, {"prefill": "eyJuYW1lIjoiR3dlbiJ9.forged"})

    assert (refused.status_code, error_of(refused)) == (400, "prefill_invalid")
    assert not Guest.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_sites_page_cannot_join(client, link, headers):
    refused = join(client, link, **headers)

    assert (refused.status_code, error_of(refused)) == (403, "forbidden")
    assert not refused.cookies


@pytest.mark.parametrize("headers", [{"Origin": "http://testserver"}, {"Sec-Fetch-Site": "none"}])
def test_our_own_page_and_programs_can_join(link, headers):
    client = Client(enforce_csrf_checks=True)

    assert join(client, link, **headers).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"nickname": 7}', "nickname"),
        ('{"nickname": "%s"}' % ("x" * 61), "nickname"),
        ('{"nickname": "a\\u0000b"}', "nickname"),
        ('{"nickname": "\\u202e\\u200b"}', "nickname"),
        ('{"passcode": "\\ud800"}', "passcode"),
        ('{"room": "x"}', "room"),
        ("[]", None),
        ("not json", None),
        ("[" * 4000, None),
        (b"\xff\xfe", None),
    ],
)
def test_nonsense_is_a_clear_400(client, link, body, field):
    refused = client.post(f"/c/{link.token}/join", body, content_type="application/json")

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "invalid"
    assert refused.json()["error"]["message"]
    assert refused.json()["error"].get("field") == field


def test_a_body_over_4_kib_is_refused(client, link):
    refused = join(client, link, {"nickname": "x" * 4096})

    assert (refused.status_code, error_of(refused)) == (413, "body_too_large")


def test_a_form_is_refused(client, link):
    refused = client.post(f"/c/{link.token}/join", {"nickname": "Gwen"})

    assert (refused.status_code, error_of(refused)) == (415, "unsupported_media_type")


def test_reading_the_door_is_not_joining(client, link):
    assert client.get(f"/c/{link.token}/join").status_code == 405


def test_joining_is_rate_limited_by_address(client, link, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "join": "2/60"}
    statuses = [join_from(client, link, "192.0.2.7").status_code for _ in range(2)]

    refused = join_from(client, link, "192.0.2.7")

    assert statuses == [201, 201]
    assert (refused.status_code, error_of(refused)) == (429, "rate_limited")
    assert int(refused["Retry-After"]) >= 1
    assert join_from(client, link, "192.0.2.8").status_code == 201


def test_a_refused_join_or_page_asks_the_database_nothing(
    client, link, settings, django_assert_num_queries
):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "join": "1/60", "page": "1/60"}
    neighbours = [f"2001:db8:0:1::{n}" for n in range(2)]
    join_from(client, link, neighbours[0])
    client.get(f"/c/{link.token}", REMOTE_ADDR=neighbours[0])

    with django_assert_num_queries(0):
        refused = join_from(client, link, neighbours[1])
        page = client.get(f"/c/{link.token}", REMOTE_ADDR=neighbours[1])

    assert refused.status_code == page.status_code == 429


def join_from(client, link, address):
    url = f"/c/{link.token}/join"
    return client.post(url, "{}", content_type="application/json", REMOTE_ADDR=address)


def test_of_the_address_nothing_is_noted(client, link):
    join(client, link)
    assert Arrival.objects.get().address == ""


@pytest.mark.parametrize(
    ("address", "net"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1::/48"), ("-", "")],
)
def test_where_the_property_wants_it_the_net_is_noted(client, link, address, net):
    set_property(link, addresses="short")
    client.post(f"/c/{link.token}/join", "{}", content_type="application/json", REMOTE_ADDR=address)
    assert Arrival.objects.get().address == net
