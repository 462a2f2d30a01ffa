"""Tells `manage.py doctor` what of its request came through the proxy.

The doctor signs the path it asks with the secret key. To everybody else there is no such thing:
a request with a header that says nothing goes the way of all others.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.base.sealing import BadToken, Signature
from accounts.limits import rate_limits

HEADER = "Doorbell-Echo"
_signature = Signature("config.checks.echo", sep=":", dated=True)
MAX_AGE_S = 30
FIELDS = ("host", "scheme", "address", "forwarded_proto", "forwarded_for", "trusted_proxies")


def sign(path: str) -> str:
    """Return the header that has this path answered by an echo, for half a minute."""
    return _signature.sign(path)


def answer(request: HttpRequest) -> HttpResponse | None:
    """Return what arrived of a signed request, and None for all others."""
    signed = request.headers.get(HEADER)
    if signed is None or not _is_ours(signed, request.path):
        return None
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    return JsonResponse(
        {
            "host": request.META.get("HTTP_HOST", ""),
            "scheme": request.scheme,
            "address": rate_limits.client_ip(request),
            "forwarded_proto": request.headers.get("X-Forwarded-Proto", ""),
            "forwarded_for": [hop.strip() for hop in hops if hop.strip()],
            "trusted_proxies": settings.TRUSTED_PROXY_COUNT,
        },
        headers={"Cache-Control": "no-store"},
    )


def _is_ours(signed: str, path: str) -> bool:
    try:
        return _signature.read(signed, MAX_AGE_S) == path
    except BadToken:
        return False
