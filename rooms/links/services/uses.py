"""How many guests a link has let in: exact with a limit, else without anybody waiting."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import F

from rooms.links.errors import LinkGone
from rooms.links.models import DirectLink, LinkUse

FOLDED_AT_ONCE = 10_000

# Rows that another sweep has are left to it.
FOLD = """
WITH taken AS (
    DELETE FROM rooms_linkuse WHERE id IN (
        SELECT id FROM rooms_linkuse {which} ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ) RETURNING link_id
), sums AS (
    SELECT link_id, count(*) AS uses FROM taken GROUP BY link_id
), counted AS (
    UPDATE rooms_directlink l SET guest_count = l.guest_count + s.uses
    FROM sums s WHERE l.id = s.link_id
)
SELECT count(*) FROM taken
"""


def count_use(link: DirectLink) -> None:
    """Use up one of the link's places; the last statement of a join, as others wait for it.

    The condition in the update closes the race for the last place. Raises LinkGone.
    """
    if link.guest_limit is None:
        LinkUse.objects.create(account_id=link.account_id, link=link)
        return
    places = DirectLink.objects.filter(pk=link.pk, guest_count__lt=F("guest_limit"))
    if not places.update(guest_count=F("guest_count") + 1):
        raise LinkGone


@transaction.atomic
def fold_uses(link: DirectLink | None = None) -> int:
    """Add waiting uses, of one link or of all, to the links' counts; return how many.

    At most FOLDED_AT_ONCE: whoever gets as many calls again.
    """
    values = {"most": FOLDED_AT_ONCE, "link": link.pk if link else None}
    which = "" if link is None else "WHERE link_id = %(link)s"
    with connection.cursor() as cursor:
        cursor.execute(FOLD.format(which=which), values)
        return int(cursor.fetchone()[0])


def fold_all_uses() -> int:
    """Add all waiting uses to the links' counts and return how many."""
    total = folded = fold_uses()
    while folded == FOLDED_AT_ONCE:
        folded = fold_uses()
        total += folded
    return total
