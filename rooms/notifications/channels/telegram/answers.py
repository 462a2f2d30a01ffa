"""What a member says to the bot, and what it does about it.

Telegram tells an update again until it is taken, so everything here is safe to do twice: a reply
becomes a message whose client_id is made of the chat and the number it has there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.base.errors import Conflict, MfaRequired, NotFound
from accounts.base.refusals import as_words
from accounts.targets.models import Target, TargetQuerySet
from accounts.team.mfa import is_overdue
from rooms.conversations.services.messages import post_message, sender_of
from rooms.conversations.services.participation import member_party, take_part
from rooms.conversations.services.rooms import close_room
from rooms.notifications.channels.codes import read_code
from rooms.notifications.channels.words import language_of, to_line
from rooms.notifications.models import CallReference
from rooms.notifications.targets import add_address

KIND = "telegram"
NAMESPACE = UUID("6f1b8a52-0a4c-4c0e-9f0a-5b1f7c2f9e10")
COMMAND = re.compile(r"/([a-z]+)(?:@\w+)?(?:\s+(\S+))?\s*", re.I)
SNOOZE = re.compile(r"(\d{1,3})(m|h|d)?", re.I)
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
MAX_SNOOZE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Said:
    """A text that somebody wrote to the bot in a chat of their own."""

    chat: int
    number: int
    text: str
    name: str
    # The number of the message it answers; 0 if it is no reply.
    answers: int

    @property
    def targets(self) -> TargetQuerySet:
        """The same person may be a member of several accounts."""
        found = Target.objects.filter(kind=KIND, address__chat=self.chat)
        return found.select_related("account", "membership__user").order_by("id")


def understand(update: Any) -> dict[str, Any] | None:
    """Do what the update asks for; return the call of the API that answers it, if any does."""
    said = read(update)
    if said is None:
        return None
    first = said.targets.first()
    with translation.override(language_of(first.membership.user) if first else None):
        text = as_words(partial(_obey, said))
    if not text:
        return {"method": "setMessageReaction", **_here(said), "reaction": [TAKEN]}
    return {"method": "sendMessage", "chat_id": said.chat, "text": text}


TAKEN = {"type": "emoji", "emoji": "👌"}


def read(update: Any) -> Said | None:
    """Return the text in an update; None for groups, edits and whatever else there is."""
    try:
        message = update["message"]
        chat, sender = message["chat"], message["from"]
        if chat["type"] != "private" or sender.get("is_bot"):
            return None
        handle = sender.get("username")
        return Said(
            chat=int(chat["id"]),
            number=int(message["message_id"]),
            text=str(message.get("text") or ""),
            name=to_line(f"@{handle}" if handle else str(sender.get("first_name", ""))),
            answers=int((message.get("reply_to_message") or {}).get("message_id", 0)),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _here(said: Said) -> dict[str, Any]:
    return {"chat_id": said.chat, "message_id": said.number}


def _obey(said: Said) -> str:
    """Return what to say; nothing where a sign is enough. Raises DomainError."""
    command = COMMAND.fullmatch(said.text)
    if command is not None and command[1].lower() in COMMANDS:
        return COMMANDS[command[1].lower()](said, command[2] or "")
    if not said.targets.exists():
        return _("Open Doorbell, go to the alerts and add Telegram there.")
    if not said.text:
        return _("Only text reaches the visitor from here. Open the conversation to send files.")
    return _answer(said)


def _start(said: Said, code: str) -> str:
    try:
        membership = read_code(code, KIND)
    except NotFound:
        return _("This code is no longer valid. Open Doorbell and add Telegram once more.")
    with translation.override(language_of(membership.user)):
        try:
            address = {"chat": said.chat, "name": said.name}
            add_address(membership=membership, kind=KIND, address=address)
        except Conflict:
            return _("You are called here already.")
        return _(
            "From now on you are called here about visitors of %(account)s. Reply to a call to "
            "answer the visitor. /off stops the calls, /on starts them, /snooze 1h pauses them, "
            "/close as a reply ends a conversation."
        ) % {"account": to_line(membership.account.name)}


def _answer(said: Said) -> str:
    reference = _find(said)
    place = take_part(room=reference.room, party=member_party(reference.target.membership))
    client_id = uuid5(NAMESPACE, f"{said.chat}:{said.number}")
    post_message(sender=sender_of(place), client_id=client_id, body=said.text)
    return ""


def _close(said: Said, _words: str) -> str:
    close_room(room=_find(said).room)
    return ""


def _find(said: Said) -> CallReference:
    """Return what the replied-to message was about. Raises NotFound."""
    about = CallReference.objects.filter(target__in=said.targets, reference=str(said.answers))
    rows = about.select_related("room__property", "room__account", "target__membership__user")
    found = rows.first() if said.answers else None
    if found is None or not found.target.membership.user.is_active:
        raise NotFound("Reply to the message about a visitor, so that I know whom you mean.")
    if is_overdue(found.target.membership):
        raise MfaRequired
    return found


def _switch(said: Said, is_on: bool) -> str:
    if not said.targets.update(enabled=is_on, snoozed_until=None):
        return _("Open Doorbell, go to the alerts and add Telegram there.")
    return _("You are called here again.") if is_on else _("You are not called here any more.")


def _snooze(said: Said, words: str) -> str:
    wanted = SNOOZE.fullmatch(words or "1h")
    if wanted is None:
        return _("Say how long, like /snooze 30m, /snooze 2h or /snooze 1d.")
    pause = min(timedelta(**{UNITS[(wanted[2] or "m").lower()]: int(wanted[1])}), MAX_SNOOZE)
    said.targets.update(snoozed_until=timezone.now() + pause)
    return _("You are not called here for %(time)s. /on ends that.") % {"time": words or "1h"}


COMMANDS: dict[str, Callable[[Said, str], str]] = {
    "start": _start,
    "close": _close,
    "on": lambda said, _words: _switch(said, True),
    "off": lambda said, _words: _switch(said, False),
    "snooze": _snooze,
}
