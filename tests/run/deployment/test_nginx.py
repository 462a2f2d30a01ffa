"""The shipped nginx file, with a real nginx, TLS and two web processes behind it."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from contextlib import contextmanager
from uuid import uuid4

import httpx
import pytest
import websockets.sync.client

from accounts.base.redis import get_redis
from config.checks import echo
from tests.nginx import needs_nginx

pytestmark = [pytest.mark.django_db(transaction=True), needs_nginx]
GUEST = "127.0.0.9"
CLAIMS = [
    [],
    [("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "http"), ("X-Real-IP", "1.1.1.1")],
    [("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", "203.0.113.8, 203.0.113.9")],
    [("X_Forwarded_For", "203.0.113.7"), ("X_Forwarded_Proto", "http"), ("X-Forwarded-For", "")],
    [("X-Forwarded-Host", "evil.example"), ("Forwarded", "for=203.0.113.7;proto=http")],
    [("Connection", "X-Forwarded-For, X-Forwarded-Proto, Host")],
]


@pytest.fixture
def front(nginx):
    nginx.start()
    return nginx


@contextmanager
def browse(front, address=GUEST):
    """A client that comes from this address and trusts the certificate."""
    transport = httpx.HTTPTransport(local_address=address, verify=trust(front))
    with httpx.Client(base_url=front.url, transport=transport, timeout=30) as client:
        yield client


def trust(front):
    return ssl.create_default_context(cafile=str(front.certificate))


def join(client, link, **headers):
    answer = client.post(f"/c/{link.address}/join", json={"nickname": "Gwen"}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


def test_pages_and_their_files_come_through(front):
    with browse(front) as client:
        for _ in front.sites:
            assert client.get("/accounts/login/").status_code == 200
        page = client.get("/").text
        script = page.split('href="/static/')[1].split('"')[0]
        assert client.get(f"/static/{script}").status_code == 200
        assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("path", ["/", "/ws/", "/accounts/login/"])
@pytest.mark.parametrize("claims", CLAIMS)
def test_the_application_learns_the_true_address_and_scheme(front, path, claims):
    with browse(front) as client:
        for _ in front.sites:
            answer = client.get(path, headers=[(echo.HEADER, echo.sign(path)), *claims])
            arrived = answer.json()
            assert (arrived["address"], arrived["scheme"]) == (GUEST, "https")
            assert arrived["host"] == "localhost"
            assert arrived["forwarded_for"] == [GUEST]


def test_a_guest_is_counted_by_the_true_address(front, link):
    with browse(front) as client:
        joined = join(client, link, **{"X-Forwarded-For": "203.0.113.7"})
    assert "Secure" in joined.headers["set-cookie"]
    assert get_redis().keys("rate:join:*") == [f"rate:join:{GUEST}".encode()]


def test_a_guest_talks_over_a_socket(front, link):
    with browse(front) as client:
        joined = join(client, link, Origin=front.url).json()
    with websockets.sync.client.connect(
        front.ws_url,
        ssl=trust(front),
        origin=front.url,
        subprotocols=["doorbell.v1", f"ticket.{joined['ticket']}"],
    ) as socket:
        ask(socket, "room.sync", since=0)
        assert ask(socket, "message.post", client_id=str(uuid4()), body="Hi")["ok"]["seq"] == 1


def ask(socket, kind, **data):
    """Send a command and return its reply."""
    ref = uuid4().int % 1000
    socket.send(json.dumps({"ref": ref, "kind": kind, "data": data}))
    while (frame := json.loads(socket.recv(timeout=20))).get("ref") != ref:
        pass
    return frame


def test_a_rolling_restart_locks_nobody_out(front):
    """Somebody asks all the time; whoever is asked while away is passed over."""
    answers, over = [], threading.Event()

    def keep_asking():
        with browse(front) as client:
            while not over.is_set():
                answers.append(client.get("/accounts/login/").status_code)

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        for site in front.sites:
            site.restart()
    finally:
        over.set()
        asking.join()
    assert set(answers) == {200}


def test_no_log_has_a_link(front, link):
    with browse(front) as client:
        assert client.get(f"/c/{link.address}").status_code == 200
        for site in front.sites:
            site.stop()
        assert client.get(f"/c/{link.address}").status_code == 502
        for site in front.sites:
            site.start()
    assert " GET 502 " in front.read_logs()
    assert link.address not in front.read_logs()


def test_after_an_outage_of_all_the_first_page_comes_at_once(front):
    with browse(front) as client:
        for site in front.sites:
            site.stop()
        assert client.get("/accounts/login/").status_code == 502
        for site in front.sites:
            site.start()
        assert [client.get("/accounts/login/").status_code for _ in range(4)] == [200] * 4


def hurry(text):
    return text.replace("header_timeout 15s", "header_timeout 1s").replace(
        "body_timeout 30s", "body_timeout 1s"
    )


def is_ended(line):
    try:
        return line.recv(9) == b""
    except (ConnectionError, ssl.SSLError):
        return True


def test_half_a_tls_handshake_is_ended(nginx):
    nginx.start(hurry)
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=10) as line:
        line.sendall(b"\x16\x03\x01")
        assert is_ended(line)


@pytest.mark.parametrize(
    "begun",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n",
        b"GET /ws/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
        b"POST /c/x/join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{",
    ],
    ids=["headers", "handshake", "body"],
)
def test_what_never_ends_is_ended(nginx, begun):
    nginx.start(hurry)
    plain = socket.create_connection(("127.0.0.1", nginx.port), timeout=10)
    with trust(nginx).wrap_socket(plain, server_hostname="localhost") as line:
        line.sendall(begun)
        while not is_ended(line):
            pass


def test_a_large_body_is_refused_through_it_in_our_words(front):
    with browse(front) as client:
        for _ in front.sites:
            answer = client.post("/api/v1/properties", content=b"x" * 9_000_000)
            assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
            assert client.post("/api/v1/properties", content=b"x" * 20_000_000).status_code == 413
