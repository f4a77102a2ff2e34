"""What the maintained summary must agree with: sums made by hand, and itself made anew."""

import itertools
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select

from lib.db.engine import reading
from lib.db.tables import artist as artist_table
from lib.db.tables import campaign, campaign_trend, coverage, daily_kind_result, daily_result
from lib.services import lag
from lib.services.trend import trends

FIGURES = ("spend", "impressions", "clicks", "results")


def assert_summary_agrees(engine: Engine, *, now: datetime, artist: str) -> int:
    """Assert that every stored row sums its days; return how many rows were looked at."""
    with reading(engine) as db:
        of_artist = select(campaign.c.id).join(artist_table).where(artist_table.c.name == artist)
        ids = list(db.execute(of_artist).scalars())
        stored: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in db.execute(
            select(campaign_trend)
            .where(campaign_trend.c.campaign_id.in_(ids))
            .order_by(campaign_trend.c.as_of)
        ).mappings():
            stored[row["campaign_id"]].append(dict(row))
        anew = trends.compute(db, ids, now=now, ages=lag.settle_ages(db))
        assert stored.keys() == anew.keys()
        for campaign_id, rows in stored.items():
            _assert_one_row_speaks_on_every_day(rows)
            _assert_equal_to_a_new_one(rows, anew[campaign_id])
            for one in rows:
                _assert_sums(db, one)
    return sum(map(len, stored.values()))


def _assert_one_row_speaks_on_every_day(rows: list[dict[str, Any]]) -> None:
    assert rows[0]["speaks_from"] == trends.ALWAYS_BEFORE
    assert rows[-1]["speaks_until"] == trends.ALWAYS_AFTER
    assert rows[-1]["as_of"] == rows[-1]["covered_through"]
    for earlier, later in itertools.pairwise(rows):
        assert later["as_of"] - earlier["as_of"] == timedelta(days=1)
        assert later["speaks_from"] == earlier["speaks_until"]
        settled_on = later["as_of"] + timedelta(days=later["settle_age"])
        midnight = datetime.combine(settled_on, time.min, tzinfo=UTC)
        assert abs(later["speaks_from"] - midnight) < timedelta(hours=15)


def _assert_equal_to_a_new_one(rows: list[dict[str, Any]], anew: list[dict[str, Any]]) -> None:
    """Assert that what can still speak is what would be computed now."""
    by_day = {row["as_of"]: row for row in rows}
    for position, row in enumerate(anew):
        old = by_day[row["as_of"]]
        # The first row of a later moment speaks from the beginning of time.
        ignored = {"speaks_from"} if position == 0 else set()
        assert {key: old[key] for key in row.keys() - ignored} == {
            key: row[key] for key in row.keys() - ignored
        }


def _assert_sums(db: Connection, row: dict[str, Any]) -> None:
    spans = [
        (span.starts_on, span.ends_on)
        for span in db.execute(
            select(coverage.c.starts_on, coverage.c.ends_on).where(
                coverage.c.campaign_id == row["campaign_id"]
            )
        )
    ]
    for length in (7, 28):
        first = row["as_of"] - timedelta(days=length - 1)
        days = {
            day.day: day
            for day in db.execute(
                select(daily_result).where(
                    daily_result.c.campaign_id == row["campaign_id"],
                    daily_result.c.day.between(first, row["as_of"]),
                )
            )
        }
        kinds = {
            day.day: day.results_micros
            for day in db.execute(
                select(daily_kind_result).where(
                    daily_kind_result.c.campaign_id == row["campaign_id"],
                    daily_kind_result.c.day.between(first, row["as_of"]),
                    daily_kind_result.c.kind == row["kind"],
                )
            )
        }
        dates = [first + timedelta(days=offset) for offset in range(length)]
        spoken = [day for day in dates if any(start <= day <= end for start, end in spans)]
        assert row[f"days_{length}"] == len(set(spoken) | days.keys())
        told = {
            "spend": [day.spend_micros for day in days.values()],
            "impressions": [day.impressions for day in days.values()],
            "clicks": [day.clicks for day in days.values()],
            "results": [kinds.get(day) for day in days],
        }
        is_idle = bool(spoken) and not days
        for name in FIGURES:
            known = [value for value in told[name] if value is not None]
            expected = sum(known) if known or is_idle else None
            assert row[f"{name}_{length}"] == expected, (name, length, row["as_of"])
