"""Every component in every state, for who designs them: GET /styles."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rooms.inbox.wording import get_inbox_phrases
from rooms.links.qr import draw_qr
from rooms.styles import samples
from rooms.styles.schemes import SCHEMES, draw_sheet

LANGUAGE = "en"


@require_safe
@never_cache
def show_styles(request: HttpRequest) -> HttpResponse:
    """The page, with ?scheme=light or dark and ?dir=rtl. Raises Http404 for who may not look."""
    _let_in(request)
    scheme = request.GET.get("scheme", "")
    context = {
        "scheme": scheme if scheme in SCHEMES else "auto",
        "schemes": list(SCHEMES),
        "direction": "rtl" if request.GET.get("dir") == "rtl" else "ltr",
        "texts": get_inbox_phrases(LANGUAGE),
        "selected_uuid": samples.ROOMS[1]["id"],
        "rooms": samples.ROOMS,
        "messages_shown": samples.MESSAGES,
        "shown_states": ["", *samples.STATES],
        "panes": samples.PANES,
        "qr": draw_qr(samples.LINK),
        "tokens": samples.TOKENS,
    }
    with override(LANGUAGE):
        return render(request, "rooms/styles/page.html", context)


@require_safe
@never_cache
def show_sheet(request: HttpRequest, scheme: str) -> HttpResponse:
    """Its style sheet. Raises Http404 for who may not look, and for an unknown scheme."""
    _let_in(request)
    if scheme not in SCHEMES:
        raise Http404
    return HttpResponse(draw_sheet(scheme), content_type="text/css")


def _let_in(request: HttpRequest) -> None:
    if not (settings.SHOW_STYLES or getattr(request.user, "is_staff", False)):
        raise Http404
