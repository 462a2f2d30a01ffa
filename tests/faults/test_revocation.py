"""Promise 7: what opened a socket is taken back, and the socket closes, on every process."""

from __future__ import annotations

import pytest

from tests.faults.cast.checkers import find_strays

WITHIN_S = 5


async def test_a_revoked_link_shows_its_guests_out_everywhere(house, site, other_site, company):
    ann = (await company.gather(1, site))[0]
    bob = await company.invite("bob", other_site)
    member = await company.seat_member(company.shop["owner"], site)
    await house.cue("revoke", link_uuid=company.shop["link_uuid"])
    await assert_closed(company, [ann, bob], 4502)
    assert member.connected


async def test_a_blocked_guest_is_out_and_the_others_stay(house, site, other_site, company):
    ann = (await company.gather(1, site))[0]
    bob = await company.invite("bob", other_site)
    await house.cue("block", participant=bob.entry["participant"])
    await assert_closed(company, [bob], 4503)
    ann.write("still here")
    await ann.wait_until(lambda: not ann.outbox, "acknowledgement")


@pytest.mark.parametrize("cue", ["remove", "sign_out"])
async def test_a_member_who_may_not_any_more_is_out(house, site, other_site, company, cue):
    await company.gather(1, site)
    agent = await house.cue("add_agent", account=company.shop["account"])
    here = await company.seat_member(agent, site, name="agent")
    there = await company.seat_member(company.shop["owner"], other_site, name="owner")
    more = {"by": company.shop["owner"]} if cue == "remove" else {}
    await house.cue(cue, membership=agent, **more)
    await assert_closed(company, [here], 4503 if cue == "remove" else 4500)
    assert there.connected


async def test_a_suspended_account_is_closed_for_everybody(house, site, other_site, company):
    ann = (await company.gather(1, site))[0]
    bob = await company.invite("bob", other_site)
    member = await company.seat_member(company.shop["owner"], other_site)
    await house.cue("suspend", account=company.shop["account"])
    await assert_closed(company, [ann, bob, member], 4502)


async def assert_closed(company, visitors, code):
    for visitor in visitors:
        closed = lambda v=visitor: v.name in {n["who"] for n in company.notes("closed")}  # noqa: E731
        await visitor.wait_until(closed, "the door", WITHIN_S)
    assert list(find_strays(company.history, {code})) == []
