"""The one way out: HTTP requests to addresses that tenants named.

An address is judged when it is connected to, not when it is written down: the name is resolved
once, every answer is checked, and the socket goes to the very address that passed, while TLS
and Host still carry the name. So a name that changes its mind (DNS rebinding) gains nothing.
No redirect is followed, no proxy variable is read, and nobody holds a worker longer than
TOTAL_S or fills its memory with more than MAX_READ_BYTES.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpcore
import httpx
from django.conf import settings

TOTAL_S = 10.0
CONNECT_S = 4.0
MAX_READ_BYTES = 65_536
MAX_ADDRESSES = 4
URL_MAX_CHARS = 500
RETRY_AFTER_MAX_S = 86_400

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _networks(*names: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(name) for name in names]


# An operator may open these for an intranet; see WEBHOOKS_ALLOW_PRIVATE.
PRIVATE = _networks(
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # RFC 1918
    "100.64.0.0/10",  # carrier-grade NAT
    *("127.0.0.0/8", "::1/128"),  # this machine
    "fc00::/7",  # unique local
)
# `ipaddress.is_global` of Python 3.11 says yes to several of these, so they are spelled out.
NEVER = _networks(
    "0.0.0.0/8",
    "169.254.0.0/16",  # link-local: the metadata services of clouds
    "192.0.0.0/24",  # protocol assignments
    *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),  # documentation
    "192.88.99.0/24",  # 6to4 relays
    "198.18.0.0/15",  # benchmarks
    *("224.0.0.0/4", "240.0.0.0/4"),  # multicast, reserved and broadcast
    "2001::/23",  # Teredo, ORCHID and other assignments
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4: an IPv4 address inside
    "3fff::/20",  # documentation
)
# Everything else is mapped, NAT64, link-local, multicast or not given to anybody.
GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")


class OutgoingError(Exception):
    """No answer came; the text says why, in words for the owner of the address."""


class UrlRefused(OutgoingError):
    """This address may not be called from here."""


@dataclass(frozen=True, slots=True)
class HttpResult:
    """What came back; `body` is at most MAX_READ_BYTES, cut where it was longer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def read_retry_after(self) -> float:
        """Return the seconds it asks to wait, at most a day: a number or a date (RFC 9110)."""
        text = self.headers.get("retry-after", "").strip()
        if text.isdecimal():
            # Not int(text): a million digits are slow to read.
            return float(min(int(text[:9]), RETRY_AFTER_MAX_S))
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return 0
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return min(max((at - datetime.now(UTC)).total_seconds(), 0), RETRY_AFTER_MAX_S)


