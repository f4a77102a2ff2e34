"""Two workers and more, killed in the middle or stopped: what is scheduled is done exactly once."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path

import pytest
from sqlalchemy import select

from lib.db import tables
from lib.db.engine import DatabaseUnreachable, reading
from lib.db.tables import history, scheduled_change
from lib.domain.actions import Action, PauseReason
from lib.domain.schedule import ScheduledChange, ScheduleState
from lib.domain.status import Status
from lib.services.campaigns import StaleCampaign, pause_campaign
from lib.services.scheduling import runs, worker
from lib.services.scheduling.reads import find_schedule
from lib.services.scheduling.runs import is_anybody_working, request_of, run_due
from lib.services.scheduling.schedules import ScheduleSettled, cancel_schedule, schedule_change
from lib.settings import load_settings
from lib.ui.serving import worker as ui_worker
from tests.browser.desk import serving
from tests.cast import ALICE, BOB, add_artist, add_campaign, database_url, new_request, see
from tests.crash import Nursery
from tests.integration.services.test_race import at_once
from tests.invariants import faults

ROOT = Path(__file__).resolve().parents[3]
WORKERS = 8
ENOUGH = 10
"""So many changes must have run between the kills, or they prove little."""
MINUTE = timedelta(minutes=1)


def schedule_many(engine, *, campaigns, each, now):
    """Schedule pauses and resumes in turn for every campaign; return their number."""
    artist_id = add_artist(engine, now=now)
    for _ in range(campaigns):
        one = add_campaign(engine, artist_id, now=now)
        for turn in range(each):
            schedule_change(
                engine,
                one,
                (Action.PAUSE, Action.RESUME)[turn % 2],
                run_at=now + MINUTE * (turn + 1),
                reason=PauseReason.BUDGET if turn % 2 == 0 else None,
                actor=ALICE,
                seen_version=1,
                request_id=new_request(),
                now=now,
            )
    return campaigns * each


def wrong(engine):
    """Return everything that is wrong with what was scheduled, in sentences."""
    found = faults(engine)
    with reading(engine) as db:
        schedules = db.execute(select(scheduled_change)).mappings().all()
        told = Counter(
            row.details["schedule"]
            for row in db.execute(select(history).where(history.c.source == "schedule"))
        )
        made = set(
            db.execute(
                select(history.c.request_id).where(
                    history.c.source == "schedule", history.c.version.is_not(None)
                )
            ).scalars()
        )
    for row in schedules:
        settled = row["state"] in (ScheduleState.RAN, ScheduleState.MISSED)
        if told[row["id"]] != int(settled):
            found.append(f"{row['id']} is {row['state']} and has {told[row['id']]} entries")
        if (request_of(row["id"]) in made) != (row["state"] == ScheduleState.RAN):
            found.append(f"{row['id']} is {row['state']}, and its change says otherwise")
    return found


def states(engine):
    with reading(engine) as db:
        return Counter(db.execute(select(scheduled_change.c.state)).scalars())


def test_many_workers_do_each_scheduled_change_once_and_in_its_order(
    engine, now, open_engine, database_url
):
    total = schedule_many(engine, campaigns=10, each=4, now=now)
    engines = [open_engine(database_url) for _ in range(WORKERS)]
    settled: list[int] = []

    def work(number):
        def run():
            for turn in range(1, 5):
                clock = repeat(now + MINUTE * turn).__next__
                for _ in range(3):
                    found = run_due(engines[number], clock=clock, by=f"w{number}")
                    settled.extend(one.id for one in found)

        return run

    assert at_once([work(number) for number in range(WORKERS)]) == []
    # What one had locked while the others looked is left for the next round.
    while found := run_due(engine, clock=lambda: now + MINUTE * 4, by="last"):
        settled += [one.id for one in found]
    assert sorted(settled) == sorted(set(settled))
    assert len(settled) == total
    assert wrong(engine) == []
    # A pause and a resume in turn: out of their order the rules would refuse them.
    assert states(engine) == {ScheduleState.RAN: total}


def test_a_cancel_that_races_the_run_wins_or_is_told_and_never_both(engine, now):
    schedule_many(engine, campaigns=12, each=1, now=now)
    with reading(engine) as db:
        ids = list(db.execute(select(scheduled_change.c.id)).scalars())
    told: list[str] = []

    def cancel(schedule_id):
        def run():
            try:
                cancel_schedule(
                    engine, schedule_id, actor=BOB, request_id=f"c{schedule_id}", now=now
                )
                told.append("cancelled")
            except ScheduleSettled:
                told.append("settled")

        return run

    def work():
        for _ in range(6):
            run_due(engine, clock=lambda: now + MINUTE, by="w")

    assert at_once([*(cancel(one) for one in ids), work, work]) == []
    run_due(engine, clock=lambda: now + MINUTE, by="last")
    found = states(engine)
    assert Counter(told) == Counter(
        {
            state: number
            for state, number in (
                ("cancelled", found[ScheduleState.CANCELLED]),
                ("settled", found[ScheduleState.RAN]),
            )
            if number
        }
    )
    assert wrong(engine) == []


def test_a_click_that_races_the_run_is_one_change_and_the_other_is_told(engine, now):
    schedule_many(engine, campaigns=10, each=1, now=now)
    with reading(engine) as db:
        ids = list(db.execute(select(scheduled_change.c.campaign_id)).scalars())
    told: list[str] = []

    def click(campaign_id):
        def run():
            try:
                pause_campaign(
                    engine,
                    campaign_id,
                    reason=PauseReason.BUDGET,
                    actor=BOB,
                    seen_version=1,
                    request_id=f"p{campaign_id}",
                    now=now + MINUTE,
                )
                told.append("changed")
            except StaleCampaign:
                told.append("stale")

        return run

    def work():
        run_due(engine, clock=lambda: now + MINUTE, by="w")

    assert at_once([*(click(one) for one in ids), work, work]) == []
    run_due(engine, clock=lambda: now + MINUTE, by="last")
    for one in ids:
        assert (see(engine, one).status, see(engine, one).version) == (Status.PAUSED, 2)
    assert told.count("changed") == states(engine)[ScheduleState.MISSED]
    assert told.count("stale") == states(engine)[ScheduleState.RAN]
    assert wrong(engine) == []


def test_the_check_finds_fault_when_nobody_claims_what_they_run(engine, now, monkeypatch):
    schedule_many(engine, campaigns=2, each=1, now=now)
    monkeypatch.setattr(runs, "_claim", lambda db, one, **_: find_schedule(db, one))
    with reading(engine) as db:
        ids = list(db.execute(select(scheduled_change.c.id)).scalars())
    for worker_name in ("first", "second"):
        for one in ids:
            # Of its own request id a second run would change nothing: that is the other guard.
            monkeypatch.setattr(runs, "request_of", lambda one, by=worker_name: f"{by}-{one}")
            runs.run_one(engine, one, now=now + MINUTE, by=worker_name)
    assert [one for one in wrong(engine) if "has 2 entries" in one]


@pytest.fixture(scope="module")
def nursery():
    with Nursery("tests.crash_children") as nursery:
        yield nursery


@pytest.mark.slow
def test_a_worker_that_is_killed_leaves_nothing_half_done_and_the_other_does_the_rest(
    engine, nursery, now
):
    artist_id = add_artist(engine, now=now)
    for _ in range(6):
        add_campaign(engine, artist_id, now=now)
    engine.dispose()
    url = database_url(engine)
    least, longest = (40, 0.25) if engine.dialect.name == "sqlite" else (15, 0.8)
    told: set[str] = set()
    stop, raised = threading.Event(), []

    def other_worker():
        while not stop.wait(0.02):
            try:
                run_due(engine, clock=lambda: now, by="other")
            except Exception as error:  # noqa: BLE001 - whatever it was, the test shows it
                raised.append(error)

    other = threading.Thread(target=other_worker)
    other.start()
    try:
        target = "tests.crash_children:run_scheduled"
        # On a busy machine a child may do little before it is killed: then more of them are.
        for death in nursery.kill_repeatedly(target, [url], times=10 * least, longest=longest):
            told |= set(death.lines) - {"at work"}
            if death.number + 1 >= least and states(engine)[ScheduleState.RAN] >= ENOUGH:
                break
    finally:
        stop.set()
        other.join()
    assert raised == []
    run_due(engine, clock=lambda: now, by="last")
    assert states(engine)[ScheduleState.COMING] == 0
    assert wrong(engine) == []
    with reading(engine) as db:
        settled = {
            f"{row.state} {row.id}"
            for row in db.execute(select(scheduled_change.c.id, scheduled_change.c.state))
        }
    assert told <= settled, f"{told - settled} were told and are lost"
    assert states(engine)[ScheduleState.RAN] >= ENOUGH


def until(holds):
    for _ in range(600):
        if holds():
            return
        threading.Event().wait(0.1)
    raise AssertionError("A minute was not enough.")


def at_work(engine):
    with reading(engine) as db:
        return len(db.execute(select(tables.worker)).all())


def start_worker(url, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "lib.cli", "worker", *options],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_workers_that_are_processes_share_what_is_due_and_stop_when_they_are_told(
    engine, database_url
):
    engine.dispose()
    running = [start_worker(database_url) for _ in range(3)]
    try:
        # Only then is there anything to share, and only then is one told to stop, not ended.
        until(lambda: at_work(engine) == len(running))
        then = datetime.now(UTC) - timedelta(hours=1)
        total = schedule_many(engine, campaigns=15, each=2, now=then)
        until(lambda: not states(engine)[ScheduleState.COMING])
        assert is_anybody_working(engine, now=datetime.now(UTC))
    finally:
        for each in running:
            each.send_signal(signal.SIGTERM)
        said = [each.communicate(timeout=30)[1] for each in running]
    assert [each.returncode for each in running] == [0, 0, 0]
    assert wrong(engine) == []
    assert states(engine).total() == total
    lines = [line for one in said for line in one.splitlines()]
    assert sum(line.startswith(("Ran:", "Missed:")) for line in lines) == total
    assert all(one.rstrip().endswith("The worker has stopped.") for one in said)
    assert not is_anybody_working(engine, now=datetime.now(UTC))


def test_the_command_runs_what_is_due_once_and_says_how_many(engine, database_url):
    then = datetime.now(UTC) - timedelta(hours=1)
    schedule_many(engine, campaigns=2, each=1, now=then)
    engine.dispose()
    told = start_worker(database_url, "--once")
    said = told.communicate(timeout=60)[1]
    assert told.returncode == 0
    assert "2 scheduled changes were due" in said
    assert "scheduled by Alice" in said
    assert states(engine) == {ScheduleState.RAN: 2}


def test_a_worker_waits_exactly_for_what_is_due_soon_and_outlives_a_fault(engine, now, monkeypatch):
    schedule_many(engine, campaigns=1, each=1, now=now)
    stop = threading.Event()
    settled: list[ScheduledChange] = []
    waits: list[float] = []
    faults_to_come = iter([None, DatabaseUnreachable("gone")])
    real = worker.run_round

    def run_round(*arguments, **named):
        if fault := next(faults_to_come, None):
            raise fault
        return real(*arguments, **named)

    def wait(seconds):
        waits.append(seconds)
        if settled:
            stop.set()
        return stop.is_set()

    monkeypatch.setattr(worker, "run_round", run_round)
    monkeypatch.setattr(stop, "wait", wait)
    # Two seconds before the moment; then the database is away; then the moment has come.
    moments = iter([now, now, now + MINUTE - timedelta(seconds=2)])
    worker.work(
        engine,
        name="w",
        clock=lambda: next(moments, now + MINUTE),
        stop=stop,
        tell=settled.append,
    )
    assert waits[0] == pytest.approx(2)
    assert waits[1] == pytest.approx(worker.AFTER_A_FAULT)
    assert [one.state for one in settled] == [ScheduleState.RAN]
    assert not is_anybody_working(engine, now=now)


@pytest.mark.slow
def test_a_desk_on_sqlite_runs_what_is_scheduled_by_itself(tmp_path, open_engine):
    with serving(tmp_path, env={"DESK_DEMO": "0"}) as desk:
        engine = open_engine(desk.database_url)
        then = datetime.now(UTC)
        one = add_campaign(engine, add_artist(engine, now=then), now=then)
        schedule_change(
            engine,
            one,
            Action.PAUSE,
            run_at=then + timedelta(seconds=1),
            reason=PauseReason.BUDGET,
            actor=ALICE,
            seen_version=1,
            request_id=new_request(),
            now=then,
        )
        for _ in range(300):
            if see(engine, one).status is Status.PAUSED:
                break
            threading.Event().wait(0.1)
        assert see(engine, one).status is Status.PAUSED
        assert is_anybody_working(engine, now=datetime.now(UTC))
    assert wrong(engine) == []


def test_on_postgresql_the_app_starts_no_worker():
    told = {"DATABASE_URL": "postgresql://desk@127.0.0.1:1/desk", "SECRETS_FILE": os.devnull}
    assert ui_worker.start(load_settings(told)) is None
