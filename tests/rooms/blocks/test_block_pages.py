from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from rooms.blocks.models import Block
from rooms.blocks.services import block
from tests.api.conftest import make_api
from tests.cast import join

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, alice):
    client.force_login(alice)
    return client


def test_a_guest_is_blocked_from_the_details_of_their_conversation(desk, visit):
    details = desk.get(f"/inbox/{visit.room.uuid}/details").json()
    [guest] = details["guests"]
    page = desk.get(guest["block_url"])
    assert "Block Gwen" in page.content.decode()
    answer = desk.post(guest["block_url"], {"hours": "24", "device": "on", "reason": "Insults"})
    assert answer["Location"] == "/blocks"
    visit.guest.refresh_from_db()
    assert visit.guest.blocked_at is not None
    [kept] = Block.objects.all()
    assert (kept.reason, kept.actor_name) == ("Insults", "alice@example.com")
    assert timezone.now() < kept.ends_at
    text = desk.get("/blocks").content.decode()
    assert "Gwen" in text
    assert "Insults" in text
    assert desk.get(f"/inbox/{visit.room.uuid}/details").json()["guests"][0]["blocked"] is True


def test_what_was_typed_is_kept_when_it_is_refused(desk, visit):
    page = reverse("rooms:guest_block", args=[visit.guest.uuid])
    answer = desk.post(page, {"hours": "3", "reason": "x" * 300})
    assert answer.status_code == 422
    assert "x" * 300 in answer.content.decode()
    assert not Block.objects.exists()


def test_a_block_is_ended_by_a_click(desk, visit):
    [kept] = block(guest=visit.guest)
    page = desk.post(reverse("rooms:block_end", args=[kept.uuid]), follow=True)
    assert "Nobody is blocked" in page.content.decode()
    visit.guest.refresh_from_db()
    assert visit.guest.blocked_at is None


def test_the_list_takes_the_same_queries_for_twenty(desk, link, django_assert_num_queries):
    for number in range(20):
        block(guest=join(link, f"Guest {number}").guest)
    desk.get("/blocks")
    with django_assert_num_queries(4):
        desk.get("/blocks")


def test_another_tenant_finds_nothing(client, charlie, visit):
    [kept] = block(guest=visit.guest)
    client.force_login(charlie)
    assert client.post(reverse("rooms:block_end", args=[kept.uuid])).status_code == 404
    page = reverse("rooms:guest_block", args=[visit.guest.uuid])
    assert client.get(page).status_code == client.post(page).status_code == 404
    assert "Gwen" not in client.get("/blocks").content.decode()


def test_programs_block_list_and_end(account, visit):
    api = make_api(account, "write")
    body = {"reason": "Insults", "ends_at": "2099-01-01T00:00:00Z", "device": True}
    blocked = api.post(f"guests/{visit.guest.uuid}/block", body).json()
    assert blocked["blocked_at"] is not None
    [kept] = api.get("blocks").json()["items"]
    assert (kept["kind"], kept["guest"], kept["reason"]) == ("guest", blocked["id"], "Insults")
    assert api.delete(f"blocks/{kept['id']}").status_code == 204
    assert api.get("blocks").json()["items"] == []
    assert api.get("blocks?ended=true").json()["items"][0]["ended_at"] is not None
    assert api.get(f"guests/{visit.guest.uuid}").json()["blocked_at"] is None
