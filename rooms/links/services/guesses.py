"""Wrong passcodes make everybody wait who guesses at this link, from whatever addresses.

The first PASSCODE_FREE_GUESSES of a day cost nothing; each further one doubles the wait, up to
PASSCODE_MAX_WAIT_S, so that a flood leaves moments for those who know it. Who has been inside is
never asked. After NOTICE_AFTER of one day the managers are told once, with the way to pause the
link. With Redis away nothing is counted; the hashes themselves are bounded (passcodes.py).
"""

from __future__ import annotations

from functools import cache
from typing import cast

from celery import current_app
from django.conf import settings
from redis import RedisError
from redis.commands.core import Script

from accounts.base.errors import RateLimited
from accounts.base.redis import get_redis
from rooms.base import broker
from rooms.links.models import DirectLink

NOTICE_AFTER = 20
NOTICE_TASK, NOTICE_QUEUE = "rooms.tasks.tell_of_guesses", "maintenance"

# KEYS: the day's count, the wait. ARGV: free guesses, longest wait in ms.
NOTE = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], 86400) end
local over = count - tonumber(ARGV[1])
if over > 0 then
  local wait = math.min(tonumber(ARGV[2]), 1000 * 2 ^ math.min(over, 20))
  redis.call('SET', KEYS[2], 1, 'PX', wait)
end
return count
"""


def check_wait(link: DirectLink) -> None:
    """Raises RateLimited while wrong passcodes make this link's next one wait."""
    try:
        wait_ms = cast(int, get_redis().pttl(f"passcode:wait:{link.pk}"))
    except RedisError:
        return
    if wait_ms > 0:
        raise RateLimited(wait_ms / 1000)


def note_wrong(link: DirectLink) -> None:
    """Count a wrong passcode; the one that is too much is told to the managers."""
    keys = [f"passcode:wrong:{link.pk}", f"passcode:wait:{link.pk}"]
    limits = [settings.PASSCODE_FREE_GUESSES, settings.PASSCODE_MAX_WAIT_S * 1000]
    try:
        count = int(_script()(keys=keys, args=limits))
    except RedisError:
        return
    if count == NOTICE_AFTER:
        broker.publish([(current_app.signature(NOTICE_TASK), link.pk, NOTICE_QUEUE)])


@cache
def _script() -> Script:
    return get_redis().register_script(NOTE)
