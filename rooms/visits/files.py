from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.base.middleware import refuses_with
from accounts.base.origins import check_origin
from accounts.limits import rate_limits
from rooms.attachments.access import get_attachment_for_guest
from rooms.attachments.errors import AttachmentNotFound
from rooms.attachments.views import answer_file, answer_upload, check_size, takes_file
from rooms.conversations.access import get_guest_participant
from rooms.links.errors import LinkGone, LinkNotFound
from rooms.visits.views import answer_guest, open_door, read_cookie


@require_safe
def show_file_to_guest(request: HttpRequest, address: str, uuid: UUID) -> HttpResponse:
    """Raises AttachmentNotFound, also where the link does not lead anywhere any more."""
    try:
        link = open_door(request, address)
    except (LinkNotFound, LinkGone):
        raise AttachmentNotFound from None
    guest = read_cookie(request, link.account)
    return answer_file(get_attachment_for_guest(link, guest, uuid))


# --- In


# A form of another site cannot send this: the origin is checked below.
@takes_file
@csrf_exempt
@refuses_with(answer_guest)
@require_POST
def upload_as_guest(request: HttpRequest, address: str) -> HttpResponse:
    check_origin(request)
    rate_limits.hit("upload", rate_limits.client_address(request))
    check_size(request)
    link = open_door(request, address)
    return answer_upload(request, get_guest_participant(link, read_cookie(request, link.account)))
