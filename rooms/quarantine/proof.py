"""Proof of work: a small sum that a person's browser does unseen and a flood cannot afford.

The format is ALTCHA's (challenge = SHA-256 of salt and number, signed with HMAC), made and checked
by its library. A challenge is for one link, for ten minutes and for one use.
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from altcha.v1 import ChallengeOptions, create_challenge, extract_params, verify_solution
from django.conf import settings
from django.utils import timezone
from redis import RedisError

from accounts.base.redis import get_redis
from accounts.base.sealing import digest

LIFETIME_S = 600
MAX_PAYLOAD_CHARS = 1_000
FIELDS = {"algorithm": str, "challenge": str, "number": int, "salt": str, "signature": str}


def make_challenge(link: UUID) -> dict[str, Any]:
    """Return what the page has to solve: on average half of PROOF_MAX_NUMBER hashes."""
    options = ChallengeOptions(
        max_number=settings.PROOF_MAX_NUMBER,
        hmac_key=_keys()[0],
        expires=timezone.now() + timedelta(seconds=LIFETIME_S),
        params={"link": str(link)},
    )
    made = create_challenge(options)
    return {
        "algorithm": made.algorithm,
        "challenge": made.challenge,
        "maxnumber": made.max_number,
        "salt": made.salt,
        "signature": made.signature,
    }


def is_solved(payload: str, link: UUID) -> bool:
    """Say whether this is a fresh solution of a challenge for this link, and use it up.

    `payload` is Base64 of the JSON that ALTCHA's clients send. With Redis away a solution counts
    twice: nobody is kept out by that.
    """
    solution = _read(payload)
    if solution is None or not any(verify_solution(solution, key)[0] for key in _keys()):
        return False
    if extract_params(solution).get("link") != [str(link)]:
        return False
    try:
        used = get_redis().set(f"proof:{solution['signature']}", 1, nx=True, ex=LIFETIME_S)
    except RedisError:
        return True
    return bool(used)


def _read(payload: str) -> Any:
    try:
        solution = json.loads(base64.b64decode(payload, validate=True))
    except (ValueError, RecursionError):
        return None
    is_whole = isinstance(solution, dict) and all(
        type(solution.get(name)) is kind for name, kind in FIELDS.items()
    )
    return {name: solution[name] for name in FIELDS} if is_whole else None


def _keys() -> tuple[str, ...]:
    """The present key first; what an earlier one made counts as well."""
    return digest("challenge", "doorbell.proof")
