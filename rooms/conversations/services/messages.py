"""Storing messages and marks: the hot path, one statement a message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from sys import intern
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts.base.errors import AccountSuspended, Invalid
from accounts.limits import quotas
from accounts.limits.quotas import Cost, Quota
from rooms.base import events, hooks
from rooms.conversations import shape
from rooms.conversations.errors import (
    ClientIdReused,
    MessageTooLong,
    NotInRoom,
    NotStored,
    RoomClosed,
)
from rooms.conversations.models import Message, Participant, Room
from rooms.conversations.services.rooms import reopen_room
from rooms.guests.errors import GuestBlocked
from rooms.properties.models import Property
from rooms.webhooks import recording

PREVIEW_CHARS = 120
# Unicode's control characters (Cc) and half surrogates (Cs), save newline and tab.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Sender:
    """What the hot path needs to know of a participant, read once per socket."""

    participant_id: int
    participant_uuid: str
    room_id: int
    room_uuid: str
    account_uuid: str
    # The member behind the participant, else "": tells their other tabs that it was them.
    membership_uuid: str
    is_member: bool
    storage: str
    # Row ids of a guest and their link, whose limits a guest's messages count against as well.
    guest_id: int | None
    link_id: int | None
    allowed: tuple[int, ...]

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """What a message of theirs counts against, made when one is sent: most sockets idle."""
        who = quotas.owners(self.account_uuid, guest=self.guest_id, link=self.link_id)
        return quotas.make_quotas(quotas.MESSAGES, who, self.allowed)


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A stored message as its sender learns of it."""

    seq: int
    at: datetime
    quarantined: bool = False
    # Its row's id, where somebody follows the room from elsewhere; see rooms.base.hooks.
    followed_id: int | None = None


class AttachedFile(Protocol):
    """A file that comes with a message; see rooms.attachments."""

    participant_id: int
    message: Any

    @property
    def content_url(self) -> str: ...

    def describe(self) -> dict[str, Any]: ...

    def save(self, *, force_insert: bool) -> None: ...


def sender_of(participant: Participant) -> Sender:
    """Return the participant as a Sender; wants membership, room, property, account selected."""
    room = participant.room
    membership = participant.membership
    counted = _counted(participant)
    who = quotas.owners(str(room.account.uuid), **counted)
    return Sender(
        participant_id=participant.pk,
        participant_uuid=intern(str(participant.uuid)),
        room_id=room.pk,
        room_uuid=intern(str(room.uuid)),
        account_uuid=intern(str(room.account.uuid)),
        membership_uuid=str(membership.uuid) if membership else "",
        is_member=participant.kind == Participant.Kind.MEMBER,
        storage=intern(room.property.storage),
        guest_id=counted.get("guest"),
        link_id=counted.get("link"),
        allowed=quotas.list_allowed(room.account, quotas.MESSAGES, who),
    )


def _counted(participant: Participant) -> dict[str, int | None]:
    """A guest's messages count as theirs and their link's too, everybody's as the account's."""
    if participant.kind != Participant.Kind.GUEST:
        return {}
    return {"guest": participant.guest_id, "link": participant.room.link_id}


def list_upload_costs(participant: Participant, size_bytes: int) -> list[Cost]:
    """Return what sending a file uses beside its message."""
    account, counted = participant.room.account, _counted(participant)
    mine = quotas.list_quotas(account, quotas.UPLOADS, **counted)
    return [(quota, size_bytes) for quota in mine]


def check_body(body: str) -> str:
    """Return the text as it will be stored, its lines ended by \\n.

    Raises MessageTooLong, Invalid.
    """
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    if len(body) > settings.MESSAGE_MAX_CHARS:
        raise MessageTooLong
    if not body.strip():
        raise Invalid("A message cannot be empty.", field="body")
    if not body.isprintable() and CONTROLS.search(body):
        raise Invalid("Control characters cannot be sent.", field="body")
    return body


