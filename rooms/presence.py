"""Who is connected, in Redis.

One sorted set per place (a room, or an account's desk): member
"<person>:<connection>", score = the Unix time in seconds at which that connection
counts as gone. A killed process needs no clean-up: its members age out. `signaling`
writes these sets; this module reads them for synchronous code.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from typing import cast
from uuid import UUID

from redis import RedisError

from accounts.models import Account
from accounts.redis import get_redis


def room_key(room_uuid: UUID | str) -> str:
    return f"presence:room:{room_uuid}"


def guests_key(account_uuid: UUID | str) -> str:
    """An account's connected guests; here the "person" is the room."""
    return f"presence:guests:{account_uuid}"


def desk_key(account_uuid: UUID | str) -> str:
    return f"presence:desk:{account_uuid}"


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


def rooms_with_guests(account_uuid: UUID | str) -> set[str]:
    """Return the rooms of the account in which a guest is connected: one command."""
    return set(read_people(guests_key(account_uuid)))
