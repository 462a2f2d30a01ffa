"""Being called by chats and push services, with a server that answers as each of them does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from accounts.targets.models import Target
from rooms.base.http import HttpResult
from rooms.guests.models import Guest
from rooms.notifications.channels import channel_of
from rooms.notifications.channels.base import Retry
from rooms.notifications.models import Delivery
from rooms.notifications.switching_off import switch_off
from rooms.notifications.targets import add_address
from rooms.notifications.tasks import deliver, send_proof, tell_switched_off
from tests.api.conftest import make_api
from tests.cast import join

in_database = pytest.mark.django_db(transaction=True)
State = Delivery.State
KEY30 = "uQiRzpo4DXghDmr9QzzfQu27cmVRsG"
APP = "a1b2c3d4-0000-4000-8000-00000000beef"
# A name that would call everybody, be a link or end the text in one of the dialects.
NASTY = "@everyone <!channel> [x](https://evil.example) **b** <b>"


@dataclass
class Service:
    """How a service is addressed, how it says yes, and how it says for good and for now that no."""

    kind: str
    address: str
    token: str = ""
    yes: Any = field(default_factory=dict)
    yes_status: int = 200
    dead: tuple[int, Any] = (404, {})
    busy: tuple[int, Any, dict[str, str]] = (429, {}, {"Retry-After": "77"})
    wait_s: int | None = 77

    def __str__(self) -> str:
        return self.kind


SERVICES = [
    Service("slack", "/services/T000/B000/XXXXXXXXXXXX", yes="ok", dead=(404, "no_service")),
    Service(
        "discord",
        "/api/webhooks/223704706495545344/" + "a" * 68,
        yes="",
        yes_status=204,
        dead=(404, {"message": "Unknown Webhook", "code": 10015}),
        busy=(
            429,
            {"message": "You are being rate limited.", "retry_after": 77.0},
            {"Retry-After": "77"},
        ),
    ),
    Service("mattermost", "/hooks/xxx1generatedkey1xxxxxxxxx"[:32], yes="ok"),
    Service(
        "teams",
        "/workflows/0123456789abcdef/triggers/manual/paths/invoke?api-version=2016-06-01&sig="
        + "s" * 43,
        yes="",
        yes_status=202,
        dead=(401, {"error": {"code": "DirectApiInvalidAuthorizationScheme"}}),
    ),
    Service(
        "feishu",
        "/open-apis/bot/v2/hook/0b5d5e1c-1111-2222-3333-444455556666",
        "Abcdefghij1234567890",
        yes={"code": 0, "msg": "success", "data": {}},
        dead=(200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}),
        busy=(200, {"code": 11232, "msg": "frequency limited psm"}, {}),
        wait_s=None,
    ),
    Service(
        "dingtalk",
        "/robot/send?access_token=" + "c" * 64,
        "SEC" + "d" * 64,
        yes={"errcode": 0, "errmsg": "ok"},
        dead=(200, {"errcode": 310000, "errmsg": "sign not match"}),
        busy=(200, {"errcode": 130101, "errmsg": "send too fast"}, {}),
        wait_s=None,
    ),
    Service(
        "wecom",
        "/cgi-bin/webhook/send?key=693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
        yes={"errcode": 0, "errmsg": "ok"},
        dead=(200, {"errcode": 93000, "errmsg": "invalid webhook url"}),
        busy=(200, {"errcode": 45009, "errmsg": "api freq out of limit"}, {}),
        wait_s=None,
    ),
    Service(
        "matrix",
        "/!room:example.org",
        "syt_YWxpY2U_token",
        yes={"event_id": "$x"},
        dead=(403, {"errcode": "M_FORBIDDEN", "error": "not in room"}),
        busy=(429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 77_000}, {}),
    ),
    Service(
        "gotify", "", "AbCdEf123456789", yes={"id": 25}, dead=(401, {"errorDescription": "no"})
    ),
    Service(
        "pushover",
        KEY30,
        KEY30[::-1],
        yes={"status": 1, "request": "x"},
        dead=(400, {"user": "invalid", "errors": ["user identifier is invalid"], "status": 0}),
    ),
    Service(
        "bark",
        "",
        "ynJ5Ft4atkMkWeo2PAvFhF",
        yes={"code": 200, "message": "success"},
        dead=(400, {"code": 400, "message": "failed to get device token"}),
    ),
    Service(
        "onesignal",
        f"{APP}/alice-7",
        "os_v2_app_" + "k" * 40,
        yes={"id": "b98881cc-1e94-4366-bbd9-db8f3429292b"},
        dead=(200, {"id": "", "errors": ["All included players are not subscribed"]}),
        busy=(503, {"errors": ["try later"]}, {"Retry-After": "77"}),
    ),
]
FREE_TEXT = {"pushover", "onesignal"}
# Their titles and texts are shown letter by letter.
PLAIN = {"feishu", "gotify", "pushover", "bark", "onesignal"}
each_service = pytest.mark.parametrize("service", SERVICES, ids=str)


@pytest.fixture(autouse=True)
def open_house(settings, httpserver):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []
    settings.CHAT_HOSTS = ["localhost"]
    settings.PUSHOVER_API_URL = settings.ONESIGNAL_API_URL = httpserver.url_for("").rstrip("/")


@pytest.fixture
def add(alice, httpserver):
    """add(service): Alice's address there, agreed to; nothing else calls her."""

    def make(service, verified=True):
        Target.objects.all().delete()
        address = channel_of(service.kind).parse(
            {"address": place(service, httpserver), "token": service.token}
        )
        membership = alice.memberships.get()
        target = add_address(membership=membership, kind=service.kind, address=address)
        if verified:
            Target.objects.update(verified_at=timezone.now())
        return target

    return make


