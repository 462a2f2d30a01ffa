"""Asks the site at its public address, as a browser does, and says what the proxy got wrong."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from accounts.limits import rate_limits
from config.checks import echo
from config.checks.finding import Finding, Unreachable

TIMEOUT_S = 5
# /ws/ usually has rules of its own in the proxy.
PATHS = ("/", "/ws/")
PAGE = "/accounts/login/"
# Of a network for examples: nobody comes from there.
CLAIMED_ADDRESS = "192.0.2.66"
NOBODY_BEHIND = {502, 503, 504}


@dataclass(frozen=True, slots=True)
class ProbeResponse:
    status: int
    location: str
    body: bytes


def check_headers() -> str:
    """Claim to be somebody else and look what the application believes. Raises Finding."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in PATHS:
        for fault in find_faults(ask_echo(path)):
            found.setdefault(fault, []).append(path)
    if found:
        wrongs = [f"{wrong} (at {' and '.join(paths)})" for (wrong, _), paths in found.items()]
        remedies = dict.fromkeys(remedy for _, remedy in found)
        raise Finding("; ".join(wrongs), "; ".join(remedies))
    proxies = settings.TRUSTED_PROXY_COUNT
    return f"name, scheme and address arrive as they are, by way of {proxies} proxies"


def check_page() -> str:
    """Return the address of a page that was shown. Raises Finding."""
    answer = ask(PAGE, {})
    if answer.status != 200:
        raise Finding(_describe(PAGE, answer), "look into the log of the web process")
    return f"{settings.SITE_URL}{PAGE}"


def ask_echo(path: str) -> dict[str, Any]:
    """Return what arrives of a request that lies about where it comes from. Raises Finding."""
    claims = {"X-Forwarded-For": CLAIMED_ADDRESS, "X-Forwarded-Proto": _wrong_scheme()}
    answer = ask(path, claims | {echo.HEADER: echo.sign(path)})
    if answer.status in NOBODY_BEHIND:
        raise Finding(_describe(path, answer), "start the web processes; look into the proxy's log")
    try:
        told = json.loads(answer.body)
        return {field: told[field] for field in echo.FIELDS}
    except (ValueError, TypeError, LookupError):
        raise Finding(
            f"{_describe(path, answer)}, which is not this installation's answer",
            "check that SITE_URL leads to the web processes and SECRET_KEY is the same there",
        ) from None


def find_faults(arrived: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is wrong with each header and what to do, for what the echo tells."""
    faults = []
    site = urlsplit(settings.SITE_URL)
    host = urlsplit(f"//{arrived['host']}").hostname
    if host != site.hostname:
        faults.append(
            (
                f"Host arrives as {arrived['host']!r}, not {site.hostname!r}",
                "let the proxy pass Host on (nginx: proxy_set_header Host $host)",
            )
        )
    if arrived["scheme"] != site.scheme:
        faults.append(_explain_scheme(arrived, site.scheme))
    if fault := _find_wrong_hops(arrived):
        faults.append(fault)
    return faults


def ask(path: str, headers: dict[str, str]) -> ProbeResponse:
    """Raises Finding, or Unreachable if nobody answers at all."""
    site = urlsplit(settings.SITE_URL)
    kind = http.client.HTTPSConnection if site.scheme == "https" else http.client.HTTPConnection
    connection = kind(site.hostname or "", site.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return ProbeResponse(answer.status, answer.headers.get("Location", ""), answer.read())
    except ssl.SSLCertVerificationError as error:
        raise Finding(
            f"{settings.SITE_URL} has a certificate that browsers refuse: {error.verify_message}",
            "renew the certificate, or let the proxy send the whole chain",
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"{settings.SITE_URL}{path} does not answer: {error}") from None
    finally:
        connection.close()


def _explain_scheme(arrived: dict[str, Any], scheme: str) -> tuple[str, str]:
    said = arrived["forwarded_proto"]
    if said == scheme and not arrived["trusted_proxies"]:
        return (
            "X-Forwarded-Proto is not believed: TRUSTED_PROXY_COUNT is 0",
            "set it to the number of proxies",
        )
    return (
        f"X-Forwarded-Proto arrives as {said!r}, not {scheme!r}",
        f"let the proxy overwrite it (nginx: proxy_set_header X-Forwarded-Proto {scheme})",
    )


def _find_wrong_hops(arrived: dict[str, Any]) -> tuple[str, str] | None:
    """Each proxy adds one entry, or the first of them throws away what the client wrote."""
    hops, trusted = arrived["forwarded_for"], arrived["trusted_proxies"]
    claimed = CLAIMED_ADDRESS in hops
    proxies = len(hops) - 1 - hops.index(CLAIMED_ADDRESS) if claimed else len(hops)
    remedy = "let the proxy overwrite it (nginx: proxy_set_header X-Forwarded-For $remote_addr)"
    if proxies == trusted:
        unknown = arrived.get("address") == rate_limits.NO_ADDRESS
        return ("X-Forwarded-For has no address in it", remedy) if unknown else None
    if not proxies:
        what = "arrives as the client wrote it: anybody may lie" if claimed else "does not arrive"
        return f"X-Forwarded-For {what}", remedy
    names = f"X-Forwarded-For names {proxies} of the {trusted} proxies in TRUSTED_PROXY_COUNT"
    if proxies < trusted:
        return names, f"let every proxy add to it, or set TRUSTED_PROXY_COUNT={proxies}"
    return (
        f"X-Forwarded-For comes from {proxies} proxies, but TRUSTED_PROXY_COUNT is {trusted}",
        f"set TRUSTED_PROXY_COUNT={proxies}",
    )


def _describe(path: str, answer: ProbeResponse) -> str:
    target = f" and leads to {answer.location}" if answer.location else ""
    return f"{settings.SITE_URL}{path} answers {answer.status}{target}"


def _wrong_scheme() -> str:
    return "http" if urlsplit(settings.SITE_URL).scheme == "https" else "https"
