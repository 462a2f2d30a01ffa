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
from typing import cast

from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from accounts.redis import CLIENT_OPTIONS
from rooms.presence import people_in

logger = logging.getLogger(__name__)

DUE = "presence:due"
# The connection name that keeps a person present for a moment after their last one left.
GRACE = "~"
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
        self._redis = Redis.from_url(url, **CLIENT_OPTIONS)
        self._changed = changed
        self._renewals: set[Seat] = set()
        self._task = asyncio.ensure_future(self._run())

    async def enter(self, seats: Iterable[Seat], look_at: str = "") -> Entered | None:
        """Take the seats; return who is at each place now, or None with Redis away.

        The last entry is for the place `look_at`, where no seat is taken, if named.
        """
        taken = list(seats)
        places = [seat.place for seat in taken] + ([look_at] if look_at else [])
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for seat in taken:
                    self._write(pipe, seat, settings.PRESENCE_TTL_S)
                for place in places:
                    pipe.zrangebyscore(place, time.time(), "+inf")
                answers = await pipe.execute()
        except FAILURES:
            self._renewals.update(taken)
            return None
        people = [people_in(members) for members in answers[-len(places) :]]
        return Entered(people, known=not answers[0])

    async def leave(self, seat: Seat, grace_s: float) -> People | None:
        """Give the seat up; the person stays present for the grace period.

        Returns who is at the place now (those in grace included), or None with Redis away.
        """
        self._renewals.discard(seat)
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.zrem(seat.place, seat.member)
                pipe.zrem(DUE, seat.due)
                if grace_s:
                    self._write(pipe, Seat(seat.place, seat.person, GRACE), grace_s)
                pipe.zrangebyscore(seat.place, time.time(), "+inf")
                answers = await pipe.execute()
        except FAILURES:
            return None
        return people_in(answers[-1])

    def renew(self, seat: Seat) -> None:
        """Count the connection as present for another PRESENCE_TTL_S, within a second."""
        self._renewals.add(seat)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._redis.aclose()

    @staticmethod
    def _write(pipe: Redis, seat: Seat, ttl_s: float) -> None:
        gone_at = time.time() + ttl_s
        pipe.zadd(seat.place, {seat.member: gone_at})
        # The key outlives its members a little, for the reaper; then Redis forgets it.
        pipe.expire(seat.place, settings.PRESENCE_TTL_S * 2)
        pipe.zadd(DUE, {seat.due: gone_at})

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
        async with self._redis.pipeline(transaction=False) as pipe:
            for seat in seats:
                self._write(pipe, seat, settings.PRESENCE_TTL_S)
            answers = await pipe.execute()
        self._renewals.difference_update(seats)
        lost: dict[str, list[str]] = defaultdict(list)
        for seat, was_new in zip(seats, answers[:: len(answers) // len(seats)], strict=True):
            if was_new:
                lost[seat.place].append(seat.person)
        for place, persons in lost.items():
            members = await self._redis.zrangebyscore(place, time.time(), "+inf")
            await self._changed(place, persons, people_in(cast(list[bytes], members)))

    async def _reap(self) -> None:
        now = time.time()
        due = await self._redis.zrangebyscore(DUE, "-inf", now, start=0, num=REAP_AT_MOST)
        if not due:
            return
        async with self._redis.pipeline(transaction=False) as pipe:
            for entry in due:
                pipe.zrem(DUE, entry)
            removed = await pipe.execute()
        for entry, mine in zip(cast(list[bytes], due), removed, strict=True):
            if mine:
                await self._end(entry.decode(), now)

    async def _end(self, entry: str, now: float) -> None:
        place, _, member = entry.partition("|")
        async with self._redis.pipeline(transaction=False) as pipe:
            # By score, because the connection may have been renewed a moment ago.
            pipe.zremrangebyscore(place, "-inf", now)
            pipe.zrangebyscore(place, now, "+inf")
            answers = await pipe.execute()
        await self._changed(place, [member.partition(":")[0]], people_in(answers[-1]))


def visible(people: People) -> People:
    """Return the people with their real connections; those in grace have none."""
    return {
        person: [name for name in connections if name != GRACE]
        for person, connections in people.items()
    }
