from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.defaults import server_error

from accounts.base.errors import DomainError
from accounts.base.refusals import as_refusal, explain, retry_after

GetResponse = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware(LocaleMiddleware):
    """The signed-in person's language, else what the browser asks for."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        # Without a session cookie nobody is signed in, and a guest's page needs no query.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return
        language = getattr(request.user, "language", "")
        if language and translation.check_for_language(language):
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language() or language


class DomainErrorMiddleware:
    """The HTML edge: the one place where a page's refusal becomes an answer.

    Scripts that ask for JSON get the same facts as problem details.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = as_refusal(error)
        return None if refusal is None else answer_refusal(request, refusal)


def answer_refusal(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Return the refusal as a page, or as problem details for a script that asks for JSON."""
    response = _as_json(refusal) if wants_json(request) else _as_page(request, refusal)
    for name, value in retry_after(refusal).items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response


def answer_server_error(request: HttpRequest) -> HttpResponse:
    """Answer what no view could: a busy database met by middleware, or a bug of ours."""
    refusal = as_refusal(sys.exc_info()[1])
    return server_error(request) if refusal is None else answer_refusal(request, refusal)


def wants_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json" or not request.accepts("text/html")


def _as_json(error: DomainError) -> HttpResponse:
    problem: dict[str, Any] = {
        "status": error.status,
        "code": error.code,
        "detail": explain(error),
        "temporary": error.temporary,
    }
    if error.field:
        problem["field"] = error.field
    return JsonResponse(problem, status=error.status, content_type="application/problem+json")


def _as_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    context = {"error": error, "text": explain(error)}
    if error.status == 503:
        # Without the request: who is asking may be a question for what is not available.
        return HttpResponse(render_to_string("503.html", context), status=503)
    templates = {404: "404.html", 410: "410.html", 429: "429.html"}
    template = templates.get(error.status, "refused.html")
    return render(request, template, context, status=error.status)
