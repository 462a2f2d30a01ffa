"""What a guest writes after a call goes under the call, until somebody is at the desk.

The room knows whether anybody follows it, so a message of another room costs nothing.
"""

from __future__ import annotations

from typing import Any

from celery import current_app

from accounts.targets.models import Target
from rooms.base import broker, hooks, presence
from rooms.conversations.models import Message, Room
from rooms.notifications.channels import channel_of
from rooms.notifications.channels.base import Dead, Result, Retry, Sent
from rooms.notifications.channels.words import to_line
from rooms.notifications.models import CallReference
from rooms.notifications.switching_off import switch_off

QUEUE = "notify_fast"
TASK = "rooms.notifications.tasks.tell_followers"


def listen() -> None:
    hooks.followed_message_posted.connect(_ring)


def _ring(message_id: int, **_: Any) -> None:
    broker.publish([(current_app.signature(TASK), message_id, QUEUE)])


def follow(target: Target, room: Room, reference: str) -> None:
    """Note what the provider calls a message about the room: replies to it belong there."""
    CallReference.objects.get_or_create(target=target, reference=reference, defaults={"room": room})
    Room.objects.filter(pk=room.pk, followed=False).update(followed=True)


def tell_followers(message_id: int) -> list[Retry]:
    """Send a guest's message under each call about its room; return what has to be tried again.

    A provider that was told already is not told twice: the message's reference says so.
    """
    rows = Message.objects.select_related("room__account", "sender__guest")
    message = rows.filter(pk=message_id).first()
    if message is None or not _is_worth_telling(message):
        return []
    results = [_tell(call, message) for call in _list_calls(message)]
    return [result for result in results if isinstance(result, Retry)]


def _is_worth_telling(message: Message) -> bool:
    room = message.room
    return room.is_open and room.account.is_open and not presence.online_now(room.account)


def _list_calls(message: Message) -> list[CallReference]:
    """The first call of each target; those that have this message already are left out."""
    calls = CallReference.objects.filter(room_id=message.room_id)
    told = calls.filter(message_seq=message.seq).values("target_id")
    firsts = calls.order_by("target_id", "id").distinct("target_id")
    targets = Target.objects.usable().awake().filter(membership__user__is_active=True)
    found = firsts.filter(target__in=targets).exclude(target__in=told)
    return list(found.select_related("target__membership__user", "room"))


def _tell(call: CallReference, message: Message) -> Result:
    channel = channel_of(call.target.kind)
    result = channel.follow(call.target, _write(message), call.reference)
    if isinstance(result, Sent) and result.reference:
        CallReference.objects.get_or_create(
            target=call.target,
            reference=result.reference,
            defaults={"room": call.room, "message_seq": message.seq},
        )
    if isinstance(result, Dead):
        switch_off(call.target_id, result.reason)
    return result


def _write(message: Message) -> str:
    sender = message.sender
    name = sender.guest.display_name if sender and sender.guest else ""
    return f"{to_line(name)}: {message.body}"
