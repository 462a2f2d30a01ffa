"""How often a key or an account may call; the counts are accounts.rate_limits'."""

from __future__ import annotations

import math

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.base.errors import RateLimited
from accounts.limits import limits, rate_limits
from accounts.limits.rate_limits import Decision
from api.authentication import Caller

WINDOW_S = 60


def decide(request: Request, caller: Caller | None) -> Decision:
    """Count this call against its key, its account, or for strangers its address."""
    if caller is None:
        return rate_limits.check("api_anonymous", rate_limits.client_address(request._request))
    key = caller.api_key
    if key is not None and key.requests_a_minute:
        return rate_limits.check("api", str(key.uuid), rate=f"{key.requests_a_minute}/{WINDOW_S}")
    if caller.account is None:
        return rate_limits.check("platform", caller.name)
    allowed = limits.get_limit(caller.account, "api_requests_a_minute")
    return rate_limits.check("api", str(caller.account.uuid), rate=f"{allowed}/{WINDOW_S}")


def enforce(decision: Decision) -> None:
    """Raises RateLimited."""
    if not decision.allowed:
        raise RateLimited(decision.retry_after_s)


def add_headers(response: Response, decision: Decision) -> None:
    """Tell on every answer how much is left (draft-ietf-httpapi-ratelimit-headers)."""
    response["RateLimit-Limit"] = str(decision.limit)
    response["RateLimit-Remaining"] = str(decision.remaining)
    response["RateLimit-Reset"] = str(math.ceil(decision.reset_s))
    response["RateLimit-Policy"] = f"{decision.limit};w={WINDOW_S}"
