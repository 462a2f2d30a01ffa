"""The guest's page and the door behind it. Neither touches the session."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.base import problems, refusals
from accounts.base.errors import (
    BodyTooLarge,
    DomainError,
    Forbidden,
    Invalid,
    LimitReached,
    UnsupportedMediaType,
)
from accounts.base.middleware import refuses_with
from accounts.base.origins import check_origin
from accounts.base.sealing import BadToken
from accounts.limits import rate_limits
from accounts.tenants.models import Account
from rooms.attachments.upload_form import describe_uploads
from rooms.base import modules, phrasebook, phrases
from rooms.base.validation import clean_line, clean_name
from rooms.blocks.origins import Origin, keep_device, read_origin
from rooms.conversations.tickets import TicketClaims, new_connection, sign_resume, sign_ticket
from rooms.conversations.wire import describe_wire
from rooms.guests.cookie import read_guest, sign_guest
from rooms.guests.errors import GuestBlocked
from rooms.links.access import look_up, open_link
from rooms.links.addresses import GUEST_PATH, guest_path
from rooms.links.errors import LinkGone, LinkNotFound
from rooms.links.models import DirectLink
from rooms.links.services.prefill import MAX_TOKEN_CHARS
from rooms.properties.models import Property
from rooms.quarantine.proof import MAX_PAYLOAD_CHARS
from rooms.quarantine.suspicion import check_proof, is_beside_blocked, read_signs
from rooms.visits.services import Visit, join_link

MAX_BODY_BYTES = 4096
MAX_NICKNAME_CHARS = 60
MAX_PASSCODE_CHARS = 64
MAX_VERSION_CHARS = 9
# The longest a browser keeps a cookie.
COOKIE_AGE_S = 400 * 86_400
FIELDS = {
    "nickname": MAX_NICKNAME_CHARS,
    "passcode": MAX_PASSCODE_CHARS,
    "prefill": MAX_TOKEN_CHARS,
    "consent": MAX_VERSION_CHARS,
    "proof": MAX_PAYLOAD_CHARS,
    "automated": 1,
}
WS_PATH = "/ws/"
# Browsers that a program drives and robots, as they name themselves. Programs that do not pretend
# to be a browser join on purpose.
AUTOMATED = re.compile(
    r"headless|phantomjs|selenium|puppeteer|playwright|cypress|bot\b|crawler|spider|scrapy",
    re.IGNORECASE,
)
OF_FILES = {"storage_mib", "upload_mib_a_day", "messages_a_day"}


class LimitReachedForGuest(Forbidden):
    """A limit of the account is used up, as a guest is told."""

    code = LimitReached.code
    text = "Nobody can take a new conversation right now."


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """What a guest says at the door; everything may be left out."""

    nickname: str = ""
    passcode: str = ""
    prefill: str = ""
    consent: str = ""
    proof: str = ""
    automated: str = ""


# --- The page


def show_refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer with one friendly page that gives no reason."""
    language = phrasebook.choose_language(accepted(request), [])
    words = phrases.get_phrases(language)
    context = {
        "language": language,
        "title": words["busy_title" if error.temporary else "gone_title"],
        "text": words["busy_text" if error.temporary else "gone_text"],
    }
    page = render_to_string("rooms/visits/refusal.html", context)
    headers = refusals.retry_after(error)
    return finish(HttpResponse(page, status=error.status, headers=headers))


@refuses_with(show_refusal)
@require_safe
def show_page(request: HttpRequest, address: str) -> HttpResponse:
    """Answer with the conversation page."""
    rate_limits.hit("page", rate_limits.client_address(request))
    link = open_door(request, address)
    language = phrasebook.choose_language(accepted(request), link.property.languages)
    preloaded = modules.list_modules("rooms/visits/guest.js")
    context = {
        "property": link.property,
        "language": language,
        "phrases": phrases.get_phrases(language),
        "modules": preloaded,
        "entry": preloaded[-1],
        "config": _describe_door(request, link, address, language),
        "data_url": guest_path(address, "/data"),
    }
    with translation.override(language):
        page = render_to_string("rooms/visits/page.html", context)
    return finish(HttpResponse(page))


def open_door(request: HttpRequest, address: str, origin: Origin | None = None) -> DirectLink:
    """Return the link; a full or paused one lets only those in who have been here.

    Raises LinkNotFound, LinkGone, and GuestBlocked if nobody from this origin may come in.
    """
    try:
        link = open_link(address, **(_ask_about(origin) if origin else {}))
    except LinkGone:
        check_may_know(request, look_up(address), address)
        raise
    if getattr(link, "is_blocked", False):
        raise GuestBlocked
    if not link.takes_new_guests and read_cookie(request, link.account) is None:
        raise LinkGone
    return link


def check_may_know(request: HttpRequest, link: DirectLink, address: str) -> None:
    """A readable address can be guessed: that there was one is told to who has been here.

    Raises LinkNotFound.
    """
    if address != link.token and read_cookie(request, link.account) is None:
        raise LinkNotFound


def _ask_about(origin: Origin) -> dict[str, Exists]:
    return {"is_blocked": origin.is_blocked(), "is_beside_blocked": is_beside_blocked(origin)}


