"""Files of conversations: in through a form, out through the door of whoever is in the room."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts.base.bodies import takes_body
from accounts.base.errors import Invalid
from accounts.limits import rate_limits
from accounts.team.access import MemberRequest, member_required
from rooms.attachments.access import get_attachment
from rooms.attachments.errors import AttachmentNotFound, AttachmentProcessing, FileTooLarge
from rooms.attachments.file_types import INLINE, WRITTEN_AS
from rooms.attachments.models import Attachment
from rooms.attachments.services import FORM_BYTES, MIB, post_attachment
from rooms.base.events import to_ms
from rooms.conversations.access import get_room
from rooms.conversations.models import Participant
from rooms.conversations.services.participation import member_party, take_part

CACHE_S = 300


# --- Out


@require_safe
@member_required
def show_file(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Raises AttachmentNotFound, AttachmentProcessing."""
    response = answer_file(get_attachment(request.account, uuid))
    response["Cache-Control"] = "no-store"
    return response


def answer_file(attachment: Attachment) -> HttpResponse:
    """Return the bytes in a way that no browser runs them.

    Raises AttachmentNotFound, AttachmentProcessing.
    """
    if attachment.state == Attachment.State.PROCESSING:
        raise AttachmentProcessing
    try:
        with attachment.file.open("rb") as file:
            content = file.read()
    except OSError:
        raise AttachmentNotFound from None
    kind = attachment.content_type
    # Saved as it came: which encoding a text has is not for us to say.
    response = HttpResponse(content, content_type=kind)
    is_shown = attachment.is_picture or _is_older(attachment)
    disposition = content_disposition_header(not is_shown, name_for_saving(attachment))
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = f"private, max-age={CACHE_S}"
    return response


def _is_older(attachment: Attachment) -> bool:
    """Pictures of before they were written anew were held to be what they end in."""
    return attachment.content_type in INLINE and not attachment.sent_digest


def name_for_saving(attachment: Attachment) -> str:
    """Return the name it came with; with another ending where we made another format of it."""
    stem, _, ending = attachment.name.rpartition(".")
    became = WRITTEN_AS.get(ending.lower())
    if not attachment.is_picture or became is None:
        return attachment.name
    return f"{stem}.{became}"


takes_file = takes_body(settings.ATTACHMENT_MAX_BYTES + FORM_BYTES, FileTooLarge)


# The token is looked for in the form, and the form is only read once its size is known.
@takes_file
@csrf_exempt
@require_POST
@member_required
def upload_as_member(request: MemberRequest, room_uuid: UUID) -> HttpResponse:
    """Raises RoomNotFound and what post_attachment raises."""
    check_size(request)
    return _upload_as_member(request, room_uuid)


@csrf_protect
def _upload_as_member(request: HttpRequest, room_uuid: UUID) -> HttpResponse:
    asking: Any = request
    rate_limits.hit("upload", asking.membership.uuid)
    room = get_room(asking.account, room_uuid)
    return answer_upload(request, take_part(room=room, party=member_party(asking.membership)))


def check_size(request: HttpRequest) -> None:
    """Raises FileTooLarge before anything is read, also where no size is given."""
    length = request.headers.get("Content-Length") or ""
    if not length.isdecimal() or int(length) > settings.ATTACHMENT_MAX_BYTES + FORM_BYTES:
        raise FileTooLarge(f"A file may have {settings.ATTACHMENT_MAX_BYTES // MIB} MiB.")


def answer_upload(request: HttpRequest, sender: Participant) -> HttpResponse:
    try:
        upload, form = request.FILES.get("file"), request.POST
    except (MultiPartParserError, SuspiciousOperation, BadRequest):
        raise Invalid("This form cannot be read.") from None
    if upload is None or len(request.FILES) != 1:
        raise Invalid("Send one file.", field="file")
    try:
        client_id = UUID(form.get("client_id", ""))
    except ValueError:
        raise Invalid("Send a UUID.", field="client_id") from None
    attachment = post_attachment(
        sender=sender,
        upload=upload,
        name=upload.name or "",
        client_id=client_id,
        caption=form.get("caption", ""),
    )
    message = attachment.message
    answer: dict[str, Any] = {
        "seq": message.seq,
        "client_id": str(client_id),
        "at": to_ms(message.at),
    }
    answer["attachment"] = attachment.describe()
    return JsonResponse(answer, status=201, headers={"Cache-Control": "no-store"})
