"""Every refusal as one shape, RFC 9457 `application/problem+json`: the REST edge's translator."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.base.errors import DomainError, Invalid, LimitReached, NotFound, Unavailable
from accounts.base.middleware import answer_refusal, wants_json
from accounts.base.refusals import retry_after
from api.errors import (
    BodyTooLarge,
    InsufficientScope,
    MalformedJson,
    MalformedRequest,
    Unauthenticated,
)
from api.requests.bodies import trace_id_of

CONTENT_TYPE = "application/problem+json"
# How Django says that a form or a header cannot be read.
UNREADABLE = (MultiPartParserError, SuspiciousOperation, BadRequest)
UNAVAILABLE = (OperationalError, InterfaceError)
API_PATH = "/api/"
logger = logging.getLogger(__name__)


class InvalidFields(Invalid):
    """One or more fields are not acceptable; `errors` names each."""

    text = "Some fields are not acceptable."

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__()
        self.errors = errors
        if {error["code"] for error in errors} == {UnknownField.code}:
            self.code = UnknownField.code


class UnknownField(DomainError):
    """The body has a field that this operation does not take."""

    code = "unknown_field"
    status = 400
    text = "There is no such field here."


class MethodNotAllowed(DomainError):
    code = "method_not_allowed"
    status = 405
    text = "This address does not take this method."


class UnsupportedMediaType(DomainError):
    code = "unsupported_media_type"
    status = 415
    text = "Send application/json."


class Internal(DomainError):
    code = "internal"
    status = 500
    temporary = True
    text = "Something went wrong on our side."


def answer_problem(error: Exception, context: dict[str, Any]) -> Response:
    """Return the problem response for anything that was raised."""
    set_rollback()
    refusal = _translate(error)
    trace_id = trace_id_of(context["request"])
    if refusal.status >= Internal.status:
        logger.error("%s (trace %s)", refusal.code, trace_id, exc_info=error)
    headers = _headers(error, refusal)
    body = describe_problem(refusal, trace_id)
    return Response(body, status=refusal.status, headers=headers, content_type=CONTENT_TYPE)


def answer_plain_problem(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the same problem from where no REST framework is."""
    refusal = _translate(error)
    return JsonResponse(
        describe_problem(refusal, trace_id_of(request)),
        status=refusal.status,
        headers={**_headers(error, refusal), "Cache-Control": "no-store"},
        content_type=CONTENT_TYPE,
    )


def answer_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django could not read, before or outside of our own edges.

    Not through Django's own view: that one asks the form for a CSRF token, and the form that
    cannot be read raises again until nothing answers.
    """
    if request.path.startswith(API_PATH):
        return answer_plain_problem(request, exception)
    if wants_json(request):
        return answer_refusal(request, _translate(exception))
    return HttpResponse(render_to_string("400.html"), status=400)


def describe_problem(refusal: DomainError, trace_id: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"/api/docs#{refusal.code}",
        "title": type(refusal).text,
        "status": refusal.status,
        "code": refusal.code,
        "detail": str(refusal),
        "temporary": refusal.temporary,
        "trace_id": trace_id,
        "errors": [],
    }
    if isinstance(refusal, InvalidFields):
        body["errors"] = refusal.errors
    elif refusal.field:
        error = {"field": refusal.field, "code": refusal.code, "detail": str(refusal)}
        body["errors"] = [error]
    if isinstance(refusal, LimitReached):
        body |= {"limit": refusal.limit, "allowed": refusal.allowed}
    return body


def _translate(error: Exception) -> DomainError:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, exceptions.ValidationError):
        return InvalidFields(list(_flatten(error.get_full_details())))
    if isinstance(error, DjangoValidationError):
        return InvalidFields(list(_flatten_django(error)))
    for kinds, refusal in TRANSLATIONS:
        if isinstance(error, kinds):
            return refusal()
    return Internal()


TRANSLATIONS: list[tuple[tuple[type[Exception], ...], type[DomainError]]] = [
    ((exceptions.NotAuthenticated, exceptions.AuthenticationFailed), Unauthenticated),
    ((exceptions.PermissionDenied, PermissionDenied), InsufficientScope),
    ((exceptions.NotFound, Http404), NotFound),
    ((exceptions.MethodNotAllowed,), MethodNotAllowed),
    ((exceptions.UnsupportedMediaType,), UnsupportedMediaType),
    ((exceptions.ParseError,), MalformedJson),
    ((RequestDataTooBig,), BodyTooLarge),
    (UNREADABLE, MalformedRequest),
    (UNAVAILABLE, Unavailable),
    ((DatabaseError,), Internal),
]


def _headers(error: Exception, refusal: DomainError) -> dict[str, str]:
    if isinstance(refusal, Internal):
        return {}
    if isinstance(refusal, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="api"'}
    return retry_after(refusal)


def _flatten(details: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Turn DRF's tree of errors into a flat list: {"links": [{"label": …}]} → links.0.label."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        detail, code = str(details["message"]), str(details["code"])
        yield {"field": path, "code": code, "detail": detail}
    elif isinstance(details, dict):
        for name, inner in details.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _flatten(inner, ".".join(part for part in (path, here) if part))
    elif all(isinstance(inner, dict) and set(inner) == {"message", "code"} for inner in details):
        for inner in details:
            yield from _flatten(inner, path)
    else:
        for index, inner in enumerate(details):
            yield from _flatten(inner, f"{path}.{index}" if path else str(index))


def _flatten_django(error: DjangoValidationError) -> Iterator[dict[str, str]]:
    fields = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    for field, errors in fields.items():
        for one in errors:
            code = one.code or Invalid.code
            name = "" if field == "__all__" else field
            yield {"field": name, "code": code, "detail": " ".join(one.messages)}
