"""Lag: measured from what real imports said of the same days, in whichever order they came."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from lib.db.tables import campaign_trend, settle_age
from lib.domain.lag import SPEND, Point, SettleAges, ends_higher
from lib.domain.records import Platform, Source
from lib.services import lag, lag_days, queries
from lib.services.demo_label.demo import load_demo
from lib.services.importing import imports
from lib.services.importing.imports import import_file, read_file
from lib.services.importing.shapes import ImportOutcome
from lib.services.trend import trends
from tests.cast import ALICE
from tests.summary import assert_summary_agrees

GOOGLE, META = Platform.GOOGLE, Platform.META
FIRST = date(2026, 10, 1)
CONVERSIONS = {0: 0.3, 1: 0.6, 2: 0.8, 3: 0.9, 4: 0.96, 5: 0.97}
COST = {0: 0.5, 1: 0.97}
Share = Mapping[int, float]

Bring = Callable[..., None]


def snapshot(
    observed_on: date,
    *,
    days: int = 5,
    campaigns: int = 20,
    conversions: Share = CONVERSIONS,
    cost: Share = COST,
    final: int = 100,
) -> bytes:
    """What Google says on a day of the first days of October, campaign by campaign."""
    lines = ["Nightly", "1 October 2026 - 5 October 2026"]
    lines.append("Campaign,Day,Currency code,Cost,Clicks,Impr.,Conversions")
    for song in range(campaigns):
        for offset in range(days):
            day = FIRST + timedelta(days=offset)
            age = (observed_on - day).days
            told = f"{final * conversions.get(age, 1.0):.2f}" if age in conversions else str(final)
            lines.append(
                f"Song {song:02},{day},EUR,{20 * cost.get(age, 1.0):.2f},40,900,"
                + (" --" if conversions.get(age) == -1 else told)
            )
    return "\n".join(lines).encode()


@pytest.fixture
def bring(engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Bring:
    """Bring a snapshot in; the tests measure by themselves."""
    monkeypatch.setattr(imports, "follow_the_lag", lambda _engine, now: now)

    def run(observed_on: date, *, artist: str = "The Herons", **more: Any) -> None:
        take_in(engine, snapshot(observed_on, **more), observed_on, now=now, artist=artist)

    return run


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect what the database is asked meanwhile."""
    asked: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", listen)


YOUNG, MIDDLE, OLD = date(2026, 10, 6), date(2026, 10, 9), date(2026, 11, 10)


@pytest.mark.parametrize("order", list(permutations([YOUNG, MIDDLE, OLD])))
def test_files_in_any_order_lead_to_the_same_curve(engine, bring, now, order):
    for observed_on in order:
        bring(observed_on)
    found = lag.measure(engine, now=now)
    conversions = found[GOOGLE, "conversions"]
    assert conversions.points == (
        Point(1, 0.6, 20),
        Point(2, 0.8, 20),
        Point(3, 0.9, 20),
        Point(4, 0.96, 40),
        Point(5, 0.97, 40),
        *(Point(age, 1.0, 20) for age in (6, 7, 8)),
    )
    assert (conversions.reference_age, conversions.days) == (28, 100)
    assert ends_higher(conversions, 2) == pytest.approx(0.25)
    assert found[GOOGLE, SPEND].points[0] == Point(1, 0.97, 20)
    assert found[GOOGLE, "clicks"].points[0] == Point(1, 1.0, 20)


def test_what_is_measured_is_kept_and_said_to_have_changed_once(engine, bring, now):
    assert lag.settle_ages(engine) == SettleAges()
    bring(YOUNG)
    bring(OLD)
    before = queries.current_data_version(engine)
    # Spend and clicks were measured to be what they are by default.
    assert lag.remeasure(engine, now=now) == {(GOOGLE, "conversions")}
    ages = lag.settle_ages(engine)
    assert ages.measured == {(GOOGLE, "clicks"): 1, (GOOGLE, "conversions"): 4, (GOOGLE, SPEND): 1}
    assert ages.for_ratio(GOOGLE, "conversions") == 4
    assert lag.curves(engine) == lag.measure(engine, now=now)
    after = queries.current_data_version(engine)
    assert after > before
    assert lag.remeasure(engine, now=now + timedelta(hours=1)) == frozenset()
    assert queries.current_data_version(engine) == after, "nothing new, so nothing is read anew"


def test_later_files_move_a_measured_age(engine, bring, now):
    bring(YOUNG)
    bring(OLD)
    lag.remeasure(engine, now=now)
    # Another artist, whose conversions come at once, and twice as many of them.
    for observed_on in (YOUNG, OLD):
        bring(observed_on, artist="Alma Varn", campaigns=41, conversions={})
    assert lag.remeasure(engine, now=now) == {(GOOGLE, "conversions")}
    assert lag.settle_ages(engine).of(GOOGLE, "conversions") == 1


def test_two_weeks_give_a_preliminary_curve_that_changes_nothing(engine, bring, now):
    bring(YOUNG)
    bring(YOUNG + timedelta(days=14))
    assert lag.remeasure(engine, now=now) == frozenset()
    curve = lag.curves(engine)[GOOGLE, "conversions"]
    assert (curve.is_conclusive, curve.reference_age) == (False, 15)
    assert curve.points[0] == Point(1, 0.6, 20)
    assert lag.settle_ages(engine) == SettleAges()


def test_too_few_days_change_nothing(engine, bring, now):
    for observed_on in (YOUNG, OLD):
        bring(observed_on, campaigns=19)
    assert lag.remeasure(engine, now=now) == frozenset()
    assert lag.settle_ages(engine) == SettleAges()