def send(method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> HttpResult:
    """Make one request and return its answer, whatever its status. Raises OutgoingError."""
    target = check_url(url)
    fields = {
        "Host": target.netloc.decode(),
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": str(len(body)),
        **headers,
    }
    where = httpcore.URL(
        scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
    )
    pool = httpcore.ConnectionPool(
        ssl_context=_trust(), network_backend=_Line(time.monotonic() + TOTAL_S)
    )
    try:
        with pool, pool.stream(method, where, headers=_to_bytes(fields), content=body) as response:
            return HttpResult(response.status, _to_text(response.headers), _read_body(response))
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise OutgoingError(str(error) or "The connection broke.") from None


def check_url(url: str) -> httpx.URL:
    """Return the parsed address if it may be called, as far as can be said without DNS.

    Raises UrlRefused.
    """
    if len(url) > URL_MAX_CHARS:
        raise UrlRefused(f"An address has at most {URL_MAX_CHARS} characters.")
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL:
        raise UrlRefused("This is not a web address.") from None
    schemes = {"https", "http"} if settings.WEBHOOKS_ALLOW_HTTP else {"https"}
    if target.scheme not in schemes:
        raise UrlRefused("The address has to begin with https://.")
    if not target.host or "%" in target.host:
        raise UrlRefused("This is not a web address.")
    if target.userinfo:
        raise UrlRefused("An address here has no user name or password in it.")
    if target.fragment:
        raise UrlRefused("Leave out the part after #.")
    if not _may_use_port(target):
        raise UrlRefused("Only these ports can be called: " + ", ".join(settings.WEBHOOKS_PORTS))
    _check_literal(target.host)
    return target


def server_of(url: str) -> str:
    """Return host and port in one spelling: what all addresses on one server have in common."""
    try:
        return httpx.URL(url).netloc.decode()
    except httpx.InvalidURL:
        return url


def may_call(address: Address) -> bool:
    """Whether this service may open a connection to the address."""
    if settings.WEBHOOKS_ALLOW_PRIVATE and any(address in network for network in PRIVATE):
        return True
    if address.version == 6 and address not in GLOBAL_IPV6:
        return False
    return not any(address in network for network in (*PRIVATE, *NEVER))


def _may_use_port(target: httpx.URL) -> bool:
    port = target.port if target.port is not None else {"http": 80}.get(target.scheme, 443)
    return not settings.WEBHOOKS_PORTS or str(port) in settings.WEBHOOKS_PORTS


def _check_literal(host: str) -> None:
    """Refuse at once what names a forbidden address itself, in any spelling of it."""
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    try:
        address: Address = ipaddress.ip_address(host)
    except ValueError:
        try:
            # 127.1, 2130706433 and 0x7f.1 are addresses to the operating system.
            address = ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return
    if not may_call(address):
        raise UrlRefused("This address leads into a private network.")


def _resolve(host: str, port: int, patience_s: float) -> list[tuple[Any, ...]]:
    """Return (family, socket address) pairs that may be called. Raises OutgoingError."""
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    # A name server can take longer than we have, and getaddrinfo cannot be told to stop.
    threading.Thread(target=look_up, daemon=True).start()
    try:
        found = answers.get(timeout=max(patience_s, 0.001))
    except queue.Empty:
        raise OutgoingError("The name was not found in time.") from None
    if isinstance(found, Exception):
        raise OutgoingError("There is no such name.")
    allowed = [
        (family, place)
        for family, _, _, _, place in found
        if may_call(ipaddress.ip_address(place[0]))
    ]
    if not allowed:
        raise UrlRefused("This name leads into a private network.")
    return allowed[:MAX_ADDRESSES]


class _Line(httpcore.NetworkBackend):
    """Connects to checked addresses only, until the deadline."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        for family, place in _resolve(host, port, self.deadline - time.monotonic()):
            line = socket.socket(family, socket.SOCK_STREAM)
            try:
                line.settimeout(min(CONNECT_S, _left(self.deadline)))
                line.connect(place)
            except OSError:
                line.close()
                continue
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Stream(line, self.deadline)
        raise OutgoingError("Nobody answers at this address.")


class _Stream(httpcore.NetworkStream):
    """A socket that is read for so long and so much, and no more."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        self.line, self.deadline = line, deadline
        self.budget_bytes = MAX_READ_BYTES

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self.budget_bytes:
            raise _TooMuch("The answer is too long.")
        self.line.settimeout(_left(self.deadline))
        try:
            data = self.line.recv(min(max_bytes, self.budget_bytes))
        except TimeoutError:
            raise OutgoingError(_LATE) from None
        except OSError:
            raise httpcore.ReadError("The connection broke.") from None
        self.budget_bytes -= len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.line.settimeout(_left(self.deadline))
        try:
            self.line.sendall(buffer)
        except TimeoutError:
            raise OutgoingError(_LATE) from None
        except OSError:
            raise httpcore.WriteError("The connection broke.") from None

    def close(self) -> None:
        self.line.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self.line.settimeout(_left(self.deadline))
        try:
            self.line = ssl_context.wrap_socket(self.line, server_hostname=server_hostname)
        except ssl.SSLCertVerificationError as error:
            raise OutgoingError(f"Its certificate is not valid: {error.verify_message}.") from None
        except TimeoutError:
            raise OutgoingError(_LATE) from None
        except OSError:
            raise OutgoingError("No secure connection came about.") from None
        return self

    def get_extra_info(self, info: str) -> Any:
        return None


class _TooMuch(httpcore.ReadError):
    """More than MAX_READ_BYTES came."""


_LATE = f"No full answer came within {TOTAL_S:.0f} s."


def _left(deadline: float) -> float:
    """Return the seconds until the deadline. Raises OutgoingError."""
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise OutgoingError(_LATE)
    return left_s


def _read_body(response: httpcore.Response) -> bytes:
    body = b""
    try:
        for part in response.iter_stream():
            body += part
    except _TooMuch:
        pass
    return body


@cache
def _trust() -> ssl.SSLContext:
    """The usual authorities; SSL_CERT_FILE and SSL_CERT_DIR name others."""
    return httpx.create_ssl_context()


def _to_bytes(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def _to_text(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
