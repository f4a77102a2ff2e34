"""The judgement on power cuts; the cuts themselves need root and loop devices: `make power`."""

import os
import sys

import pytest
from sqlalchemy import text

from lib.db import engine as desk_engine
from lib.domain.actions import Action
from tests.cast import add_artist, add_campaign
from tests.power import __main__ as command
from tests.power import disk
from tests.power.cuts import Outcome, Setup, kept
from tests.power.stores import Sqlite, weaken_sqlite
from tests.racer import press

SHIPPED = Setup("as shipped", Sqlite)
WEAKENED = Setup("weakened", Sqlite, must_lose=True)


def outcome(setup, *cuts, wrong=()):
    made = Outcome(setup)
    for told, found in cuts:
        made.add(set(told), set(found), list(wrong))
    return made


def test_one_lost_change_in_many_is_a_failure(capsys):
    lost = outcome(SHIPPED, ("abc", "abcd"), ("abc", "ab"))
    assert (lost.told, lost.lost, lost.cuts_with_loss) == (6, 1, 1)
    assert command.judge([lost, outcome(WEAKENED, ("ab", "a"))]) == command.FAILED
    assert "1 of 6 acknowledged changes are lost, in 1 of 2 cuts" in capsys.readouterr().err


def test_a_run_passes_where_only_what_was_weakened_loses():
    outcomes = [outcome(SHIPPED, ("abc", "abcd")), outcome(WEAKENED, ("ab", ""), wrong=["torn"])]
    assert command.judge(outcomes) == command.PASSED


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (outcome(WEAKENED, ("abc", "abc")), "nothing was lost, though it must be"),
        (outcome(SHIPPED, ("", "")), "nothing was acknowledged"),
        (outcome(SHIPPED), "nothing was acknowledged"),
        (outcome(SHIPPED, ("a", "a"), wrong=["campaign 1 is odd"]), "cut 1: campaign 1 is odd"),
    ],
)
def test_a_run_that_finds_nothing_or_something_half_done_is_no_pass(found, words):
    (complaint,) = found.complaints()
    assert words in complaint


def test_where_it_cannot_be_tried_it_says_what_is_missing_and_is_no_pass(monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(disk, "PROGRAMS", ("no-such-program",))
    monkeypatch.setattr(sys, "argv", ["power"])
    assert command.main() == command.NOT_TRIED
    said = capsys.readouterr().err
    assert "NOT TRIED" in said
    assert "run it as root" in said
    assert "There is no no-such-program" in said


def test_what_is_kept_is_what_stands_in_the_database(engine, now):
    one = add_campaign(engine, add_artist(engine, now=now), now=now)
    assert press(engine, one, Action.PAUSE, "told", now)["outcome"] == "changed"
    assert press(engine, one, Action.PAUSE, "refused", now)["outcome"] != "changed"
    assert kept(engine) == {"told"}


def test_a_weakened_sqlite_is_weaker_than_the_desks(sqlite_url, open_engine, monkeypatch):
    def synchronous():
        with open_engine(sqlite_url).connect() as db:
            return db.execute(text("PRAGMA synchronous")).scalar()

    monkeypatch.setattr(desk_engine, "_prepare_sqlite", desk_engine._prepare_sqlite)
    full = synchronous()
    weaken_sqlite("NORMAL")
    assert (full, synchronous()) == (2, 1)
