"""Signs that whoever knocks is no person, looked for only in guests who were never here before.

One sign asks for a proof of work; who shows two of them waits in quarantine even with it. A shared
address, a crowd that follows a newsletter or a careful browser is one sign at most.
"""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db.models import Exists, OuterRef

from accounts.limits import rate_limits
from rooms.blocks.models import GuestTrace
from rooms.blocks.origins import Origin
from rooms.links.models import DirectLink
from rooms.quarantine.errors import ProofRequired
from rooms.quarantine.proof import is_solved, make_challenge

MANY = 2


class Sign(StrEnum):
    # More new guests by one link than RATE_NEW_GUESTS.
    CROWD = "crowd"
    # A guest who is blocked came from the same range of addresses within 30 days.
    NEIGHBOUR = "neighbour"
    # The browser says that a program drives it.
    AUTOMATED = "automated"


def is_beside_blocked(origin: Origin) -> Exists:
    """Say of rows with an account whether a blocked guest came from this range: a subquery."""
    traces = GuestTrace.objects.filter(
        account=OuterRef("account"),
        network__in=origin.network,
        guest__blocked_at__isnull=False,
    )
    return Exists(traces)


def read_signs(link: DirectLink, *, beside_blocked: bool, automated: bool) -> set[Sign]:
    """Count a new guest of the link and return what is suspicious about them."""
    found = {Sign.NEIGHBOUR: beside_blocked, Sign.AUTOMATED: automated}
    found[Sign.CROWD] = not rate_limits.check("new_guests", link.uuid).allowed
    return {sign for sign, is_there in found.items() if is_there}


def check_proof(link: DirectLink, signs: set[Sign], proof: str) -> bool:
    """Return whether the guest has to wait in quarantine. Raises ProofRequired."""
    if not signs or not settings.PROOF_MAX_NUMBER:
        return False
    if not is_solved(proof, link.uuid):
        raise ProofRequired(make_challenge(link.uuid))
    return len(signs) >= MANY
