"""Every refusal for a program or a script as one shape: RFC 9457, `application/problem+json`."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.base.errors import DomainError, Internal, Unauthenticated
from accounts.base.refusals import retry_after

CONTENT_TYPE = "application/problem+json"
TRACEPARENT = re.compile(r"\A[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}\Z")


def trace_id_of(request: Any) -> str:
    """Return the caller's W3C trace id, or one of our own that stays with the request."""
    page = getattr(request, "_request", request)
    if not hasattr(page, "trace_id"):
        given = TRACEPARENT.match(page.headers.get("traceparent", ""))
        page.trace_id = given[1] if given else secrets.token_hex(16)
    return str(page.trace_id)


def describe_problem(refusal: DomainError, trace_id: str, detail: str = "") -> dict[str, Any]:
    """Return the problem; `detail` replaces the refusal's own sentence."""
    return {
        "type": f"/api/docs#{refusal.code}",
        "title": type(refusal).text,
        "status": refusal.status,
        "code": refusal.code,
        "detail": detail or str(refusal),
        "temporary": refusal.temporary,
        "trace_id": trace_id,
        "errors": refusal.errors,
        **refusal.facts,
    }


def list_headers(refusal: DomainError) -> dict[str, str]:
    """Return what a refusal says beside its body."""
    if isinstance(refusal, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="api"'}
    return {} if isinstance(refusal, Internal) else retry_after(refusal)


def answer_problem(request: HttpRequest, refusal: DomainError, detail: str = "") -> HttpResponse:
    return answer_body(refusal, describe_problem(refusal, trace_id_of(request), detail))


def answer_body(refusal: DomainError, problem: dict[str, Any]) -> HttpResponse:
    """Return the answer that carries this problem."""
    return JsonResponse(
        problem,
        status=refusal.status,
        headers={**list_headers(refusal), "Cache-Control": "no-store"},
        content_type=CONTENT_TYPE,
    )
