from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from tests.compose import read_env


def test_a_missing_variable_is_named(monkeypatch):
    monkeypatch.delenv("SOME_URL", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SOME_URL is not set"):
        env.read_str("SOME_URL")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.read_int("KNOB", 1), "many"),
        (lambda: env.read_int("KNOB", 1, minimum=1), "0"),
        (lambda: env.read_bool("KNOB", False), "maybe"),
        (lambda: env.read_choice("KNOB", "", {"", "transaction"}), "session"),
        (lambda: env.read_rate("KNOB", "1/1"), "60"),
        (lambda: env.read_rate("KNOB", "1/1"), "0/60"),
        (lambda: env.read_origins("KNOB"), "https://a.example/path"),
        (lambda: env.read_origins("KNOB"), "https://*.example"),
        (lambda: env.read_origins("KNOB"), "https://[a.example"),
        (lambda: env.read_url("KNOB", schemes={"https"}), "http://a.example"),
        (lambda: env.read_url("KNOB", schemes={"redis"}), "redis://:p[w@host"),
        (lambda: env.read_list("KNOB"), " , "),
    ],
)
def test_a_bad_value_names_its_variable(monkeypatch, read, value):
    monkeypatch.setenv("KNOB", value)
    with pytest.raises(ImproperlyConfigured, match="KNOB"):
        read()


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("hush\n")
    monkeypatch.setenv("SECRET_FILE", str(tmp_path / "secret"))
    assert env.read_str("SECRET") == "hush"


def test_variable_and_file_together_are_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET", "one")
    monkeypatch.setenv("SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(ImproperlyConfigured, match="SECRET or SECRET_FILE"):
        env.read_str("SECRET")


def test_an_unreadable_file_names_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match="SECRET_FILE"):
        env.read_str("SECRET")


def test_the_environment_wins_over_the_env_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("# comment\nONE='1'\nTWO=2\n")
    monkeypatch.setenv("TWO", "two")
    monkeypatch.setenv("ONE", "")
    monkeypatch.delenv("ONE")
    env.load_file(tmp_path / ".env")
    assert (env.read_str("ONE"), env.read_str("TWO")) == ("1", "two")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'p@ss/w#rd'", "p@ss/w#rd"),
        ("'$x${y} # z'  # why", "$x${y} # z"),
        ("'say \"hi\"'", 'say "hi"'),
        ('"it\'s"', "it's"),
        (r'"a \"b\" \\ c\td"', 'a "b" \\ c\td'),
        (r"'a\tb'", r"a\tb"),
        ("a b # why", "a b"),
        ("a#b", "a#b"),
        ("' a '", " a "),
        ("", ""),
        ("''", ""),
    ],
)
def test_the_env_file_is_read_as_compose_reads_it(monkeypatch, tmp_path, written, value):
    (tmp_path / ".env").write_text(f"KNOB={written}\n")
    monkeypatch.setenv("KNOB", "")
    monkeypatch.delenv("KNOB")
    env.load_file(tmp_path / ".env")
    assert env.read_raw("KNOB") == read_env(f"KNOB={written}")["KNOB"] == value


@pytest.mark.parametrize("written", ["'open", '"open', "'a'b", "'"])
def test_quotes_that_do_not_match_are_told(tmp_path, written):
    (tmp_path / ".env").write_text(f"# one\nKNOB={written}\n")
    with pytest.raises(ImproperlyConfigured, match="line 2: the quotes do not match"):
        env.load_file(tmp_path / ".env")
