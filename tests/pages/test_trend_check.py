"""The trend check as a person reads it: their own past, and campaigns of known truth."""

import pytest
from sqlalchemy import func, select

from lib.db.tables import campaign_trend, history
from lib.domain.rights import FULL
from lib.domain.simulation import WEEKLY
from lib.services import backtest
from lib.ui import reads
from lib.ui.trend_check import SCOPE
from tests.pages.conftest import texts

PAGE = "pages/operations/trend_check.py"
ARTIST = "Dead Letter Ferry"


@pytest.fixture
def desk(open_desk):
    def opened():
        at = open_desk(PAGE, artist=ARTIST)
        assert not at.exception
        return at

    return opened


@pytest.mark.usefixtures("demo_engine")
def test_it_explains_the_rule_and_the_other_one(desk):
    read = texts(desk())
    for words in ("The last 7 days against", "two days in a row", "Spend is not judged"):
        assert words in read
    assert "7 against 28" in read
    assert "nan" not in read.lower().split()


def test_the_past_is_the_current_artists_until_all_are_asked_for(desk, demo_engine, now):
    at = desk()
    artist_id = backtest.artist_named(demo_engine, ARTIST, rights=FULL)
    one, whole = (
        backtest.run(demo_engine, now=now, artist_id=artist_id, rights=FULL),
        backtest.run(demo_engine, now=now, rights=FULL),
    )
    assert at.dataframe[0].value["days"].max() == one.rule.days < whole.rule.days
    at.segmented_control(key=SCOPE).select("all").run()
    assert not at.exception
    frame = at.dataframe[0].value
    assert frame["days"].max() == whole.rule.days
    last = frame.iloc[-2:]
    assert last["flips"].tolist() == [whole.rule.flips, whole.naive.flips]


@pytest.mark.usefixtures("demo_engine")
def test_both_rules_stand_side_by_side_at_every_rate(desk):
    at = desk()
    for frame in (at.dataframe[1].value, at.dataframe[2].value):
        assert frame["weekly"].tolist() == [rate for rate in WEEKLY for _ in range(2)]
        assert set(frame["by"]) == {"this rule", "7 against 28"}
    quiet = at.dataframe[1].value
    mine, naive = (quiet[quiet["by"] == name]["named"] for name in ("this rule", "7 against 28"))
    assert mine.max() <= 15 < naive.min()


def test_looking_writes_nothing(desk, demo_engine):
    def counted():
        with demo_engine.connect() as db:
            return [
                db.execute(select(func.count()).select_from(table)).scalar()
                for table in (campaign_trend, history)
            ]

    before = counted()
    desk()
    assert counted() == before


@pytest.mark.usefixtures("demo_engine")
def test_the_past_is_judged_once_until_something_is_written(desk, monkeypatch):
    desk()
    monkeypatch.setattr(backtest, "run", lambda *_, **__: pytest.fail("judged again"))
    monkeypatch.setattr(reads, "simulate", lambda **_: pytest.fail("invented again"))
    desk()


@pytest.mark.usefixtures("empty_engine")
def test_an_empty_desk_shows_the_rule_and_says_what_to_do(open_desk):
    at = open_desk(PAGE)
    assert not at.exception
    assert "import an export" in texts(at)
    assert len(at.dataframe) == 2
