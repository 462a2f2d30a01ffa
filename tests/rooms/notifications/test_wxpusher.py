"""Being called in WeChat, with a server that answers as WxPusher does."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.targets.models import Target
from rooms.notifications.channels import channel_of
from rooms.notifications.channels.wxpusher.channel import callback_secret
from rooms.notifications.models import Delivery
from rooms.notifications.targets import add_address
from rooms.notifications.tasks import deliver, send_test
from tests.api.conftest import make_api
from tests.cast import join

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
UID = "UID_ABCDEFGH0123456789"
TAKEN = {"code": 1000, "msg": "处理成功", "success": True}
PIXEL = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def open_house(settings, httpserver):
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []
    settings.WXPUSHER_APP_TOKEN = "AT_0123456789abcdef"
    settings.WXPUSHER_API_URL = httpserver.url_for("").rstrip("/")


@pytest.fixture
def target(alice):
    Target.objects.all().delete()
    address = channel_of("wxpusher").parse_text(UID, "")
    added = add_address(membership=alice.memberships.get(), kind="wxpusher", address=address)
    Target.objects.update(verified_at=timezone.now())
    return added


def answer(httpserver, body=TAKEN, status=200):
    httpserver.clear()
    httpserver.expect_request("/api/send/message").respond_with_json(body, status)


def call(link):
    join(link)
    delivery = Delivery.objects.get()
    deliver(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def test_an_arrival_is_told(target, link, httpserver):
    taken = {
        **TAKEN,
        "data": [{"uid": UID, "code": 1000, "status": "创建发送任务成功", "messageId": 1}],
    }
    answer(httpserver, taken)
    delivery = call(link)
    assert (delivery.state, delivery.note) == (State.SENT, "")
    said = json.loads(httpserver.log[-1][0].data)
    assert said["uids"] == [UID]
    assert said["summary"] == f"Gwen is waiting at {link.property.name}"
    assert len(said["summary"]) <= 100
    assert said["url"].endswith(f"/inbox/{delivery.arrival.room.uuid}")
    assert said["appToken"] == "AT_0123456789abcdef" and said["contentType"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"code": 1001, "msg": "业务异常", "success": False},
        {"code": 1000, "data": [{"uid": UID, "code": 1005, "status": "用户已取消关注"}]},
        {"code": None},
        {},
    ],
)
def test_what_it_does_not_take_is_tried_again(target, link, httpserver, body):
    answer(httpserver, body)
    assert call(link).state == State.WAITING


def test_no_more_than_two_a_second_are_asked(target, httpserver, property, monkeypatch):
    monkeypatch.setattr("rooms.notifications.channels.wxpusher.channel.ROOM_WAIT_S", 0)
    answer(httpserver)
    for _ in range(3):
        send_test(target.pk)
    assert len(httpserver.log) == 2
    target.refresh_from_db()
    assert target.last_error == "too many at once"


def test_a_scanned_code_adds_its_member(client, alice, httpserver):
    client.force_login(alice)
    picture = httpserver.url_for("/qr.png")
    made = {**TAKEN, "data": {"url": picture, "code": "x", "expires": 0}}
    httpserver.expect_request("/api/fun/create/qrcode").respond_with_json(made)
    httpserver.expect_request("/qr.png").respond_with_data(PIXEL, content_type="image/png")
    page = client.post("/notifications/wxpusher").content.decode()
    assert "data:image/png;base64," in page
    asked = json.loads(httpserver.log[0][0].data)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", asked["extra"])

    client.logout()
    assert tell(client, asked["extra"]) == 204
    added = Target.objects.get(kind="wxpusher")
    assert added.membership.user == alice
    assert added.verified_at is not None
    assert tell(client, asked["extra"]) == 204
    assert Target.objects.filter(kind="wxpusher").count() == 1


def tell(client, extra, secret=None, uid=UID, action="app_subscribe"):
    body = {"action": action, "data": {"appId": 1, "uid": uid, "extra": extra, "source": "scan"}}
    path = f"/wxpusher/{secret or callback_secret()}"
    return client.post(path, body, content_type="application/json").status_code


def test_nobody_else_tells_who_follows(client, alice):
    assert tell(client, "x", secret="0" * 40) == 404
    assert tell(client, "made up") == 204
    assert tell(client, "x", action="send_up_cmd") == 204
    assert not Target.objects.filter(kind="wxpusher").exists()


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"action": "app_subscribe"}', "[" * 5000])
def test_an_odd_callback_is_taken_and_forgotten(client, body):
    path = f"/wxpusher/{callback_secret()}"
    assert client.post(path, body, content_type="application/json").status_code == 204


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml"])
def test_what_is_no_picture_is_not_shown(client, alice, httpserver, kind):
    client.force_login(alice)
    made = {**TAKEN, "data": {"url": httpserver.url_for("/qr.png")}}
    httpserver.expect_request("/api/fun/create/qrcode").respond_with_json(made)
    httpserver.expect_request("/qr.png").respond_with_data("<svg>", content_type=kind)
    assert client.post("/notifications/wxpusher").status_code == 503


def test_without_wxpusher_the_page_says_when_to_try_again(client, alice, httpserver):
    client.force_login(alice)
    httpserver.expect_request("/api/fun/create/qrcode").respond_with_json({"code": 1001})
    assert client.post("/notifications/wxpusher").status_code == 503


def test_without_an_app_there_is_nothing(client, alice, settings):
    settings.WXPUSHER_APP_TOKEN = ""
    client.force_login(alice)
    assert "WxPusher" not in client.get("/notifications").content.decode()
    assert client.post("/notifications/wxpusher").status_code == 404


def test_the_command_says_the_callback(capsys):
    call_command("wxpusher")
    assert f"/wxpusher/{callback_secret()}" in capsys.readouterr().out


def test_a_program_cannot_add_what_is_not_set_up(account, alice, settings):
    settings.WXPUSHER_APP_TOKEN = ""
    body = {"member": str(alice.memberships.get().uuid), "kind": "wxpusher", "address": UID}
    refused = make_api(account).post("targets", body)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "kind"


def test_a_call_waits_while_the_app_is_not_set_up(target, link, httpserver, settings):
    settings.WXPUSHER_APP_TOKEN = ""
    delivery = call(link)
    assert (delivery.state, delivery.note) == (State.WAITING, "this channel is not set up here")
    assert httpserver.log == []
