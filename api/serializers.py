"""What every shape on the REST edge shares."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from api.pagination import PAGE_ROWS, PAGE_ROWS_MAX

CURSOR_MAX_CHARS = 400


class StrictSerializer(serializers.Serializer[Any]):
    """Input: what is not declared or of another type is refused, not dropped or bent."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := sorted(str(name) for name in set(data) - known):
                refused = ErrorDetail("There is no such field here.", code="unknown_field")
                raise ValidationError({name: [refused] for name in unknown})
            wrong = [n for n, f in self.fields.items() if n in data and not has_type(f, data[n])]
            if wrong:
                raise ValidationError({name: ["This is of another type."] for name in wrong})
        return super().to_internal_value(data)


JSON_TYPES: list[tuple[type[Any], type[Any]]] = [
    (serializers.BooleanField, bool),
    (serializers.CharField, str),
    (serializers.UUIDField, str),
    (serializers.DateTimeField, str),
    (serializers.ChoiceField, str),
]


def has_type(field: Any, value: Any) -> bool:
    """Whether the value has the field's type in JSON: 0 is no text and no yes/no."""
    if value is None:
        return True
    if isinstance(field, serializers.ListField):
        return isinstance(value, list) and all(has_type(field.child, inner) for inner in value)
    if isinstance(field, serializers.IntegerField):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return all(isinstance(value, json) for kind, json in JSON_TYPES if isinstance(field, kind))


class OutputSerializer(serializers.Serializer[Any]):
    """Answer: explicit fields, `id` is always the public uuid."""


class NoBody(StrictSerializer):
    """A command that takes no fields; `{}` and no body at all are the same."""


class PageQuery(serializers.Serializer[Any]):
    """What every list takes."""

    cursor = serializers.CharField(
        required=False,
        max_length=CURSOR_MAX_CHARS,
        help_text="`next` of the page before.",
    )
    limit = serializers.IntegerField(
        required=False, default=PAGE_ROWS, min_value=1, max_value=PAGE_ROWS_MAX
    )


def sample(value: Any, **options: Any) -> Any:
    """Attach an example to a serializer; `page_of` and the reference page pass it on."""

    def decorate(serializer: type[Any]) -> type[Any]:
        serializer.sample_value = value
        example = OpenApiExample("example", value=value, **options)
        decorated: type[Any] = extend_schema_serializer(examples=[example], many=False)(serializer)
        return decorated

    return decorate


_pages: dict[type[Any], type[Any]] = {}


def page_of(serializer: type[Any]) -> type[Any]:
    """Return the serializer of one page of these: {"items": […], "next": cursor or null}."""
    if serializer not in _pages:
        name = serializer.__name__.removesuffix("Out")
        next_field = serializers.CharField(
            allow_null=True, help_text="The cursor of the next page; null at the end."
        )
        fields = {
            "__module__": serializer.__module__,
            "__doc__": f"One page of {name} rows.",
            "is_page": True,
            "items": serializer(many=True),
            "next": next_field,
        }
        page = type(f"{name}Page", (OutputSerializer,), fields)
        _pages[serializer] = sample({"items": [serializer.sample_value], "next": None})(page)
    return _pages[serializer]