# Number, store, move the sender's own mark and the answered arrivals along, in one statement:
# either everything happens or nothing, and `last_seq` has no gaps. A repeated client_id breaks
# message_once_per_sender and takes the number back with it. Writing the event down for webhooks
# in here as well would cost every message 38 % more of PostgreSQL's time, asking costs 7 %.
POST = """
WITH writer AS (
    SELECT p.id, p.room_id, p.account_id, p.kind, EXISTS (
        SELECT FROM rooms_webhook h WHERE h.account_id = p.account_id AND h.enabled
    ) AS hooked
    FROM rooms_participant p
    JOIN accounts_account a ON a.id = p.account_id
    LEFT JOIN rooms_guest g ON g.id = p.guest_id
    WHERE p.id = %(participant)s AND a.status = 'active' AND a.deleted_at IS NULL
      AND g.blocked_at IS NULL AND (p.kind <> 'member' OR p.membership_id IS NOT NULL)
      AND (p.kind <> 'guest' OR p.guest_id IS NOT NULL)
), numbered AS (
    UPDATE rooms_room r
    SET last_seq = r.last_seq + 1, preview = %(preview)s, activity_at = now()
    FROM writer w
    WHERE r.id = w.room_id AND r.status <> 'closed' AND (%(in_company)s OR NOT w.hooked)
    RETURNING r.id, r.last_seq, r.status = 'quarantine' AS quarantined, r.followed
), marked AS (
    UPDATE rooms_participant p
    SET read_seq = n.last_seq, delivered_seq = n.last_seq, consented_at = CASE
        WHEN p.consent_version > 0 THEN COALESCE(p.consented_at, now()) ELSE p.consented_at END
    FROM numbered n WHERE p.id = %(participant)s
), answered AS (
    UPDATE rooms_arrival a SET answered_at = now()
    FROM numbered n, writer w
    WHERE w.kind = 'member' AND a.room_id = n.id AND a.answered_at IS NULL
)
INSERT INTO rooms_message (account_id, room_id, sender_id, seq, client_id, body, at)
SELECT w.account_id, n.id, w.id, n.last_seq, %(client_id)s, %(body)s, clock_timestamp()
FROM numbered n, writer w
RETURNING seq, at, (SELECT hooked FROM writer), (SELECT quarantined FROM numbered),
    CASE WHEN (SELECT followed FROM numbered) THEN id END
"""


def post_message(
    *,
    sender: Sender,
    client_id: UUID,
    body: str,
    attachment: AttachedFile | None = None,
    more_costs: Sequence[Cost] = (),
) -> StoredMessage:
    """Store the message, give it the room's next seq and announce it.

    Calling again with the same client_id and body returns the first message, so clients
    may resend after a lost reply. A new `attachment` is saved with the message it belongs to; of
    a repeat it stays unsaved.

    `more_costs` is what the attachment uses of quotas.

    Raises RoomClosed, MessageTooLong, Invalid, ClientIdReused, LimitReached, RateLimited,
    NotStored, NotInRoom, GuestBlocked, AccountSuspended.
    """
    body = check_body(body)
    if sender.storage != Property.Storage.KEEP:
        raise NotStored
    quotas.spend([*((quota, 1) for quota in sender.quotas), *more_costs])
    values: dict[str, Any] = {
        "participant": sender.participant_id,
        "client_id": client_id,
        "body": body,
        "preview": " ".join(body.split())[:PREVIEW_CHARS],
    }
    try:
        posted = _store_or_open(sender, values, attachment)
    except IntegrityError:
        return _find_stored(sender, client_id, body)
    if posted is None:
        return _explain_refusal(sender, client_id, body)
    status = {"status": Room.Status.QUARANTINE} if posted.quarantined else {}
    message = _describe(sender, values, posted, attachment)
    _announce(sender, message, values["preview"], status)
    _tell_followers(sender, posted)
    return posted


def _store_or_open(
    sender: Sender, values: dict[str, Any], attachment: AttachedFile | None
) -> StoredMessage | None:
    """Return what was stored; a room that the clock closed is opened for it."""
    # Nearly always the statement is all there is, and a transaction by itself: BEGIN and
    # COMMIT would be two more round trips.
    alone = attachment is None and not connection.in_atomic_block
    posted = _store(values)[0] if alone else None
    if posted is None:
        posted = _store_in_company(sender, values, attachment)
    if posted is None and _open_idle(sender):
        posted = _store_in_company(sender, values, attachment)
    return posted


def _store(
    values: dict[str, Any], *, in_company: bool = False
) -> tuple[StoredMessage | None, bool]:
    """Return what was stored, if anything, and whether webhooks want to hear of it.

    Where they do, nothing is stored but `in_company` of what is written down for them.
    """
    with connection.cursor() as cursor:
        cursor.execute(POST, values | {"in_company": in_company})
        row = cursor.fetchone()
    return (StoredMessage(row[0], row[1], *row[3:]), row[2]) if row else (None, False)


@transaction.atomic
def _store_in_company(
    sender: Sender, values: dict[str, Any], attachment: AttachedFile | None
) -> StoredMessage | None:
    posted, hooked = _store(values, in_company=True)
    if posted is None:
        return None
    if attachment is not None:
        _attach(attachment, values["client_id"])
    if hooked:
        _record(sender, _describe(sender, values, posted, attachment), attachment)
    return posted


def _attach(attachment: AttachedFile, client_id: UUID) -> None:
    attachment.message = Message.objects.get(
        sender_id=attachment.participant_id, client_id=client_id
    )
    attachment.save(force_insert=True)


