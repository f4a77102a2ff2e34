"""kill -9 in the middle of changes and of loading: nothing half written, nothing told is lost."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from lib.db.engine import reading
from lib.db.tables import billing_notice, daily_observation, history, import_run, staged_import
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.services import exports, queries
from lib.services.demo_label.demo import is_empty
from lib.services.demo_label.fixtures import read_label
from lib.services.importing import staging
from lib.services.importing.folding import finish_imports
from tests import crash_children
from tests.cast import add_artist, add_campaign, database_url
from tests.crash import ChildFailed, Nursery
from tests.invariants import faults, is_whole
from tests.staging import left_over


@pytest.fixture(scope="module")
def nursery():
    with Nursery("tests.crash_children") as nursery:
        yield nursery


def requests(engine):
    with reading(engine) as db:
        requests = select(history.c.request_id).where(history.c.request_id.is_not(None))
        notices = db.execute(select(billing_notice.c.id)).scalars()
        return {*db.execute(requests).scalars(), *notices}


@pytest.mark.slow
def test_a_change_that_was_acknowledged_survives_a_kill_and_none_is_half_written(
    engine, nursery, now
):
    artist_id = add_artist(engine, now=now)
    for status in (Status.ACTIVE, Status.SERVING, Status.PAUSED, Status.ENDED):
        add_campaign(engine, artist_id, now=now, status=status)
    engine.dispose()
    told: set[str] = set()
    times = 50 if engine.dialect.name == "sqlite" else 15
    url = database_url(engine)
    target = "tests.crash_children:change"
    for death in nursery.kill_repeatedly(target, [url], times=times, longest=0.15):
        told |= set(death.lines)
        assert faults(engine) == [], f"after kill {death.number}"
        written = requests(engine)
        assert told <= written, f"after kill {death.number}: {told - written} are lost"
        # At most the one in flight was written without being acknowledged.
        assert sum(one.startswith(f"{death.number}-") for one in written - told) <= 1
    assert is_whole(engine)
    assert len(told) > times


@pytest.mark.slow
def test_the_demo_is_loaded_whole_or_not_at_all(engine, nursery):
    url = database_url(engine)
    times = 10 if engine.dialect.name == "sqlite" else 5
    sizes = set()
    target = "tests.crash_children:load"
    for death in nursery.kill_repeatedly(target, [url], times=times, longest=2.0):
        loaded = [line for line in death.lines if line.startswith("loaded")]
        assert not (loaded and is_empty(engine))
        assert faults(engine) == []
        if is_empty(engine):
            continue
        label = read_label()
        artists = queries.artists(engine, rights=FULL)
        assert {one.organization for one in artists} == {label.name}
        assert [one.name for one in artists] == [one.name for one in label.artists]
        # The history of the demos that were retired stays, so only that of this one is counted.
        entries = select(func.count()).where(history.c.artist_id.in_([one.id for one in artists]))
        with reading(engine) as db:
            sizes.add(db.execute(entries).scalar())
    assert is_whole(engine)
    assert len(sizes) <= 1


@pytest.mark.slow
def test_an_import_is_there_whole_or_not_at_all(engine, nursery):
    engine.dispose()
    told: set[int] = set()
    times, longest = (50, 0.4) if engine.dialect.name == "sqlite" else (15, 1.5)
    url = database_url(engine)
    target = "tests.crash_children:bring_in"
    rows = crash_children.SNAPSHOT_CAMPAIGNS * crash_children.SNAPSHOT_DAYS
    for death in nursery.kill_repeatedly(target, [url], times=times, longest=longest):
        told |= {int(line.split()[1]) for line in death.lines if line.startswith("imported")}
        with reading(engine) as db:
            observed: dict[int, int] = dict(
                db.execute(
                    select(daily_observation.c.import_id, func.count()).group_by(
                        daily_observation.c.import_id
                    )
                ).all()
            )
            runs = set(db.execute(select(import_run.c.id)).scalars())
        assert set(observed.values()) <= {rows}, f"after kill {death.number}"
        assert observed.keys() == runs
        assert told <= runs, f"after kill {death.number}: {told - runs} are lost"
    assert faults(engine) == []
    assert is_whole(engine)
    assert told


@pytest.mark.slow
@pytest.mark.parametrize("times", [10, pytest.param(30, marks=pytest.mark.long)])
def test_a_large_import_that_is_killed_at_any_step_counts_whole_or_not_at_all(
    engine, nursery, monkeypatch, times
):
    engine.dispose()
    monkeypatch.setattr(staging, "GIVEN_UP_AFTER", -10)
    told: set[int] = set()
    stages: Counter[str] = Counter()
    longest = 2.0 if engine.dialect.name == "sqlite" else 3.0
    url = database_url(engine)
    target = "tests.crash_children:bring_in_by_steps"
    for death in nursery.kill_repeatedly(target, [url], times=times, longest=longest):
        told |= {int(line.split()[1]) for line in death.lines if line.startswith("imported")}
        stages[stage_of(engine)] += 1
        seen = figures_seen(engine)
        finish_imports(engine)
        assert left_over(engine) == {}, f"after kill {death.number}"
        assert figures_seen(engine) == seen, f"after kill {death.number}"
        with reading(engine) as db:
            runs = set(db.execute(select(import_run.c.id)).scalars())
        assert told <= runs, f"after kill {death.number}: {told - runs} are lost"
        assert faults(engine) == []
    assert is_whole(engine)
    assert stages["staged"]
    assert stages["switched"]


def stage_of(engine):
    """Return how far the import that was killed had come."""
    with reading(engine) as db:
        found = db.execute(select(staged_import.c.import_id)).scalars().all()
    if not found:
        return "none"
    return "switched" if any(found) else "staged"


def figures_seen(engine):
    """Return which snapshot the figures are of; all of them are of the same one."""
    if not queries.artists(engine, rights=FULL):
        return None
    rows = list(exports.daily(engine, "The Herons", rights=FULL))
    numbers = {int(row["spend"] or 0) - int(str(row["campaign"]).split()[1]) for row in rows}
    assert len(numbers) == 1
    assert len(rows) == crash_children.SNAPSHOT_CAMPAIGNS * crash_children.SNAPSHOT_DAYS
    return numbers.pop()


def test_a_child_that_ends_by_itself_is_noticed(nursery):
    with pytest.raises(ChildFailed, match="OperationalError"):
        list(nursery.kill_repeatedly("tests.crash_children:change", ["sqlite://"], times=1))
