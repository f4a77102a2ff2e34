"""What imports said, written straight into the tables, with the summary brought up to date."""

import itertools
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, insert, select

from lib.db.engine import writing
from lib.db.tables import campaign, coverage, daily_kind_result, daily_result, import_run
from lib.services.trend.trends import refresh
from tests.cast import insert_one

UNIT = 1_000_000
_numbers = itertools.count(1)


def report(
    engine: Engine,
    campaign_id: int,
    days: Mapping[int, tuple[float, float | None]],
    *,
    now: datetime,
    covered: tuple[int, int] | None = None,
    today: date | None = None,
) -> None:
    """Write `days` as {age in days: (spend, results)} in units; `covered` is (oldest, newest).

    Results of None were left blank.
    """
    today = today or now.date()
    oldest, newest = covered or (max(days), min(days))

    def ago(age: int) -> date:
        return today - timedelta(days=age)

    with writing(engine) as db:
        one = db.execute(select(campaign).where(campaign.c.id == campaign_id)).mappings().one()
        run = insert_one(
            db,
            import_run,
            {
                "artist_id": one["artist_id"],
                "platform": one["platform"],
                "file_name": "f.csv",
                "sha256": f"{campaign_id}-{next(_numbers)}",
                "form": "form",
                "grain": "day",
                "observed_on": today,
                "at": now,
                "actor": "Alice",
                "counts": {},
            },
        )
        db.execute(
            insert(coverage).values(
                campaign_id=campaign_id,
                import_id=run,
                starts_on=ago(oldest),
                ends_on=ago(newest),
            )
        )
        for age, (spend, brought) in days.items():
            key = {"campaign_id": campaign_id, "day": ago(age)}
            db.execute(
                insert(daily_result).values(
                    **key, spend_micros=round(spend * UNIT), import_id=run, observed_on=today
                )
            )
            if brought is None:
                continue
            db.execute(
                insert(daily_kind_result).values(
                    **key, kind=one["headline_kind"], results_micros=round(brought * UNIT)
                )
            )
        refresh(db, [campaign_id], now=now)