def _describe_door(
    request: HttpRequest, link: DirectLink, address: str, language: str
) -> dict[str, Any]:
    """Return what the page's script has to know before anybody has joined."""
    brand = link.property
    return {
        "join": guest_path(address, "/join"),
        "address": address,
        "known": read_cookie(request, link.account) is not None,
        "passcode": bool(link.passcode),
        "nickname": brand.nickname,
        "consent": str(brand.consent_version) if brand.consent else "",
        "property": {
            "name": brand.name,
            "greeting": brand.greeting,
            "offline_text": brand.offline_text,
        },
        "proof": static("rooms/visits/proof.js"),
        "prefill": request.GET.get("prefill") or request.GET.get("p", ""),
        "language": language,
        "files": {**describe_uploads(), "url": guest_path(address, "/files")},
        "phrases": phrases.get_phrases(language),
        "wire": describe_wire(),
        # Who comes back to the tab after that rings again.
        "visit_ms": settings.VISIT_GAP_S * 1000,
    }


def accepted(request: HttpRequest) -> str:
    return request.headers.get("Accept-Language", "")


def finish(response: HttpResponse) -> HttpResponse:
    # Not `no-referrer`: with it some browsers send `Origin: null` to our own join endpoint.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept-Language"])
    return response


# --- The door


def answer_guest(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Answer the page's script with a problem, which stands under `error` as well.

    There a page looks that was open while we were updated.
    """
    shown = _conceal(refusal)
    problem = problems.describe_problem(shown, problems.trace_id_of(request))
    error: dict[str, str | bool] = {
        "code": shown.code,
        "message": str(shown),
        "temporary": shown.temporary,
    }
    if shown.field:
        error["field"] = shown.field
    return problems.answer_body(shown, problem | {"error": error})


def _conceal(refusal: DomainError) -> DomainError:
    """How much the owner has bought is nothing a guest needs to read."""
    if not isinstance(refusal, LimitReached):
        return refusal
    if refusal.limit in OF_FILES:
        return LimitReachedForGuest("No file can be taken right now.")
    return LimitReachedForGuest()


# A form of another site cannot send this: the origin is checked below.
@csrf_exempt
@refuses_with(answer_guest)
@require_POST
def join(request: HttpRequest, address: str) -> HttpResponse:
    """Let a guest in: the same guest comes back to the same room, each tab as a connection."""
    check_origin(request)
    rate_limits.hit("join", rate_limits.client_address(request))
    wish, origin = _read_wish(request), read_origin(request)
    link = open_door(request, address, origin)
    visit = join_link(
        link=link,
        guest_uuid=read_cookie(request, link.account),
        nickname="" if link.property.nickname == Property.Nickname.NEVER else wish.nickname,
        passcode=wish.passcode,
        language=phrasebook.choose_language(accepted(request), link.property.languages),
        prefill=wish.prefill,
        address=_note_address(request, link.property),
        consent_version=_read_version(wish.consent),
        origin=origin,
        is_suspicious=partial(_is_suspicious, request, link, wish),
    )
    facts = _describe_visit(link, visit)
    response = JsonResponse(facts, status=201, headers={"Cache-Control": "no-store"})
    _set_cookie(request, response, link.account, visit.guest.uuid)
    keep_device(request, response, origin)
    return response


def _is_suspicious(request: HttpRequest, link: DirectLink, wish: JoinRequest) -> bool:
    """Whether a new guest waits in quarantine. Raises ProofRequired."""
    agent = request.headers.get("User-Agent", "")
    automated = bool(wish.automated or AUTOMATED.search(agent))
    beside_blocked = getattr(link, "is_beside_blocked", False)
    signs = read_signs(link, beside_blocked=beside_blocked, automated=automated)
    return check_proof(link, signs, wish.proof)


def _read_version(text: str) -> int:
    if text and not (text.isascii() and text.isdigit()):
        raise Invalid("Send the number your page had.", field="consent")
    return int(text or 0)


def _note_address(request: HttpRequest, brand: Property) -> str:
    if brand.addresses == Property.Addresses.NONE:
        return ""
    return rate_limits.client_net(request)


def _read_wish(request: HttpRequest) -> JoinRequest:
    if request.content_type != "application/json":
        raise UnsupportedMediaType
    body = request.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"Send at most {MAX_BODY_BYTES} bytes.")
    try:
        said = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Invalid("This is not JSON.") from None
    if not isinstance(said, dict):
        raise Invalid("Send a JSON object.")
    return JoinRequest(**{name: _read_field(name, value) for name, value in said.items()})


def _read_field(name: str, value: object) -> str:
    if name not in FIELDS:
        raise Invalid("This field is unknown.", field=name[:40])
    if not isinstance(value, str):
        raise Invalid("Send a text.", field=name)
    if len(value) > FIELDS[name]:
        raise Invalid(f"Send at most {FIELDS[name]} characters.", field=name)
    return clean_name(value, name) if name == "nickname" else clean_line(value, name)


def _describe_visit(link: DirectLink, visit: Visit) -> dict[str, Any]:
    claims = TicketClaims(
        account=str(link.account.uuid),
        connection=new_connection(),
        room=str(visit.room.uuid),
        participant=str(visit.participant.uuid),
    )
    return {
        "ticket": sign_ticket(claims),
        "resume": sign_resume(claims),
        "room": claims.room,
        "participant": claims.participant,
        "ws": WS_PATH,
        "policies": {"storage": link.property.storage, "transport": link.property.transport},
    }


def cookie_name(account: Account) -> str:
    return f"guest_{account.uuid.hex[:12]}"


def read_cookie(request: HttpRequest, account: Account) -> UUID | None:
    value = request.COOKIES.get(cookie_name(account))
    if not value:
        return None
    try:
        return read_guest(value)
    except BadToken:
        return None


def _set_cookie(
    request: HttpRequest, response: HttpResponse, account: Account, guest_uuid: UUID
) -> None:
    response.set_cookie(
        cookie_name(account),
        sign_guest(guest_uuid),
        max_age=COOKIE_AGE_S,
        path=GUEST_PATH,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
