from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils import translation

from accounts.base.bodies import find_refusal, is_refused
from accounts.base.errors import DomainError, MethodNotAllowed
from accounts.base.problems import answer_problem
from accounts.base.refusals import as_refusal, explain, retry_after

GetResponse = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]
Answer = Callable[[HttpRequest, DomainError], HttpResponse]
API_PATH = "/api/"


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


class NoStoreMiddleware:
    """What a signed-in person's browser is shown stays in no cache, unless the view said which."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class DomainErrorMiddleware:
    """The HTML edge: the one place where a page's refusal becomes an answer.

    Scripts get the same facts as a problem; see answer_refusal.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_refused(request):
            # No view is asked: to it the body would look empty.
            with suppress(Resolver404):
                request.resolver_match = resolve(request.path_info)
            return answer_refusal(request, find_refusal(request))
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            refused = answer_refusal(request, MethodNotAllowed())
            refused["Allow"] = response["Allow"]
            return refused
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = as_refusal(error)
        return None if refusal is None else answer_refusal(request, refusal)


def refuses_with(answer: Answer) -> Callable[[View], View]:
    """Let whatever refuses a request for this view, middleware too, say so by `answer`."""

    def mark(view: View) -> View:
        view.answer_refusal = answer  # type: ignore[attr-defined]
        return view

    return mark


def answer_refusal(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Return the refusal as the view wants it, else as a problem for a script, else as a page."""
    own = _find_own_answer(request)
    if own is not None:
        return own(request, refusal)
    if not expects_page(request):
        return answer_problem(request, refusal, explain(refusal))
    response = _as_page(request, refusal)
    for name, value in retry_after(refusal).items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response


def expects_page(request: HttpRequest) -> bool:
    """Return whether a person looks at the answer, as far as one can know."""
    if _find_own_answer(request) is not None or request.path.startswith(API_PATH):
        return False
    return request.content_type != "application/json" and request.accepts("text/html")


def _find_own_answer(request: HttpRequest) -> Answer | None:
    view = request.resolver_match and request.resolver_match.func
    return getattr(view, "answer_refusal", None)


def _as_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    context = {"error": error, "text": explain(error)}
    if error.status == 503:
        # Without the request: who is asking may be a question for what is not available.
        return HttpResponse(render_to_string("503.html", context), status=503)
    templates = {404: "404.html", 410: "410.html", 429: "429.html"}
    template = templates.get(error.status, "refused.html")
    return render(request, template, context, status=error.status)
