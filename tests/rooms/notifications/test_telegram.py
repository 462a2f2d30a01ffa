"""Being called in Telegram: linking a chat, the call, and switching it off."""

from __future__ import annotations

import re

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.targets.models import Target
from rooms.notifications.models import Delivery
from rooms.notifications.tasks import deliver
from rooms.properties.models import Property
from tests.api.conftest import make_api
from tests.cast import join
from tests.rooms.notifications.telegram_api import (  # noqa: F401
    ALICE,
    EVE,
    call,
    read_code,
    say,
    target,
    telegram,
    tell,
    write,
)

# ruff: noqa: F811
pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State


def test_a_code_from_the_page_links_the_chat(target, alice):
    assert target.membership.user == alice
    assert target.address == {"chat": ALICE, "name": "@alice"}
    assert target.verified_at is not None


def test_the_code_is_short_enough_for_telegram(client, alice):
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", read_code(client, alice))


CHANGES = {
    "cut": lambda code: code[:-1],
    "turned": lambda code: code[::-1],
    "made up": lambda code: "A" * 43,
    "none": lambda code: "",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_code_that_is_not_ours_links_nothing(client, alice, say, change):
    code = read_code(client, alice)
    assert "no longer valid" in say(f"/start {change(code)}")["text"]
    assert not Target.objects.filter(kind="telegram").exists()


def test_an_old_code_links_nothing(client, alice, say, monkeypatch):
    code = read_code(client, alice)
    later = timezone.now().timestamp() + 1801
    monkeypatch.setattr("time.time", lambda: later)
    assert "no longer valid" in say(f"/start {code}")["text"]


def test_the_same_chat_is_linked_once(client, alice, say, target):
    assert "already" in say(f"/start {read_code(client, alice)}")["text"]
    assert Target.objects.count() == 1


def test_an_arrival_is_called_with_a_button(target, link, telegram, settings):
    settings.SITE_URL = "https://chat.example.com"
    _, delivery = call(link)
    assert (delivery.state, delivery.note) == (State.SENT, "")
    assert telegram.last["chat_id"] == ALICE
    assert telegram.last["text"].startswith(f"Gwen is waiting at {link.property.name}\n")
    (button,) = telegram.last["reply_markup"]["inline_keyboard"][0]
    assert button["url"] == f"https://chat.example.com/inbox/{delivery.arrival.room.uuid}"
    assert "parse_mode" not in telegram.last


def test_on_ones_own_machine_the_address_stands_in_the_text(target, link, telegram):
    _, delivery = call(link)
    assert delivery.state == State.SENT
    assert str(delivery.arrival.room.uuid) in telegram.last["text"]


def test_off_and_on(target, link, say):
    assert "not called here any more" in say("/off")["text"]
    _, delivery = call_nobody(link)
    assert delivery is None
    assert "again" in say("/on@DoorbellTestBot")["text"]
    target.refresh_from_db()
    assert target.enabled


def call_nobody(link):
    visit = join(link, "Quiet")
    return visit, Delivery.objects.filter(arrival__room=visit.room).first()


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("30m", 1800), ("2h", 7200), ("1d", 86_400), ("", 3600), ("15", 900), ("999d", 30 * 86_400)],
)
def test_snooze_pauses_the_calls(target, link, say, words, seconds):
    before = timezone.now()
    assert "not called here for" in say(f"/snooze {words}".strip())["text"]
    target.refresh_from_db()
    assert abs((target.snoozed_until - before).total_seconds() - seconds) < 10
    assert call_nobody(link)[1] is None
    say("/on")
    target.refresh_from_db()
    assert target.snoozed_until is None


@pytest.mark.parametrize("words", ["soon", "-1h", "1y", "1h1m"])
def test_a_snooze_of_no_length_is_explained(target, say, words):
    assert "/snooze 30m" in say(f"/snooze {words}")["text"]
    target.refresh_from_db()
    assert target.snoozed_until is None


def test_a_call_that_waits_is_skipped_while_snoozed(target, link, say, property):
    Property.objects.update(call_after_s=30)
    join(link)
    say("/snooze 1h")
    delivery = Delivery.objects.get()
    Delivery.objects.update(next_at=timezone.now())
    deliver(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.note) == (State.SKIPPED, "snoozed")


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (403, {"ok": False, "description": "Forbidden: bot was blocked by the user"}, State.FAILED),
        (400, {"ok": False, "description": "Bad Request: chat not found"}, State.FAILED),
        (401, {"ok": False, "description": "Unauthorized"}, State.WAITING),
        (502, {}, State.WAITING),
    ],
)
def test_what_telegram_refuses(target, link, telegram, status, body, state):
    telegram.refusal = (status, body)
    _, delivery = call(link)
    assert delivery.state == state
    target.refresh_from_db()
    assert target.enabled == (state == State.WAITING)


def test_a_flood_wait_is_waited(target, link, telegram):
    telegram.refusal = (
        429,
        {"ok": False, "description": "Too Many", "parameters": {"retry_after": 77}},
    )
    before = timezone.now()
    _, delivery = call(link)
    assert 70 < (delivery.next_at - before).total_seconds() < 95


def test_telegram_is_told_where_we_listen(telegram, capsys):
    call_command("telegram", "webhook")
    method, payload = telegram.sent[-1]
    assert method == "setWebhook"
    assert payload["url"].endswith("/telegram")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", payload["secret_token"])


def test_a_wrong_token_is_said(telegram):
    telegram.refusal = (401, {"ok": False, "description": "Unauthorized"})
    with pytest.raises(CommandError, match="Unauthorized"):
        call_command("telegram", "webhook")


def test_without_a_bot_there_is_nothing(client, alice, settings):
    settings.TELEGRAM_BOT_TOKEN = ""
    client.force_login(alice)
    assert "Connect Telegram" not in client.get("/notifications").content.decode()
    assert client.get("/notifications/telegram").status_code == 404
    assert client.post("/telegram", {}, content_type="application/json").status_code == 404


def test_a_program_is_told_that_only_the_member_can(account, alice):
    body = {"member": str(alice.memberships.get().uuid), "kind": "telegram", "address": "4711"}
    refused = make_api(account).post("targets", body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "address")
