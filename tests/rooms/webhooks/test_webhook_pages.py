"""Developers → Webhooks."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from rooms.webhooks.models import Webhook, WebhookDelivery
from rooms.webhooks.services import create_webhook, send_test
from tests.cast import join, show_who

LIST = "/developers/webhooks"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44,}")


def sign_in(user):
    client = Client()
    client.force_login(user)
    show_who(client)
    return client


@pytest.fixture
def page(alice):
    return sign_in(alice)


@pytest.fixture
def hook(account):
    return create_webhook(account=account, url="https://shop.example.com/hook")[0]


def text_of(answer):
    return answer.content.decode()


def test_the_developers_page_leads_there(page):
    assert f'href="{LIST}"' in text_of(page.get("/developers"))


def test_a_new_webhook_shows_its_secret_in_one_answer(page):
    form = {"url": "https://shop.example.com/hook", "events": ["message.posted"]}
    assert SECRET.search(text_of(page.post(LIST, form)))
    shown = text_of(page.get(LIST))
    assert str(Webhook.objects.get().uuid) in shown
    assert not SECRET.search(shown)
    assert Webhook.objects.get().events == ["message.posted"]


def test_a_refused_address_is_explained_beside_the_field(page):
    answer = page.post(LIST, {"url": "https://127.0.0.1/"})
    assert answer.status_code == 400
    assert "private network" in text_of(answer)
    assert 'value="https://127.0.0.1/"' in text_of(answer)
    assert Webhook.objects.count() == 0


def test_a_webhook_is_changed_switched_and_removed(page, hook):
    path = f"{LIST}/{hook.uuid}"
    page.post(path, {"url": hook.url, "description": "Till", "events": ["room.closed"]})
    page.post(f"{path}/switch", {"enabled": "0"})
    hook.refresh_from_db()
    assert (hook.description, hook.events, hook.enabled) == ("Till", ["room.closed"], False)
    page.post(f"{path}/switch", {"enabled": "1"})
    hook.refresh_from_db()
    assert hook.enabled
    assert page.post(f"{path}/remove", follow=True).status_code == 200
    assert not Webhook.objects.exists()


def test_a_rotation_shows_the_new_secret(page, hook):
    answer = page.post(f"{LIST}/{hook.uuid}/rotate")
    assert SECRET.search(text_of(answer))
    hook.refresh_from_db()
    assert len(hook.sealed_secrets) == 2


def test_the_log_shows_what_was_answered_and_sends_again(page, hook, link):
    join(link, "<b>Eve</b>")
    lines = WebhookDelivery.objects.filter(webhook=hook)
    lines.update(
        state="failed",
        attempts=11,
        response_status=500,
        response_excerpt="500\n\n<script>",
        finished_at=hook.created_at,
    )
    shown = text_of(page.get(f"{LIST}/{hook.uuid}"))
    assert "guest.arrived" in shown
    assert "500\n\n&lt;script&gt;" in shown
    assert "<b>Eve" not in shown
    page.post(f"/developers/deliveries/{lines.get().uuid}/replay")
    assert lines.get().state == "waiting"
    lines.update(state="failed")
    page.post(f"{LIST}/{hook.uuid}/replay")
    assert lines.get().state == "waiting"


def test_a_test_is_written_down(page, hook):
    page.post(f"{LIST}/{hook.uuid}/test")
    assert WebhookDelivery.objects.get().event == "webhook.test"


def test_twenty_webhooks_and_thirty_lines_cost_a_constant_number_of_queries(
    page, account, hook, link, django_assert_max_num_queries
):
    for number in range(19):
        create_webhook(account=account, url=f"https://example.com/{number}")
    for number in range(20):
        join(link, f"G{number}")
    with django_assert_max_num_queries(8):
        page.get(LIST)
    with django_assert_max_num_queries(8):
        page.get(f"{LIST}/{hook.uuid}")


def test_agents_and_other_tenants_get_404(bob, charlie, hook):
    line = send_test(webhook=hook)
    paths = [LIST, f"{LIST}/{hook.uuid}"]
    assert [sign_in(bob).get(path).status_code for path in paths] == [404, 404]
    theirs = sign_in(charlie)
    assert str(hook.uuid) not in text_of(theirs.get(LIST))
    assert theirs.get(paths[1]).status_code == 404
    for action in ("rotate", "switch", "test", "remove", "replay"):
        assert theirs.post(f"{LIST}/{hook.uuid}/{action}").status_code == 404
    assert theirs.post(f"/developers/deliveries/{line.uuid}/replay").status_code == 404
