"""What comes in too large or too slowly, on real server processes of both kinds."""

from __future__ import annotations

import socket

import httpx
import pytest

from tests.server import ServerProcess, wait_for

MIB = 1_048_576
HASTY = {"HEADERS_TIMEOUT_S": "2", "BODY_TIMEOUT_S": "2"}
JSON = {"Content-Type": "application/json"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def site(request, django_db_setup, django_db_blocker, static_files, tmp_path_factory):
    with django_db_blocker.unblock():
        folder = tmp_path_factory.mktemp(request.param)
        site = ServerProcess(folder, kind=request.param, env=HASTY).start()
    yield site
    site.stop()


def knock(site, text):
    """Open a connection and send this; whoever reads waits 10 s at most."""
    line = socket.create_connection(("127.0.0.1", site.port), timeout=10)
    line.sendall(text.encode())
    return line


def ask_to_send(path, *headers, kind="application/json"):
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {kind}", *headers]
    return "\r\n".join([*lines, "", ""])


def read_answer(line):
    """Return what is answered, up to the end of its body, and leave the line open."""
    read = b""
    while b"\r\n\r\n" not in read:
        assert (piece := line.recv(65_536)), "closed without an answer"
        read += piece
    head, _, body = read.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += line.recv(65_536)
    return int(head.split()[1]), body.decode()


def is_ended(line):
    try:
        return line.recv(65_536) == b""
    except ConnectionError:
        return True


TOO_LARGE = [
    ("/api/v1/properties", "application/json", 199 * MIB, "body_too_large"),
    ("/api/v1/provisioning/batches", "application/json", 9 * MIB, "body_too_large"),
    ("/api/v1/provisioning/batches", "text/csv", 65 * MIB, "body_too_large"),
    ("/c/anything/files", "multipart/form-data; boundary=x", 11 * MIB, "file_too_large"),
    ("/c/anything/join", "application/json", 2 * MIB, "body_too_large"),
    ("/nowhere", "application/json", 2 * MIB, "body_too_large"),
]


def test_a_body_is_refused_by_its_length_before_it_is_sent(site):
    for path, content_type, length, code in TOO_LARGE:
        asked = ask_to_send(path, f"Content-Length: {length}", kind=content_type)
        status, body = read_answer(knock(site, asked))
        assert (status, code in body) == (413, True), (path, body)


def test_what_waits_for_a_hundred_is_refused_without_one(site):
    headers = (f"Content-Length: {199 * MIB}", "Expect: 100-continue")
    assert read_answer(knock(site, ask_to_send("/api/v1/properties", *headers)))[0] == 413


def test_a_body_without_a_length_is_cut_off_while_it_is_read(site):
    line = knock(site, ask_to_send("/c/x/join", "Transfer-Encoding: chunked"))
    piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    for _ in range(17):
        line.sendall(piece)
    status, body = read_answer(line)
    assert (status, "body_too_large" in body) == (413, True)
    wait_for(lambda: is_ended(line), "the end of the connection")


def test_whoever_sends_all_of_it_still_reads_why(site):
    answer = httpx.post(f"{site.url}/api/v1/properties", content=b"x" * 20 * MIB, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_body_that_fits_is_read_to_its_end(site):
    with httpx.Client(base_url=site.url, timeout=30) as client:
        for _ in range(2):
            answer = client.post("/c/nobody/join", json={"nickname": "x" * 3000})
            assert answer.status_code == 400
        answer = client.post("/c/nobody/join", content=iter([b"{}"] * 2), headers=JSON)
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "begun",
    [
        "",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        "GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
        ask_to_send("/c/x/join", "Content-Length: 900") + "{",
        ask_to_send("/c/x/join", "Transfer-Encoding: chunked") + "1\r\n{\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /",
    ],
    ids=["nothing", "headers", "handshake", "body", "chunks", "a second request"],
)
def test_what_never_ends_is_ended(site, begun):
    line = knock(site, begun)
    wait_for(lambda: is_ended(line), "the end of the connection")


@pytest.mark.parametrize(
    "start", ["GET / HTTP/1.1\r\nX: ", ask_to_send("/c/x/join", "Content-Length: 999")]
)
def test_a_trickle_does_not_prolong_it(site, start):
    line = knock(site, start)
    line.settimeout(0.1)

    def trickle():
        try:
            line.sendall(b"x")
            return line.recv(9) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    wait_for(trickle, "the end of the connection", timeout_s=10)
