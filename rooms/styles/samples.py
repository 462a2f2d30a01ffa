"""What /styles shows in its components. Nobody of these exists."""

from __future__ import annotations

from typing import Any

LINK = "https://chat.example.com/c/bakery"
NOON = "2030-01-01T12:00:00Z"
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff & daughters, bakers to the court"
LONG_WORDS = (
    "Could you tell me whether the seeded loaf will be there on Saturday as well, and if so, "
    "whether you would keep two of them for me until the afternoon?"
)
# How something looks that is pointed at, reached by keyboard or pressed.
STATES = ("hover", "focus-visible", "active")
# What of the inbox a phone shows: its list, a room, the details, or that nobody has rung yet.
PANES = ("list", "room", "details", "empty")
TOKENS = {
    "Neutral": [f"n-{step}" for step in range(11)],
    "Accent": ["accent", "accent-hover", "on-accent", "accent-soft", "accent-text"],
    "States": [
        f"{name}{part}" for name in ("ok", "warn", "bad") for part in ("", "-soft", "-text")
    ],
}


def _make_room(number: int, name: str, preview: str = "", **facts: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "name": name,
        "preview": preview,
        "activity_at": NOON,
        "property_name": "Bakery by the bridge",
        "link_label": "",
        "unread": 0,
        "online": False,
        "begun": True,
        **facts,
    }


ROOMS = [
    _make_room(1, "Ann Lee", "Do you have rye bread today?", unread=3, online=True),
    _make_room(2, "王小明", "谢谢！", online=True, link_label="Front door"),
    _make_room(3, LONG_NAME, LONG_WORDS),
    _make_room(4, "Tomás", begun=False, online=True),
    _make_room(5, "Mei", begun=False),
]


def _say(body: str, *, own: bool = False, **facts: Any) -> dict[str, Any]:
    """A message as a script draws it; `place` says where it stands among those of its sender."""
    return {"body": body, "own": own, "name": "Ann Lee", "place": "first last", **facts}


MESSAGES = [
    _say("Good morning!", place="first"),
    _say("Do you have rye bread today?", place=""),
    _say(LONG_WORDS, place="last", time="12:00"),
    _say("Two loaves left.", own=True, place="first"),
    _say("Shall I put one aside?", own=True, place="last", time="12:01", status="Read"),
    _say("It looks like this:", file="bread.pdf", size="120 KB", time="12:02"),
    _say("", file="a very long name of a picture.jpg", picture=True, size="2 MB", time="12:02"),
    _say("On its way", own=True, state="sending", time="12:03", status="Sending…"),
    _say("Lost", own=True, state="failed", time="12:03", retry="Not sent. Try again"),
]
