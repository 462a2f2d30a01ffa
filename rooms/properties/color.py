"""A property's colour, made readable.

Owners choose any colour; text needs a contrast of 4.5:1 (WCAG 2.2, 1.4.3). `accent_for`
moves the lightness, and only that, until the colour carries text in both schemes.

How a page gets it: the Content-Security-Policy forbids inline style, so the colour comes as
a stylesheet. Pages put

    <link rel="stylesheet" href="{% url 'rooms:theme' property.color|slice:'1:' %}">

behind their sheet, whose accent tokens it replaces: --accent, --accent-hover, --on-accent,
--accent-soft and --accent-text. It stands in no layer, so it wins over all. The address is the
colour itself, `/theme/2f6fed.css`: it costs no query, never changes and is cached for a year. A
page that shows several properties loads `rooms:theme_part` (`/theme/2f6fed/part.css`) for each
instead: it leaves the page alone and dresses only elements of class `theme-2f6fed`.
"""

from __future__ import annotations

import colorsys
from typing import NamedTuple

MIN_CONTRAST = 4.5
WHITE = "#ffffff"
INK = "#0b0d10"
# Where contrast is lowest in the dark scheme: its brightest ground.
DARK_GROUND = "#222228"
STEPS = 24
SOFT_PART = 0.14
HOVER_PART = 0.12
TEXT_PART = 0.2


class Accent(NamedTuple):
    """The colour and the text upon it, in the light and in the dark scheme."""

    light: str
    dark: str
    on_light: str
    on_dark: str


def accent_for(color: str) -> Accent:
    """Return the colour corrected to 4.5:1 against the text on it and the page behind it."""
    return Accent(
        light=_shade(color, WHITE, darker=True),
        dark=_shade(color, DARK_GROUND, darker=False),
        on_light=WHITE,
        on_dark=INK,
    )


def theme_for(color: str) -> dict[str, tuple[str, str]]:
    """Return the accent tokens (accounts/styles/tokens.css) as (light, dark)."""
    accent = accent_for(color)
    return {
        "accent": (accent.light, accent.dark),
        # Away from the text upon it, so that its contrast only grows.
        "accent-hover": (
            mix(INK, accent.light, HOVER_PART),
            mix(WHITE, accent.dark, HOVER_PART),
        ),
        "on-accent": (accent.on_light, accent.on_dark),
        "accent-soft": (
            mix(accent.light, WHITE, SOFT_PART),
            mix(accent.dark, INK, SOFT_PART),
        ),
        "accent-text": (
            mix(INK, accent.light, TEXT_PART),
            mix(WHITE, accent.dark, TEXT_PART),
        ),
    }


def mix(one: str, other: str, part: float) -> str:
    """Return `part` of the one colour in the other."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return _join(*(a * part + b * (1 - part) for a, b in pairs))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _shade(color: str, against: str, *, darker: bool) -> str:
    """Return the colour nearest to this one that contrasts enough: 24 halvings are exact."""
    if contrast(color, against) >= MIN_CONTRAST:
        return color
    hue, start, saturation = colorsys.rgb_to_hls(*_channels(color))
    good, bad = (0.0, start) if darker else (1.0, start)
    for _ in range(STEPS):
        middle = (good + bad) / 2
        if contrast(_to_hex(hue, middle, saturation), against) >= MIN_CONTRAST:
            good = middle
        else:
            bad = middle
    return _to_hex(hue, good, saturation)


def _luminance(color: str) -> float:
    """WCAG 2.2 relative luminance."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _to_hex(hue: float, lightness: float, saturation: float) -> str:
    return _join(*colorsys.hls_to_rgb(hue, lightness, saturation))


def _join(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(c * 255):02x}" for c in (red, green, blue))
