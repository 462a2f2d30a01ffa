"""The ways to call a member. Planning, log, pages and REST ask here; a new one is one line."""

from __future__ import annotations

from rooms.notifications.channels.base import Channel
from rooms.notifications.channels.email.channel import EmailChannel
from rooms.notifications.channels.ntfy.channel import NtfyChannel

CHANNELS: dict[str, Channel] = {
    EmailChannel.kind: EmailChannel(),
    NtfyChannel.kind: NtfyChannel(),
}
KINDS = tuple(CHANNELS)


def channel_of(kind: str) -> Channel:
    return CHANNELS[kind]


def queue_of(kind: str) -> str:
    return "notify_slow" if CHANNELS[kind].is_slow else "notify_fast"
