"""What each command does. Relays are plain calls; whatever needs the database is awaited."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from accounts.base.errors import RateLimited
from accounts.limits.quotas import spend_here
from rooms.base import events, presence
from rooms.conversations.errors import NotInRoom
from rooms.conversations.services.messages import (
    check_body,
    mark_read,
    post_message,
)
from rooms.conversations.services.sync import Participation, open_participation
from rooms.conversations.services.transports import report_transport
from rooms.conversations.shape import describe
from rooms.conversations.tickets import sign_resume
from rooms.inbox.access import read_inbox
from signaling.bridge import in_thread
from signaling.ice import ice_servers, relay_available
from signaling.presence.presence import PresenceEntry
from signaling.sessions.runtime import Occupants, get_runtime, lobby_topic
from signaling.sessions.session import JoinedRoom, Session
from signaling.wire import protocol
from signaling.wire.protocol import ProtocolError

Reply = dict[str, Any] | None


def now_ms() -> int:
    return int(time.time() * 1000)


def find_joined(session: Session, room: str | None) -> JoinedRoom:
    """Return the room the command is about. Raises NotInRoom."""
    joined = session.rooms.get(room or session.claims.room)
    if joined is None:
        raise NotInRoom
    return joined


async def sync_room(session: Session, command: protocol.RoomSync) -> Reply:
    """Listen first, then read: nothing falls between snapshot and events."""
    room = command.room or session.claims.room
    if not room or (session.claims.room and room != session.claims.room):
        raise NotInRoom
    topic = events.room_topic(room)
    session.outbox.hold()
    try:
        # The topic is heard under an address nobody has until the part is known.
        if topic not in session.topics:
            await session.attach(topic)
        place = await in_thread(
            open_participation, session.claims, room, since=command.since, before=command.before
        )
        if not get_runtime().counts.take(session, place.socket_limits):
            return None
        if command.before:
            return {"messages": place.snapshot["messages"], "more": place.snapshot["more"]}
        return _snapshot(session, place, await _enter_room(session, place, topic))
    except BaseException:
        if room not in session.rooms:
            session.detach(topic)
        raise


async def _enter_room(session: Session, place: Participation, topic: str) -> Occupants:
    sender = place.sender
    entries = [
        PresenceEntry(
            presence.room_key(sender.room_uuid), sender.participant_uuid, session.connection
        )
    ]
    if place.kind == "guest":
        key = presence.guests_key(sender.account_uuid)
        entries.append(PresenceEntry(key, sender.room_uuid, session.connection))
        await session.attach(lobby_topic(sender.account_uuid))
    if session.claims.room:
        # Where both know a fact it is the same; the older string is kept, not a second one.
        session.facts = place.facts | session.facts
    joined = JoinedRoom(
        sender, topic, place.kind, place.name, place.transport, entries, place.begun
    )
    session.rooms[sender.room_uuid] = joined
    await session.attach(topic, sender.participant_uuid)
    return await get_runtime().entry(session, joined)


def _snapshot(session: Session, place: Participation, company: Occupants) -> dict[str, Any]:
    me = place.sender
    participants = [_place_person(one, company) for one in place.snapshot["participants"]]
    return {
        **place.snapshot,
        "self": {
            "participant": me.participant_uuid,
            "connection": session.connection,
            "kind": place.kind,
            "name": place.name,
        },
        "participants": participants,
        "policies": {**place.snapshot["policies"], "relay_available": relay_available()},
        "ice_servers": ice_servers(me.account_uuid, place.transport),
        "available": company.available,
        "resume": sign_resume(session.claims),
    }


def _place_person(person: dict[str, Any], company: Occupants) -> dict[str, Any]:
    """Add where the person is; who was shown out is nowhere, whatever their socket does."""
    name = person["participant"]
    connections = [] if person["gone"] else company.people.get(name, [])
    ended = {"ended": company.ended[name]} if name in company.ended else {}
    return {**person, "connections": connections, **ended}


async def leave_room(session: Session, command: protocol.RoomLeave) -> Reply:
    joined = find_joined(session, command.room)
    session.detach(joined.topic)
    await get_runtime().leave(session, joined, 0.0)
    return {}


async def post(session: Session, command: protocol.PostMessage) -> Reply:
    joined = find_joined(session, command.room)
    wait_s = session.messages.take()
    if wait_s:
        raise RateLimited(wait_s)
    if joined.sender.storage == "none":
        return _pass_on(session, joined, command)
    posted = await in_thread(
        post_message, sender=joined.sender, client_id=command.client_id, body=command.body
    )
    return {"seq": posted.seq, "at": events.to_ms(posted.at)}


def _pass_on(session: Session, joined: JoinedRoom, command: protocol.PostMessage) -> Reply:
    """Storage `none`: hand the text to whoever is here and forget it."""
    body = check_body(command.body)
    if joined.counts is None:
        joined.counts = get_runtime().passed_on.open(joined.sender.quotas)
    spend_here(joined.counts)
    at = now_ms()
    data = describe(
        seq=None,
        client_id=command.client_id,
        sender=joined.me,
        body=body,
        at_ms=at,
    )
    people = session.hub.people(joined.topic)
    here = [person for person, connections in people.items() if connections]
    if command.to is None:
        get_runtime().tell(joined, "message.posted", data, but=session)
        reached = [person for person in here if person != joined.me]
    else:
        reached = [person for person in here if person in command.to]
        text = protocol.event("message.posted", joined.sender.room_uuid, data)
        for person in reached:
            session.hub.publish(joined.topic, text, to=person)
    return {"seq": None, "at": at, "reached": reached}


async def read(session: Session, command: protocol.ReadMessage) -> Reply:
    joined = find_joined(session, command.room)
    if command.client_ids:
        data = {"from": joined.me, "client_ids": command.client_ids}
        get_runtime().tell(joined, "message.read", data, but=session)
    if joined.sender.storage == "none" or not (command.seq or command.delivered_seq):
        return {}
    return await in_thread(
        mark_read,
        sender=joined.sender,
        read_seq=command.seq,
        delivered_seq=command.delivered_seq,
    )


def typing(session: Session, command: protocol.Typing) -> Reply:
    joined = find_joined(session, command.room)
    get_runtime().tell(joined, "typing", {"from": joined.me, "on": command.on}, but=session)
    return {}


def signal(session: Session, command: protocol.Signal) -> Reply:
    joined = find_joined(session, command.room)
    if joined.transport == "server":
        raise ProtocolError("webrtc_disabled")
    data: dict[str, Any] = {"from": joined.me, "connection": session.connection}
    if command.epoch is not None:
        data["epoch"] = command.epoch
    if command.description is not msgspec.UNSET:
        data["description"] = command.description
    elif command.candidate is not msgspec.UNSET:
        data["candidate"] = command.candidate
    else:
        raise ProtocolError("bad_command", field="description")
    text = protocol.event("signal", joined.sender.room_uuid, data)
    session.hub.publish(
        joined.topic, text, to=command.to, connection=command.connection, but=session
    )
    return {}


async def report(session: Session, command: protocol.ReportTransport) -> Reply:
    joined = find_joined(session, command.room)
    transport = {"to": command.to, "path": command.path, "rtt_ms": command.rtt_ms}
    data = {"participant": joined.me, "transport": transport}
    get_runtime().tell(joined, "participant.changed", data, but=session)
    if joined.reported.get(command.to) != command.path:
        joined.reported = {**joined.reported, command.to: command.path}
        await in_thread(report_transport, sender=joined.sender, path=command.path)
    return {}


async def ping(session: Session, command: protocol.Ping) -> Reply:
    """Credit, presence and heads; answered on the side, so that it holds nothing up."""
    session.outbox.acknowledge(command.received)
    get_runtime().renew(session)
    stored = [room for room, joined in session.rooms.items() if joined.sender.storage == "keep"]
    heads = await get_runtime().heads.read(stored)
    return {"at": now_ms(), "heads": heads}


async def sync_inbox(session: Session, command: protocol.InboxSync) -> Reply:
    account = session.claims.account
    session.outbox.hold()
    await session.attach(events.account_topic(account))
    desk = await in_thread(read_inbox, session.claims, status=command.status, cursor=command.cursor)
    people = await get_runtime().open_desk(session)
    snapshot = {**desk.snapshot}
    snapshot["members"] = [
        {**member, "online": bool(people.get(member["membership"]))}
        for member in snapshot["members"]
    ]
    snapshot["self"] = {**snapshot["self"], "connection": session.connection}
    return {**snapshot, "resume": sign_resume(session.claims)}


# A relay answers at once; a wait is awaited before the socket's next frame; a side job is not.
RELAYS: dict[str, Callable[[Session, Any], Reply]] = {"typing": typing, "signal": signal}
WAITS: dict[str, Callable[[Session, Any], Awaitable[Reply]]] = {
    "room.sync": sync_room,
    "room.watch": sync_room,
    "room.leave": leave_room,
    "room.unwatch": leave_room,
    "message.post": post,
    "message.read": read,
    "transport.report": report,
    "inbox.sync": sync_inbox,
}
SIDE_JOBS: dict[str, Callable[[Session, Any], Awaitable[Reply]]] = {"ping": ping}
