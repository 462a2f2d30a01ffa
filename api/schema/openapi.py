"""The contract as OpenAPI 3.1: what drf-spectacular cannot see from the code is said here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from api.authentication import KeyAuthentication, SessionAuthentication
from api.filters import describe_filters
from api.serializers import PageQuery
from api.throttling import WINDOW_S

RATE_HEADERS = {
    "RateLimit-Limit": "Calls that fit into the window.",
    "RateLimit-Remaining": "Calls left now.",
    "RateLimit-Reset": "Seconds until all of them are there again.",
    "RateLimit-Policy": f"Limit and window, as in `600;w={WINDOW_S}`.",
}
INPUT_SUFFIX = "Body"


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "An API key."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The dashboard's own pages; changes also need X-CSRFToken.",
        }


def operation(
    name: str,
    summary: str,
    answer: type[Any] | OpenApiTypes | None,
    *,
    body: type[Any] | dict[str, Any] | None = None,
    query: type[Any] | None = None,
    filters: type[Any] | None = None,
    status: int = 200,
    also: dict[int, type[Any] | None] | None = None,
    description: str = "",
    media_type: str = "",
) -> Callable[[Any], Any]:
    """Describe one method of a view: `name` is `noun.verb`, which is also its tag."""
    if query is None and getattr(answer, "is_page", False):
        query = PageQuery
    parameters: list[Any] = [query] if query is not None else []
    parameters += describe_filters(filters) if filters is not None else []
    decorated: Callable[[Any], Any] = extend_schema(
        operation_id=name.replace(".", "_"),
        summary=summary,
        description=description or summary + ".",
        tags=[name.partition(".")[0]],
        request=body,
        parameters=parameters,
        responses={(status, media_type) if media_type else status: answer, **(also or {})},
    )
    return decorated


def finish_schema(result: Any, generator: Any, request: Any, public: bool) -> Any:
    """Add what every operation shares: problems, headers, strict bodies."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["responses"] = {"Problem": PROBLEM_RESPONSE}
    components["headers"] = {
        name: {"description": text, "schema": {"type": "string"}}
        for name, text in RATE_HEADERS.items()
    }
    for name, schema in components["schemas"].items():
        if name.endswith(INPUT_SUFFIX) and "properties" in schema:
            schema["additionalProperties"] = False
    _drop_marks(result)
    for path in result["paths"].values():
        for method, described in path.items():
            _finish_operation(method, described)
    return result


def _drop_marks(node: Any) -> None:
    """Take out what drf-spectacular notes for its own enum hook, which is not used here."""
    if isinstance(node, dict):
        node.pop("x-spec-enum-id", None)
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            _drop_marks(inner)


def _finish_operation(method: str, described: dict[str, Any]) -> None:
    parameters = described.setdefault("parameters", [])
    if method == "post":
        parameters.append(IDEMPOTENCY_KEY)
    if method == "patch":
        parameters.append(IF_MATCH)
    for response in described["responses"].values():
        response["headers"] = {
            name: {"$ref": f"#/components/headers/{name}"} for name in RATE_HEADERS
        }
    for statuses in ("4XX", "5XX"):
        described["responses"][statuses] = {"$ref": "#/components/responses/Problem"}


IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 120, "pattern": "^[!-~]+$"},
    "description": (
        "Any text of your own, a UUID for example. The same key again within 24 hours is answered "
        "with the first answer, marked `Idempotency-Replayed: true`, and changes nothing."
    ),
    "example": "7b0f6a3e-order-1017",
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag you read; 412 `precondition_failed` if it has changed since.",
    "example": "*",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457 problem details. Branch on `code`; texts may change.",
    "required": ["type", "title", "status", "code", "detail", "temporary", "trace_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "temporary": {"type": "boolean", "description": "Whether trying again may work."},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "limit": {
            "type": "string",
            "description": "With `limit_reached`, and `rate_limited` where it has a name: which.",
        },
        "retry_after_s": {
            "type": "integer",
            "description": "With `limit`, where the clock alone brings more: in how many seconds.",
        },
        "allowed": {"type": "integer", "description": "With `limit_reached`: how many."},
    },
}
PROBLEM_RESPONSE = {
    "description": "A refusal.",
    "content": {
        "application/problem+json": {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": {
                "not_found": {
                    "value": {
                        "type": "/api/docs#property_not_found",
                        "title": "There is no such thing here.",
                        "status": 404,
                        "code": "property_not_found",
                        "detail": "There is no such thing here.",
                        "temporary": False,
                        "trace_id": "0af7651916cd43dd8448eb211c80319c",
                        "errors": [],
                    }
                }
            },
        }
    },
}
