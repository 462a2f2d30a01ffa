"""The ways to call a member. Planning, log, pages and REST ask here; a new one is one line."""

from __future__ import annotations

from rooms.notifications.channels.base import Channel
from rooms.notifications.channels.chat.dingtalk import DingTalkChannel
from rooms.notifications.channels.chat.discord import DiscordChannel
from rooms.notifications.channels.chat.feishu import FeishuChannel
from rooms.notifications.channels.chat.matrix import MatrixChannel
from rooms.notifications.channels.chat.mattermost import MattermostChannel
from rooms.notifications.channels.chat.slack import SlackChannel
from rooms.notifications.channels.chat.teams import TeamsChannel
from rooms.notifications.channels.chat.wecom import WeComChannel
from rooms.notifications.channels.email.channel import EmailChannel
from rooms.notifications.channels.ntfy.channel import NtfyChannel
from rooms.notifications.channels.push_apps.bark import BarkChannel
from rooms.notifications.channels.push_apps.gotify import GotifyChannel
from rooms.notifications.channels.push_apps.onesignal import OneSignalChannel
from rooms.notifications.channels.push_apps.pushover import PushoverChannel
from rooms.notifications.channels.telegram.channel import TelegramChannel
from rooms.notifications.channels.webpush.channel import WebPushChannel
from rooms.notifications.channels.wxpusher.channel import WxPusherChannel

# In this order the page offers them.
CHANNELS: dict[str, Channel] = {
    channel.kind: channel
    for channel in (
        EmailChannel(),
        WebPushChannel(),
        TelegramChannel(),
        WxPusherChannel(),
        NtfyChannel(),
        SlackChannel(),
        DiscordChannel(),
        MattermostChannel(),
        TeamsChannel(),
        FeishuChannel(),
        DingTalkChannel(),
        WeComChannel(),
        MatrixChannel(),
        GotifyChannel(),
        PushoverChannel(),
        BarkChannel(),
        OneSignalChannel(),
    )
}
KINDS = tuple(CHANNELS)


def list_available() -> list[Channel]:
    """Return the channels that this installation is set up for."""
    return [channel for channel in CHANNELS.values() if channel.is_available]


def channel_of(kind: str) -> Channel:
    return CHANNELS[kind]


def queue_of(kind: str) -> str:
    return "notify_slow" if CHANNELS[kind].is_slow else "notify_fast"
