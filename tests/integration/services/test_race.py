"""Fifty at once on one campaign: exactly the legal sequence happens, each loser is told.

The last two tests take the protection away: the same checks must then find fault, or they
would prove nothing.
"""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select, table, update
from sqlalchemy import column as sql_column

from lib.db.engine import reading
from lib.db.tables import campaign, history, metadata
from lib.domain.actions import Action
from lib.domain.status import Status
from lib.services import campaigns
from lib.services.campaigns import IllegalTransition, StaleCampaign
from lib.services.recording import Recorded
from tests import racer
from tests.cast import add_artist, add_campaign, fail_payment, see
from tests.invariants import faults

S = Status
ROOT = Path(__file__).resolve().parents[3]
THREADS = 50
PROCESSES, RACE_SECONDS = 5, 300


@pytest.fixture
def one(engine, now):
    return add_campaign(engine, add_artist(engine, now=now), now=now)


def at_once(works: list[Callable[[], None]]) -> list[BaseException]:
    """Run all of `works` at the same moment and return what any of them raised."""
    ready, raised = threading.Barrier(len(works)), []

    def run(work):
        ready.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - whatever it was, the test shows it
            raised.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def race(engine, one, now, *, rounds=1, threads=THREADS):
    """Let all threads press what they can with the version they saw; return what came of it."""
    told: list[dict[str, Any]] = []

    def work(number):
        def run():
            told.extend(
                racer.press(engine, one, Action(action), f"t{number}-{turn}", now)
                for turn in range(rounds)
                for action in [("pause", "resume", "archive", "unarchive")[(number + turn) % 4]]
            )

        return run

    raised = at_once([work(number) for number in range(threads)])
    assert raised == []
    return told


def wrong(engine, one, told):
    """Return everything that is wrong with a race: nothing, where the legal sequence happened."""
    found = faults(engine)
    changed = [each for each in told if each["outcome"] == "changed"]
    with reading(engine) as db:
        written = (
            db.execute(select(history).where(history.c.campaign_id == one, history.c.version > 1))
            .mappings()
            .all()
        )
    asked = {entry["request_id"]: entry["version"] for entry in written}
    if len(asked) != len(changed):
        found.append(f"{len(changed)} were told of a change, {len(asked)} stand in the history")
    for each in changed:
        if asked.get(each["request_id"]) != each["version"]:
            found.append(f"{each['request_id']} was told a version that the history denies")
        if each["version"] != each["seen"] + 1:
            found.append(
                f"{each['request_id']} decided on {each['seen']} and made {each['version']}"
            )
    won = Counter(each["seen"] for each in changed)
    found += [f"{n} changes were made on version {seen}" for seen, n in won.items() if n > 1]
    losers = {each["outcome"] for each in told} - {"changed"}
    if not losers <= {StaleCampaign.__name__, IllegalTransition.__name__}:
        found.append(f"losers were told {losers}")
    return found


def test_of_fifty_pauses_on_the_same_view_exactly_one_is_made(engine, one, now):
    told: list[dict[str, Any]] = []

    def work(number):
        def run():
            told.append(racer.press(engine, one, Action.PAUSE, f"t{number}", now, seen=1))

        return run

    assert at_once([work(number) for number in range(THREADS)]) == []
    assert Counter(each["outcome"] for each in told) == {"changed": 1, "StaleCampaign": 49}
    assert wrong(engine, one, told) == []
    campaign = see(engine, one)
    assert (campaign.status, campaign.version) == (S.PAUSED, 2)


@pytest.mark.slow
def test_of_fifty_threads_pausing_resuming_and_archiving_only_the_legal_sequence_happens(
    engine, one, now
):
    told = race(engine, one, now, rounds=6)
    assert wrong(engine, one, told) == []
    outcomes = Counter(each["outcome"] for each in told)
    assert outcomes["changed"] >= 3
    assert outcomes["changed"] < len(told) == THREADS * 6
    assert see(engine, one).version == outcomes["changed"] + 1


