"""Whatever a pass was given for ends its sockets when it ends."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from accounts.team.services.accounts import suspend_account
from accounts.team.services.members import remove_member
from rooms.conversations.revocation import close_overdue_sockets
from rooms.conversations.services.guests import block_guest
from rooms.links.services.links import revoke_link
from tests.accounts.test_demanded_factor import pass_days
from tests.client import CommandError
from tests.signaling.conftest import member_pass


def test_revoking_a_link_closes_its_guests(wire, guest, link, alice, client):
    entry = member_pass(alice, client)

    async def story(stage):
        ann, bob = await stage.sit(guest), await stage.desk(entry)
        await sync_to_async(revoke_link)(link=link)
        assert await ann.wait_closed() == 4502
        again = await type(ann).open(stage.site.ws_url, ann.resume)
        with pytest.raises(CommandError):
            await again.sync()
        assert await again.wait_closed() == 4502
        await bob.ping()

    wire(story)


def test_a_blocked_guest_is_out_and_stays_out(wire, guest):
    async def story(stage):
        ann = await stage.sit(guest)
        await sync_to_async(block_guest)(guest=guest.guest)
        assert await ann.wait_closed() == 4503
        again = await type(ann).open(stage.site.ws_url, ann.resume)
        with pytest.raises(CommandError, match="banned"):
            await again.sync()
        assert await again.wait_closed() == 4503

    wire(story)


def test_removing_a_member_closes_their_inbox(wire, bob, alice, client):
    entry = member_pass(bob, client)
    membership = bob.memberships.get()

    async def story(stage):
        socket = await stage.desk(entry)
        await sync_to_async(remove_member)(membership=membership, actor=alice)
        assert await socket.wait_closed() == 4503

    wire(story)


def test_signing_out_closes_the_sockets_of_that_browser_only(wire, alice, client):
    other = Client()
    one, two = member_pass(alice, client), member_pass(alice, other)

    async def story(stage):
        here, there = await stage.desk(one), await stage.desk(two)
        await sync_to_async(client.logout)()
        assert await here.wait_closed() == 4500
        await there.ping()

    wire(story)


def test_suspending_an_account_closes_everything(wire, guest, account, alice, client):
    entry = member_pass(alice, client)

    async def story(stage):
        ann, bob = await stage.sit(guest), await stage.desk(entry)
        await sync_to_async(suspend_account)(account=account)
        assert await ann.wait_closed() == 4502
        assert await bob.wait_closed() == 4502

    wire(story)


def test_a_block_that_no_socket_heard_of_counts_at_the_next_message(wire, guest):
    async def story(stage):
        ann = await stage.sit(guest)
        guest.guest.blocked_at = timezone.now()
        await guest.guest.asave(update_fields=["blocked_at"])
        with pytest.raises(CommandError, match="banned"):
            await ann.post("Hi")
        assert await ann.wait_closed() == 4503

    wire(story)


def test_when_the_time_for_a_second_factor_is_over_the_inbox_closes(wire, bob, account, client):
    entry = member_pass(bob, client)

    async def story(stage):
        socket = await stage.desk(entry)
        await sync_to_async(pass_days)(account, 6)
        assert await sync_to_async(close_overdue_sockets)() == 0
        await socket.ping()
        await sync_to_async(pass_days)(account, 8)
        assert await sync_to_async(close_overdue_sockets)() == 2
        assert await socket.wait_closed() == 4500
        again = await type(socket).open(stage.site.ws_url, socket.resume)
        with pytest.raises((CommandError, ConnectionClosed)):
            await again.send("inbox.sync")
        assert await again.wait_closed() == 4500

    wire(story)
