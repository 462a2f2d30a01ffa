"""Who is connected, in Redis.

One sorted set per place (a room, or an account's desk): member
"<person>:<connection>", score = the Unix time in seconds at which that connection
counts as gone. A killed process needs no clean-up: its members age out. `signaling`
writes these sets; this module reads them for synchronous code, and expects who was let in.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import cast
from uuid import UUID

from django.conf import settings
from redis import RedisError

from accounts.base.redis import get_redis
from accounts.tenants.models import Account

# What ends when: member "<place>|<person>:<connection>", looked through by signaling's reaper.
DUE = "presence:due"
# The connection name that keeps a person present before their first and after their last one.
GRACE = "~"


def room_key(room_uuid: UUID | str) -> str:
    return f"presence:room:{room_uuid}"


def guests_key(account_uuid: UUID | str) -> str:
    """An account's connected guests; here the "person" is the room."""
    return f"presence:guests:{account_uuid}"


def desk_key(account_uuid: UUID | str) -> str:
    return f"presence:desk:{account_uuid}"


def ended_key(room_uuid: UUID | str) -> str:
    """A room's connections whose sign-in or key ended; of them nobody may hear any more."""
    return f"presence:ended:{room_uuid}"


def credential_key(credential: str) -> str:
    """Where the sockets of one sign-in or key took part: "<room>:<person>:<connection>".

    Both this and `ended_key` are sorted sets of their own: score = when the resume token of
    that connection is dead anyway.
    """
    return f"presence:seats:{credential}"


def online_now(account: Account) -> bool:
    """Whether a member has the inbox open; with Redis away, nobody counts as there."""
    try:
        return bool(get_redis().zcount(desk_key(account.uuid), time.time(), "+inf"))
    except RedisError:
        return False


def people_in(members: Iterable[bytes]) -> dict[str, list[str]]:
    """Group sorted-set members into {person: [connection, …]}."""
    people: dict[str, list[str]] = defaultdict(list)
    for member in members:
        person, _, connection = member.decode().partition(":")
        people[person].append(connection)
    return dict(people)


def read_people(key: str) -> dict[str, list[str]]:
    """Return who is at a place now; empty with Redis away."""
    try:
        members = get_redis().zrangebyscore(key, time.time(), "+inf")
        return people_in(cast(list[bytes], members))
    except RedisError:
        return {}


def inhabited(room_uuids: Iterable[UUID]) -> set[UUID]:
    """Return the rooms in which somebody is connected; none with Redis away."""
    asked = list(room_uuids)
    pipe = get_redis().pipeline(transaction=False)
    for uuid in asked:
        pipe.exists(room_key(uuid))
    try:
        return {uuid for uuid, here in zip(asked, pipe.execute(), strict=True) if here}
    except RedisError:
        return set()


def end_credential(credential: str) -> list[tuple[str, str, str]]:
    """Note as ended whatever sockets of this sign-in or key may be there.

    Returns (room, person, connection) of each; nothing with Redis away.
    """
    try:
        redis, now = get_redis(), time.time()
        members = cast(list[bytes], redis.zrangebyscore(credential_key(credential), now, "+inf"))
        entries = [cast(tuple[str, str, str], tuple(m.decode().split(":"))) for m in members]
        pipe = redis.pipeline(transaction=False)
        for room, person, connection in entries:
            gone_at = now + settings.RESUME_TTL_S
            pipe.zadd(ended_key(room), {f"{person}:{connection}": gone_at})
            pipe.expire(ended_key(room), settings.RESUME_TTL_S)
        pipe.delete(credential_key(credential))
        pipe.execute()
    except RedisError:
        return []
    return entries


def rooms_with_guests(account_uuid: UUID | str) -> set[str]:
    """Return the rooms of the account in which a guest is connected: one command."""
    return set(read_people(guests_key(account_uuid)))


def count_guests(account_uuid: UUID | str) -> int:
    """Return how many connections its guests have, some of which may be gone; 0 with Redis away."""
    try:
        return int(cast(int, get_redis().zcard(guests_key(account_uuid))))
    except RedisError:
        return 0


def expect_guest(account_uuid: UUID | str, room_uuid: UUID | str) -> None:
    """Count the guest as there until their socket opens, for PRESENCE_TTL_S at most.

    So a room is on the list from the moment its guest was let in, and goes like any other if
    the socket never comes.
    """
    place, member = guests_key(account_uuid), f"{room_uuid}:{GRACE}"
    gone_at = time.time() + settings.PRESENCE_TTL_S
    with suppress(RedisError):
        pipe = get_redis().pipeline(transaction=False)
        pipe.zadd(place, {member: gone_at}, gt=True)
        pipe.zadd(DUE, {f"{place}|{member}": gone_at}, gt=True)
        pipe.expire(place, settings.PRESENCE_TTL_S * 2)
        pipe.execute()


def find_occupied(room_uuids: Sequence[UUID]) -> set[UUID]:
    """Return which of the rooms have somebody in them: one pipeline. Raises RedisError."""
    now = time.time()
    pipe = get_redis().pipeline(transaction=False)
    for room_uuid in room_uuids:
        pipe.zcount(room_key(room_uuid), now, "+inf")
    return {uuid for uuid, count in zip(room_uuids, pipe.execute(), strict=True) if count}
