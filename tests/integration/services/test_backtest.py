"""The rule over the past of a real database: it says what the desk shows, and writes nothing."""

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from lib.db.engine import make_engine, reading
from lib.db.tables import campaign, campaign_trend
from lib.domain.backtest import Tally
from lib.domain.records import Platform
from lib.domain.rights import FULL
from lib.domain.verdict import WORDS, judge
from lib.services import backtest, queries
from lib.services.backtest import _batches
from lib.services.billing import ArtistNotFound
from lib.services.demo_label import demo
from lib.services.lag import settle_ages
from lib.services.trend.days import load_campaigns
from tests.cast import add_artist, add_campaign, dump

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def label(sqlite_template, tmp_path_factory):
    """The demo label, loaded once: a backtest writes nothing."""
    file = tmp_path_factory.mktemp("backtest") / "demo.sqlite"
    shutil.copyfile(sqlite_template, file)
    engine = make_engine(f"sqlite:///{file}")
    demo.load_demo(engine, now=NOW)
    yield engine
    engine.dispose()


def test_the_last_past_day_reads_as_the_board_does(engine, now):
    demo.load_demo(engine, now=now)
    before = dump(engine)
    with reading(engine) as db:
        trend = campaign_trend.c
        judged_on = func.coalesce(trend.ended_on, trend.as_of).label("as_of")
        rows = db.execute(select(trend.campaign_id, judged_on, trend.word))
        stored = {(row.campaign_id, row.as_of): row.word for row in rows}
        ids = list(db.execute(select(campaign.c.id)).scalars())
        loaded = load_campaigns(db, ids, now=now, ages=settle_ages(db))
        compared = 0
        for batch in _batches(db, loaded):
            words = judge(batch.grid).word
            for row, one in enumerate(batch.campaigns):
                shown = WORDS[int(words[row, (one.as_of - one.first).days])]
                assert shown.value == stored[one.id, one.as_of]
                compared += 1
    assert compared > 300
    assert backtest.run(engine, now=now, rights=FULL).rule.campaigns == compared
    assert dump(engine) == before


def test_artists_add_up_to_all(label, now):
    whole = backtest.run(label, now=now, rights=FULL)
    parts = [
        backtest.run(label, now=now, artist_id=artist.id, rights=FULL)
        for artist in queries.artists(label, rights=FULL)
    ]
    assert sum((part.rule for part in parts), Tally()) == whole.rule
    assert sum((part.naive for part in parts), Tally()) == whole.naive
    assert whole.rule.days == whole.naive.days > 5000
    assert whole.rule.flipped_back <= whole.rule.flips


def test_groups_are_by_platform_and_result_kind(label, now):
    groups = backtest.run(label, now=now, rights=FULL).groups
    keys = [(group.platform, group.kind) for group in groups]
    assert len(set(keys)) == len(keys)
    assert {platform for platform, _ in keys} == set(Platform)


def test_portions_decide_nothing(label, now, monkeypatch):
    whole = backtest.run(label, now=now, rights=FULL)
    monkeypatch.setattr(backtest, "_CELLS", 1000)
    monkeypatch.setattr(backtest, "_PORTION", 17)
    assert backtest.run(label, now=now, rights=FULL) == whole


def test_days_that_are_not_settled_are_not_past(label, now):
    earlier = now - timedelta(days=30)
    then, today = (
        backtest.run(label, now=earlier, rights=FULL),
        backtest.run(label, now=now, rights=FULL),
    )
    assert then.last is not None
    assert then.last < earlier.date() < (today.last or date.min)
    assert then.rule.days < today.rule.days


def test_progress_reaches_the_end(label, now):
    told = []
    backtest.run(
        label, now=now, progress=lambda share, words: told.append((share, words)), rights=FULL
    )
    assert told[-1][0] == 1
    assert "369 of 369" in told[-1][1]


def test_without_figures_there_is_nothing_to_tell(engine, now):
    add_campaign(engine, add_artist(engine, now=now), now=now)
    found = backtest.run(engine, now=now, rights=FULL)
    assert (found.first, found.last, found.groups, found.rule) == (None, None, (), Tally())


def test_an_artist_is_found_by_name_however_it_is_written(engine, now):
    artist_id = add_artist(engine, now=now, name="The Herons")
    assert backtest.artist_named(engine, "  the HERONS ", rights=FULL) == artist_id
    with pytest.raises(ArtistNotFound, match="The Heron"):
        backtest.artist_named(engine, "The Heron", rights=FULL)
