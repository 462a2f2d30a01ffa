"""The one way out: which addresses are called, how long and how much. All on loopback."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug import Response

from rooms.base import http

PUBLIC = "93.184.216.34"
# fmt: off
LITERALS = [
    "127.0.0.1", "localhost", "api.localhost", "2130706433", "017700000001", "0x7f.1", "127.1",
    "0", "0.0.0.0", "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:8.8.8.8]", "169.254.169.254",
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "100.127.255.254", "[fd00::1]",
    "[fe80::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b::808:808]", "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::]", "[2001::1]", "[2001:db8::1]", "[3fff::1]", "[fec0::1]", "[100::1]",
    "[::7f00:1]", "192.0.0.8", "192.0.0.170", "192.0.2.1", "192.88.99.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
]
# fmt: on


@pytest.fixture
def open_house(settings):
    """What an intranet allows."""
    settings.WEBHOOKS_ALLOW_HTTP = settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.WEBHOOKS_PORTS = []


@pytest.fixture
def plain(settings):
    settings.WEBHOOKS_ALLOW_HTTP, settings.WEBHOOKS_PORTS = True, []


@pytest.fixture
def resolver(monkeypatch):
    """A name server in an attacker's hands: `answers` in turn, `asked` is for what."""

    class Resolver:
        answers, asked = [], []

        def __call__(self, host, port, *args, **options):
            self.asked.append(host)
            found = self.answers.pop(0)
            family = socket.AF_INET6 if ":" in found[0] else socket.AF_INET
            return [(family, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]

    monkeypatch.setattr(socket, "getaddrinfo", one := Resolver())
    one.answers, one.asked = [], []
    return one


@pytest.fixture
def calls(monkeypatch):
    """Where sockets were about to go; none of them gets anywhere."""
    made = []

    def refuse(line, place):
        made.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return made


def get(url):
    return http.send("GET", url, headers={})


@pytest.mark.parametrize("host", LITERALS)
def test_forbidden_addresses_are_refused_in_every_spelling(plain, calls, host):
    with pytest.raises(http.UrlRefused, match="private network"):
        get(f"http://{host}/")
    assert calls == []


@pytest.mark.parametrize("host", LITERALS)
def test_names_that_lead_to_forbidden_addresses_are_refused(plain, calls, resolver, host):
    if "[" not in host and (host.count(".") != 3 or not host[0].isdigit()):
        host = "127.0.0.1"
    resolver.answers = [[host.strip("[]")]]
    with pytest.raises(http.UrlRefused, match="private network"):
        get("http://evil.example/")
    assert calls == []


def test_a_name_that_changes_its_mind_is_asked_once_and_held_to_its_word(plain, calls, resolver):
    resolver.answers = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
    with pytest.raises(http.OutgoingError, match="Nobody answers"):
        get("http://evil.example:8443/")
    assert calls == [(PUBLIC, 8443)]
    assert resolver.asked == ["evil.example"]


def test_of_mixed_answers_only_the_public_one_is_called(plain, calls, resolver):
    resolver.answers = [["127.0.0.1", PUBLIC, "10.0.0.1"]]
    with pytest.raises(http.OutgoingError, match="Nobody answers"):
        get("http://evil.example/")
    assert calls == [(PUBLIC, 80)]


@pytest.mark.parametrize("ip", [PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "2a00:1450::1"])
def test_public_addresses_may_be_called(ip):
    assert http.may_call(ipaddress.ip_address(ip))


@pytest.mark.parametrize("ip", ["169.254.169.254", "224.0.0.1", "fe80::1", "64:ff9b::7f00:1"])
def test_an_intranet_does_not_open_these(open_house, ip):
    assert not http.may_call(ipaddress.ip_address(ip))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", "https"),
        ("ftp://example.com/", "https"),
        ("file:///etc/passwd", "https"),
        ("//example.com/", "https"),
        ("https:///path", "not a web address"),
        ("https://exa mple.com/", "not a web address"),
        ("https://[fe80::1%25eth0]/", "not a web address"),
        ("https://example.com/\n", "not a web address"),
        ("https://user:word@example.com/", "user name"),
        ("https://example.com\\@127.0.0.1/", "user name"),
        ("https://example.com/#part", "#"),
        ("https://example.com:22/", "ports"),
        ("https://example.com/" + "a" * 500, "500"),
    ],
)
def test_what_is_no_address_for_us_is_refused_with_the_reason(url, reason):
    with pytest.raises(http.UrlRefused, match=reason):
        http.check_url(url)


