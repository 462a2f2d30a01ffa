"""What Django asks where no view answers: the same edges as everywhere.

Each is named in config/urls.py or as CSRF_FAILURE_VIEW.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import csrf, defaults

from accounts.base.errors import CsrfFailed, DomainError, Internal
from accounts.base.middleware import answer_refusal, expects_page
from accounts.base.refusals import as_refusal, translate


def answer_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django could not read, before or outside of our own edges.

    Not through Django's own view: that one asks the form for a CSRF token, and the form that
    cannot be read raises again until nothing answers.
    """
    page = HttpResponse(render_to_string("400.html"), status=400)
    return _answer(request, translate(exception), lambda: page)


def answer_forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    page = defaults.permission_denied
    return _answer(request, translate(exception), lambda: page(request, exception))


def answer_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    page = defaults.page_not_found
    return _answer(request, translate(exception), lambda: page(request, exception))


def answer_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, CsrfFailed(), lambda: csrf.csrf_failure(request, reason))


def answer_server_error(request: HttpRequest) -> HttpResponse:
    """Answer what no view could: a busy database met by middleware, or a bug of ours."""
    refusal = as_refusal(sys.exc_info()[1])
    if refusal is not None:
        return answer_refusal(request, refusal)
    return _answer(request, None, lambda: defaults.server_error(request))


def _answer(
    request: HttpRequest, refusal: DomainError | None, page: Callable[[], HttpResponse]
) -> HttpResponse:
    return page() if expects_page(request) else answer_refusal(request, refusal or Internal())
