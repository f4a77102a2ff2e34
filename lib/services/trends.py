"""The maintained summary: what the days of each campaign add up to, and what its trend says.

`refresh` is called inside every transaction that changes days, coverage, budgets or statuses,
so that the summary and what it sums are never apart; `rebuild` makes all of it anew. A campaign
has one row for each day that can be the as-of day until newer figures come, so nothing has to
be written when a day passes: the clock picks the row.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, delete, insert, select

from lib.db.engine import reading, retrying, writing
from lib.db.tables import campaign, campaign_trend, coverage, verdict_flip
from lib.domain.anomalies import anomalous, floor_micros, usual_spend
from lib.domain.lag import SettleAges
from lib.domain.metrics import Pacing, pacing
from lib.domain.records import MICROS, BudgetPeriod
from lib.domain.trend import Verdict, verdict_at
from lib.domain.verdict import (
    FEWEST_DATES,
    FEWEST_IN_B,
    FEWEST_IN_C,
    MONTH,
    WEEK,
    Floats,
    Verdicts,
    judge,
)
from lib.services.recording import bump_data_version
from lib.services.trend_days import Batch, load_batch, load_campaigns

BATCH = 500
FIRST_DAY, LAST_DAY = date.min, date.max
TIME_ITSELF = "new figures"
"""Who moved a verdict where figures settled and nobody did anything."""

Row = dict[str, Any]
Progress = Callable[[float, str], None]


def refresh(
    db: Connection, campaign_ids: Collection[int], *, now: datetime, by: str = TIME_ITSELF
) -> None:
    """Bring the summary of these campaigns up to date, inside the caller's transaction."""
    ages = settle_ages(db)
    for ids in _portions(sorted(campaign_ids), BATCH):
        rows = compute(db, ids, now=now, ages=ages)
        store(db, ids, rows, now=now, by=by)


def rebuild(
    engine: Engine, *, now: datetime, progress: Progress = lambda _share, _words: None
) -> int:
    """Make the whole summary anew, a portion of campaigns a transaction; return their number."""
    with engine.connect() as db:
        ids = list(db.execute(select(campaign.c.id).order_by(campaign.c.id)).scalars())
    done = 0
    for portion in _portions(ids, BATCH):

        def work(chosen: Sequence[int] = portion) -> None:
            with writing(engine) as db:
                refresh(db, chosen, now=now)
                bump_data_version(db)

        retrying(work)
        done += len(portion)
        progress(done / len(ids), f"{done} of {len(ids)} campaigns")
    return len(ids)


def is_missing(engine: Engine) -> bool:
    """Return whether there are figures but no summary: a database from before it was kept."""
    with reading(engine) as db:
        has_days, has_trend = (
            db.execute(select(column).limit(1)).first() is not None
            for column in (coverage.c.campaign_id, campaign_trend.c.campaign_id)
        )
    return has_days and not has_trend


def settle_ages(db: Connection) -> SettleAges:
    """Return the settle ages in force."""
    del db
    return SettleAges()


def compute(
    db: Connection, ids: Sequence[int], *, now: datetime, ages: SettleAges
) -> dict[int, list[Row]]:
    """Return the rows of these campaigns, oldest as-of day first; nothing is written."""
    campaigns = load_campaigns(db, ids, now=now, ages=ages)
    found: dict[int, list[Row]] = {}
    for portion in _portions(campaigns, BATCH):
        batch = load_batch(db, portion)
        verdicts = judge(batch.grid)
        rows = _rows(batch, verdicts)
        found |= rows
        # Days before the horizon are counted without looking at their figures. Where that
        # decides whether a campaign is too young, all its days are looked at.
        longer = [
            one
            for one, earlier in zip(portion, batch.grid.earlier, strict=True)
            if _needs_whole_run(rows[one.id], int(earlier))
        ]
        for one in longer:
            one.first = min(one.first, one.first_row_on or one.first)
            whole = load_batch(db, [one])
            found |= _rows(whole, judge(whole.grid))
    return found


def _needs_whole_run(rows: Sequence[Row], earlier: int) -> bool:
    has_windows = rows[-1]["c_days"] >= FEWEST_IN_C and rows[-1]["b_days"] >= FEWEST_IN_B
    # One more than the gate asks for: the day before must pass it too.
    return bool(earlier) and has_windows and rows[0]["eligible"] - earlier <= FEWEST_DATES


