"""No line of a log lets its reader in."""

from __future__ import annotations

import io
import json
import logging
import re
import sys

import pytest
from django.urls import URLResolver, get_resolver, path

from config.logs import MaskingFormatter, mask
from rooms.guests.models import Guest

SECRET = "Zq8-Wv3xK_tR9"
# Parts of addresses that are no secrets.
OPEN = re.compile(r"<(uuid|int|hex_color):\w+>|<str:(account|scheme)>|\(\?P<ending>[^)]*\)")
LINES = [
    "Internal Server Error: /c/{}/join",
    "Not Found: //c//{}",
    "Forbidden (CSRF cookie not set.): /c/{}/join",
    "<WSGIRequest: GET '/c/{}'>",
    'GET https://chat.example.com/c/{}?d=abc HTTP/1.1" 500',
    "Bad Request: /?next=/c/{}",
    "connection to server at postgresql://doorbell:{}@db/doorbell failed",
    "Error 111 connecting to redis://:{}@redis:6379/0",
    "smtp://postmaster@example.com:{}@mail.example.com",
    'HTTP Request: POST https://api.telegram.org/bot123456:{}/sendMessage "HTTP/1.1 400"',
    "Sec-WebSocket-Protocol: doorbell.v1, ticket.{}.1abcde.sig",
    "Authorization: Bearer db_12345678_{}",
    "key db_12345678_{} is refused",
    "GET /api/v1/rooms?token={}&limit=3",
]
HARMLESS = [
    'File "/srv/doorbell/rooms/views/guest.py", line 12, in join',
    "Internal Server Error: /api/v1/rooms/6a1b0c3e-9d53-4c61-8a1f-2f7c5d2e0b99",
    "Redis is away (Error 111 connecting to 127.0.0.1:6379.); trying again in 1.0 s",
    "Why did it not answer? x = y",
    "Task rooms.notifications.tasks.deliver[6a1b0c3e] received",
]


def list_routes(patterns, before=""):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from list_routes(pattern.url_patterns, route)
        else:
            yield route


def fill(route):
    """An address of the route, SECRET where a secret has to be."""
    route = OPEN.sub("1", re.sub(r"[\^$]|\(\?:.*?\)\?", "", route))
    return "/" + re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]*>", SECRET, route)


def test_no_route_has_a_secret_that_is_shown():
    addresses = [fill(route) for route in list_routes(get_resolver().url_patterns)]
    assert f"/c/{SECRET}/join" in addresses and f"/accounts/enter/{SECRET}" in addresses
    assert [address for address in addresses if SECRET in mask(address)] == []


@pytest.mark.parametrize("line", LINES)
def test_no_secret_is_shown(line):
    shown = mask(line.format(SECRET))
    assert SECRET not in shown
    assert "…" in shown


@pytest.mark.parametrize("line", HARMLESS)
def test_all_else_is_shown(line):
    assert mask(line) == line


def test_arguments_and_tracebacks_are_masked_too():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(MaskingFormatter("%(levelname)s %(message)s"))
    logger = logging.Logger("of this test")
    logger.addHandler(handler)
    try:
        raise ValueError(f"nothing at /c/{SECRET}/join")
    except ValueError:
        logger.exception("Failed: %s", f"/invitations/{SECRET}", stack_info=True)
    assert "ERROR Failed: /invitations/…" in stream.getvalue()
    assert "ValueError: nothing at /c/…/join" in stream.getvalue()
    assert SECRET not in stream.getvalue()


def fail(request, address):
    """A view with a bug: what was sent ends up in the exception."""
    Guest(nickname=json.loads(request.body)["nickname"], language="x" * 99).save()


urlpatterns = [path("c/<str:address>/join", fail)]


def test_a_bug_logs_neither_tokens_nor_what_was_sent(client, settings, caplog, account):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    said = {"nickname": "my secret, in my own words"}
    headers = {"Authorization": f"Bearer db_12345678_{SECRET}"}
    answer = client.post(
        f"/c/{SECRET}/join?t={SECRET}", said, content_type="application/json", headers=headers
    )
    assert answer.status_code == 500
    formatter = MaskingFormatter("%(message)s")
    log = "\n".join(formatter.format(record) for record in caplog.records)
    assert "Traceback" in log and "in fail" in log
    assert SECRET not in log and "own words" not in log


@pytest.mark.parametrize(
    "error",
    [
        ValueError("invalid literal for int() with base 10: 'a message of somebody'"),
        KeyError("a message of somebody"),
        ValueError("Key (name)=(a message of somebody) already exists."),
        UnicodeError("x\nDETAIL:  Key (body)=(a message of somebody)"),
    ],
)
def test_what_an_exception_quotes_is_left_out(error):
    try:
        raise error
    except Exception:
        record = logging.LogRecord("x", 40, "x", 1, "Oh", (), sys.exc_info())
    log = MaskingFormatter().format(record)
    assert "somebody" not in log.split("Error: ")[-1] and type(error).__name__ in log
