"""What was said in a guest's conversation, as a file of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.base.errors import Conflict
from rooms.conversations.models import Message, Participant
from rooms.notifications.channels.words import to_line

# A book of 700 pages; what is older is left out, and the transcript says so.
MAX_CHARS = 2_000_000
PAGE_MESSAGES = 500


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One message as a reader sees it."""

    at: datetime
    name: str
    body: str
    file: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """The lines from the oldest on; `is_whole` unless older ones are left out."""

    property_name: str
    lines: list[TranscriptLine]
    is_whole: bool

    def as_text(self) -> str:
        """Return it as plain text, an entry for each message."""
        head = [self.property_name, _("All times are in UTC.")]
        if not self.is_whole:
            head.append(_("Older messages are left out."))
        return "\n".join([*head, "", *(_write_line(line) for line in self.lines)])

    def as_html(self, language: str) -> str:
        """Return it as a page that loads nothing from anywhere."""
        facts = {"transcript": self, "language": language}
        return render_to_string("rooms/privacy/transcript.html", facts)


def _write_line(line: TranscriptLine) -> str:
    parts = [part for part in (line.body, line.file and f"[{line.file}]") if part]
    return f"{line.at:%Y-%m-%d %H:%M} {line.name}: {' '.join(parts)}\n"


def read_transcript(participant: Participant) -> Transcript:
    """Return what this participant can read in their room; wants its property selected."""
    lines: list[TranscriptLine] = []
    chars = 0
    for line in _read_backwards(participant):
        chars += len(line.body)
        if chars > MAX_CHARS:
            break
        lines.append(line)
    name = participant.room.property.name
    return Transcript(name, lines[::-1], is_whole=chars <= MAX_CHARS)


def _read_backwards(participant: Participant) -> Iterator[TranscriptLine]:
    rows = Message.objects.filter(room_id=participant.room_id).order_by("-seq")
    rows = rows.select_related("sender", "attachment")
    before: int | None = None
    while page := list((rows if before is None else rows.filter(seq__lt=before))[:PAGE_MESSAGES]):
        yield from map(_read_line, page)
        before = page[-1].seq


def _read_line(message: Message) -> TranscriptLine:
    file = getattr(message, "attachment", None)
    name = "" if file is None else file.name
    body = "" if name == message.body else message.body
    return TranscriptLine(message.at.astimezone(UTC), message.sender.name, body, name)


def is_answered(participant: Participant) -> bool:
    """Whether anybody but guests has written in the room."""
    others = Message.objects.filter(room_id=participant.room_id)
    return others.exclude(sender__kind=Participant.Kind.GUEST).exists()


def write_mail(participant: Participant, email: str, language: str) -> EmailMultiAlternatives:
    """Return the mail with the transcript; what guests wrote is in its attachments alone.

    Raises Conflict where nobody has answered: then it would be a way to write to anybody.
    """
    if not is_answered(participant):
        raise Conflict("It can be sent once somebody has answered you.")
    transcript = read_transcript(participant)
    facts = {"property": to_line(transcript.property_name), "language": language}
    message = EmailMultiAlternatives(
        subject=_("Your conversation"),
        body=render_to_string("email/transcript.txt", facts),
        to=[email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("email/transcript.html", facts), "text/html")
    message.attach("conversation.txt", transcript.as_text(), "text/plain")
    message.attach("conversation.html", transcript.as_html(language), "text/html")
    return message