def place(service, httpserver):
    if service.kind in FREE_TEXT:
        return service.address
    return httpserver.url_for(service.address or "/").rstrip("/")


def answer(httpserver, status, content, headers=None):
    httpserver.clear()
    expected = httpserver.expect_request(re.compile(".*"))
    if isinstance(content, str):
        expected.respond_with_data(content, status, headers=headers)
    else:
        expected.respond_with_json(content, status, headers=headers)


def call(link):
    join(link)
    delivery = Delivery.objects.get()
    deliver(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def heard(httpserver):
    request, _ = httpserver.log[-1]
    return json.loads(request.data), request


@in_database
@each_service
def test_an_arrival_is_told_with_a_way_to_answer(add, link, httpserver, service):
    target = add(service)
    answer(httpserver, service.yes_status, service.yes)
    delivery = call(link)
    assert (delivery.state, delivery.note) == (State.SENT, "")
    message, request = heard(httpserver)
    said = json.dumps(message)
    assert f"/inbox/{delivery.arrival.room.uuid}" in said
    assert f"Gwen is waiting at {link.property.name}" in said.replace("\\\\", "")
    assert request.headers["Content-Type"].startswith("application/json")
    assert len(httpserver.log) == 1
    target.refresh_from_db()
    assert target.last_error == ""


@in_database
@each_service
def test_what_will_never_work_is_switched_off(add, link, httpserver, service):
    target = add(service)
    answer(httpserver, *service.dead)
    assert call(link).state == State.FAILED
    target.refresh_from_db()
    assert not target.enabled
    assert str(service.dead[0]) in target.last_error


@in_database
@each_service
def test_a_busy_service_is_asked_again_when_it_says(add, link, httpserver, service):
    target = add(service)
    answer(httpserver, *service.busy)
    before = timezone.now()
    delivery = call(link)
    assert (delivery.state, delivery.attempts) == (State.WAITING, 1)
    wait_s = (delivery.next_at - before).total_seconds()
    if service.wait_s is not None:
        assert service.wait_s - 1 < wait_s < service.wait_s + 20
    target.refresh_from_db()
    assert target.enabled


@each_service
@pytest.mark.parametrize("garbage", ["<html>", "", "[1]", "null", '{"code":"x","errcode":[]}'])
def test_a_service_in_trouble_is_asked_again(service, garbage):
    answered = HttpResult(500, {}, garbage.encode())
    assert isinstance(channel_of(service.kind).judge(answered), Retry)


@in_database
@each_service
def test_its_question_leads_to_the_page_that_agrees(add, client, httpserver, service):
    target = add(service, verified=False)
    answer(httpserver, service.yes_status, service.yes)
    send_proof(target.pk)
    said = json.dumps(heard(httpserver)[0])
    path = re.search(r"/notifications/confirm/[\w:.-]+", said)[0]
    assert client.post(path).status_code == 200
    target.refresh_from_db()
    assert target.verified_at is not None


@in_database
@each_service
def test_keys_are_shown_nowhere(add, client, alice, httpserver, service):
    target = add(service)
    client.force_login(alice)
    page = client.get("/notifications").content.decode()
    api = make_api(target.account).get("targets").content.decode()
    rested = json.dumps(Target.objects.get().address)
    for secret in filter(None, [service.token, service.address[-20:]]):
        if secret in (service.address[-20:]) and service.kind in (*FREE_TEXT, "matrix"):
            continue
        assert secret not in page and secret not in api and secret not in rested


@in_database
@each_service
def test_the_same_address_is_added_once(add, account, alice, httpserver, service):
    add(service)
    body = {
        "member": str(alice.memberships.get().uuid),
        "kind": service.kind,
        "address": place(service, httpserver),
        "token": service.token,
    }
    again = make_api(account).post("targets", body)
    assert again.status_code == 409, again.content


@in_database
@each_service
def test_names_do_nothing_but_stand_there(add, link, httpserver, service):
    add(service)
    answer(httpserver, service.yes_status, service.yes)
    join(link)
    Guest.objects.update(nickname=NASTY)
    delivery = Delivery.objects.get()
    deliver(delivery.pk)
    message = heard(httpserver)[0]
    shown = json.dumps(message, ensure_ascii=False)
    if service.kind in PLAIN:
        assert NASTY in shown  # nothing in it is markup there, so it stands as it is
    elif service.kind == "slack":
        assert "<!channel>" not in shown and "&lt;!channel&gt;" in shown
    elif service.kind == "matrix":
        assert "<b>" not in message["formatted_body"] and message["m.mentions"] == {}
    else:
        assert "@everyone" not in shown and "](https://evil" not in shown
    if service.kind == "discord":
        assert message["allowed_mentions"] == {"parse": []}


@in_database
def test_feishu_is_shown_that_it_is_us(add, link, httpserver):
    service = next(s for s in SERVICES if s.kind == "feishu")
    add(service)
    answer(httpserver, 200, service.yes)
    call(link)
    message, _ = heard(httpserver)
    key = f"{message['timestamp']}\n{service.token}".encode()
    expected = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert message["sign"] == expected


@in_database
def test_dingtalk_is_shown_that_it_is_us(add, link, httpserver):
    service = next(s for s in SERVICES if s.kind == "dingtalk")
    add(service)
    answer(httpserver, 200, service.yes)
    call(link)
    asked = parse_qs(urlsplit(heard(httpserver)[1].url).query)
    text = f"{asked['timestamp'][0]}\n{service.token}".encode()
    mac = hmac.new(service.token.encode(), text, hashlib.sha256).digest()
    assert asked["sign"] == [base64.b64encode(mac).decode()]
    assert asked["access_token"] == ["c" * 64]


@in_database
@pytest.mark.parametrize("kind", ["matrix", "onesignal"])
def test_a_second_try_has_the_name_of_the_first(add, link, httpserver, kind):
    service = next(s for s in SERVICES if s.kind == kind)
    add(service)
    answer(httpserver, 500, {})
    delivery = call(link)
    Delivery.objects.update(next_at=timezone.now())
    deliver(delivery.pk)
    first, second = (request for request, _ in httpserver.log)
    assert first.data == second.data and first.url == second.url
    assert str(delivery.uuid) in first.url + first.data.decode()


@pytest.fixture
def slack(add, httpserver):
    service = next(one for one in SERVICES if one.kind == "slack")
    target = add(service)
    answer(httpserver, *service.dead)
    return target


@in_database
def test_a_member_hears_of_an_address_that_was_switched_off_once(slack, link, alice, mailoutbox):
    call(link)
    assert tell_switched_off(slack.pk) is None
    (mail,) = mailoutbox
    assert mail.to == [alice.email]
    assert mail.subject == "You are not called by Slack any more"
    assert "404 no_service" in mail.body and "/notifications" in mail.body


@in_database
def test_who_switched_it_on_again_hears_nothing(slack, link, mailoutbox):
    call(link)
    Target.objects.update(enabled=True)
    tell_switched_off(slack.pk)
    assert mailoutbox == []


@in_database
def test_nobody_is_written_to_at_the_address_that_failed(alice, mailoutbox):
    target = Target.objects.get(membership__user=alice)
    Target.objects.update(enabled=False)
    tell_switched_off(target.pk)
    assert mailoutbox == []


@in_database
def test_it_is_told_when_it_is_switched_off_and_not_again(slack, link, monkeypatch):
    told = []
    monkeypatch.setattr(
        "rooms.base.broker.publish",
        lambda jobs, after_s=0: bool(told.extend(job[0].task for job in jobs)) or True,
    )
    call(link)
    switch_off(slack.pk, "once more")
    assert told.count("rooms.notifications.tasks.tell_switched_off") == 1
