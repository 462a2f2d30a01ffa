"""The REST edge: whatever was raised becomes a problem (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.base import problems, refusals
from accounts.base.errors import (
    DomainError,
    Internal,
    Invalid,
    MethodNotAllowed,
    NotFound,
    Unauthenticated,
    UnsupportedMediaType,
)
from api.errors import InsufficientScope, MalformedJson

logger = logging.getLogger(__name__)


class InvalidFields(Invalid):
    """One or more fields are not acceptable; `errors` names each."""

    text = "Some fields are not acceptable."

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__()
        self._errors = errors
        if {error["code"] for error in errors} == {UnknownField.code}:
            self.code = UnknownField.code

    @property
    def errors(self) -> list[dict[str, str]]:
        return self._errors


class UnknownField(DomainError):
    """The body has a field that this operation does not take."""

    code = "unknown_field"
    status = 400
    text = "There is no such field here."


def answer_problem(error: Exception, context: dict[str, Any]) -> Response:
    """Return the problem response for anything that was raised."""
    set_rollback()
    refusal = _translate(error)
    trace_id = problems.trace_id_of(context["request"])
    if refusal.status >= Internal.status:
        logger.error("%s (trace %s)", refusal.code, trace_id, exc_info=error)
    return Response(
        problems.describe_problem(refusal, trace_id),
        status=refusal.status,
        headers=problems.list_headers(refusal),
        content_type=problems.CONTENT_TYPE,
    )


def _translate(error: Exception) -> DomainError:
    if isinstance(error, exceptions.ValidationError):
        return InvalidFields(list(_flatten(error.get_full_details())))
    if isinstance(error, DjangoValidationError):
        return InvalidFields(list(_flatten_django(error)))
    for kinds, refusal in TRANSLATIONS:
        if isinstance(error, kinds):
            return refusal()
    return refusals.translate(error) or Internal()


TRANSLATIONS: list[tuple[tuple[type[Exception], ...], type[DomainError]]] = [
    ((exceptions.NotAuthenticated, exceptions.AuthenticationFailed), Unauthenticated),
    ((exceptions.PermissionDenied, PermissionDenied), InsufficientScope),
    ((exceptions.NotFound,), NotFound),
    ((exceptions.MethodNotAllowed,), MethodNotAllowed),
    ((exceptions.UnsupportedMediaType,), UnsupportedMediaType),
    ((exceptions.ParseError,), MalformedJson),
]


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