def _describe(
    sender: Sender,
    values: dict[str, Any],
    posted: StoredMessage,
    attachment: AttachedFile | None,
) -> dict[str, Any]:
    return shape.describe(
        seq=posted.seq,
        client_id=values["client_id"],
        sender=sender.participant_uuid,
        body=values["body"],
        at_ms=events.to_ms(posted.at),
        attachment=None if attachment is None else attachment.describe(),
    )


def _record(sender: Sender, message: dict[str, Any], attachment: AttachedFile | None) -> None:
    data = {"room": sender.room_uuid, **message}
    if attachment is not None:
        # A program has no session: it reads the file with its key.
        data["attachment"] = message["attachment"] | {"url": attachment.content_url}
    recording.record_message(participant_id=sender.participant_id, data=data)


def _announce(
    sender: Sender, message: dict[str, Any], preview: str, status: Mapping[str, str]
) -> None:
    """Tell the room and the inbox; `status` is said where it keeps the inbox quiet."""
    room = sender.room_uuid
    events.publish(events.room_topic(room), "message.posted", room, message)
    change = {
        "id": room,
        "last_seq": message["seq"],
        "preview": preview,
        "activity_at": message["at"],
        "from": sender.participant_uuid,
        "from_member": sender.is_member,
        "member": sender.membership_uuid,
        **status,
    }
    events.publish(events.account_topic(sender.account_uuid), "room.changed", room, change)


def _tell_followers(sender: Sender, posted: StoredMessage) -> None:
    """Whoever was called elsewhere is told what a guest writes, not what the desk does."""
    if posted.followed_id is not None and sender.guest_id is not None:
        ring = partial(hooks.followed_message_posted.send, None, message_id=posted.followed_id)
        transaction.on_commit(ring, robust=True)


def _find_stored(sender: Sender, client_id: UUID, body: str) -> StoredMessage:
    stored = Message.objects.get(sender_id=sender.participant_id, client_id=client_id)
    if stored.body != body:
        raise ClientIdReused
    return StoredMessage(seq=stored.seq, at=stored.at)


def _open_idle(sender: Sender) -> bool:
    """Open the room if the clock closed it. Raises LimitReached."""
    room = Room.objects.filter(pk=sender.room_id, idle=True).select_related("account").first()
    return room is not None and reopen_room(room=room).is_open


def _explain_refusal(sender: Sender, client_id: UUID, body: str) -> StoredMessage:
    """Say why nothing was stored; a repeat of a stored message is still answered with it."""
    if Message.objects.filter(sender_id=sender.participant_id, client_id=client_id).exists():
        return _find_stored(sender, client_id, body)
    participant = (
        Participant.objects.select_related("room__account", "guest")
        .filter(pk=sender.participant_id)
        .first()
    )
    if participant is None:
        raise NotInRoom
    if participant.guest is not None and participant.guest.blocked_at is not None:
        raise GuestBlocked
    if not participant.room.account.is_open:
        raise AccountSuspended
    if _has_lost_place(participant):
        raise NotInRoom
    raise RoomClosed


def _has_lost_place(participant: Participant) -> bool:
    """Whether the member was removed or the guest erased."""
    if participant.kind == Participant.Kind.MEMBER:
        return participant.membership_id is None
    return participant.kind == Participant.Kind.GUEST and participant.guest_id is None


MARK = """
UPDATE rooms_participant p
SET read_seq = GREATEST(p.read_seq, LEAST(%(read)s, r.last_seq)),
    delivered_seq = GREATEST(p.delivered_seq, LEAST(GREATEST(%(delivered)s, %(read)s), r.last_seq))
FROM rooms_room r
WHERE p.id = %(participant)s AND r.id = p.room_id
  AND (p.read_seq < LEAST(%(read)s, r.last_seq)
       OR p.delivered_seq < LEAST(GREATEST(%(delivered)s, %(read)s), r.last_seq))
RETURNING p.read_seq, p.delivered_seq
"""


def mark_read(*, sender: Sender, read_seq: int = 0, delivered_seq: int = 0) -> dict[str, Any]:
    """Move the participant's marks forward, never back, and announce them if they moved."""
    values = {"participant": sender.participant_id, "read": read_seq, "delivered": delivered_seq}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MARK, values)
        row = cursor.fetchone()
        if row is None:
            return {}
        data = {"from": sender.participant_uuid, "seq": row[0], "delivered_seq": row[1]}
        events.publish(events.room_topic(sender.room_uuid), "message.read", sender.room_uuid, data)
        if sender.is_member and read_seq:
            change = {
                "id": sender.room_uuid,
                "read_by": sender.participant_uuid,
                "member": sender.membership_uuid,
                "read_seq": row[0],
            }
            events.publish(
                events.account_topic(sender.account_uuid), "room.changed", sender.room_uuid, change
            )
    return {"seq": row[0], "delivered_seq": row[1]}
