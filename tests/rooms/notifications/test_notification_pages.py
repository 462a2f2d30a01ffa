from __future__ import annotations

import re

import pytest
from django.utils import timezone

from accounts.targets.models import Target
from rooms.notifications.models import Delivery
from rooms.notifications.tasks import send_proof, send_test
from tests.cast import join

pytestmark = pytest.mark.django_db(transaction=True)
# User, memberships, own targets, properties, usable targets, deliveries.
QUERIES = 6


@pytest.fixture
def page(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def target(alice):
    return Target.objects.get(membership__user=alice)


def act(client, target, name="", **data):
    return client.post(f"/notifications/targets/{target.uuid}{name}", data)


def read(client):
    response = client.get("/notifications")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_page_shows_addresses_ladder_and_calls(page, visit):
    text = read(page)
    assert "alice@example.com" in text
    assert "at once" in text
    assert "on its way" in text
    assert "Gwen" in text


def test_page_tells_why_a_call_is_tried_again(page, visit):
    Delivery.objects.update(attempts=2, note="451 try <later>")
    assert "451 try &lt;later&gt; · 2 tries" in read(page)


def test_page_speaks_the_members_language(page, visit, alice):
    alice.language = "zh-hans"
    alice.save(update_fields=["language"])
    Delivery.objects.update(state="skipped", note="somebody is at the desk")
    text = read(page)
    assert "通知到哪里" in text
    assert "收件箱有人值守" in text


def test_page_takes_as_many_queries_for_many_calls(page, link, django_assert_num_queries):
    join(link)
    page.get("/notifications")
    with django_assert_num_queries(QUERIES):
        page.get("/notifications")
    for number in range(20):
        join(link, f"Guest {number}")
    with django_assert_num_queries(QUERIES):
        page.get("/notifications")


def test_new_address_counts_once_its_reader_agrees(page, client, mailoutbox):
    page.post("/notifications/targets", {"email": "Desk@Example.com"})
    added = Target.objects.get(address__email="desk@example.com")
    assert added.verified_at is None
    send_proof(added.pk)
    [mail] = mailoutbox
    assert mail.to == ["desk@example.com"]
    path = re.search(r"https?://[^/]+(/notifications/confirm/\S+)", mail.body)[1]
    client.logout()
    client.get(path)
    assert not Target.objects.usable().filter(pk=added.pk).exists()
    assert "desk@example.com" in client.post(path).content.decode()
    assert Target.objects.usable().filter(pk=added.pk).exists()


def test_forged_confirmation_is_not_found(client, target):
    assert client.post("/notifications/confirm/forged").status_code == 404


def test_address_given_twice_is_refused_beside_the_field(page, target):
    response = page.post("/notifications/targets", {"email": "alice@example.com"})
    assert response.status_code == 400
    assert "on your list already" in response.content.decode()


def test_address_is_switched_off_and_on(page, target, link):
    act(page, target, enabled="0")
    assert join(link).arrival.deliveries.count() == 0
    act(page, target, enabled="1")
    assert join(link).arrival.deliveries.count() == 1


def test_address_is_removed(page, target):
    act(page, target, "/remove")
    assert "no address of yours" in read(page)


def test_a_test_mail_looks_like_a_call(target, mailoutbox):
    send_test(target.pk)
    [mail] = mailoutbox
    assert mail.subject == "Test is waiting at Alice's shop"
    assert re.search(r"/inbox\s", mail.body)


def test_agent_sees_only_their_own_calls(client, bob, visit, link):
    client.force_login(bob)
    assert "Gwen" not in read(client)
    place = bob.memberships.get()
    Target.objects.create(
        account=place.account,
        membership=place,
        address={"email": "bob@example.com"},
        verified_at=timezone.now(),
    )
    join(link, "Hans")
    assert "Hans" in read(client)


@pytest.mark.parametrize("action", ["", "/remove", "/prove", "/test"])
def test_other_tenant_gets_404(client, charlie, target, action):
    client.force_login(charlie)
    assert act(client, target, action, enabled="0").status_code == 404
    target.refresh_from_db()
    assert target.enabled


def test_other_tenant_sees_no_call(client, charlie, visit):
    client.force_login(charlie)
    assert "Gwen" not in read(client)


def test_visitor_without_account_signs_in_first(client, alice):
    assert client.get("/notifications").status_code == 302
