"""Style sheets: layers, tokens, and nothing that no page uses.

What a sheet outside tokens.css may say of itself: no colour but `transparent`, `currentcolor`,
`inherit` and the system's own in forced colours; no length but 0, a hairline of 1 px and what is
relative to something (%, fr, em, ch, vw, dvh …); no duration but 0 s; a z-index by name. Strings,
so pictures as well, and the widths of media queries, where no token can stand, are not looked at.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage

from tests.styles.pages import OF_ALLAUTH, list_pages
from tests.styles.sheets import (
    APPS,
    COMMENT,
    MADE,
    ROOT,
    classes_in_script,
    classes_in_template,
    classes_of,
    find_sheets,
    is_for_elements,
    read_rules,
)

MAX_LINES = 250
GUEST_MAX_BYTES = 6 * 1024
TOKENS, LAYERS = "accounts/styles/tokens.css", "accounts/styles/layers.css"
COLORS = (
    "aqua|beige|black|blue|brown|coral|crimson|cyan|fuchsia|gold|gray|green|grey|indigo|ivory|khaki|"
    "lavender|lime|linen|magenta|maroon|navy|olive|orange|orchid|peru|pink|plum|purple|red|salmon|"
    "sienna|silver|snow|tan|teal|thistle|tomato|turquoise|violet|wheat|white|yellow"
)
COLOR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|(?:ok)?l(?:ab|ch)|color)\(|"
    rf"(?<![\w-])\w*(?:{COLORS})(?![\w-])",
    re.I,
)
LENGTH = re.compile(
    r"(?<![\w.-])(?!-?1px\b)-?(?:\d+\.?\d*|\.\d+)(?:px|rem|pt|pc|cm|mm|in|q)\b", re.I
)
DURATION = re.compile(r"(?<![\w.-])(?!0s\b)[\d.]+m?s\b")
PHYSICAL = re.compile(r"(?:(?:margin|padding|border)-)?(?:left|right)")


@pytest.fixture(scope="module")
def sheets():
    return find_sheets()


@pytest.fixture(scope="module")
def sources(sheets):
    """Those with rules; the others import them for a page."""
    return {name: path for name, path in sheets.items() if read_rules(path)}


@pytest.fixture(scope="module")
def declarations(sources):
    """(sheet, name, value) of all but the tokens."""
    return [
        (sheet, name, value)
        for sheet, path in sources.items()
        if sheet != TOKENS
        for rule in read_rules(path)
        for name, value in rule.declarations
    ]


def test_no_sheet_is_longer_than_one_reads_at_a_sitting(sheets):
    assert [n for n, p in sheets.items() if len(p.read_text().splitlines()) > MAX_LINES] == []


def test_every_rule_is_in_a_layer(sheets, sources):
    said = re.search(r"@layer (.+);", sheets[LAYERS].read_text())[1]
    layers = {f"@layer {name}" for name in said.split(", ")}
    assert said == "reset, tokens, base, components, pages"
    for sheet, path in sources.items():
        firsts = {rule.around[:1] for rule in read_rules(path)}
        assert len(firsts) == 1 and firsts.pop()[0] in layers, sheet


def test_layers_are_named_before_anything_else(sheets, sources):
    for sheet in sheets.keys() - sources.keys() - {LAYERS}:
        text = COMMENT.sub("", sheets[sheet].read_text()).strip()
        assert all(re.fullmatch(r'@import "\.[^"]+";', line) for line in text.splitlines()), sheet
        assert "tokens.css" not in text or "layers.css" in text.splitlines()[0], sheet


def test_colours_stand_with_the_tokens(declarations):
    assert [one for one in declarations if COLOR.search(re.sub(r"var\([^)]*\)", "", one[2]))] == []


def test_lengths_and_durations_stand_with_the_tokens(declarations):
    found = [one for one in declarations if LENGTH.search(one[2]) or DURATION.search(one[2])]
    assert found == []


def test_what_lies_above_what_stands_with_the_tokens(declarations):
    raw = [one for one in declarations if one[1] == "z-index" and not one[2].startswith("var(")]
    assert raw == []


def test_only_the_tokens_make_tokens(sheets, declarations):
    defined = {name for rule in read_rules(sheets[TOKENS]) for name, _ in rule.declarations}
    own = {(sheet, name) for sheet, name, _ in declarations if name.startswith("--")}
    for sheet, name, value in declarations:
        for used in re.findall(r"var\((--[\w-]+)", value):
            assert used in defined or (sheet, used) in own, (sheet, used)
        assert not name.startswith("--") or re.fullmatch(r"var\(--[\w-]+\)", value), (sheet, name)


def test_sheets_hold_in_both_directions_of_writing(declarations):
    """Start and end, not left and right."""
    sides = [one for one in declarations if PHYSICAL.fullmatch(one[1])]
    assert sides == []
    assert [o for o in declarations if o[1] == "text-align" and o[2] in ("left", "right")] == []


def test_every_class_is_used(sources):
    used = set(MADE)
    for path in (ROOT / "templates").rglob("*.html"):
        used |= classes_in_template(path.read_text())
    for path in (path for app in APPS for path in (ROOT / app / "static").rglob("*.js")):
        used |= classes_in_script(path.read_text())
    for path in (ROOT / "templates").rglob("*.svg"):
        used |= classes_in_template(path.read_text())
    dead = {(sheet, name) for sheet, path in sources.items() for name in classes_of(path) - used}
    assert dead == set()


def test_a_guest_loads_one_sheet_of_6_kib_compressed():
    guest = next(page for page in list_pages() if page.name == "rooms/visits/page.html")
    (sheet,) = {sheet for sheet, _ in guest.links}
    with staticfiles_storage.open(sheet) as file:
        collected = file.read()
    assert b"@import" not in collected
    assert 2_000 < len(gzip.compress(collected, 9)) <= GUEST_MAX_BYTES


def test_pages_load_what_they_use(sources):
    """A name that only one sheet knows is on a page only with that sheet."""
    owners = {}
    for sheet, path in sources.items():
        for name in classes_of(path):
            owners.setdefault(name, set()).add(sheet)
    for page in list_pages():
        wanted = {(n, *owners[n]) for n in page.classes if len(owners.get(n, ())) == 1}
        missing = {(name, sheet) for name, sheet in wanted if sheet not in page.sources}
        assert missing == set(), page.name


def test_pages_load_no_more_than_they_use():
    """What a sheet imports is for two of its pages at least, or for the only one it has."""
    users, pages = Counter(), Counter()
    for page in list_pages():
        assert len(page.sources) == len(set(page.sources)), page.name
        weight = 2 if page.name in OF_ALLAUTH else 1
        pages.update({sheet: weight for sheet, _ in page.links})
        for sheet, source in page.links:
            path = find_sheets()[source]
            is_used = is_for_elements(path) or classes_of(path) & page.classes
            users[sheet, source] += weight if is_used else 0
    idle = {(sheet, one) for (sheet, one), n in users.items() if n < min(2, pages[sheet])}
    assert idle == set()
