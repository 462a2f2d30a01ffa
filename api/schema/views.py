"""The contract itself: as OpenAPI, and as a page that needs no script and no internet."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from api.schema.reference import list_groups, list_problems


@cache
def make_schema() -> dict[str, Any]:
    """Return the contract; it never changes while the process lives."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return schema


@require_safe
def read_schema(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(make_schema())
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def show_reference(request: HttpRequest) -> HttpResponse:
    schema = make_schema()
    context = {
        "info": schema["info"],
        "groups": list_groups(schema),
        "problems": list_problems(),
    }
    return render(request, "reference.html", context)