def test_days_that_end_with_few_results_are_counted_and_left_out(engine, bring, now):
    for observed_on in (YOUNG, OLD):
        bring(observed_on, final=9)
    curve = lag.measure(engine, now=now)[GOOGLE, "conversions"]
    assert (curve.points, curve.too_small) == ((), 100)
    lag.remeasure(engine, now=now)
    assert (GOOGLE, "conversions") not in lag.curves(engine)


def test_a_blank_cell_is_no_share_and_a_zero_is_one(engine, bring, now):
    bring(YOUNG, conversions={1: -1, 2: 0.0})
    bring(OLD)
    ages = [point.age for point in lag.measure(engine, now=now)[GOOGLE, "conversions"].points]
    assert ages == [2, 3, 4, 5]
    assert lag.measure(engine, now=now)[GOOGLE, "conversions"].points[0].share == 0.0


def test_where_no_day_was_observed_twice_no_observation_is_read(engine, bring, now):
    bring(YOUNG)
    bring(YOUNG, artist="Alma Varn")
    with statements(engine) as asked:
        assert lag.measure(engine, now=now) == {}
    assert asked
    assert not any("daily_observation" in statement for statement in asked)


def test_what_is_read_is_bounded_however_much_there_is(engine, bring, now, monkeypatch):
    for observed_on in (YOUNG, MIDDLE, OLD):
        bring(observed_on, campaigns=60)
    monkeypatch.setattr(lag_days, "MOST_ROWS", 90)
    curve = lag.measure(engine, now=now)[GOOGLE, SPEND]
    assert 25 <= curve.days <= 35, "three observations each"


def test_the_demo_shows_it_and_counts_no_longer_once_there_are_figures_of_ones_own(
    engine, bring, now
):
    load_demo(engine, now=now)
    saves = lag.curves(engine)[META, "saves"]
    assert [round(one.share, 2) for one in saves.points[:3]] == [0.72, 0.88, 0.96]
    assert all(one.is_enough for one in saves.points)
    measured = lag.settle_ages(engine).measured
    assert measured[META, "saves"] == 3
    assert {measured[META, SPEND], measured[GOOGLE, "views"]} == {1}
    bring(YOUNG)
    lag.remeasure(engine, now=now)
    assert lag.curves(engine) == {}
    assert lag.settle_ages(engine) == SettleAges()


def test_inside_a_transaction_it_is_kept_or_undone_with_the_rest(engine, bring, now):
    bring(YOUNG)
    bring(OLD)

    with engine.connect() as db, db.begin() as transaction:
        assert lag.remeasure(db, now=now) == {(GOOGLE, "conversions")}
        assert lag.settle_ages(db).of(GOOGLE, "conversions") == 4
        transaction.rollback()
    assert lag.settle_ages(engine) == SettleAges()


def test_an_import_measures_by_itself_and_the_trends_follow(engine, bring, now, monkeypatch):
    bring(YOUNG)
    with engine.connect() as db:
        assert set(db.execute(select(campaign_trend.c.settle_age)).scalars()) == {3}
    monkeypatch.undo()
    take_in(engine, snapshot(OLD), OLD, now=now)
    assert lag.settle_ages(engine).of(GOOGLE, "conversions") == 4
    with engine.connect() as db:
        assert set(db.execute(select(campaign_trend.c.settle_age)).scalars()) == {4}
    assert_summary_agrees(engine, now=now, artist="The Herons")


def test_trends_that_could_not_follow_the_lag_do_so_after_the_next_import_that_measures(
    engine, bring, now, monkeypatch, caplog
):
    bring(YOUNG)
    monkeypatch.undo()

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no room left")

    with monkeypatch.context() as patch:
        patch.setattr(trends, "refresh", fail)
        assert take_in(engine, snapshot(OLD), OLD, now=now).import_id, "the import is in"
    assert "no room left" in caplog.text
    assert lag.settle_ages(engine).of(GOOGLE, "conversions") == 4
    with engine.connect() as db:
        assert set(db.execute(select(campaign_trend.c.settle_age)).scalars()) == {3}
    next_day = OLD + timedelta(days=1)
    take_in(engine, snapshot(next_day, campaigns=1), next_day, now=now)
    with engine.connect() as db:
        assert set(db.execute(select(campaign_trend.c.settle_age)).scalars()) == {4}
    assert_summary_agrees(engine, now=now, artist="The Herons")


def take_in(
    engine: Engine, data: bytes, observed_on: date, *, now: datetime, artist: str = "The Herons"
) -> ImportOutcome:
    return import_file(
        engine,
        read_file(engine, data),
        file_name=f"{observed_on}.csv",
        artist_name=artist,
        actor=ALICE,
        now=now,
        source=Source.COMMAND,
        zone="UTC",
        observed_on=observed_on,
    )


def test_two_that_measure_at_the_same_moment_agree(engine, bring, now):
    bring(YOUNG)
    bring(OLD)
    failed: list[Exception] = []
    ready = threading.Barrier(3)

    def work() -> None:
        ready.wait()
        try:
            lag.remeasure(engine, now=now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with engine.connect() as db:
        kinds = db.execute(select(settle_age.c.kind).order_by(settle_age.c.kind)).scalars().all()
    assert kinds == ["clicks", "conversions", "spend"]


def test_a_file_that_was_read_ages_ago_is_not_looked_at(engine, bring, now):
    bring(YOUNG)
    bring(OLD)
    assert lag.measure(engine, now=now + timedelta(days=lag_days.HORIZON)) == {}
