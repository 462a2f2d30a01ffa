"""How much a view takes. The servers ask here before a body is read; see config/servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest

from accounts.base.errors import BodyTooLarge, DomainError

View = TypeVar("View", bound=Callable[..., Any])

# What forms and JSON may have; views that take files say more.
BODY_MAX_BYTES = 1_048_576
# In the ASGI scope: the body was over and is not there.
REFUSED = "doorbell.body_refused"


def takes_body(most: int, refusal: type[DomainError] = BodyTooLarge) -> Callable[[View], View]:
    """Let this view be sent so many bytes, and whatever is over be refused in its own words."""

    def mark(view: View) -> View:
        view.body_max_bytes = most  # type: ignore[attr-defined]
        view.body_refusal = refusal  # type: ignore[attr-defined]
        return view

    return mark


def find_most(view: Any, media_type: str) -> int:
    """Return how many bytes this view takes, which may depend on what they are."""
    view = getattr(view, "view_class", getattr(view, "cls", view))
    by_type: dict[str, int] = getattr(view, "body_max_bytes_by_type", {})
    most: int = by_type.get(media_type, getattr(view, "body_max_bytes", BODY_MAX_BYTES))
    return most


def is_refused(request: HttpRequest) -> bool:
    scope: dict[str, Any] = getattr(request, "scope", {})
    return bool(scope.get(REFUSED))


def find_refusal(request: HttpRequest) -> DomainError:
    """Return what to say where the server did not take the body."""
    view = request.resolver_match and request.resolver_match.func
    refusal: type[DomainError] = getattr(view, "body_refusal", BodyTooLarge)
    return refusal()
