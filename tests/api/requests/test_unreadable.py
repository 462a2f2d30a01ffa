"""What cannot be read is a problem detail, whoever sends it where: no page, no accident."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from accounts.base.redis import get_redis
from accounts.keys.services import create_api_key
from tests.api.schema.test_contract import list_routes

FORM = "multipart/form-data; boundary=b"
URL_ENCODED = "application/x-www-form-urlencoded"
PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\nx\r\n'
BROKEN = {
    "no boundary": ("multipart/form-data", b"x"),
    "an empty boundary": ("multipart/form-data; boundary=", b"x"),
    "a boundary beyond ASCII": ("multipart/form-data; boundary=\xe9", b"x"),
    "a boundary of 300": ("multipart/form-data; boundary=" + "a" * 300, b"x"),
    "a truncated part": (FORM, b'--b\r\nContent-Disposition: form-data; name="file"; filename="a'),
    "base64 that is none": (FORM, PART % b'f"\r\nContent-Transfer-Encoding: base64\r\nX: "'),
    "an unknown charset": (FORM + "; charset=nope", PART % b"a" + b"--b--\r\n"),
    "too many parts": (FORM, b"".join(PART % b"f%d" % n for n in range(1100)) + b"--b--\r\n"),
    "too large a part": (FORM, PART % b"a" + b"x" * 2_000_000 + b"\r\n--b--\r\n"),
    "too many fields": (URL_ENCODED, b"&".join(b"f%d=1" % n for n in range(1100))),
    "fields in UTF-16": (URL_ENCODED + "; charset=utf-16", b"uuid=1"),
    "fields without end": (URL_ENCODED, b"uuid=" + b"1" * 2_000_000),
    "half of a JSON": ("application/json", b"{"),
    "JSON of an unknown charset": ("application/json; charset=nope", b"{}x"),
    "JSON in UTF-16": ("application/json; charset=utf-16", "{}".encode("utf-16")),
    "JSON without end": ("application/json", b'{"a": "%s"}' % (b"1" * 2_000_000)),
    "a null byte": ("application/json", b'{"name": "\0"}'),
    "no type at all": ("", b"\xff\0"),
    "a type that is none": ("/;;=", b"{}"),
}
DIALECTS = [
    "/api/register",
    "/register_account",
    "/register_account/",
    "/register_account/verify/",
    "/plugins/restapi/v1/users",
]


@pytest.fixture(params=["key", "session"])
def send(request, account, alice):
    """POST something of a type, as a program or as a signed-in page that has a CSRF cookie."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    headers = {"Authorization": f"Bearer {create_api_key(account, 'Odd', 'admin')[1]}"}
    if request.param == "session":
        headers = {}
        client.force_login(alice)
        client.cookies["csrftoken"] = "a" * 32

    def post(path, kind, **more):
        content_type, body = BROKEN[kind]
        get_redis().flushdb()
        return client.generic("POST", path, body, content_type, headers=headers | more)

    return post


def list_posts(hers):
    for route, _, view in list_routes():
        if hasattr(view, "post") and not route.startswith("provisioning"):
            thing = hers.get(route.partition("/")[0])
            yield "/api/v1/" + route.replace("<uuid:uuid>", str(thing.uuid if thing else ""))


# These say something that may be done without a body, or take their type for JSON.
DONE = {200, 201, 204}


@pytest.mark.parametrize("kind", BROKEN)
def test_no_post_of_the_api_breaks(send, hers, kind):
    for path in list_posts(hers):
        for more in ({}, {"Idempotency-Key": "once"}):
            answer = send(path, kind, **more)
            assert answer.status_code < 500, (path, answer.content)
            if answer.status_code not in DONE:
                assert answer["Content-Type"] == "application/problem+json", path
                assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize("kind", list(BROKEN)[:6])
def test_a_broken_form_with_a_file_is_400(api, room, kind):
    content_type, body = BROKEN[kind]
    headers = {"Authorization": f"Bearer {api.key_text}"}
    path = f"/api/v1/rooms/{room.uuid}/attachments"
    answer = api.client.generic("POST", path, body, content_type, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] in ("malformed_form", "invalid", "unknown_field")


@pytest.mark.parametrize("address", DIALECTS)
@pytest.mark.parametrize("kind", BROKEN)
def test_no_dialect_answers_with_our_page(client, db, settings, address, kind):
    settings.COMPATIBILITY_API = True
    content_type, body = BROKEN[kind]
    secret = create_api_key(None, "Scripts", "platform")[1]
    headers = {"Authorization": f"Bearer {secret}"}
    answer = client.generic("POST", address, body, content_type, headers=headers)
    assert answer.status_code < 500
    assert b"stylesheet" not in answer.content
    if answer.get("Content-Type") == "application/problem+json":
        assert answer.json()["code"] in ("malformed_request", "body_too_large")
    elif answer.get("Content-Type", "").startswith("text/html"):
        assert address.endswith("/verify/")


@pytest.mark.parametrize("kind", ["no boundary", "too many fields", "fields in UTF-16"])
def test_a_form_of_a_dialect_that_cannot_be_read_is_400(client, db, settings, kind):
    settings.COMPATIBILITY_API = True
    content_type, body = BROKEN[kind]
    answer = client.generic("POST", "/register_account/verify/", body, content_type)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "malformed_request"


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("door", ["join", "files"])
def test_no_door_of_a_guest_breaks(client, link, kind, door):
    content_type, body = BROKEN[kind]
    client.post(f"/c/{link.token}/join", "{}", content_type="application/json")
    answer = client.generic("POST", f"/c/{link.token}/{door}", body, content_type)
    if answer.status_code == 201:
        assert answer["Content-Type"] == "application/json"
    else:
        assert answer["Content-Type"] == "application/problem+json"
        assert 400 <= answer.status_code < 500
        assert json.loads(answer.content)["error"]["temporary"] is False


@pytest.mark.parametrize("kind", ["fields in UTF-16", "fields without end", "too many fields"])
def test_a_page_whose_form_cannot_be_read_says_so(alice, kind):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    client.cookies["csrftoken"] = "a" * 32
    content_type, body = BROKEN[kind]
    answer = client.generic("POST", "/account", body, content_type)
    assert answer.status_code == 400
    assert b"makes no sense to us" in answer.content


def test_a_foreign_host_is_refused_in_the_callers_shape(client, settings):
    settings.ALLOWED_HOSTS = ["chat.example.com"]
    answer = client.get("/api/v1/me", headers={"Host": "evil.example.com"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
