"""What people type as a chat's or push service's address, and what is none."""

from __future__ import annotations

import pytest

from accounts.base.errors import Invalid
from rooms.notifications.channels import CHANNELS, channel_of

KEY30 = "uQiRzpo4DXghDmr9QzzfQu27cmVRsG"
APP = "a1b2c3d4-0000-4000-8000-00000000beef"


@pytest.mark.parametrize(
    ("kind", "address", "token"),
    [
        ("slack", "https://evil.example/services/T000/B000/XXXXXXXX", ""),
        ("slack", "https://hooks.slack.com.evil.example/services/T000/B000/XXXXXXXX", ""),
        ("slack", "https://hooks.slack.com/other", ""),
        ("slack", "https://hooks.slack.com/services/T000/B000/XXXXXXXX?x=1", ""),
        ("slack", "https://hooks.slack.com/services/T000/B000/XXXXXXXX", "token"),
        ("discord", "https://discord.com/api/webhooks/1/x", ""),
        ("discord", "https://discord.com/api/webhooks/223704706495545344/../../users/@me", ""),
        ("mattermost", "https://10.0.0.1/hooks/" + "a" * 26, ""),
        ("teams", "https://logic.azure.com.evil.example/workflows/" + "a" * 40, ""),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/" + "a" * 36, "no spaces"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=" + "a" * 64, "wrong"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=a&x=" + "a" * 64, ""),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=../../x", ""),
        ("matrix", "https://matrix.org/room", "syt_token_token"),
        ("matrix", "https://matrix.org/!room:matrix.org", "with space token"),
        ("gotify", "https://gotify.example.com/?x=1", "AbCdEf123456789"),
        ("gotify", "https://gotify.example.com", ""),
        ("pushover", "short", KEY30),
        ("bark", "https://user:word@bark.example", "ynJ5Ft4atkMkWeo2PAvFhF"),
        ("onesignal", "not-a-uuid/alice", "k" * 40),
        ("onesignal", f"{APP}/", "k" * 40),
        *[(kind, "", "") for kind in CHANNELS],
        *[(kind, "\u0000\ud800", "\u202e") for kind in CHANNELS],
    ],
)
def test_what_is_no_such_address_is_refused(settings, kind, address, token):
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    with pytest.raises(Invalid) as refusal:
        channel_of(kind).parse_text(address, token)
    assert refusal.value.field in ("address", "token")
