"""Everything live in one process: the hub, presence, heads, and the way they end."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any, cast

from channels.layers import get_channel_layer
from django.conf import settings

from accounts.limits.quotas import LocalCounts
from rooms.base import close_codes, events, presence
from signaling.hub.hub import Hub, resync_frame
from signaling.hub.layer import HubLayer
from signaling.presence.presence import FAILURES, People, Presence, PresenceEntry, visible, without
from signaling.sessions.handshakes import HandshakeLimits
from signaling.sessions.heads import Heads
from signaling.sessions.session import JoinedRoom, Session
from signaling.sessions.sockets import SocketCounts
from signaling.wire import protocol

# Drained clients come back after the process has ended, spread evenly over the next seconds.
DRAIN_FROM_MS = 1_000
DRAIN_SPREAD_MS = 4_000
# Nobody is announced as gone while clients move to another process.
DRAIN_GRACE_S = 20.0
DRAIN_AT_MOST_S = 5.0
# More people coming back at once than this are not told one by one.
MANY = 20
# Who was closed for nonsense is not let in again for so long, or a flood would only need to
# come back for a fresh allowance.
KEPT_OUT_S = 30.0

_current: Runtime | None = None


def get_runtime() -> Runtime:
    """Return the running loop's live state, started on first use."""
    global _current
    if _current is None or _current.hub.loop is not asyncio.get_running_loop():
        _current = Runtime(cast(HubLayer, get_channel_layer()).hub)
    return _current


def current_runtime() -> Runtime | None:
    return _current


@dataclass(frozen=True, slots=True)
class Occupants:
    """Whom a participant meets: their connections, those that ended, and if the desk is taken."""

    people: People
    ended: People
    available: bool


