"""The frame every resource stands in: who, how often, may they, once, and in which shape."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, wraps
from typing import Any, TypeVar, cast

from django.db import models, transaction
from django.db.models import QuerySet
from django_filters import FilterSet
from django_filters.utils import translate_validation
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.base.bodies import BODY_MAX_BYTES
from accounts.base.errors import Invalid, NotFound
from accounts.limits.rate_limits import Decision
from accounts.team.models import Membership
from accounts.tenants.models import Account
from accounts.users.confirmation import check_confirmed
from api import idempotency, problems, throttling
from api.authentication import Caller, KeyAuthentication, SessionAuthentication
from api.errors import InsufficientScope, PreconditionFailed, UnknownParameter
from api.pagination import cut_page
from api.permissions import check_permission, needs_confirmation
from api.renderers import AnyTextRenderer
from api.requests.bodies import check_size
from api.requests.parsers import JsonParser
from api.serializers import PageQuery

Row = TypeVar("Row", bound=models.Model)
Handler = Callable[..., Response]


class AlwaysJson(BaseContentNegotiation):
    """There is one form of answer, so `Accept` decides nothing."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        media_type = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


def once(handler: Handler) -> Handler:
    """Let a POST with an Idempotency-Key happen once."""

    @wraps(handler)
    def post(view: Resource, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return handler(view, request, *args, **kwargs)
        return idempotency.answer_once(
            request, view.caller, key, lambda: handler(view, request, *args, **kwargs)
        )

    return post


class Resource(APIView):
    """Base of all views. Every `post` heeds Idempotency-Key; nobody has to remember it."""

    authentication_classes = [KeyAuthentication, SessionAuthentication]
    permission_classes = []
    parser_classes = [JsonParser]
    renderer_classes = [AnyTextRenderer]
    content_negotiation_class = AlwaysJson
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    format_kwarg = None
    body_max_bytes = BODY_MAX_BYTES

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "post" in cls.__dict__:
            cls.post = once(cls.__dict__["post"])  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(
            request
        )
        self.decision: Decision | None = None
        try:
            caller = cast(Caller | None, request.auth)
        except Exception:
            self.decision = throttling.decide(request, None)
            throttling.enforce(self.decision)
            raise
        self.decision = throttling.decide(request, caller)
        throttling.enforce(self.decision)
        assert request.resolver_match is not None and request.method is not None
        if request.method.lower() in self.offered_methods:
            name = request.resolver_match.url_name or ""
            check_permission(caller, name, request.method)
            if needs_confirmation(caller, name, request.method):
                check_confirmed(request._request)
        check_size(request, self.body_max_bytes)

    @property
    def offered_methods(self) -> set[str]:
        return {name for name in self.http_method_names if hasattr(self, name)}

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        decision: Decision | None = getattr(self, "decision", None)
        if decision is not None:
            throttling.add_headers(response, decision)
        response.setdefault("Cache-Control", "no-store")
        return response

    def get_exception_handler(self) -> Any:
        return problems.answer_problem

    # --- Who

    @property
    def caller(self) -> Caller:
        return cast(Caller, self.request.auth)

    @cached_property
    def account(self) -> Account:
        """The tenant; a platform key has none. Raises InsufficientScope."""
        if self.caller.account is None:
            raise InsufficientScope
        return self.caller.account

    @property
    def membership(self) -> Membership | None:
        return self.caller.membership

    # --- What came

    def read_body(self, serializer: type[Any], *, partial: bool = False) -> dict[str, Any]:
        """Return the checked fields of the body."""
        data = self.request.data
        return self._check(serializer(data=data, partial=partial, context=self._context()))

    def read_query(
        self, serializer: type[Any] = PageQuery, filters: type[FilterSet] | None = None
    ) -> dict[str, Any]:
        """Return the checked query parameters. Raises UnknownParameter."""
        query = serializer(data=self.request.query_params.dict(), context=self._context())
        known = set(query.fields) | set(filters.base_filters if filters is not None else ())
        for name, values in self.request.query_params.lists():
            if name not in known:
                raise UnknownParameter(f"There is no parameter “{name}” here.", field=name)
            if len(values) > 1 or not values[0]:
                raise Invalid("Give it one value, or leave it out.", field=name)
        return self._check(query)

    def narrow(self, filters: type[FilterSet], rows: Any) -> Any:
        """Return the rows that the query parameters ask for."""
        chosen = filters(data=self.request.query_params, queryset=rows, request=self.request)
        if not chosen.is_valid():
            raise translate_validation(chosen.errors)
        return chosen.qs

    def _check(self, serializer: Any) -> dict[str, Any]:
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(serializer.validated_data)
        return values

    def _context(self) -> dict[str, Any]:
        return {"request": self.request, "view": self}

    # --- What goes

    def render(self, serializer: type[Any], row: Any, *, status: int = 200) -> Response:
        """Return one row with its ETag."""
        data = serializer(row, context=self._context()).data
        etag = make_etag(data)
        if status == 200 and self.request.headers.get("If-None-Match") == etag:
            return Response(status=304, headers={"ETag": etag})
        return Response(data, status=status, headers={"ETag": etag})

    def render_page(
        self,
        serializer: type[Any],
        rows: QuerySet[Any],
        query: dict[str, Any],
        *,
        order: str = "-id",
    ) -> Response:
        page, following = self.cut(rows, query, order=order)
        items = serializer(page, many=True, context=self._context()).data
        return Response({"items": items, "next": following})

    def cut(
        self, rows: QuerySet[Any], query: dict[str, Any], *, order: str = "-id"
    ) -> tuple[list[Any], str | None]:
        """Return the page that the query asks for and the cursor of the next one."""
        return cut_page(rows, order=order, cursor=query.get("cursor", ""), limit=query["limit"])

    @contextmanager
    def changing(self, serializer: type[Any], row: Row, read: Callable[[], Row]) -> Iterator[Row]:
        """Hold the row for a change. Raises PreconditionFailed if If-Match names an older state."""
        with transaction.atomic():
            wanted = self.request.headers.get("If-Match")
            if wanted is not None and wanted != "*":
                type(row)._default_manager.select_for_update().get(pk=row.pk)
                row = read()
                tags = {tag.strip() for tag in wanted.split(",")}
                if make_etag(serializer(row, context=self._context()).data) not in tags:
                    raise PreconditionFailed
            yield row


class UnknownAddress(Resource):
    """Every address under /api/ that means nothing."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound


def make_etag(data: Any) -> str:
    """Return the tag of this representation: it changes with whatever the caller would see."""
    return f'"{hashlib.sha256(AnyTextRenderer().render(data)).hexdigest()[:32]}"'
