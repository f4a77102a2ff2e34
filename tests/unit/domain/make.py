"""Campaigns for the tests of the pure rules."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from lib.domain.metrics import Pacing, Totals, settle_age, usual_kind, usual_type
from lib.domain.records import Campaign, Origin, Platform
from lib.domain.status import Status
from lib.domain.trend import Side, Sums, Trend, Verdict
from lib.domain.verdict import SpendWord, Why, Word

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def a_campaign(
    status: Status = Status.ACTIVE, platform: Platform = Platform.META, **fields: Any
) -> Campaign:
    """Return a campaign that has stood in `status` for thirty days."""
    kind = usual_type(platform)
    return Campaign.model_validate(
        {
            "id": 7,
            "artist_id": 1,
            "platform": platform,
            "external_id": None,
            "name": "Low Tide",
            "campaign_type": kind,
            "status": status,
            "version": 1,
            "status_since": NOW - timedelta(days=30),
            "status_origin": Origin.PERSON,
            "created_at": NOW - timedelta(days=40),
            "currency": "EUR",
            "headline_kind": usual_kind(kind, platform),
            "zone": "Europe/Berlin",
        }
        | fields
    )


def a_trend(
    campaign: Campaign,
    *,
    as_of: date = TODAY - timedelta(days=3),
    covered_through: date = TODAY - timedelta(days=1),
    pacing: Pacing | None = None,
    last_spend_on: date | None = None,
    is_silent: bool = False,
    word: Word = Word.STEADY,
    why: Why | None = None,
) -> Trend:
    """Return a trend of four quiet weeks: one result and one unit of money a day."""
    unit = 1_000_000
    side = Side(word, why, 0.0, 0.3)
    week, month = Sums(7, 7 * unit, 7 * unit), Sums(28, 28 * unit, 28 * unit)
    return Trend(
        as_of=as_of,
        covered_through=covered_through,
        kind=campaign.headline_kind,
        settle_age=settle_age(campaign.headline_kind),
        started_on=as_of - timedelta(days=60),
        week=Totals(7, 7 * unit, 700, 70, 7 * unit),
        month=Totals(28, 28 * unit, 2800, 280, 28 * unit),
        spend_by_day=(1.0,) * 28,
        verdict=Verdict(
            as_of=as_of,
            cost=side,
            results=side,
            spend_word=SpendWord.STEADY,
            spend_change=0.0,
            current=week,
            baseline=Sums(21, 21 * unit, 21 * unit),
            weeks=3,
            week=week,
            month=month,
            eligible=61,
            changed_on=None,
            readable_on=None,
        ),
        pacing=pacing,
        is_silent=is_silent,
        odd_day=None,
        last_spend_on=last_spend_on,
    )
