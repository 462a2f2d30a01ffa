"""A Bot API as strict as Telegram's, and Alice's chat with our bot."""

from __future__ import annotations

import itertools
import json
import re
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from werkzeug import Response

from accounts.targets.models import Target
from rooms.conversations.services.messages import post_message, sender_of
from rooms.notifications.channels.telegram import bot
from rooms.notifications.models import Delivery
from rooms.notifications.tasks import deliver
from tests.cast import join

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