def _rows(batch: Batch, verdicts: Verdicts) -> dict[int, list[Row]]:
    usual = usual_spend(batch.grid)
    floors = np.array([floor_micros(one.currency) for one in batch.campaigns], dtype=np.float64)
    odd = anomalous(batch.grid, usual, floors)
    found = {}
    for row, one in enumerate(batch.campaigns):
        last = (one.covered_through - one.first).days
        columns = range(last - (one.covered_through - one.as_of).days, last + 1)
        found[one.id] = [
            _row(batch, verdicts, usual, odd, row, column, is_first=column == columns[0])
            for column in columns
        ]
    return found


def _row(
    batch: Batch,
    verdicts: Verdicts,
    usual: Floats,
    odd: np.ndarray,
    row: int,
    column: int,
    *,
    is_first: bool,
) -> Row:
    one, marks = batch.campaigns[row], batch.marks[row]
    as_of = one.first + timedelta(days=column)
    changed = marks.is_changed[: column + 1].nonzero()[0]
    verdict = verdict_at(
        verdicts,
        row,
        column,
        as_of=as_of,
        settle_age=one.settle_age,
        started_on=marks.started_on,
        changed_on=one.first + timedelta(days=int(changed[-1])) if len(changed) else None,
    )
    speaks_from = FIRST_DAY if is_first else as_of + timedelta(days=one.settle_age)
    is_last = as_of == one.covered_through
    return {
        "campaign_id": one.id,
        "as_of": as_of,
        "valid_from": speaks_from,
        "valid_to": LAST_DAY if is_last else as_of + timedelta(days=one.settle_age),
        "covered_through": one.covered_through,
        "kind": one.kind,
        "settle_age": one.settle_age,
        "started_on": marks.started_on,
        **_totals(batch, row, column, WEEK),
        **_totals(batch, row, column, MONTH),
        "spend_by_day": _spend_by_day(batch, row, column),
        **_verdict_columns(verdict),
        **_pacing_columns(batch, row, column),
        "is_silent": _is_silent(batch, row, column),
        **_anomaly_columns(batch, usual, odd, row, column),
        "last_spend_on": one.last_spend_on,
    }


def _totals(batch: Batch, row: int, column: int, length: int) -> Row:
    """Return the sums of the reported days of a trailing window; None where none was told."""
    part = slice(max(column - length + 1, 0), column + 1)
    reported, has_row = batch.grid.is_reported[row, part], batch.has_row[row, part]
    # A window of nothing but idle days brought nothing; blank cells stay unknown.
    is_idle = bool(reported.any()) and not has_row.any()
    found: Row = {f"days_{length}": int(reported.sum())}
    for name, values in (
        ("spend", batch.grid.spend),
        ("impressions", batch.impressions),
        ("clicks", batch.clicks),
        ("results", batch.grid.results),
    ):
        told = values[row, part][has_row]
        told = told[np.isfinite(told)]
        found[f"{name}_{length}"] = round(told.sum()) if len(told) or is_idle else None
    return found


def _spend_by_day(batch: Batch, row: int, column: int) -> bytes:
    """Return 28 float32 values in currency units up to the as-of day, NaN where missing."""
    values = np.full(MONTH, np.nan, dtype="<f4")
    part = batch.grid.spend[row, max(column - MONTH + 1, 0) : column + 1] / MICROS
    values[MONTH - len(part) :] = part
    return values.tobytes()


def _verdict_columns(verdict: Verdict) -> Row:
    stake = verdict.stake_micros
    columns: Row = {
        "word": verdict.cost.word.value,
        "why": verdict.cost.why and verdict.cost.why.value,
        "y": verdict.cost.y,
        "m": verdict.cost.m,
        "results_word": verdict.results.word.value,
        "results_why": verdict.results.why and verdict.results.why.value,
        "results_y": verdict.results.y,
        "results_m": verdict.results.m,
        "spend_word": verdict.spend_word and verdict.spend_word.value,
        "spend_change": verdict.spend_change,
        "weeks": verdict.weeks,
        "eligible": verdict.eligible,
        "changed_on": verdict.changed_on,
        "readable_on": verdict.readable_on,
        "stake_micros": None if stake is None else round(stake),
    }
    for prefix, suffix, sums in (
        ("c_", "", verdict.current),
        ("b_", "", verdict.baseline),
        ("eligible_", "_7", verdict.week),
        ("eligible_", "_28", verdict.month),
    ):
        columns[f"{prefix}days{suffix}"] = sums.days
        columns[f"{prefix}spend{suffix}"] = sums.spend_micros
        columns[f"{prefix}results{suffix}"] = sums.results_micros
    return columns


