"""The judges are judged: each finds the fault that was put into a good history."""

from __future__ import annotations

import pytest

from tests.faults.cast import checkers


def make_good_run():
    """Two visitors, three messages, all as it should be."""
    stored = [
        {"seq": n, "client_id": f"c{n}", "body": f"line {n}", "at": 1000 + n} for n in (1, 2, 3)
    ]
    history = [{"who": who, "what": "opened"} for who in ("ann", "bob")]
    for row in stored:
        line = {"by": "ann"} | {name: row[name] for name in ("seq", "client_id", "body")}
        history += [{"who": "bob", "what": "heard", **line}]
        history += [{"who": "ann", "what": "sent", **line}, {"who": "ann", "what": "acked", **line}]
        history += [{"who": who, "what": "shown", **line} for who in ("ann", "bob")]
    return history, stored


def lose_a_row(history, stored):
    del stored[1]


def store_twice(history, stored):
    stored.append({**stored[0], "seq": 4, "at": 2000})


def skip_a_number(history, stored):
    stored[2]["seq"] = 7


def number_against_time(history, stored):
    stored[0]["at"], stored[2]["at"] = stored[2]["at"], stored[0]["at"]


def acknowledge_what_was_not_stored(history, stored):
    history.append({"who": "ann", "what": "acked", "seq": 4, "client_id": "c4", "body": "x"})


def acknowledge_with_two_numbers(history, stored):
    history.append({"who": "ann", "what": "acked", "seq": 2, "client_id": "c1", "body": "line 1"})


def show_twice(history, stored):
    first = next(note for note in history if note["what"] == "shown" and note["who"] == "bob")
    history.append({**first, "seq": 4})


def show_too_little(history, stored):
    history.pop()


def show_nothing(history, stored):
    history.append({"who": "eve", "what": "opened"})


def show_other_words(history, stored):
    history[-1]["body"] = "something else"


def show_out_of_order(history, stored):
    shown = [note for note in history if note["what"] == "shown" and note["who"] == "bob"]
    shown[0]["seq"], shown[1]["seq"] = shown[1]["seq"], shown[0]["seq"]


def hear_twice(history, stored):
    history.insert(0, next(note for note in history if note["what"] == "heard"))


def hear_what_was_shown(history, stored):
    history.append(next(note for note in history if note["what"] == "heard"))


def hear_other_words(history, stored):
    next(note for note in history if note["what"] == "heard")["body"] = "something else"


def hear_what_got_no_number(history, stored):
    history.append({"who": "bob", "what": "heard", "by": "ann", "client_id": "c9", "body": "x"})


def hear_it_from_another(history, stored):
    next(note for note in history if note["what"] == "heard")["by"] = "eve"


FAULTS = {
    lose_a_row: "is not stored",
    store_twice: "stored 2 times",
    skip_a_number: "holes",
    number_against_time: "earlier time",
    acknowledge_what_was_not_stored: "is not stored",
    acknowledge_with_two_numbers: "acknowledged as [1, 2]",
    show_twice: "bob saw c1 2 times",
    show_too_little: "bob never saw [3]",
    show_nothing: "eve never saw [1, 2, 3]",
    show_other_words: "saw something else at [3]",
    show_out_of_order: "bob showed 2 after 0",
    hear_twice: "bob heard c1, which was there already",
    hear_what_was_shown: "bob heard c1, which was there already",
    hear_other_words: "bob heard c1 with other words",
    hear_what_got_no_number: "bob heard c9, which never got a number",
    hear_it_from_another: "bob heard c1, which never got a number",
}


def test_a_good_run_has_no_complaint():
    assert checkers.check_all(*make_good_run()) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_known_fault_is_found(fault):
    history, stored = make_good_run()
    fault(history, stored)
    assert any(FAULTS[fault] in complaint for complaint in checkers.check_all(history, stored))


def test_a_wrong_close_code_is_found():
    history = [{"who": "ann", "what": "closed", "code": code} for code in (4000, 1006)]
    assert list(checkers.find_strays(history, {4000})) == ["ann was closed with 1006"]


def test_a_flicker_is_found():
    told = [
        ("participant.changed", {"participant": "a"}),
        ("participant.left", {"participant": "a"}),
    ]
    assert list(checkers.find_flicker(told, "a"))
    assert not list(checkers.find_flicker(told, "b"))


def test_growth_is_found_and_noise_is_not():
    leak = [100 + 5 * n for n in range(12)]
    noise = [100, 90, 130, 128, 131, 127, 130, 129, 132, 128, 131, 130]
    assert list(checkers.find_growth(leak, share=0.05, floor=1))
    assert not list(checkers.find_growth(noise, share=0.05, floor=1))
