"""Being called in Telegram and answering there, with a server that is as strict as the Bot API."""

from __future__ import annotations

import itertools
import json
import re
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from werkzeug import Response

from accounts.targets.models import Target
from rooms.conversations.models import Message, Room
from rooms.conversations.services.messages import post_message, sender_of
from rooms.notifications.channels.telegram import bot
from rooms.notifications.models import CallReference, Delivery
from rooms.notifications.tasks import deliver, tell_followers
from rooms.properties.models import Property
from tests.api.conftest import make_api
from tests.cast import join, make_owner

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
ALICE, EVE = 4711, 666
numbers = itertools.count(100)


class BotApi:
    """What Telegram knows of our bot: chats that wrote to it, and what it sent."""

    def __init__(self, httpserver):
        self.sent = []
        self.refusal = None
        self.updates = []
        httpserver.expect_request(re.compile(f"/bot{TOKEN}/.*")).respond_with_handler(self.answer)

    def answer(self, request):
        method, payload = request.path.rpartition("/")[2], request.get_json()
        if self.refusal:
            return self.say(*self.refusal)
        if method == "getUpdates":
            found = [one for one in self.updates if one["update_id"] >= payload["offset"]]
            return self.say(200, {"ok": True, "result": found})
        if method == "sendMessage" and (problem := self.find_problem(payload)):
            return self.say(400, {"ok": False, "error_code": 400, "description": problem})
        self.sent.append((method, payload))
        return self.say(200, {"ok": True, "result": {"message_id": next(numbers)}})

    def find_problem(self, payload):
        if not isinstance(payload.get("chat_id"), int):
            return "Bad Request: chat not found"
        if not 0 < len(payload.get("text", "")) <= 4096:
            return "Bad Request: message is too long"
        for row in payload.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if "." not in urlsplit(button["url"]).hostname.strip("0123456789."):
                    return "Bad Request: BUTTON_URL_INVALID"
        return ""

    @staticmethod
    def say(status, body):
        return Response(json.dumps(body), status, content_type="application/json")

    @property
    def last(self):
        return self.sent[-1][1]


@pytest.fixture(autouse=True)
def telegram(settings, httpserver):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = TOKEN, "DoorbellTestBot"
    settings.TELEGRAM_API_URL = httpserver.url_for("").rstrip("/")
    return BotApi(httpserver)


@pytest.fixture
def say(client):
    """say("Hi", answers=101): Alice writes to the bot; the answer is what Telegram is to do."""

    def write(text, answers=None, chat=ALICE, number=None, **changes):
        message = {
            "message_id": number or next(numbers),
            "from": {"id": chat, "is_bot": False, "first_name": "Alice", "username": "alice"},
            "chat": {"id": chat, "type": "private"},
            "date": 1764547200,
            "text": text,
            **changes,
        }
        if answers is not None:
            message["reply_to_message"] = {"message_id": int(answers)}
        return tell(client, {"update_id": 1, "message": message})

    return write


def tell(client, update, secret=None):
    header = {bot.SECRET_HEADER: secret if secret is not None else bot.webhook_secret()}
    answer = client.post("/telegram", update, content_type="application/json", headers=header)
    assert answer.status_code in (200, 204, 403), answer.content
    return answer.json() if answer.status_code == 200 else answer.status_code


def read_code(client, user):
    client.force_login(user)
    page = client.get("/notifications/telegram").content.decode()
    url = re.search(r'href="(https://t\.me/[^"]+)"', page)[1].replace("&amp;", "&")
    return parse_qs(urlsplit(url).query)["start"][0]


@pytest.fixture
def target(client, alice, say):
    """Alice's chat, linked by her code; nothing else calls her."""
    Target.objects.all().delete()
    answer = say(f"/start {read_code(client, alice)}")
    assert "you are called here" in answer["text"]
    return Target.objects.get()


def call(link):
    visit = join(link)
    delivery = Delivery.objects.latest("id")
    deliver(delivery.pk)
    delivery.refresh_from_db()
    return visit, delivery


def write(visit, body):
    """The guest writes; what is told after the commit is what the task would do."""
    sender = sender_of(visit.participant)
    return post_message(sender=sender, client_id=uuid4(), body=body)


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


def test_a_photo_is_not_lost_in_silence(target, link, say):
    call(link)
    reference = CallReference.objects.get().reference
    answer = say("", answers=reference, photo=[{"file_id": "x"}])
    assert "Only text" in answer["text"]


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