def test_the_answer_comes_back(open_house, httpserver):
    httpserver.expect_request("/x", query_string="a=1").respond_with_data("yes", status=201)
    answer = get(httpserver.url_for("/x?a=1"))
    assert (answer.status, answer.body, answer.is_success) == (201, b"yes", True)


def test_the_request_carries_the_name_and_the_body(open_house, httpserver):
    httpserver.expect_request("/", method="POST").respond_with_data("ok")
    url = f"http://localhost:{httpserver.port}/"
    http.send("POST", url, headers={"X-One": "1"}, body=b"text")
    request, _ = httpserver.log[0]
    assert request.headers["Host"] == f"localhost:{httpserver.port}"
    assert (request.headers["X-One"], request.data) == ("1", b"text")


def test_redirects_are_not_followed(open_house, httpserver):
    httpserver.expect_request("/").respond_with_response(
        Response(status=307, headers={"Location": httpserver.url_for("/inside")})
    )
    assert get(httpserver.url_for("/")).status == 307
    assert [request.path for request, _ in httpserver.log] == ["/"]


def test_proxy_variables_are_not_heeded(open_house, httpserver, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    httpserver.expect_request("/").respond_with_data("ok")
    assert get(httpserver.url_for("/")).status == 200


def test_no_more_than_64_kib_are_read(open_house, httpserver):
    httpserver.expect_request("/").respond_with_data("x" * 1_000_000)
    answer = get(httpserver.url_for("/"))
    assert answer.status == 200
    assert 60_000 < len(answer.body) <= 65_536


@pytest.fixture
def listener():
    """Serve raw bytes: listener(function of a connection) returns the address."""
    lines = []

    def listen(talk):
        line = socket.create_server(("127.0.0.1", 0))
        lines.append(line)

        def run():
            connection, _ = line.accept()
            with connection:
                connection.recv(65_536)
                talk(connection)

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{line.getsockname()[1]}/"

    yield listen
    for line in lines:
        line.close()


def test_endless_headers_are_cut_off(open_house, listener):
    def talk(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 80_000)

    with pytest.raises(http.OutgoingError):
        get(listener(talk))


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_in_drips_ends_at_the_deadline(open_house, listener, monkeypatch, start):
    monkeypatch.setattr(http, "TOTAL_S", 0.5)
    over = threading.Event()

    def talk(connection):
        connection.sendall(start)
        while not over.wait(0.05):
            connection.sendall(b"a")

    with pytest.raises(http.OutgoingError, match="No full answer"):
        get(listener(talk))
    over.set()


def test_a_name_server_that_hangs_ends_at_the_deadline(plain, monkeypatch):
    monkeypatch.setattr(http, "TOTAL_S", 0.2)
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **o: over.wait(20) and [])
    with pytest.raises(http.OutgoingError, match="not found in time"):
        get("http://slow.example/")
    over.set()


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200"])
def test_nonsense_is_no_answer(open_house, listener, answer):
    with pytest.raises(http.OutgoingError):
        get(listener(lambda connection: connection.sendall(answer)))


def test_a_closed_port_and_an_unknown_name_are_no_answer(open_house, monkeypatch):
    with pytest.raises(http.OutgoingError, match="Nobody answers"):
        get("http://127.0.0.1:1/")

    def fail(*args, **options):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(http.OutgoingError, match="no such name"):
        get("http://nowhere.example/")


def make_certificate(name, folder):
    """A self-signed certificate for the name, as (certificate and key) file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / f"{name}.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(made.public_bytes(pem) + private)
    return path


@pytest.fixture
def secure(open_house, listener, tmp_path, monkeypatch, resolver):
    """A TLS server for hook.example on loopback; secure(trusted) returns its address."""

    def make(trusted):
        path = make_certificate("hook.example", tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(path))
        http._trust.cache_clear()
        line = socket.create_server(("127.0.0.1", 0))
        resolver.answers = [["127.0.0.1"]]
        threading.Thread(target=answer_once, args=(line, context), daemon=True).start()
        return line.getsockname()[1]

    yield make
    http._trust.cache_clear()


def answer_once(line, context):
    connection, _ = line.accept()
    with connection, line:
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65_536)
                secure.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        except OSError:
            pass


def test_the_certificate_is_checked_against_the_name(secure):
    port = secure(trusted=True)
    assert get(f"https://hook.example:{port}/").status == 204


def test_a_certificate_of_another_name_is_refused(secure):
    port = secure(trusted=True)
    with pytest.raises(http.OutgoingError, match="certificate"):
        get(f"https://other.example:{port}/")


def test_a_certificate_of_nobody_is_refused(secure):
    port = secure(trusted=False)
    with pytest.raises(http.OutgoingError, match="certificate"):
        get(f"https://hook.example:{port}/")