def _pacing_columns(batch: Batch, row: int, column: int) -> Row:
    found = _pacing(batch, row, column)
    return {
        "pacing_ratio": found and found.ratio,
        "pacing_tolerance": found and found.tolerance,
        "pacing_word": found and found.word.value,
    }


def _pacing(batch: Batch, row: int, column: int) -> Pacing | None:
    one, spend = batch.campaigns[row], batch.grid.spend[row]
    if not one.budget_micros:
        return None
    part = slice(max(column - WEEK + 1, 0), column + 1)
    live = batch.grid.is_reported[row, part] & batch.marks[row].is_running[part]
    week = spend[part][np.isfinite(spend[part])]
    later = spend[column + 1 :]
    so_far = one.spent_micros
    if so_far is not None:
        so_far -= round(later[np.isfinite(later)].sum())
    return pacing(
        budget_micros=one.budget_micros,
        period=BudgetPeriod(one.budget_period) if one.budget_period else None,
        starts_on=one.run.starts_on or one.first_row_on,
        ends_on=one.run.ends_on,
        as_of=one.first + timedelta(days=column),
        spend_7_micros=round(week.sum()) if len(week) else None,
        days_live_in_7=int(live.sum()),
        spend_so_far_micros=so_far,
    )


def _is_silent(batch: Batch, row: int, column: int) -> bool:
    """Return whether nothing was spent on the last settled day, reported and run in full."""
    grid = batch.grid
    is_full = bool(grid.is_reported[row, column] and grid.is_whole[row, column])
    return is_full and grid.spend[row, column] == 0


def _anomaly_columns(batch: Batch, usual: Floats, odd: np.ndarray, row: int, column: int) -> Row:
    """Return the newest anomaly within the last 7 days up to the as-of day."""
    first = max(column - WEEK + 1, 0)
    found = odd[row, first : column + 1].nonzero()[0]
    if not len(found):
        return {"anomaly_on": None, "anomaly_spend": None, "anomaly_usual": None}
    at = first + int(found[-1])
    return {
        "anomaly_on": batch.campaigns[row].first + timedelta(days=at),
        "anomaly_spend": round(batch.grid.spend[row, at]),
        "anomaly_usual": float(usual[row, at]),
    }


def store(
    db: Connection, ids: Sequence[int], rows: dict[int, list[Row]], *, now: datetime, by: str
) -> None:
    """Put the computed rows in the place of the old ones, and note the verdicts that flip."""
    before = {
        row.campaign_id: row
        for row in db.execute(
            select(
                campaign_trend.c.campaign_id, campaign_trend.c.as_of, campaign_trend.c.word
            ).where(
                campaign_trend.c.campaign_id.in_(ids),
                campaign_trend.c.valid_from <= now.date(),
                campaign_trend.c.valid_to >= now.date(),
            )
        )
    }
    db.execute(delete(campaign_trend).where(campaign_trend.c.campaign_id.in_(ids)))
    db.execute(
        delete(verdict_flip).where(
            verdict_flip.c.campaign_id.in_(ids), verdict_flip.c.visible_at > now
        )
    )
    new = [row for one in rows.values() for row in one]
    if new:
        db.execute(insert(campaign_trend), new)
    flips = [
        flip
        for campaign_id, one in rows.items()
        if campaign_id in before
        for flip in _flips(before[campaign_id].word, one, now=now, by=by)
    ]
    if flips:
        db.execute(insert(verdict_flip), flips)


def _flips(word: str, rows: Sequence[Row], *, now: datetime, by: str) -> Iterator[Row]:
    """Yield the changes of the word from now on: at once, and when later days settle."""
    for row in rows:
        if row["word"] != word:
            is_now = row["valid_from"] <= now.date()
            yield {
                "campaign_id": row["campaign_id"],
                "as_of": row["as_of"],
                "visible_at": now
                if is_now
                else datetime.combine(row["valid_from"], time.min, tzinfo=UTC),
                "actor": by if is_now else TIME_ITSELF,
                "from_word": word,
                "to_word": row["word"],
            }
            word = row["word"]


def _portions(of: Collection[Any], size: int) -> Iterator[list[Any]]:
    remaining = iter(of)
    while portion := list(islice(remaining, size)):
        yield portion
