"""Who is connected: written by the sockets' pings, ended by a reaper.

Beside the sets that rooms.presence reads there is one for the whole service, DUE: member
"<place>|<person>:<connection>", score = when that connection counts as gone. Every process
looks through what is due each second; whoever removes an entry announces it. So a killed
process needs no clean-up, and nobody is announced as gone twice.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from redis.exceptions import RedisError

from rooms.base.presence import DUE, GRACE, credential_key, people_in
from signaling.presence.pipeline import Command, Pipeline

logger = logging.getLogger(__name__)

REAP_EVERY_S = 1.0
REAP_AT_MOST = 500
FAILURES = (RedisError, OSError, asyncio.TimeoutError)

People = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class PresenceEntry:
    """One connection of one person at one place (a key of rooms.presence)."""

    place: str
    person: str
    connection: str

    @property
    def member(self) -> str:
        return f"{self.person}:{self.connection}"

    @property
    def due(self) -> str:
        return f"{self.place}|{self.person}:{self.connection}"


@dataclass(frozen=True, slots=True)
class Presences:
    """Who is at each place asked for, and whether the connection was there before."""

    people: list[People]
    known: bool


class Presence:
    """This process's view of and hand in who is where.

    `changed(place, persons, people)` is awaited for people of whom a connection ended by
    expiry, or turned up again after Redis had lost it; `people` is who is there now.
    """

    def __init__(
        self, url: str, changed: Callable[[str, list[str], People], Awaitable[None]]
    ) -> None:
        self._pipe = Pipeline(url)
        self._changed = changed
        self._renewals: set[PresenceEntry] = set()
        self._task = asyncio.ensure_future(self._run())

    async def enter(
        self,
        entries: Iterable[PresenceEntry],
        look_at: Iterable[str] = (),
        credentials: Iterable[str] = (),
    ) -> Presences | None:
        """Enter all of them; return who is there now, or None with Redis away.

        The answer is about the first one's place and then about those of `look_at`, where no
        entry is made: an account's guests may be thousands, and nobody asks for them here. The
        first entry is noted as that of the `credentials`, so that it ends with them.
        """
        taken = list(entries)
        places = [taken[0].place, *look_at]
        notes = [command for one in credentials for command in _note(one, taken[0])]
        try:
            answers = await self._pipe.run(
                [
                    *_count_in(taken, settings.PRESENCE_TTL_S),
                    *notes,
                    *(_look_at(place) for place in places),
                ]
            )
        except FAILURES:
            self._renewals.update(taken)
            return None
        people = [people_in(members) for members in answers[-len(places) :]]
        return Presences(people, known=not answers[0])

    async def leave(
        self, entry: PresenceEntry, grace_s: float, *others: PresenceEntry
    ) -> People | None:
        """Take the entries out; the person stays present for the grace period.

        Returns who is at the first one's place now (those in grace included), or None with
        Redis away.
        """
        entries = [entry, *others]
        self._renewals.difference_update(entries)
        commands: list[Command] = [("ZREM", one.place, one.member) for one in entries]
        commands.append(("ZREM", DUE, *(one.due for one in entries)))
        # Without grace the account still hears of it: the reaper takes what is due at once.
        graced = entries if grace_s else list(others)
        if graced:
            commands += _count_in(
                [PresenceEntry(one.place, one.person, GRACE) for one in graced], grace_s
            )
        try:
            answers = await self._pipe.run([*commands, _look_at(entry.place)])
        except FAILURES:
            return None
        return people_in(answers[-1])

    def renew(self, entry: PresenceEntry) -> None:
        """Count the connection as present for another PRESENCE_TTL_S, within a second."""
        self._renewals.add(entry)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._pipe.close()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(REAP_EVERY_S)
            try:
                await self.write_renewals()
                await self._reap()
            except FAILURES as error:
                logger.info("Presence waits for Redis: %s", error)

    async def write_renewals(self) -> None:
        """Write what was renewed since the last time; tell of those whom Redis had lost."""
        if not self._renewals:
            return
        entries = list(self._renewals)
        answers = await self._pipe.run(_count_in(entries, settings.PRESENCE_TTL_S))
        self._renewals.difference_update(entries)
        persons: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            persons[entry.place].append(entry.person)
        # Somebody new at a place: who was known there is told once more, which does no harm.
        lost = [place for place, added in zip(persons, answers, strict=False) if added]
        for place, members in zip(
            lost, await self._pipe.run(list(map(_look_at, lost))), strict=True
        ):
            await self._changed(place, persons[place], people_in(members))

    async def _reap(self) -> None:
        now = time.time()
        look = ("ZRANGEBYSCORE", DUE, "-inf", now, "LIMIT", 0, REAP_AT_MOST)
        due: list[bytes] = (await self._pipe.run([look]))[0]
        removed = await self._pipe.run([("ZREM", DUE, entry) for entry in due])
        ended: dict[str, list[str]] = defaultdict(list)
        for entry, mine in zip(due, removed, strict=True):
            if mine:
                place, _, member = entry.decode().partition("|")
                ended[place].append(member.partition(":")[0])
        for place, persons in ended.items():
            # By score, because a connection may have been renewed a moment ago.
            clear = ("ZREMRANGEBYSCORE", place, "-inf", now)
            answers = await self._pipe.run([clear, _look_at(place)])
            await self._changed(place, persons, people_in(answers[-1]))


def _count_in(entries: Iterable[PresenceEntry], ttl_s: float) -> list[Command]:
    """Commands that let the entries count for `ttl_s` from now; one ZADD a place comes first."""
    gone_at = time.time() + ttl_s
    places: dict[str, list[Any]] = defaultdict(list)
    due: list[Any] = []
    for entry in entries:
        places[entry.place] += (gone_at, entry.member)
        due += (gone_at, entry.due)
    commands: list[Command] = [("ZADD", place, *pairs) for place, pairs in places.items()]
    # A key outlives its members a little, for the reaper; then Redis forgets it.
    key_ttl_s = settings.PRESENCE_TTL_S * 2
    return [*commands, ("ZADD", DUE, *due), *(("EXPIRE", place, key_ttl_s) for place in places)]


def _note(credential: str, entry: PresenceEntry) -> list[Command]:
    """Commands that remember the entry as one of a sign-in or key (see rooms.presence)."""
    key, now, ttl_s = credential_key(credential), time.time(), settings.RESUME_TTL_S
    room = entry.place.rpartition(":")[2]
    return [
        ("ZADD", key, now + ttl_s, f"{room}:{entry.member}"),
        ("ZREMRANGEBYSCORE", key, "-inf", now),
        ("EXPIRE", key, ttl_s),
    ]


def _look_at(place: str) -> Command:
    return ("ZRANGEBYSCORE", place, time.time(), "+inf")


def without(people: People, ended: People) -> People:
    """Return the people without the connections that ended for good."""
    return {
        person: [name for name in connections if name not in ended.get(person, ())]
        for person, connections in people.items()
    }


def visible(people: People) -> People:
    """Return the people with their real connections; those in grace have none."""
    return {
        person: [name for name in connections if name != GRACE]
        for person, connections in people.items()
    }
