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

from rooms.base.presence import DUE, GRACE, people_in, seats_key
from signaling.presence.pipe import Command, Pipe

logger = logging.getLogger(__name__)

REAP_EVERY_S = 1.0
REAP_AT_MOST = 500
FAILURES = (RedisError, OSError, asyncio.TimeoutError)

People = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Seat:
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
class Entered:
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
        self._pipe = Pipe(url)
        self._changed = changed
        self._renewals: set[Seat] = set()
        self._task = asyncio.ensure_future(self._run())

    async def enter(
        self, seats: Iterable[Seat], look_at: Iterable[str] = (), credentials: Iterable[str] = ()
    ) -> Entered | None:
        """Take the seats; return who is there now, or None with Redis away.

        The answer is about the first seat's place and then about those of `look_at`, where no
        seat is taken: an account's guests may be thousands, and nobody asks for them here. The
        first seat is noted as that of the `credentials`, so that it ends with them.
        """
        taken = list(seats)
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
        return Entered(people, known=not answers[0])

    async def leave(self, seat: Seat, grace_s: float, *others: Seat) -> People | None:
        """Give the seats up; the person stays present for the grace period.

        Returns who is at the first seat's place now (those in grace included), or None with
        Redis away.
        """
        seats = [seat, *others]
        self._renewals.difference_update(seats)
        commands: list[Command] = [("ZREM", one.place, one.member) for one in seats]
        commands.append(("ZREM", DUE, *(one.due for one in seats)))
        # Without grace the account still hears of it: the reaper takes what is due at once.
        graced = seats if grace_s else list(others)
        if graced:
            commands += _count_in([Seat(one.place, one.person, GRACE) for one in graced], grace_s)
        try:
            answers = await self._pipe.run([*commands, _look_at(seat.place)])
        except FAILURES:
            return None
        return people_in(answers[-1])

    def renew(self, seat: Seat) -> None:
        """Count the connection as present for another PRESENCE_TTL_S, within a second."""
        self._renewals.add(seat)

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
        seats = list(self._renewals)
        answers = await self._pipe.run(_count_in(seats, settings.PRESENCE_TTL_S))
        self._renewals.difference_update(seats)
        persons: dict[str, list[str]] = defaultdict(list)
        for seat in seats:
            persons[seat.place].append(seat.person)
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


def _count_in(seats: Iterable[Seat], ttl_s: float) -> list[Command]:
    """Commands that let the seats count for `ttl_s` from now; one ZADD a place comes first."""
    gone_at = time.time() + ttl_s
    places: dict[str, list[Any]] = defaultdict(list)
    due: list[Any] = []
    for seat in seats:
        places[seat.place] += (gone_at, seat.member)
        due += (gone_at, seat.due)
    commands: list[Command] = [("ZADD", place, *pairs) for place, pairs in places.items()]
    # A key outlives its members a little, for the reaper; then Redis forgets it.
    key_ttl_s = settings.PRESENCE_TTL_S * 2
    return [*commands, ("ZADD", DUE, *due), *(("EXPIRE", place, key_ttl_s) for place in places)]


def _note(credential: str, seat: Seat) -> list[Command]:
    """Commands that remember the seat as one of a sign-in or key (see rooms.presence)."""
    key, now, ttl_s = seats_key(credential), time.time(), settings.RESUME_TTL_S
    room = seat.place.rpartition(":")[2]
    return [
        ("ZADD", key, now + ttl_s, f"{room}:{seat.member}"),
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
