"""A guest's own data: to see, to take along, to erase. The guest's cookie says whose it is."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.base.errors import NotFound, Unavailable
from accounts.base.middleware import refuses_with
from accounts.base.origins import check_origin
from accounts.limits import rate_limits
from rooms.base import phrasebook
from rooms.blocks.origins import COOKIE as DEVICE_COOKIE
from rooms.blocks.origins import read_origin
from rooms.conversations.models import Participant
from rooms.guests.models import Guest
from rooms.links.access import find_link, leads_in
from rooms.links.addresses import GUEST_PATH, guest_path
from rooms.links.models import DirectLink
from rooms.privacy import transcript
from rooms.privacy.facts import count_facts
from rooms.privacy.forms import EraseForm, TranscriptForm
from rooms.privacy.services import erase_guest
from rooms.visits.views import (
    accepted,
    check_may_know,
    cookie_name,
    finish,
    read_cookie,
    show_refusal,
)

logger = logging.getLogger(__name__)


class _Asker:
    """Who asks, by which link, in which language. Raises LinkNotFound, RateLimited."""

    def __init__(self, request: HttpRequest, address: str) -> None:
        rate_limits.hit("guest_data", rate_limits.client_address(request))
        self.address = address
        self.link: DirectLink = find_link(address)
        if not leads_in(self.link):
            check_may_know(request, self.link, address)
        offered = self.link.property.languages
        self.language = phrasebook.choose_language(accepted(request), offered)
        uuid = read_cookie(request, self.link.account)
        guests = Guest.objects.for_account(self.link.account)
        self.guest = guests.filter(uuid=uuid).first() if uuid is not None else None

    def find_place(self) -> Participant | None:
        """Their newest place behind this link."""
        rows = Participant.objects.filter(guest=self.guest, room__link=self.link)
        found = rows.select_related("room__property").order_by("-id").first()
        return found if self.guest is not None else None

    def require_place(self) -> Participant:
        """Raises NotFound."""
        place = self.find_place()
        if place is None:
            raise NotFound
        return place


@refuses_with(show_refusal)
@require_safe
def show_data(request: HttpRequest, address: str) -> HttpResponse:
    """Say what is kept about the guest, and offer it."""
    return _show(_Asker(request, address), sent="sent" in request.GET)


@refuses_with(show_refusal)
@require_safe
def download(request: HttpRequest, address: str, ending: str) -> HttpResponse:
    """Hand out the conversation as text or as a page. Raises NotFound."""
    asker = _Asker(request, address)
    found = transcript.read_transcript(asker.require_place())
    with translation.override(asker.language):
        content = found.as_text() if ending == "txt" else found.as_html(asker.language)
    kind = {"txt": "text/plain", "html": "text/html"}[ending]
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="conversation.{ending}"'
    return _keep_out_of_caches(response)


# A form of another site cannot send these: the origin is checked, as at the door.
@csrf_exempt
@refuses_with(show_refusal)
@require_POST
def send(request: HttpRequest, address: str) -> HttpResponse:
    """Send the conversation to one address. Raises NotFound, Conflict, RateLimited."""
    check_origin(request)
    asker = _Asker(request, address)
    place = asker.require_place()
    with translation.override(asker.language):
        form = TranscriptForm(request.POST)
        if not form.is_valid():
            return _show(asker, transcript_form=form)
        email = str(form.cleaned_data["email"]).lower()
        for who in (f"guest:{place.uuid}", f"to:{email}"):
            rate_limits.hit("transcript", who)
        rate_limits.hit("transcript_link", asker.link.pk)
        _post(transcript.write_mail(place, email, asker.language))
    return HttpResponseRedirect(guest_path(address, "/data?sent"))


def _post(message: Any) -> None:
    """Raises Unavailable."""
    try:
        message.send()
    except (OSError, SMTPException, ValueError) as error:
        logger.error("A transcript was not sent: %s", error)
        raise Unavailable from None


@csrf_exempt
@refuses_with(show_refusal)
@require_POST
def erase(request: HttpRequest, address: str) -> HttpResponse:
    """Erase the guest with all they wrote, once they said so twice."""
    check_origin(request)
    asker = _Asker(request, address)
    with translation.override(asker.language):
        form = EraseForm(request.POST)
        if asker.guest is not None and not form.is_valid():
            return _show(asker, erase_form=form)
    if asker.guest is not None:
        erase_guest(guest=asker.guest)
        asker.guest = None
    response = _show(asker, erased=True)
    names = [cookie_name(asker.link.account)]
    # Erasing oneself is no way around a block; the device's name names nobody.
    if not read_origin(request).has_blocked_device():
        names.append(DEVICE_COOKIE)
    for name in names:
        response.delete_cookie(name, path=GUEST_PATH, samesite="Lax")
    return response


def _show(asker: _Asker, **extra: Any) -> HttpResponse:
    facts = None
    if asker.guest is not None:
        facts = count_facts(asker.guest, asker.find_place(), asker.link.property)
    place = facts.participant if facts else None
    forms: dict[str, Any] = {"transcript_form": TranscriptForm(), "erase_form": EraseForm()}
    status = 422 if any(name in extra for name in forms) else 200
    context = {
        **forms,
        "property": asker.link.property,
        "address": asker.address,
        "facts": facts,
        "answered": place is not None and transcript.is_answered(place),
        **extra,
    }
    with translation.override(asker.language):
        page = render_to_string("rooms/privacy/data.html", context)
    return _keep_out_of_caches(HttpResponse(page, status=status))


def _keep_out_of_caches(response: HttpResponse) -> HttpResponse:
    response = finish(response)
    response["Cache-Control"] = "no-store"
    return response
