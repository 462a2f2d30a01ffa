"""What leaves: whom webhooks and calls may reach, and as whom they come."""

from __future__ import annotations

from config import env

WEBHOOKS_ALLOW_HTTP = env.read_bool("WEBHOOKS_ALLOW_HTTP", False)
# Opens private networks and this machine to every owner's webhooks: for an intranet of friends.
WEBHOOKS_ALLOW_PRIVATE = env.read_bool("WEBHOOKS_ALLOW_PRIVATE", False)
WEBHOOKS_PORTS = env.read_list("WEBHOOKS_PORTS", ["80", "443", "8443"])
# Without a key, browsers are not offered pushes; `manage.py vapid` makes one.
VAPID_PRIVATE_KEY = env.read_str("VAPID_PRIVATE_KEY", "")
# Whom a push service writes to about us: mailto: or https:. SITE_URL if it names nobody.
VAPID_SUBJECT = env.read_str("VAPID_SUBJECT", "")
# Further push services, with * for any part of a name.
PUSH_HOSTS = env.read_list("PUSH_HOSTS", [])
# Further servers at which incoming webhooks of chats may lie, with * for any part of a name.
CHAT_HOSTS = env.read_list("CHAT_HOSTS", [])
# The bot by which members are called in Telegram: what @BotFather says of it. Both or none.
TELEGRAM_BOT_TOKEN = env.read_str("TELEGRAM_BOT_TOKEN", "")
TELEGRAM_BOT_NAME = env.read_str("TELEGRAM_BOT_NAME", "").removeprefix("@")
TELEGRAM_API_URL = env.read_str("TELEGRAM_API_URL", "https://api.telegram.org")
# The app that members follow in WeChat: `manage.py wxpusher` says what WxPusher has to know.
WXPUSHER_APP_TOKEN = env.read_str("WXPUSHER_APP_TOKEN", "")
WXPUSHER_API_URL = env.read_str("WXPUSHER_API_URL", "https://wxpusher.zjiecode.com")
PUSHOVER_API_URL = env.read_str("PUSHOVER_API_URL", "https://api.pushover.net")
ONESIGNAL_API_URL = env.read_str("ONESIGNAL_API_URL", "https://api.onesignal.com")
