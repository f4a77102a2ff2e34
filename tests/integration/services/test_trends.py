"""The maintained summary equals the sum of its days, whatever happens in whatever order."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.exc import DBAPIError

from lib.db.engine import reading, writing
from lib.db.tables import campaign_trend, daily_result, verdict_flip
from lib.domain.actions import PauseReason
from lib.domain.records import Actor, Platform, Source
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.domain.verdict import Why, Word
from lib.services import queries
from lib.services.campaigns import archive_campaign, pause_campaign, resume_campaign
from lib.services.importing.imports import import_file, read_file
from lib.services.recording import load_campaign, lock_campaign, lock_campaigns
from lib.services.transactions import ChangeRefused
from lib.services.trend import trends
from tests.cast import ALICE, new_request
from tests.summary import assert_summary_agrees

ARTIST = "The Herons"
TODAY = date(2026, 11, 24)


Plan = tuple[str, str, date, date]


def meta_daily(rows: list[tuple[str, date, str, str]], *, plan: Plan | None = None) -> bytes:
    """A Meta report by day: campaign, day, spend, saves; blank saves are unknown.

    `plan` is the budget, its type, the first and the last day of every campaign's run.
    """
    head = "Campaign name,Day,Amount spent (EUR),Impressions,Link clicks,Results,Result type"
    told = ""
    if plan:
        head += ",Campaign budget,Campaign budget type,Starts,Ends"
        told = "," + ",".join(map(str, plan))
    lines = [f"{name},{day},{spend},1000,20,{saves},Saves" for name, day, spend, saves in rows]
    return "\n".join([head, *(line + told for line in lines)]).encode()


def bring(engine, data, *, now, observed_on=None, artist=ARTIST):
    return import_file(
        engine,
        read_file(engine, data, platform=Platform.META),
        file_name="f.csv",
        artist_name=artist,
        actor=ALICE,
        now=now,
        source=Source.COMMAND,
        zone="UTC",
        observed_on=observed_on,
    )


def run_of_days(name, *, first, count, spend="10.00", saves="20"):
    return [(name, first + timedelta(days=n), spend, saves) for n in range(count)]


def only_row(engine, now):
    (artist,) = queries.artists(engine, rights=FULL)
    board = queries.board(engine, artist.id, now=now, rights=FULL)
    assert board is not None
    (row,) = board.rows
    return row


def test_an_import_brings_the_verdict_with_it(engine, now):
    first = TODAY - timedelta(days=60)
    cheap = run_of_days("Low Tide", first=TODAY - timedelta(days=12), count=10, saves="60")
    bring(engine, meta_daily(run_of_days("Low Tide", first=first, count=48) + cheap), now=now)
    row = only_row(engine, now)
    assert row.as_of == TODAY - timedelta(days=3)
    assert row.verdict.word is Word.IMPROVING
    assert (row.verdict.current.days, row.verdict.baseline.days) == (7, 21)
    assert row.verdict.current.results_micros == 7 * 60_000_000
    assert assert_summary_agrees(engine, now=now, artist=ARTIST) == 1


def test_when_a_day_passes_the_clock_picks_the_next_row_and_nothing_is_written(engine, now):
    first = TODAY - timedelta(days=60)
    data = meta_daily(run_of_days("Low Tide", first=first, count=60))
    bring(engine, data, now=now)
    as_of = [only_row(engine, now + timedelta(days=ahead)).as_of for ahead in range(5)]
    assert as_of == [TODAY - timedelta(days=back) for back in (3, 2, 1, 1, 1)]


def test_stale_figures_keep_their_last_verdict_greyed(engine, now):
    first = TODAY - timedelta(days=60)
    bring(engine, meta_daily(run_of_days("Low Tide", first=first, count=58)), now=now)
    later = only_row(engine, now + timedelta(days=9))
    assert (later.verdict.word, later.verdict.why) == (Word.TOO_EARLY, Why.STALE)
    assert later.verdict.last.word is Word.STEADY


def test_a_resume_inside_the_window_makes_it_too_early_and_says_until_when(engine, now):
    first = TODAY - timedelta(days=60)
    bring(engine, meta_daily(run_of_days("Low Tide", first=first, count=59)), now=now)
    one = only_row(engine, now).campaign
    paused = now - timedelta(days=6)
    change = pause_campaign(
        engine,
        one.id,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=one.version,
        request_id=new_request(),
        now=paused,
    )
    resume_campaign(
        engine,
        one.id,
        actor=ALICE,
        seen_version=change.version,
        request_id=new_request(),
        now=paused + timedelta(hours=1),
    )
    verdict = only_row(engine, now).verdict
    assert (verdict.word, verdict.why) == (Word.TOO_EARLY, Why.CHANGED)
    assert verdict.changed_on == TODAY - timedelta(days=6)
    assert verdict.readable_on == verdict.changed_on + timedelta(days=7 + 3)
    assert_summary_agrees(engine, now=now, artist=ARTIST)


def report_on(engine, on, status, *, since):
    """Bring in a report of the evening of `on` that calls the campaign so."""
    rows = run_of_days("Low Tide", first=since, count=(on - since).days + 1)
    head, *lines = meta_daily(rows).decode().splitlines()
    data = "\n".join([f"{head},Campaign delivery", *(f"{line},{status}" for line in lines)])
    bring(engine, data.encode(), now=datetime(on.year, on.month, on.day, 18, tzinfo=UTC))


def start_again(engine, *, stop, again):
    """Let a campaign run for weeks, stop, be reviewed and run again."""
    report_on(engine, stop - timedelta(days=1), "active", since=TODAY - timedelta(days=60))
    report_on(engine, stop, "inactive", since=stop)
    report_on(engine, stop + timedelta(days=1), "in_review", since=stop + timedelta(days=1))
    report_on(engine, again, "active", since=again)


def test_a_start_through_a_review_is_seen_as_a_resume(engine):
    again = TODAY - timedelta(days=10)
    start_again(engine, stop=TODAY - timedelta(days=12), again=again)
    now = datetime(again.year, again.month, again.day, 18, tzinfo=UTC)
    one = only_row(engine, now).campaign
    assert (one.stopped_at, one.resumed_at) == (None, now)
    assert_summary_agrees(engine, now=now, artist=ARTIST)
    yesterday = TODAY - timedelta(days=1)
    report_on(engine, yesterday, "active", since=again + timedelta(days=1))
    later = now + timedelta(days=9)
    verdict = only_row(engine, later).verdict
    assert (verdict.why, verdict.changed_on) == (Why.CHANGED, again)
    page = queries.campaign_page(engine, one.id, rights=FULL, now=later)
    assert page.run.adjusted_at == (now,)
    assert_summary_agrees(engine, now=later, artist=ARTIST)


def test_what_ran_again_after_a_review_has_not_spent_after_its_stop(engine, now):
    ended = TODAY - timedelta(days=1)
    start_again(engine, stop=TODAY - timedelta(days=9), again=TODAY - timedelta(days=7))
    report_on(engine, ended, "completed", since=TODAY - timedelta(days=6))
    one = only_row(engine, now).campaign
    archive_campaign(
        engine,
        one.id,
        actor=ALICE,
        seen_version=one.version,
        request_id=new_request(),
        now=now,
    )
    row = only_row(engine, now)
    assert row.status is Status.ARCHIVED
    assert row.spent_after_stop_on is None


def test_a_flip_is_noted_with_who_and_seen_from_then_on(engine, now):
    first = TODAY - timedelta(days=60)
    bring(engine, meta_daily(run_of_days("Low Tide", first=first, count=58)), now=now)
    dear = run_of_days("Low Tide", first=TODAY - timedelta(days=14), count=12, saves="5")
    bring(engine, meta_daily(dear), now=now + timedelta(minutes=5), observed_on=TODAY)
    with reading(engine) as db:
        (flip,) = db.execute(select(verdict_flip)).all()
    assert (flip.from_word, flip.to_word, flip.actor) == ("steady", "declining", "Alice")
    assert flip.visible_at == now + timedelta(minutes=5)


def test_what_a_campaign_ended_with_stays_though_its_files_go_on(engine, now):
    """However it is known that the run is over: by its last day, by its status, in the archive."""
    first, ended = TODAY - timedelta(days=100), TODAY - timedelta(days=40)
    rows = run_of_days("Low Tide", first=first, count=54)
    rows += run_of_days("Low Tide", first=ended - timedelta(days=6), count=7, saves="2")
    going = run_of_days("Kites", first=first, count=100)
    plan = ("900", "Lifetime", first, ended)
    bring(engine, meta_daily(rows, plan=plan), now=now - timedelta(days=39), artist="By date")
    bring(engine, meta_daily([*rows, *going], plan=plan), now=now, artist="By date")
    told = meta_daily([*rows, *going]).replace(b",Saves", b",Saves,completed,campaign")
    told = told.replace(b"Result type", b"Result type,Delivery status,Delivery level")
    bring(engine, told, now=now, artist="By status")
    for artist in queries.artists(engine, rights=FULL):
        board = queries.board(engine, artist.id, now=now, rights=FULL)
        assert board is not None
        (row,) = [row for row in board.rows if row.campaign.name == "Low Tide"]
        assert row.status is Status.ENDED
        assert row.covered_through == TODAY - timedelta(days=1)
        assert row.verdict is not None
        assert (row.verdict.as_of, row.verdict.is_final) == (ended, True)
        # What was spent in the last weeks is another question, and the answer is nothing.
        assert row.month is not None
        assert (row.month.days, row.month.spend_micros) == (28, 0)
        assert row.verdict.last is not None
        assert row.verdict.last.word is Word.DECLINING
        assert row.verdict.current.results_micros == 14_000_000
        if artist.name == "By status":
            archive_campaign(
                engine,
                row.campaign.id,
                actor=ALICE,
                seen_version=row.campaign.version,
                request_id=new_request(),
                now=now,
            )
        assert_summary_agrees(engine, now=now, artist=artist.name)
        page = queries.campaign_page(engine, row.campaign.id, rights=FULL, now=now)
        assert page.row.verdict is not None
        assert page.row.verdict.as_of == ended


def test_what_is_paused_is_promised_no_day(engine, now):
    days = run_of_days("Low Tide", first=TODAY - timedelta(days=9), count=9)
    bring(engine, meta_daily(days), now=now)
    row = only_row(engine, now)
    assert row.readable_on == TODAY + timedelta(days=4 + 3)
    pause_campaign(
        engine,
        row.campaign.id,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=row.campaign.version,
        request_id=new_request(),
        now=now,
    )
    assert only_row(engine, now).readable_on is None


RUN = ("900", "Lifetime", date(2026, 9, 1), date(2026, 11, 29))


def page_of(engine, now):
    return queries.campaign_page(engine, only_row(engine, now).campaign.id, rights=FULL, now=now)


def test_a_run_whose_first_weeks_nobody_imported_goes_by_the_days_that_are_known(engine, now):
    days = run_of_days("Low Tide", first=TODAY - timedelta(days=14), count=14)
    bring(engine, meta_daily(days, plan=RUN), now=now)
    page = page_of(engine, now)
    assert page.row.pacing.ratio == pytest.approx(1)
    forecast = page.forecast
    assert (forecast.low_micros, forecast.high_micros) == (900_000_000, 900_000_000)
    assert forecast.missing_days == 70


def test_days_missing_in_the_middle_of_a_run_are_no_days_without_spend(engine, now):
    days = run_of_days("Low Tide", first=RUN[2], count=30)
    later = run_of_days("Low Tide", first=TODAY - timedelta(days=20), count=20)
    for some in (days, later):
        bring(engine, meta_daily(some, plan=RUN), now=now)
    page = page_of(engine, now)
    assert page.row.pacing.ratio == pytest.approx(1)
    assert page.forecast.low_micros == page.forecast.high_micros == 900_000_000


def test_a_campaign_that_its_files_show_to_have_started_late_is_behind(engine, now):
    other = run_of_days("Kites", first=RUN[2], count=84)
    late = run_of_days("Low Tide", first=RUN[2] + timedelta(days=42), count=42)
    bring(engine, meta_daily(other + late, plan=RUN), now=now)
    (artist,) = queries.artists(engine, rights=FULL)
    board = queries.board(engine, artist.id, now=now, rights=FULL)
    assert board is not None
    (pacing,) = [row.pacing for row in board.rows if row.campaign.name == "Low Tide"]
    assert pacing is not None
    assert pacing.ratio == pytest.approx(40 / 82)
    assert_summary_agrees(engine, now=now, artist=ARTIST)


def test_what_the_days_add_up_to_goes_on_behind_the_end_of_a_run(engine, now):
    days = run_of_days("Low Tide", first=TODAY - timedelta(days=70), count=69)
    bring(engine, meta_daily(days), now=now)
    before = only_row(engine, now)
    run = ("900", "Lifetime", TODAY - timedelta(days=70), TODAY - timedelta(days=30))
    bring(engine, meta_daily(days, plan=run), now=now, observed_on=TODAY)
    after = only_row(engine, now)
    assert (after.week, after.month) == (before.week, before.month)
    assert after.covered_through == before.covered_through
    assert after.spend_by_day == before.spend_by_day
    assert (after.as_of, after.verdict.is_final) == (run[3], True)
    assert (after.verdict.current.days, after.verdict.baseline.days) == (7, 21)


def test_a_rebuild_makes_the_same_summary_anew(engine, now):
    first = TODAY - timedelta(days=30)
    names = [f"Song {number}" for number in range(5)]
    rows = [row for name in names for row in run_of_days(name, first=first, count=29)]
    bring(engine, meta_daily(rows), now=now)
    with reading(engine) as db:
        before = db.execute(select(campaign_trend)).all()
    with writing(engine) as db:
        db.execute(delete(campaign_trend))
    assert trends.is_missing(engine)
    assert trends.rebuild(engine, now=now) == 5
    assert not trends.is_missing(engine)
    with reading(engine) as db:
        assert db.execute(select(campaign_trend)).all() == before


@pytest.mark.parametrize("between", ["a pause", "an import"])
def test_a_rebuild_never_writes_over_what_a_change_beside_it_has_brought(
    engine, now, monkeypatch, between
):
    run = {"first": TODAY - timedelta(days=30), "count": 29}
    bring(engine, meta_daily(run_of_days("Low Tide", **run)), now=now)
    one = only_row(engine, now).campaign
    later = now + timedelta(days=1)
    has_read, is_changed = threading.Event(), threading.Event()
    compute = trends.compute

    def read_and_wait(*args: Any, **more: Any) -> dict[int, list[trends.Row]]:
        rows = compute(*args, **more)
        if not has_read.is_set():
            has_read.set()
            is_changed.wait(1)  # Whoever is made to wait for the rebuild changes it afterwards.
        return rows

    monkeypatch.setattr(trends, "compute", read_and_wait)
    with ThreadPoolExecutor(1) as beside:
        rebuilt = beside.submit(trends.rebuild, engine, now=now)
        assert has_read.wait(10)
        if between == "a pause":
            pause_campaign(
                engine,
                one.id,
                reason=PauseReason.BUDGET,
                actor=ALICE,
                seen_version=one.version,
                request_id=new_request(),
                now=later,
            )
        else:
            data = meta_daily(run_of_days("Low Tide", spend="70.00", **run))
            bring(engine, data, now=later, observed_on=TODAY)
        is_changed.set()
        assert rebuilt.result() == 1
    monkeypatch.undo()
    assert_summary_agrees(engine, now=later, artist=ARTIST)


@pytest.mark.postgresql
def test_days_are_put_in_place_while_a_rebuild_holds_their_campaigns(
    postgres_url, open_engine, now
):
    engine = open_engine(postgres_url)
    first = TODAY - timedelta(days=30)
    bring(engine, meta_daily(run_of_days("Low Tide", first=first, count=29)), now=now)
    number = only_row(engine, now).campaign.id
    a_day = {"campaign_id": number, "day": first - timedelta(days=1), "import_id": 1}
    with writing(engine) as held, writing(engine) as db:
        lock_campaigns(held, [number])
        db.execute(text("SET LOCAL lock_timeout = '50ms'"))
        db.execute(daily_result.insert().values(**a_day, observed_on=TODAY))
        with pytest.raises(DBAPIError, match="lock timeout"):
            lock_campaign(db, number)


NAMES = st.sampled_from(["Low Tide", "Kites"])


class Days(RuleBasedStateMachine):
    """Imports of any days in any order, restatements, pauses and resumes."""

    engine: Engine
    started: datetime

    @initialize()
    def begin(self):
        self.now = self.started
        self.artist = f"Artist of {new_request()}"

    @rule(
        dice=st.randoms(use_true_random=False),
        first=st.integers(2, 110),
        length=st.integers(1, 75),
        names=st.lists(NAMES, min_size=1, max_size=2, unique=True),
        late=st.integers(0, 20),
        budget=st.sampled_from([None, "Daily", "Lifetime"]),
    )
    def import_days(self, dice, first, length, names, late, budget):
        """Import a run of days, some left out, some blank, observed some days later."""
        start = self.now.date() - timedelta(days=first)
        rows = []
        for name in names:
            for offset in range(min(length, first - 1)):
                if dice.random() < 0.85:
                    spend = dice.choice(["", "0", "4.50", "12", "300"])
                    saves = dice.choice(["", "0", "3", "40"])
                    rows.append((name, start + timedelta(days=offset), spend, saves))
        if rows:
            last = max(day for _, day, _, _ in rows)
            observed = min(last + timedelta(days=late), self.now.date())
            # The run may have begun before the file does, and may be over.
            begins = start - timedelta(days=dice.choice([0, 0, 5, 40]))
            ends = start + timedelta(days=dice.choice([3, 30, 90]))
            plan = (dice.choice(["100", "900"]), budget, begins, ends) if budget else None
            bring(
                self.engine,
                meta_daily(rows, plan=plan),
                now=self.now,
                observed_on=observed,
                artist=self.artist,
            )

    @rule(hours=st.integers(1, 100))
    def let_time_pass(self, hours):
        """Nothing is written while time passes."""
        self.now += timedelta(hours=hours)

    @rule(is_pause=st.booleans(), number=st.integers(0, 1))
    def press(self, is_pause, number):
        """Pause or resume one of the campaigns, where that is allowed."""
        known = {one.name: one.id for one in queries.artists(self.engine, rights=FULL)}
        if self.artist not in known:
            return
        board = queries.board(self.engine, known[self.artist], now=self.now, rights=FULL)
        assert board is not None
        rows = board.rows
        if number >= len(rows):
            return
        with reading(self.engine) as db:
            one = load_campaign(db, rows[number].campaign.id)
        common: dict[str, Any] = {
            "actor": Actor(name="Bob", rights=FULL),
            "seen_version": one.version,
            "request_id": new_request(),
            "now": self.now,
        }
        try:
            if is_pause:
                pause_campaign(self.engine, one.id, reason=PauseReason.BUDGET, **common)
            else:
                resume_campaign(self.engine, one.id, **common)
        except ChangeRefused:
            pass

    @invariant()
    def the_summary_agrees(self):
        """Whatever happened, the summary equals the sum of the days."""
        if hasattr(self, "artist"):
            assert_summary_agrees(self.engine, now=self.now, artist=self.artist)


@pytest.mark.slow
def test_after_any_sequence_of_imports_and_changes_the_summary_is_the_sum(engine, now):
    Days.engine, Days.started = engine, now
    run_state_machine_as_test(
        Days, settings=settings(max_examples=12, stateful_step_count=6, deadline=None)
    )
