from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from rooms.conversations.tickets import TicketClaims, new_connection, sign_ticket
from tests.client import WireClient


def guest_pass(participant):
    room = participant.room
    return TicketClaims(
        account=str(room.account.uuid),
        connection=new_connection(),
        room=str(room.uuid),
        participant=str(participant.uuid),
    )


def member_pass(user, client):
    """An account pass as the inbox page gives it, tied to the browser session."""
    client.force_login(user)
    membership = user.memberships.get()
    return TicketClaims(
        account=str(membership.account.uuid),
        connection=new_connection(),
        membership=str(membership.uuid),
        session=client.session.session_key,
    )


@pytest.fixture
def wire(live, transactional_db):
    """Run a coroutine function against the running server: wire(story)."""

    def run(story, *, timeout_s=40):
        async def play():
            try:
                async with asyncio.timeout(timeout_s):
                    return await story(Stage(live))
            finally:
                # In the one thread where stories touch the database; it outlives them.
                await sync_to_async(connections.close_all)()

        return asyncio.run(play())

    return run


class Stage:
    """Opens sockets on a site and closes them at the end of the story."""

    def __init__(self, site):
        self.site = site

    async def enter(self, claims, **options):
        """A socket for the pass, not yet synced."""
        return await WireClient.open(self.site.ws_url, sign_ticket(claims), **options)

    async def sit(self, participant):
        """A guest's socket, synced."""
        socket = await self.enter(guest_pass(participant))
        socket.snapshot = await socket.sync()
        return socket

    async def desk(self, claims):
        """A member's socket, with the inbox synced."""
        socket = await self.enter(claims)
        socket.snapshot = await socket.ask("inbox.sync")
        return socket
