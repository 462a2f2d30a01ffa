"""What an owner changes about a link or property reaches the guests who are inside."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from rooms.links.services.links import rotate_link
from rooms.links.services.properties import archive_property
from tests.client import CommandError


def test_archiving_a_property_shows_its_guests_out(wire, guest, property):
    async def story(stage):
        ann = await stage.sit(guest)
        await sync_to_async(archive_property)(property=property)
        assert await ann.wait_closed() == 4502
        again = await type(ann).open(stage.site.ws_url, ann.resume)
        with pytest.raises(CommandError, match="link_gone"):
            await again.sync()

    wire(story)


def test_a_new_address_leaves_guests_inside(wire, guest, link):
    async def story(stage):
        ann = await stage.sit(guest)
        await sync_to_async(rotate_link)(link=link)
        await ann.ping()
        again = await type(ann).open(stage.site.ws_url, ann.resume)
        await again.sync()

    wire(story)


def test_a_new_address_can_show_guests_out(wire, guest, link):
    async def story(stage):
        ann = await stage.sit(guest)
        await sync_to_async(rotate_link)(link=link, kick=True)
        assert await ann.wait_closed() == 4502

    wire(story)
