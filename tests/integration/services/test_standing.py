"""The SQL of how campaigns stand says the same as the domain, campaign by campaign."""

import random
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from lib.db.engine import reading, writing
from lib.db.tables import campaign, campaign_trend
from lib.domain.records import ConnectionState, Platform
from lib.domain.rights import FULL
from lib.domain.status import LIVE, Status
from lib.domain.trend import STALE_AFTER_DAYS
from lib.domain.verdict import Why, Word
from lib.services.campaign_rows import campaigns_by_id
from lib.services.standing import standing
from lib.services.trend.trends import ALWAYS_AFTER, ALWAYS_BEFORE
from tests.cast import add_artist, add_campaign, see

ZONES = ("Pacific/Kiritimati", "Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles")
VERDICTS = (
    (Word.IMPROVING, None),
    (Word.DECLINING, None),
    (Word.STEADY, None),
    *((Word.TOO_EARLY, why) for why in Why if why not in (Why.LEARNING, Why.STALE)),
)
AGES = (
    None,
    timedelta(hours=1),
    timedelta(days=6, hours=23, minutes=59),
    timedelta(days=7),
    timedelta(days=40),
)
ENDS_IN = (None, -30, -2, -1, 0, 1, 2, 30)
COVERED_AGO = (0, 1, 2, 3, 4, 5, 6, 7, 30)


def trend_row(chance: random.Random, one: Any, now: datetime) -> dict[str, Any]:
    """Return a row that speaks at `now`, as the summary would hold it."""
    zone, today = one.tzinfo, one.today(now)
    settle = chance.choice((1, 3, 4))
    covered = today - timedelta(days=chance.choice(COVERED_AGO))
    as_of = min(covered, today - timedelta(days=settle))
    word, why = chance.choice(VERDICTS)
    stopped = (one.stopped_at or one.status_since).astimezone(zone).date()
    ratio = chance.choice((None, 0.4, 0.6, 0.79, 0.9, 1.0, 1.21, 1.41))
    odd = chance.random() < 0.3
    sums = {
        name: 0
        for name in campaign_trend.c.keys()  # noqa: SIM118 - a collection of columns, no dict
        if name.startswith(("days_", "eligible_", "c_", "b_"))
    }
    return sums | {
        "campaign_id": one.id,
        "as_of": as_of,
        "speaks_from": ALWAYS_BEFORE,
        "speaks_until": ALWAYS_AFTER,
        "stale_from": datetime.combine(
            covered + timedelta(days=settle + STALE_AFTER_DAYS + 1), time.min, tzinfo=zone
        ),
        "covered_through": covered,
        "kind": one.headline_kind,
        "settle_age": settle,
        "started_on": as_of,
        "spend_by_day": b"\0" * 112,
        "word": word,
        "why": why,
        "results_word": word,
        "weeks": 3,
        "eligible": 30,
        "pacing_ratio": ratio,
        "pacing_tolerance": ratio and 0.2,
        "pacing_word": ratio
        and ("under" if ratio < 0.8 else "over" if ratio > 1.2 else "on track"),
        "is_silent": chance.random() < 0.3,
        "results_28": chance.choice((None, 0, 0, 0, 5)),
        "spend_28": chance.choice((None, 0, 9, 9, 9)),
        "anomaly_on": as_of if odd else None,
        "anomaly_spend": 9 if odd else None,
        "anomaly_usual": 3.0 if odd else None,
        "last_spend_on": chance.choice((None, stopped + timedelta(days=chance.randint(-1, 2)))),
        "stopped_on": stopped,
    }


@pytest.fixture
def everybody(engine, now):
    """Campaigns of every status and platform, in four zones, with figures of every kind."""
    chance = random.Random(7)  # noqa: S311 - the same campaigns every time
    rows = []
    for number, zone in enumerate(ZONES):
        state = ConnectionState.BROKEN if number % 2 else ConnectionState.LIVE
        artist_id = add_artist(engine, now=now, zone=zone, state=state)
        today = now.astimezone(ZoneInfo(zone)).date()
        for status in Status:
            for platform in Platform:
                ends_in, age = chance.choice(ENDS_IN), chance.choice(AGES)
                one = add_campaign(
                    engine,
                    artist_id,
                    now=now,
                    status=status,
                    platform=platform,
                    ends_on=None if ends_in is None else today + timedelta(days=ends_in),
                    created_at=None if age is None else now - age,
                    stopped_at=chance.choice((None, now - timedelta(hours=chance.randint(1, 90)))),
                )
                if chance.random() < 0.85:
                    rows.append(trend_row(chance, see(engine, one), now))
    with writing(engine) as db:
        db.execute(insert(campaign_trend), rows)
    return now


@pytest.mark.parametrize("hours", [0, 7, 11, 15, 23, 30])
def test_sql_and_domain_agree_on_how_every_campaign_stands(engine, everybody, hours):
    # The figures were written for noon; a later look moves every gate that the clock decides.
    now = everybody + timedelta(hours=hours)
    with reading(engine) as db:
        sql = standing(db, now=now, rights=FULL)
        found = db.execute(
            select(
                campaign.c.id,
                sql.status.label("status"),
                sql.is_live.label("is_live"),
                sql.is_learning.label("is_learning"),
                sql.word.label("word"),
                sql.why.label("why"),
                sql.is_stale.label("is_stale"),
                sql.is_silent.label("is_silent"),
                sql.brings_nothing.label("brings_nothing"),
                sql.pacing_word.label("pacing_word"),
                sql.is_far_off.label("is_far_off"),
                sql.spends_after_stop.label("spends_after_stop"),
                sql.has_anomaly.label("has_anomaly"),
                sql.is_broken.label("is_broken"),
            )
            .select_from(sql.source)
            .where(sql.is_seen)
            .order_by(campaign.c.id)
        ).all()
        rows = campaigns_by_id(db, [one.id for one in found], rights=FULL, now=now)
    assert len(found) == len(ZONES) * len(Status) * len(Platform)
    for said, one in zip(found, rows, strict=True):
        row = one.row
        is_broken = row.status in LIVE and row.campaign.zone in ZONES[1::2]
        assert (
            said.status,
            bool(said.is_live),
            bool(said.is_learning),
            said.word,
            said.why,
            bool(said.is_stale),
            bool(said.is_silent),
            bool(said.brings_nothing),
            said.pacing_word,
            bool(said.is_far_off),
            bool(said.spends_after_stop),
            bool(said.has_anomaly),
            bool(said.is_broken),
        ) == (
            row.status,
            row.status in LIVE,
            row.learning is not None,
            row.verdict and row.verdict.word,
            row.verdict and row.verdict.why,
            row.is_stale,
            row.silent_on is not None,
            row.brings_nothing,
            row.pacing and row.pacing.word,
            row.pacing is not None and row.pacing.is_far_off,
            row.spent_after_stop_on is not None,
            row.odd_day is not None,
            is_broken,
        ), row.campaign