class Runtime:
    """Joins hub, presence and heads for the sockets of this process."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.presence = Presence(settings.REDIS_URL, self._tell_changes)
        self.hub.on_restored = self._restored
        self.heads = Heads()
        self.counts = SocketCounts()
        # Texts that are not stored.
        self.passed_on = LocalCounts()
        self.handshakes = HandshakeLimits(settings.REDIS_URL)
        self.sessions: dict[str, Session] = hub.sockets
        self.frames_in = 0
        self.overflows = 0
        # Persons (see Session.person), and until when.
        self._kept_out: dict[str, float] = {}
        self._healing: set[asyncio.Task[None]] = set()
        if threading.current_thread() is threading.main_thread():
            self._catch_sigterm()

    def add(self, session: Session) -> None:
        """Count the socket in; a second one of the same connection replaces the first."""
        self.hub.kick({"connection": session.connection}, close_codes.SESSION_REPLACED)
        self.sessions[session.connection] = session
        if self._kept_out.get(session.person, 0.0) > self.hub.loop.time():
            session.kick(close_codes.BAD_PROTOCOL)
        elif self.hub.draining:
            self._send_away(session)
        else:
            self.counts.meet(session)

    def keep_out(self, session: Session) -> None:
        """Let the socket's person not come back to this process for KEPT_OUT_S."""
        now = self.hub.loop.time()
        self._kept_out = {who: until for who, until in self._kept_out.items() if until > now}
        self._kept_out[session.person] = now + KEPT_OUT_S

    async def remove(self, session: Session) -> None:
        """Take the socket out of everything; its people stay present for the grace period."""
        self.counts.release(session)
        for topic in list(session.topics):
            session.detach(topic)
        if self.sessions.get(session.connection) is session:
            del self.sessions[session.connection]
        # Its entries are now those of the socket that replaced it, here or on another process.
        if not session.replaced:
            grace_s = DRAIN_GRACE_S if self.hub.draining else float(settings.PRESENCE_GRACE_S)
            for joined in list(session.rooms.values()):
                await self.leave(session, joined, grace_s)
            if session.desk is not None:
                await self.presence.leave(session.desk, grace_s)
        session.rooms.clear()

    async def entry(self, session: Session, joined: JoinedRoom) -> Occupants:
        """Show the participant as present, tell the room, and return who else is here."""
        before = self.hub.people(joined.topic).get(joined.me, [])
        desk = presence.desk_key(joined.sender.account_uuid)
        entered = await self.presence.enter(
            joined.entries,
            look_at=(desk, presence.ended_key(joined.sender.room_uuid)),
            credentials=session.credentials,
        )
        ended: People = {}
        if entered is None:
            people = {**self.hub.people(joined.topic)}
            people[joined.me] = sorted({*people.get(joined.me, []), session.connection})
            available, was_here = False, session.connection in before
        else:
            people, at_desk, ended = entered.people
            available, was_here = bool(at_desk), entered.known
        known = [c for c in people.get(joined.me, []) if c != session.connection]
        shown = visible(people)
        self.hub.set_people(joined.topic, shown)
        company = Occupants(without(shown, ended), ended, available)
        if was_here:
            return company
        name = "participant.changed" if known else "participant.joined"
        data: dict[str, Any] = {
            "participant": joined.me,
            "kind": joined.kind,
            "name": joined.name,
            "connection": session.connection,
            "connections": shown.get(joined.me, []),
        }
        self.tell(joined, name, data, people=shown, but=session)
        if joined.kind == "guest" and not known:
            account, room = joined.sender.account_uuid, joined.sender.room_uuid
            self._tell_account(account, room, online=True, begun=joined.begun)
        return company

    async def leave(self, session: Session, joined: JoinedRoom, grace_s: float) -> None:
        """End this socket's presence in the room."""
        session.rooms.pop(joined.sender.room_uuid, None)
        room_entry, *other_entries = joined.entries
        people = await self.presence.leave(room_entry, grace_s, *other_entries)
        if people is None:
            people = {**self.hub.people(joined.topic)}
            people[joined.me] = [c for c in people.get(joined.me, []) if c != session.connection]
        shown = visible(people)
        if people.get(joined.me):
            data = {"participant": joined.me, "connections": shown.get(joined.me, [])}
            self.tell(joined, "participant.changed", data, people=shown)
        else:
            shown.pop(joined.me, None)
            self.tell(joined, "participant.left", {"participant": joined.me}, people=shown)

    def tell(
        self,
        joined: JoinedRoom,
        name: str,
        data: dict[str, Any],
        *,
        people: People | None = None,
        but: Session | None = None,
    ) -> None:
        """Send an event to the room, leaving out the socket it came from if asked."""
        text = protocol.event(name, joined.sender.room_uuid, data)
        self.hub.publish(joined.topic, text, people=people, but=but)

    async def open_desk(self, session: Session) -> People:
        """Count the member as being at the desk; return {membership: [connection, …]}."""
        account = session.claims.account
        person = session.claims.membership or f"key-{session.claims.key}"
        entry = PresenceEntry(presence.desk_key(account), person, session.connection)
        if not session.claims.membership:
            return {}
        session.desk = entry
        entered = await self.presence.enter([entry])
        people = entered.people[0] if entered else {person: [session.connection]}
        if sum(map(len, people.values())) == 1:
            self.tell_available(account, True)
        return visible(people)

    def tell_available(self, account_uuid: str, available: bool) -> None:
        text = protocol.event("owner.available", None, {"available": available})
        self.hub.publish(lobby_topic(account_uuid), text)

    def renew(self, session: Session) -> None:
        """A ping came: every entry of the socket counts anew."""
        for joined in session.rooms.values():
            for entry in joined.entries:
                self.presence.renew(entry)
        if session.desk is not None:
            self.presence.renew(session.desk)

    async def drain(self) -> None:
        """Send every client to another process, spread over DRAIN_SPREAD_MS."""
        self.hub.draining = True
        leaving = list(self.sessions.values())
        for session in leaving:
            self._send_away(session)
        give_up_at = self.hub.loop.time() + DRAIN_AT_MOST_S
        while self.hub.loop.time() < give_up_at:
            leaving = [one for one in leaving if self.sessions.get(one.connection) is one]
            if not leaving:
                break
            await asyncio.sleep(0.05)

    @staticmethod
    def _send_away(session: Session) -> None:
        wait_ms = DRAIN_FROM_MS + random.randrange(DRAIN_SPREAD_MS)
        session.send_away(close_codes.RESTART, wait_ms)

    async def close(self) -> None:
        await self.presence.close()
        await self.handshakes.close()
        await self.hub.link.close()

    def _restored(self) -> None:
        """Redis was away: what was said meanwhile is lost, and maybe who is here, too."""
        task = asyncio.ensure_future(self._heal())
        self._healing.add(task)
        task.add_done_callback(self._healing.discard)

    async def _heal(self) -> None:
        for session in self.sessions.values():
            self.renew(session)
        with suppress(*FAILURES):
            await self.presence.write_renewals()
        self.hub.resync()

    async def _tell_changes(self, place: str, persons: list[str], people: People) -> None:
        """Connections ended by expiry, here or on a process that is gone, or are back."""
        kind, _, uuid = place.removeprefix("presence:").partition(":")
        if kind == "room":
            self._tell_room(uuid, persons, visible(people))
        elif kind == "desk":
            self.tell_available(uuid, bool(people))
        else:
            for person in persons:
                self._tell_account(uuid, person, online=person in people)

    def _tell_room(self, uuid: str, persons: list[str], shown: People) -> None:
        topic = events.room_topic(uuid)
        if len(persons) > MANY:
            self.hub.publish(topic, resync_frame(), people=shown)
            return
        for person in persons:
            data: dict[str, Any] = {"participant": person}
            if person in shown:
                data["connections"] = shown[person]
            name = "participant.changed" if person in shown else "participant.left"
            self.hub.publish(topic, protocol.event(name, uuid, data), people=shown)

    def _tell_account(self, account_uuid: str, room_uuid: str, **changed: bool) -> None:
        data = {"id": room_uuid, **changed}
        text = protocol.event("room.changed", room_uuid, data)
        self.hub.publish(events.account_topic(account_uuid), text)

    def _catch_sigterm(self) -> None:
        """Drain before the server's own handler: Daphne says no goodbye by itself."""
        previous = signal.getsignal(signal.SIGTERM)

        async def finish() -> None:
            await self.drain()
            signal.signal(signal.SIGTERM, previous)
            os.kill(os.getpid(), signal.SIGTERM)

        def begin(number: int, frame: FrameType | None) -> None:
            if self.hub.draining or not self.hub.loop.is_running():
                signal.signal(signal.SIGTERM, previous)
                os.kill(os.getpid(), signal.SIGTERM)
                return
            self.hub.draining = True
            self.hub.loop.call_soon_threadsafe(lambda: asyncio.ensure_future(finish()))

        signal.signal(signal.SIGTERM, begin)


def lobby_topic(account_uuid: str) -> str:
    """Where an account's guests hear whether somebody is at the desk."""
    return f"lobby.{account_uuid}"