def race_of_processes(url, ones, now, *, clients, changes):
    """Let `PROCESSES` processes of `clients` clients make so many changes each; return all told."""
    listed = ",".join(map(str, ones))
    command = [sys.executable, "-m", "tests.racer", url, listed, str(clients), str(changes)]
    running: list[Any] = [
        subprocess.Popen(
            [*command, f"p{number}", now.isoformat()],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for each in running:
        assert each.stdout.readline() == "ready\n"
    for each in running:
        each.stdin.write("go\n")
        each.stdin.flush()
    told = [
        json.loads(line)
        for each in running
        for line in each.communicate(timeout=RACE_SECONDS)[0].splitlines()
    ]
    assert [each.returncode for each in running] == [0] * PROCESSES
    return told


@pytest.mark.parametrize(
    ("campaigns", "clients", "changes"),
    [
        pytest.param(1, 1, 8, id="one campaign"),
        pytest.param(5, 4, 5, id="some"),
        pytest.param(20, 10, 20, id="a thousand changes", marks=pytest.mark.long),
    ],
)
def test_of_several_processes_only_the_legal_sequence_happens(
    engine, now, database_url, campaigns, clients, changes
):
    artist_id = add_artist(engine, now=now)
    ones = [add_campaign(engine, artist_id, now=now) for _ in range(campaigns)]
    told = race_of_processes(database_url, ones, now, clients=clients, changes=changes)
    outcomes = Counter(each["outcome"] for each in told)
    assert outcomes["changed"] == PROCESSES * clients * changes
    assert outcomes["StaleCampaign"], "nobody was in anybody's way: this was no race"
    for one in ones:
        own = [each for each in told if each["campaign"] == one]
        assert wrong(engine, one, own) == []
        made = sum(each["outcome"] == "changed" for each in own)
        assert see(engine, one).version == made + 1


def test_a_double_click_sent_ten_times_at_once_is_one_change_and_one_answer(engine, one, now):
    told: list[dict[str, Any]] = []

    def run():
        told.append(racer.press(engine, one, Action.PAUSE, "double-click", now, seen=1))

    assert at_once([run] * 10) == []
    assert [each["outcome"] for each in told] == ["changed"] * 10
    assert {each["version"] for each in told} == {2}
    assert see(engine, one).version == 2
    assert faults(engine) == []


def test_a_payment_that_fails_during_a_resume_leaves_nothing_running(engine, now):
    artist_id = add_artist(engine, now=now)
    ones = [add_campaign(engine, artist_id, now=now, status=S.PAUSED) for _ in range(12)]
    told: list[dict[str, Any]] = []

    def resume(number):
        def run():
            told.append(racer.press(engine, ones[number], Action.RESUME, f"r{number}", now, seen=1))

        return run

    def fail():
        fail_payment(engine, artist_id, now=now)

    assert at_once([*(resume(number) for number in range(12)), fail]) == []
    left = {see(engine, campaign_id).status for campaign_id in ones}
    assert left <= {S.PAUSED, S.SUBSCRIPTION_PAUSED}
    assert faults(engine) == []


@contextmanager
def without_protection(engine):
    """Put tables in place that allow everything: no key but the first, no check, no trigger."""
    bare = MetaData()
    for name in ("campaign", "history"):
        source = metadata.tables[name]
        Table(
            name,
            bare,
            *(Column(one.name, one.type, primary_key=one.name == "id") for one in source.columns),
        )
    rows = {}
    with reading(engine) as db:
        for one in (campaign, history):
            rows[one.name] = db.execute(select(one)).mappings().all()
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.begin() as db:
        if is_sqlite:
            db.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for name in ("campaign", "history"):
            db.exec_driver_sql(f"ALTER TABLE {name} RENAME TO guarded_{name}")
        bare.create_all(db)
        for name, values in rows.items():
            numbered = name == "campaign"  # History numbers itself from here on.
            copies = [
                {key: value for key, value in one.items() if numbered or key != "id"}
                for one in values
            ]
            db.execute(insert(bare.tables[name]), copies)
    yield


def test_the_check_finds_fault_when_nobody_compares_the_version(engine, one, now, monkeypatch):
    monkeypatch.setattr(campaigns, "check_version", lambda *_: None)
    told = [
        racer.press(engine, one, action, f"m{number}", now, seen=1)
        for number, action in enumerate([Action.PAUSE, Action.RESUME, Action.PAUSE])
    ]
    assert [each["outcome"] for each in told] == ["changed"] * 3
    assert "3 changes were made on version 1" in wrong(engine, one, told)


def test_the_check_finds_fault_when_lock_version_and_constraints_are_gone(
    engine, one, now, monkeypatch
):
    """A service that reads first and writes later, in a database that allows anything."""
    with without_protection(engine):
        monkeypatch.setattr(campaigns, "check_version", lambda *_: None)
        monkeypatch.setattr(campaigns, "in_transaction", careless)
        monkeypatch.setattr(campaigns, "record_status", overwrite)
        monkeypatch.setattr(campaigns, "refresh", lambda *_, **__: None)
        told = race(engine, one, now, rounds=3, threads=20)
        found = wrong(engine, one, told)
    assert any("has the versions" in each for each in found), found


def careless(engine, work):
    """Decide in one transaction and write in another one, a moment later."""
    decided = []

    class Later:
        """A connection that remembers its writes instead of making them."""

        def __init__(self, db):
            self.db = db

        def execute(self, statement, *more):
            if statement.is_select:
                return self.db.execute(statement, *more)
            decided.append((statement, more))
            return None

    # Not `reading`: its snapshot would refuse to lock what others have changed since.
    with engine.connect() as db:
        db.info["is_read"] = True
        answer = work(Later(db))
    time.sleep(0.005)
    for statement, more in decided:
        with engine.begin() as db:
            db.execute(statement, *more)
    return answer


# The history as a table of which nobody knows that its ids are given by the chain.
UNNUMBERED = table("history", *(sql_column(one.name, one.type) for one in history.c))


def overwrite(db, occasion, name, subject, to, **_):
    """Write what was decided on, whatever happened meanwhile."""
    version = subject.version + 1
    db.execute(
        insert(UNNUMBERED).values(
            artist_id=subject.artist_id,
            campaign_id=subject.id,
            version=version,
            at=occasion.now,
            actor=occasion.actor.name,
            origin=occasion.origin,
            source=occasion.source,
            event=name,
            request_id=occasion.request_id,
            from_status=subject.status,
            to_status=to,
        )
    )
    db.execute(
        update(campaign)
        .where(campaign.c.id == subject.id)
        .values(status=to, version=version, status_since=occasion.now)
    )
    return Recorded(version, 0)
