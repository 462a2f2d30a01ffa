"""What a conversation says to people, in the languages of the guest page.

The texts travel to the browser as one JSON object, so that `conversations/view.js` needs no
language of its own. `{…}` are places for values.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

DEFAULT = "en"

# key: (English, 简体中文)
PHRASES: dict[str, tuple[str, str]] = {
    # Connection, in words
    "connecting": ("Connecting…", "正在连接…"),
    "connected": ("Connected", "已连接"),
    "direct": ("Direct", "直连"),
    "relayed": ("Relayed", "经中继"),
    "server": ("Through the server", "经服务器"),
    "offline": (
        "Offline – your messages are kept and will be sent",
        "离线 – 消息已保留，连接后发送",
    ),
    "closed_connection": ("Disconnected", "连接已断开"),
    "direct_help": (
        "Text travels straight between the browsers.",
        "文字在浏览器之间直接传送。",
    ),
    "relayed_help": (
        "Text travels through a relay; nobody sees your address.",
        "文字经中继传送，对方看不到您的地址。",
    ),
    "server_help": ("Text travels through the server.", "文字经服务器传送。"),
    "no_relay": (
        "No relay is set up here, so text goes through the server.",
        "此处未设置中继，文字经服务器传送。",
    ),
    # Who is there
    "here_one": ("{name} is here", "{name} 在线"),
    "here_many": ("{names} are here", "{names} 在线"),
    "here_more": ("{names} and {count} more are here", "{names} 及另外 {count} 人在线"),
    "nobody": ("Nobody is here right now", "现在没有人在线"),
    "called": ("Owner called {ago}", "{ago}已通知对方"),
    "calling": ("We are letting {name} know", "正在通知 {name}"),
    "at_desk": ("Somebody is at the desk", "客服在线"),
    "typing_one": ("{name} is typing…", "{name} 正在输入…"),
    "typing_many": ("Several people are typing…", "多人正在输入…"),
    "you": ("You", "您"),
    # Messages
    "log": ("Messages", "消息"),
    "said": ("{name} wrote: {body}", "{name}：{body}"),
    "empty": ("No messages yet. Write the first one.", "还没有消息，写下第一条吧。"),
    "load_older": ("Show earlier messages", "显示更早的消息"),
    "loading": ("Loading…", "加载中…"),
    "new_count": ("{count} new", "{count} 条新消息"),
    "to_bottom": ("Newest message", "最新消息"),
    "today": ("Today", "今天"),
    "yesterday": ("Yesterday", "昨天"),
    "sending": ("Sending", "发送中"),
    "sent": ("Sent", "已发送"),
    "delivered": ("Delivered", "已送达"),
    "read": ("Read", "已读"),
    "failed": ("Not sent – tap to try again", "未发送 – 点按重试"),
    "closed": (
        "This conversation is closed.",
        "此对话已关闭。",
    ),
    "reopen": ("Write again", "继续对话"),
    # Composer
    "message_label": ("Message", "消息"),
    "placeholder": ("Write a message…", "输入消息…"),
    "send": ("Send", "发送"),
    "chars_left": ("{count} characters left", "还可输入 {count} 字"),
    "chars_over": ("{count} characters too many", "超出 {count} 字"),
    "send_hint": (
        "Enter sends, Shift + Enter starts a new line.",
        "Enter 发送，Shift + Enter 换行。",
    ),
    # Refusals of a message
    "error_rate_limited": ("That was very fast. Try again in a moment.", "发送太快，请稍后再试。"),
    "error_limit_reached": ("No more messages can be taken today.", "今天无法再接收消息。"),
    "error_message_too_long": ("This message is too long.", "消息太长。"),
    "error_room_closed": ("This conversation is closed.", "此对话已关闭。"),
    "error_other": ("This message could not be sent.", "消息未能发送。"),
    # Files
    "attach": ("Send a file", "发送文件"),
    "file_open": ("Open the picture", "打开图片"),
    "file_save": ("Save the file", "保存文件"),
    "file_removed": ("This file was removed.", "此文件已删除。"),
    "uploading": ("Sending {name}: {percent} %", "正在发送 {name}：{percent}%"),
    "upload_file_too_large": ("A file may have {size} at most.", "文件不能超过 {size}。"),
    "upload_file_type_refused": (
        "Files of this kind cannot be sent, or its ending does not fit.",
        "不能发送此类文件，或扩展名与内容不符。",
    ),
    "upload_limit_reached": ("No file can be taken right now.", "暂时无法接收文件。"),
    "upload_other": ("This file could not be sent.", "文件未能发送。"),
    # The door
    "nickname_label": ("What may we call you?", "怎么称呼您？"),
    "nickname_placeholder": ("Your name", "您的名字"),
    "passcode_label": ("Passcode", "口令"),
    "passcode_help": ("You got it together with the link.", "口令随链接一起提供。"),
    "enter": ("Start the conversation", "开始对话"),
    "entering": ("One moment…", "请稍候…"),
    "rename": ("Set your name", "设置名字"),
    "save": ("Save", "保存"),
    "cancel": ("Cancel", "取消"),
    "error_nickname_required": ("Please say how we may call you.", "请填写称呼。"),
    "error_passcode_wrong": ("This passcode is not right.", "口令不正确。"),
    "error_link_gone": (
        "This link does not lead to a conversation any more.",
        "此链接已不能进入对话。",
    ),
    "error_banned": ("You cannot write here.", "您不能在此发言。"),
    "error_busy": (
        "Many people want in. Try again in {count} s.",
        "访问人数较多，请 {count} 秒后重试。",
    ),
    "error_full": (
        "Nobody can take a new conversation right now. Try again later.",
        "暂时无法接待新的对话，请稍后再试。",
    ),
    "error_invalid": ("This cannot be used. Try another one.", "无法使用，请换一个。"),
    "error_network": (
        "The server does not answer. Check your connection.",
        "服务器没有响应，请检查网络。",
    ),
    "retry": ("Try again", "重试"),
    "noscript": (
        "It needs JavaScript to carry your messages. Allow it for this site and reload the page, "
        "or ask whoever gave you the link how else to reach them.",
        "需要 JavaScript 才能传送消息。请为此网站启用 JavaScript 后刷新页面，"
        "或向提供链接的人询问其他联系方式。",
    ),
    # Where the scripts of the page cannot run
    "trouble_title": ("This page could not start", "此页面无法启动"),
    "trouble_text": (
        "Reload it. If that does not help, update your browser or open the link in another one, "
        "or ask whoever gave you the link how else to reach them.",
        "请刷新页面。如果仍不行，请更新浏览器或换一个浏览器打开此链接，"
        "也可以向提供链接的人询问其他联系方式。",
    ),
    "trouble_retry": ("Reload", "刷新"),
    # What a messenger shows below the name of a property when a link is shared
    "about": (
        "A conversation in your browser, without an account.",
        "在浏览器中直接对话，无需账户。",
    ),
    # The page that gives no reason
    "gone_title": ("This link does not open a conversation", "此链接无法打开对话"),
    "gone_text": (
        "Perhaps it was mistyped, or it is not in use. "
        "Ask the person who gave it to you for a new one.",
        "也许输入有误，或者链接未在使用。请向提供链接的人索取新的链接。",
    ),
    "busy_title": ("One moment, please", "请稍候"),
    "busy_text": (
        "More was asked for than can be answered now. Try again in a minute.",
        "请求过多，暂时无法应答，请一分钟后再试。",
    ),
}
LANGUAGES = ("en", "zh-hans")


def get_phrases(language: str) -> dict[str, str]:
    """Return every text in this language, in English where we do not speak it."""
    column = LANGUAGES.index(language) if language in LANGUAGES else 0
    return {key: texts[column] for key, texts in PHRASES.items()}


def choose_language(accepted: str, offered: Sequence[str]) -> str:
    """Return the language for an `Accept-Language` header.

    `offered` are the property's languages, its default first; none offered means all of ours.
    """
    spoken = [code for code in map(_find_variant, offered) if code] or list(LANGUAGES)
    for wanted, _ in parse_accept_lang_header(accepted):
        variant = _find_variant(wanted)
        if variant in spoken:
            return variant
    return spoken[0] if offered else DEFAULT


def _find_variant(code: str) -> str:
    """Return our code for "zh-CN", "zh", "en-GB" and the like, or nothing."""
    try:
        variant = get_supported_language_variant(code)
    except LookupError:
        return ""
    return variant if variant in LANGUAGES else ""
