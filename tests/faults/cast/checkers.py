"""What must be true of a run's history, whatever happened meanwhile: pure functions.

A history is a list of notes, each a dictionary with `who` and `what`:
`sent` and `acked` (client_id, body; acked also seq), `heard` (by, client_id, body) when a data
channel brought a line that was not on the screen yet, `shown` (seq, by, client_id, body) in the
order a visitor put them at their number, `closed` (code). `stored` are the rows of the record.
A checker returns its complaints; no complaint, no fault.
"""

from __future__ import annotations

from collections import Counter, defaultdict


def check_all(history, stored):
    return [
        *find_lost(history, stored),
        *find_doubled(history, stored),
        *find_disorder(stored),
        *find_disagreement(history, stored),
        *find_steps_back(history),
        *find_unsettled(history),
    ]


def find_lost(history, stored):
    """Every acknowledged message is in the record, with the number and the words it was given."""
    record = {row["client_id"]: row for row in stored}
    for note in history:
        if note["what"] != "acked":
            continue
        row = record.get(note["client_id"])
        if row is None:
            yield f"{note['client_id']} was acknowledged to {note['who']} and is not stored"
        elif (row["seq"], row["body"]) != (note["seq"], note["body"]):
            yield f"{note['client_id']} was acknowledged as {note['seq']}, stored as {row['seq']}"


def find_doubled(history, stored):
    """One client_id is one row, one number and one line on every screen."""
    for client_id, count in Counter(row["client_id"] for row in stored).items():
        if count > 1:
            yield f"{client_id} is stored {count} times"
    numbers = defaultdict(set)
    shown = Counter()
    for note in history:
        if note["what"] == "acked":
            numbers[note["client_id"]].add(note["seq"])
        elif note["what"] == "shown":
            shown[note["who"], note["client_id"]] += 1
    for client_id, seqs in numbers.items():
        if len(seqs) > 1:
            yield f"{client_id} was acknowledged as {sorted(seqs)}"
    for (who, client_id), count in shown.items():
        if count > 1:
            yield f"{who} saw {client_id} {count} times"


def find_disorder(stored):
    """The record is numbered 1, 2, 3, … without a hole, and time follows the numbers."""
    seqs = [row["seq"] for row in stored]
    if sorted(seqs) != list(range(1, len(seqs) + 1)):
        yield f"the numbers have holes or repeats: {describe_holes(seqs)}"
    times = [row["at"] for row in sorted(stored, key=lambda row: row["seq"])]
    if times != sorted(times):
        yield "a later number has an earlier time"


def find_disagreement(history, stored):
    """In the end every visitor shows exactly the record."""
    record = {row["seq"]: (row["client_id"], row["body"]) for row in stored}
    screens: dict = {}
    for note in history:
        if note["what"] == "opened":
            screens.setdefault(note["who"], {})
        elif note["what"] == "shown":
            screens.setdefault(note["who"], {})[note["seq"]] = (note["client_id"], note["body"])
    for who, screen in screens.items():
        missing = sorted(set(record) - set(screen))
        if missing:
            yield f"{who} never saw {missing[:10]} ({len(missing)} of {len(record)})"
        wrong = [seq for seq, content in screen.items() if record.get(seq) != content]
        if wrong:
            yield f"{who} saw something else at {wrong[:10]}"


def find_steps_back(history):
    """What a visitor shows only ever grows downwards, without a hole on the way."""
    last = defaultdict(int)
    for note in history:
        if note["what"] != "shown":
            continue
        if note["seq"] != last[note["who"]] + 1:
            yield f"{note['who']} showed {note['seq']} after {last[note['who']]}"
        last[note["who"]] = note["seq"]


def find_unsettled(history):
    """What a data channel brought is on the screen once, and ends at its number unchanged."""
    waiting, lines = {}, set()
    for note in history:
        if note["what"] not in ("heard", "shown"):
            continue
        line = (note["who"], note["by"], note["client_id"])
        if note["what"] == "heard":
            if line in lines:
                yield f"{note['who']} heard {note['client_id']}, which was there already"
            waiting[line] = note["body"]
        elif waiting.pop(line, note["body"]) != note["body"]:
            yield f"{note['who']} heard {note['client_id']} with other words"
        lines.add(line)
    for who, _, client_id in waiting:
        yield f"{who} heard {client_id}, which never got a number"


def find_strays(history, allowed):
    """Nobody was sent away with another close code than these."""
    for note in history:
        if note["what"] == "closed" and note["code"] not in allowed:
            yield f"{note['who']} was closed with {note['code']}"


def find_flicker(told, person):
    """A person who is here all the time is never told to have left."""
    for event, data in told:
        if event == "participant.left" and data["participant"] == person:
            yield f"{person} was told to have left"


def find_growth(samples, *, share, floor):
    """Return a complaint if the last third lies above the middle third by more than allowed.

    `samples` are readings over time; `floor` is the growth that means nothing.
    """
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[2 * third :]
    allowed = max(floor, share * (sum(middle) / len(middle)))
    grown = sum(last) / len(last) - sum(middle) / len(middle)
    if grown > allowed:
        yield f"grew by {grown:.0f} where {allowed:.0f} is allowed: {samples}"


def describe_holes(seqs):
    counts = Counter(seqs)
    top = max(seqs, default=0)
    missing = [n for n in range(1, top + 1) if n not in counts]
    return f"missing {missing[:10]}, twice {[n for n, count in counts.items() if count > 1][:10]}"
