"""The sheet of /styles: all sources, with what a screenshot cannot set turned into a switch."""

from __future__ import annotations

import re

from rooms.base.sheets import join_sheet

SHEET = "rooms/styles/styles.css"
DARK = "@media (prefers-color-scheme: dark)"
# scheme → what the query for a dark scheme becomes; "auto" leaves it to the browser.
SCHEMES = {"auto": DARK, "light": "@media not all", "dark": "@media all"}
POINTED = re.compile(r":(hover|focus-visible|active)\b")


def draw_sheet(scheme: str) -> str:
    """Return the sheet for one of SCHEMES.

    An element with `data-shown="hover"` (or `focus-visible`, `active`) looks as if it were. The
    selectors weigh the same as before (Selectors Level 4, 17), so the cascade does as well.
    """
    text = join_sheet(SHEET).replace(DARK, SCHEMES[scheme])
    if scheme != "auto":
        text = text.replace("color-scheme: light dark", f"color-scheme: {scheme}")
    return POINTED.sub(r":is(:\1, [data-shown=\1])", text)
