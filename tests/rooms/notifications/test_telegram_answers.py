"""Answering in Telegram: what is said there goes into the room, and to nobody else's."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.team.models import Membership
from rooms.conversations.models import Message, Room
from rooms.notifications.models import CallReference, Delivery
from rooms.notifications.tasks import tell_followers
from tests.cast import join, make_owner
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


def test_a_reply_goes_into_the_room_under_the_members_name(target, link, say, alice):
    visit, delivery = call(link)
    answer = say("Coming!", answers=CallReference.objects.get().reference)
    assert answer["method"] == "setMessageReaction"
    message = Message.objects.get()
    assert (message.body, message.room) == ("Coming!", visit.room)
    assert message.sender.membership.user == alice
    delivery.arrival.refresh_from_db()
    assert delivery.arrival.answered_at is not None


def test_the_same_update_twice_is_one_message(target, link, say):
    call(link)
    reference = CallReference.objects.get().reference
    for _ in range(2):
        assert say("Coming!", answers=reference, number=77)["method"] == "setMessageReaction"
    assert Message.objects.count() == 1


def test_words_that_answer_nothing_are_asked_back(target, link, say):
    call(link)
    assert "Reply to the message" in say("Coming!")["text"]
    assert "Reply to the message" in say("Coming!", answers=1)["text"]
    assert not Message.objects.exists()


def test_somebody_elses_chat_answers_nothing(target, link, say):
    call(link)
    reference = CallReference.objects.get().reference
    assert "add Telegram" in say("I am Alice", answers=reference, chat=EVE)["text"]
    assert not Message.objects.exists()


def test_another_accounts_member_answers_nothing(target, link, say, client):
    call(link)
    code = read_code(client, make_owner("eve"))
    say(f"/start {code}", chat=EVE)
    reference = CallReference.objects.get().reference
    assert "Reply to the message" in say("I am Alice", answers=reference, chat=EVE)["text"]
    assert not Message.objects.exists()


def test_a_removed_member_answers_nothing(target, link, say, alice):
    call(link)
    reference = CallReference.objects.get().reference
    alice.is_active = False
    alice.save()
    assert "Reply to the message" in say("Still here", answers=reference)["text"]
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"chat": {"id": ALICE, "type": "group"}},
        {"chat": {"id": ALICE, "type": "channel"}},
        {"from": {"id": ALICE, "is_bot": True}},
        {"chat": None},
        {"from": None},
        {"message_id": "x"},
    ],
)
def test_what_is_no_word_of_one_person_is_left_alone(target, client, change):
    message = {
        "message_id": 5,
        "from": {"id": ALICE, "is_bot": False},
        "chat": {"id": ALICE, "type": "private"},
        "text": "/off",
        **change,
    }
    assert tell(client, {"update_id": 1, "message": message}) == 204
    target.refresh_from_db()
    assert target.enabled


@pytest.mark.parametrize("update", ["", "[]", "5", "null", '{"edited_message": {}}', "[" * 5000])
def test_an_odd_update_is_taken_and_forgotten(client, update):
    assert tell(client, update) == 204


@pytest.mark.parametrize("secret", ["", "wrong", "é"])
def test_nobody_else_speaks_for_telegram(target, client, secret):
    message = {
        "message_id": 5,
        "from": {"id": ALICE},
        "chat": {"id": ALICE, "type": "private"},
        "text": "/off",
    }
    assert tell(client, {"update_id": 1, "message": message}, secret=secret) == 403
    target.refresh_from_db()
    assert target.enabled


def test_later_words_of_the_guest_come_under_the_call(target, link, telegram, say):
    visit, _ = call(link)
    reference = CallReference.objects.get().reference
    write(visit, "Are you there?")
    tell_followers(Message.objects.get().pk)
    assert telegram.last["text"] == "Gwen: Are you there?"
    assert telegram.last["reply_parameters"]["message_id"] == int(reference)
    # A reply to any of them is an answer.
    said = CallReference.objects.latest("id").reference
    assert say("Yes", answers=said)["method"] == "setMessageReaction"
    assert [m.body for m in Message.objects.order_by("seq")] == ["Are you there?", "Yes"]


def test_a_message_is_told_once(target, link, telegram):
    visit, _ = call(link)
    write(visit, "Hello?")
    pk = Message.objects.get().pk
    tell_followers(pk)
    tell_followers(pk)
    assert [payload["text"] for _, payload in telegram.sent[1:]] == ["Gwen: Hello?"]


def test_nothing_is_told_of_rooms_that_nobody_follows(link, telegram):
    visit = join(link)
    write(visit, "Hello?")
    assert not Room.objects.get().followed
    tell_followers(Message.objects.get().pk)
    assert telegram.sent == []


def test_what_the_member_writes_is_not_told_back(target, link, say, telegram):
    call(link)
    before = len(telegram.sent)
    say("Coming!", answers=CallReference.objects.get().reference)
    assert len(telegram.sent) == before


def test_long_words_are_cut_for_telegram_only(target, link, telegram):
    visit, _ = call(link)
    write(visit, "x" * 8000)
    tell_followers(Message.objects.get().pk)
    assert len(telegram.last["text"]) == 4000
    assert len(Message.objects.get().body) == 8000


def test_close_ends_the_conversation(target, link, say):
    visit, _ = call(link)
    reference = CallReference.objects.get().reference
    assert "Reply to" in say("/close")["text"]
    assert say("/close", answers=reference)["method"] == "setMessageReaction"
    visit.room.refresh_from_db()
    assert visit.room.status == Room.Status.CLOSED
    assert "closed" in say("One more", answers=reference)["text"]


def test_a_photo_is_not_lost_in_silence(target, link, say):
    call(link)
    reference = CallReference.objects.get().reference
    answer = say("", answers=reference, photo=[{"file_id": "x"}])
    assert "Only text" in answer["text"]


def test_polling_does_the_same(target, link, telegram, capsys):
    visit, _ = call(link)
    reference = CallReference.objects.get().reference
    telegram.updates = [
        {
            "update_id": 9,
            "message": {
                "message_id": 5,
                "from": {"id": ALICE},
                "chat": {"id": ALICE, "type": "private"},
                "text": "Coming!",
                "reply_to_message": {"message_id": int(reference)},
            },
        }
    ]
    call_command("telegram", "poll", "--once")
    assert Message.objects.get().body == "Coming!"
    assert [method for method, _ in telegram.sent[1:]] == ["deleteWebhook", "setMessageReaction"]


def test_who_is_kept_out_for_want_of_a_second_factor_answers_nothing(target, link, say, account):
    call(link)
    reference = CallReference.objects.get().reference
    account.mfa_required_since = timezone.now() - timezone.timedelta(days=30)
    account.save()
    Membership.objects.update(created_at=account.mfa_required_since)
    for words in ("I am in", "/close"):
        assert "second factor" in say(words, answers=reference)["text"]
    assert not Message.objects.exists()
    assert Room.objects.get().is_open


@pytest.mark.parametrize("number", ["\u0000", "x", [], {}, 1.5e300])
def test_a_reply_to_what_is_no_number_is_left_alone(target, client, number):
    message = {
        "message_id": 5,
        "from": {"id": ALICE},
        "chat": {"id": ALICE, "type": "private"},
        "text": "Hello",
        "reply_to_message": {"message_id": number},
    }
    answer = tell(client, {"update_id": 1, "message": message})
    assert answer == 204 or "Reply to the message" in answer["text"]
    assert not Message.objects.exists()
