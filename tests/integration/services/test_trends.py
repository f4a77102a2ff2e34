"""The maintained summary equals the sum of its days, whatever happens in whatever order."""

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
from sqlalchemy import Engine, delete, select

from lib.db.engine import reading, writing
from lib.db.tables import campaign_trend, verdict_flip
from lib.domain.actions import PauseReason
from lib.domain.records import Actor, Platform, Source
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.domain.verdict import Why, Word
from lib.services import queries, trends
from lib.services.campaigns import ChangeRefused, archive_campaign, pause_campaign, resume_campaign
from lib.services.imports import import_file, read_file
from lib.services.recording import load_campaign
from tests.cast import ALICE, new_request
from tests.summary import assert_summary_agrees

ARTIST = "The Herons"
TODAY = date(2026, 11, 24)


def meta_daily(rows: list[tuple[str, date, str, str]]) -> bytes:
    """A Meta report by day: campaign, day, spend, saves; blank saves are unknown."""
    lines = ["Campaign name,Day,Amount spent (EUR),Impressions,Link clicks,Results,Result type"]
    lines += [f"{name},{day},{spend},1000,20,{saves},Saves" for name, day, spend, saves in rows]
    return "\n".join(lines).encode()


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
    )
    def import_days(self, dice, first, length, names, late):
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
            bring(
                self.engine,
                meta_daily(rows),
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
