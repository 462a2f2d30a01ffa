"""What lists can be narrowed by. Only what is declared here reaches a query."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiParameter


class MomentField(django_filters.fields.IsoDateTimeField):
    """A point in time, as UTC: PostgreSQL does not take every offset that ISO 8601 writes."""

    def to_python(self, value: Any) -> Any:
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField


class FlagFilter(django_filters.TypedChoiceFilter):
    """Whether a moment has come: `true` or `false`, and nothing that only looks like it."""

    def __init__(self, moment: str) -> None:
        super().__init__(
            moment,
            lookup_expr="isnull",
            exclude=True,
            choices=[("true", "true"), ("false", "false")],
            coerce=lambda value: value == "true",
        )


class BegunFilter(django_filters.TypedChoiceFilter):
    """Whether something was said in the room, or somebody opened it on purpose."""

    def __init__(self) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda value: value == "true")

    def filter(self, qs: Any, value: bool | str) -> Any:
        if value == "":
            return qs
        return qs.begun() if value else qs.wordless()


FORMATS = {
    django_filters.UUIDFilter: {"type": "string", "format": "uuid"},
    MomentFilter: {"type": "string", "format": "date-time"},
    FlagFilter: {"type": "boolean"},
    BegunFilter: {"type": "boolean"},
}


def describe_filters(filters: type[Any]) -> list[OpenApiParameter]:
    """Return the filters as query parameters for the contract."""
    return [OpenApiParameter(name, _schema_of(one)) for name, one in filters.base_filters.items()]


def _schema_of(one: Any) -> dict[str, Any]:
    if isinstance(one, django_filters.ChoiceFilter):
        return {"type": "string", "enum": [value for value, _ in one.extra["choices"]]}
    return FORMATS.get(type(one), {"type": "string"})
