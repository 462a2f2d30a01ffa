"""The scripts we ship ask for no more than the browsers that docs/browsers.md names have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPTS = sorted(
    path
    for app in ("accounts", "rooms", "signaling")
    for path in ROOT.glob(f"{app}/static/**/*.js")
)
# Younger than Chrome 99, Firefox 98 or Safari 15.4, or not in all of them yet.
YOUNG = {
    "methods of lists": r"\.(findLast(Index)?|toSorted|toReversed|toSpliced|with|fromAsync)\(",
    "methods of sets": r"\.(union|intersection|\w*[dD]ifference|isSubsetOf|isSupersetOf)\(",
    "helpers of iterators": r"\.(keys|values|entries)\(\)\s*\.|\bIterator\b",
    "grouping": r"\.groupBy\(",
    "promises": r"\bPromise\.(withResolvers|try)\b",
    "copies": r"\bstructuredClone\b",
    "signals": r"\bAbortSignal\.(timeout|any)\b",
    "addresses": r"\bURL\.(canParse|parse)\b",
    "well-formed text": r"\.(isWellFormed|toWellFormed)\(",
    "blocks of a class": r"\bstatic\s*\{",
    "looking behind": r"\(\?<[=!]",
    "sets in expressions": r"/[dgimsuy]*v[dgimsuy]*[.;,)]",
    "attributes of imports": r"\bfrom\s*\"[^\"]+\"\s*with\b",
    "idle time": r"\brequestIdleCallback\b|\bscheduler\b",
    "popovers": r"\b(show|hide|toggle)Popover\b",
    "segments": r"\bIntl\.(Segmenter|DurationFormat)\b",
    "visibility": r"\bcheckVisibility\b|\bscrollend\b|\bshowPicker\b",
}
AFTER_ES5 = r"=>|\b(let|const|class|async|await|import|export)\b|`|\.\.\.|\?\.|\?\?"


def read(path):
    """The script without its comments."""
    return re.sub(r"/\*[\s\S]*?\*/|(?:^|\s)//\s.*$", "", path.read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("kind", YOUNG)
def test_no_script_uses_what_is_younger(kind):
    assert len(SCRIPTS) > 60
    found = {
        str(path.relative_to(ROOT)): used[0]
        for path in SCRIPTS
        if (used := re.search(YOUNG[kind], read(path)))
    }
    assert found == {}


def test_random_ids_are_only_asked_for_where_they_are():
    """randomUUID is younger, and missing over plain http; getRandomValues stands in for it."""
    uses = [path.name for path in SCRIPTS if "randomUUID" in read(path)]
    assert uses == ["protocol.js"]
    protocol = read(ROOT / "signaling/static/signaling/wire/protocol.js")
    assert "if (source.randomUUID) return" in protocol


def test_the_watch_over_the_start_runs_everywhere():
    assert re.search(AFTER_ES5, read(ROOT / "rooms/static/rooms/base/start.js")) is None
