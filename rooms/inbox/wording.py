"""What the inbox says, in the languages of the dashboard; `{…}` are places for values.

The page's script gets the same texts as one JSON object.
"""

from __future__ import annotations

from rooms.base.phrases import LANGUAGES

# key: (English, 简体中文)
PHRASES: dict[str, tuple[str, str]] = {
    "inbox": ("Inbox", "收件箱"),
    "conversations": ("Conversations", "对话"),
    "conversation": ("Conversation", "对话"),
    # Connection, in words
    "state_connecting": ("Connecting…", "正在连接…"),
    "state_open": ("Live", "已连接"),
    "state_waiting": ("Offline. Trying again…", "离线，正在重试…"),
    "state_closed": ("Disconnected. Reload the page.", "连接已断开，请刷新页面。"),
    # Where the scripts of the page cannot run
    "trouble_title": ("The inbox could not start", "收件箱无法启动"),
    "trouble_text": (
        "Reload the page. If that does not help, update your browser or use another one.",
        "请刷新页面。如果仍不行，请更新浏览器或换一个浏览器。",
    ),
    "trouble_retry": ("Reload", "刷新"),
    "noscript": (
        "It needs JavaScript. Allow it for this site and reload the page.",
        "需要 JavaScript。请为此网站启用 JavaScript 后刷新页面。",
    ),
    # The list
    "open": ("Open", "进行中"),
    "closed": ("Closed", "已关闭"),
    "unread": ("{count} unread", "{count} 条未读"),
    "arrived_now": ("Just arrived", "刚刚到来"),
    "no_message": ("No message yet", "还没有消息"),
    "left_wordless": ("Left without a message", "未留言已离开"),
    "online": ("Online", "在线"),
    "offline": ("Away", "离线"),
    "load_more": ("Show more", "显示更多"),
    "none_open": ("No open conversations", "没有进行中的对话"),
    "none_open_text": (
        "A new one appears here the moment somebody opens your link.",
        "有人打开您的链接时，新对话会立即出现在这里。",
    ),
    "none_closed": ("No closed conversations", "没有已关闭的对话"),
    "none_closed_text": (
        "Conversations you close are kept here and can be opened again.",
        "您关闭的对话会保留在这里，可以重新打开。",
    ),
    "arrival": ("{name} has arrived at {property}", "{name} 来到了 {property}"),
    "yesterday": ("Yesterday", "昨天"),
    # Sound
    "sound": ("Sound", "提示音"),
    "sound_on": ("Sound is on", "提示音已开"),
    "sound_off": ("Sound is off", "提示音已关"),
    # The open conversation
    "back": ("Back to the list", "返回列表"),
    "close": ("Close", "关闭对话"),
    "reopen": ("Reopen", "重新打开"),
    "closed_now": ("The conversation is closed.", "对话已关闭。"),
    "reopened_now": ("The conversation is open again.", "对话已重新打开。"),
    "reopen_refused": (
        "Everybody with this link meets in a newer conversation now.",
        "此链接的访客现在都在一个较新的对话中。",
    ),
    "failed": ("This did not work. Please try again.", "操作未成功，请重试。"),
    "gone": ("This conversation is not there any more.", "此对话已不存在。"),
    "left": (
        "The visitor left without a message. What you write is kept for their return.",
        "访客未留言已离开。您写的内容会保留，等对方回来时可见。",
    ),
    "left_unstored": (
        "The visitor left without a message.",
        "访客未留言已离开。",
    ),
    "pick": ("Choose a conversation", "选择一个对话"),
    "pick_text": (
        "Move with J and K or the arrow keys, open with Enter, go back with Esc.",
        "用 J、K 或方向键移动，Enter 打开，Esc 返回。",
    ),
    # Details
    "details": ("Details", "详情"),
    "show_details": ("Show details", "显示详情"),
    "hide_details": ("Hide details", "隐藏详情"),
    "guest": ("Guest", "访客"),
    "guests": ("Guests", "访客"),
    "guests_more": ("and {count} more", "另有 {count} 人"),
    "language": ("Language", "语言"),
    "visit": ("Visit", "来访"),
    "arrived": ("Arrived", "到来时间"),
    "first_seen": ("First seen", "首次到来"),
    "visits": ("Visits", "来访次数"),
    "called": ("You were called", "通知时间"),
    "link": ("Link", "链接"),
    "property": ("Property", "站点"),
    "link_dead": ("Does not open conversations now", "现在不能打开对话"),
    "copy_link": ("Copy link", "复制链接"),
    "copied": ("Copied", "已复制"),
    "transport": ("Text travels", "文字传送"),
    "direct": ("Direct", "直连"),
    "relayed": ("Relayed", "经中继"),
    "server": ("Through the server", "经服务器"),
    "round_trip": ("{ms} ms", "{ms} 毫秒"),
    "storage": ("Storage", "存储"),
    "stored": ("Kept on the server", "保存在服务器"),
    "not_stored": ("Never stored", "从不存储"),
    "team_here": ("Team here", "在此的同事"),
    "only_you": ("Only you", "只有您"),
    # Nobody has come yet
    "empty": ("Your doorbell is ready", "您的门铃已就绪"),
    "empty_text": (
        "Whoever opens this link is in a conversation with you at once. It appears here.",
        "任何人打开此链接即可立刻与您对话，对话会出现在这里。",
    ),
    "empty_no_link": (
        "Make a link, hand it out, and whoever opens it appears here.",
        "创建一个链接并发出去，打开它的人会出现在这里。",
    ),
    "your_link": ("Your link", "您的链接"),
    "copy": ("Copy", "复制"),
    "qr": ("QR code of your link", "您的链接的二维码"),
    "try": (
        "Open it in a private window to try it as a guest.",
        "在隐私窗口中打开，以访客身份试一试。",
    ),
    "go_to_links": ("Properties and links", "站点与链接"),
}


def get_inbox_phrases(language: str) -> dict[str, str]:
    """Return every text in this language, in English where we do not speak it."""
    column = LANGUAGES.index(language) if language in LANGUAGES else 0
    return {key: texts[column] for key, texts in PHRASES.items()}
