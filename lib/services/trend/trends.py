"""The maintained summary: what the days of each campaign add up to, and what its trend says.

`refresh` is called inside every transaction that changes days, coverage, budgets or statuses,
so that the summary and what it sums are never apart; `rebuild` makes all of it anew. A campaign
has one row for each day that can be the as-of day until newer figures come, so nothing has to
be written when a day passes: the clock picks the row.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any

import numpy as np
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    bindparam,
    delete,
    select,
    true,
    tuple_,
)

from lib.db.bulk import Shape, Values, insert_rows
from lib.db.engine import reading, retrying, writing
from lib.db.tables import campaign, campaign_trend, coverage, verdict_flip
from lib.domain.anomalies import anomalous, floor_micros, usual_spend
from lib.domain.lag import SettleAges
from lib.domain.metrics import Pacing, pacing
from lib.domain.records import MICROS, BudgetPeriod, Platform
from lib.domain.trend import STALE_AFTER_DAYS, Verdict, verdict_at
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
from lib.services.lag import remeasure, settle_ages
from lib.services.recording import bump_data_version, lock_campaigns
from lib.services.trend.days import Ahead, Batch, Loaded, load_batch, load_campaigns, missing_of_run
from lib.services.trend.reads import speaks

BATCH = 500
FEW = 100
"""So many at a time where nobody asked: a pause that is clicked meanwhile does not wait."""
ALWAYS_BEFORE, ALWAYS_AFTER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
TIME_ITSELF = "new figures"
"""Who moved a verdict where figures settled and nobody did anything."""

# The settle ages on which the summaries rest.
_AGES = (
    select(campaign.c.platform, campaign.c.headline_kind, campaign_trend.c.settle_age)
    .join_from(campaign, campaign_trend)
    .distinct()
)

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
    remeasure(engine, now=now)
    return _refresh_all(engine, true(), now=now, progress=progress)


def follow_the_lag(engine: Engine, *, now: datetime) -> int:
    """Measure the lag anew; refresh the campaigns whose summary rests on another settle age.

    Call it after an import. What it did not come to the last time is among them. Returns how
    many campaigns were refreshed.
    """
    remeasure(engine, now=now)
    with reading(engine) as db:
        ages = settle_ages(db)
        outdated = {
            (platform, kind)
            for platform, kind, age in db.execute(_AGES)
            if age != ages.for_ratio(Platform(platform), kind)
        }
    if not outdated:
        return 0
    concerned = tuple_(campaign.c.platform, campaign.c.headline_kind).in_(sorted(outdated))
    return _refresh_all(engine, concerned, now=now)


def _refresh_all(
    engine: Engine,
    chosen: ColumnElement[bool],
    *,
    now: datetime,
    progress: Progress = lambda _share, _words: None,
) -> int:
    with reading(engine) as db:
        query = select(campaign.c.id).where(chosen).order_by(campaign.c.id)
        ids = list(db.execute(query).scalars())
    done = 0
    for portion in _portions(ids, FEW):

        def work(chosen: Sequence[int] = portion) -> None:
            with writing(engine) as db:
                # Before anything is read: a change or an import beside it would be lost.
                lock_campaigns(db, chosen)
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


def compute(
    db: Connection, ids: Sequence[int], *, now: datetime, ages: SettleAges
) -> dict[int, list[Row]]:
    """Return the rows of these campaigns, oldest as-of day first; nothing is written."""
    return rows_of(db, load_campaigns(db, ids, now=now, ages=ages))


def rows_of(
    db: Connection,
    campaigns: Sequence[Loaded],
    *,
    ahead: Mapping[int, Ahead] = MappingProxyType({}),
) -> dict[int, list[Row]]:
    """Return the rows of campaigns that were loaded, with what an import is about to change.

    What the days add up to goes on behind the end of a run. The verdict stays as it was there:
    its windows would fill with days that did not run.
    """
    ends = [(one, one.ended_on) for one in campaigns]
    found = _rows_by_days(db, campaigns, ahead)
    at_the_end = _rows_by_days(db, [one.at_its_end(on) for one, on in ends if on], ahead)
    for number, (last,) in at_the_end.items():
        for row in found[number]:
            if row["as_of"] > last["as_of"]:
                row |= {"ended_on": last["as_of"], "verdict": last["verdict"]}
    return {number: [row | row.pop("verdict") for row in rows] for number, rows in found.items()}


def _rows_by_days(
    db: Connection, campaigns: Sequence[Loaded], ahead: Mapping[int, Ahead]
) -> dict[int, list[Row]]:
    """Return the same, each with the columns of its verdict apart, as `verdict`."""
    found: dict[int, list[Row]] = {}
    for portion in _portions(campaigns, BATCH):
        batch = load_batch(db, portion, ahead=ahead)
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
            whole = load_batch(db, [one], ahead=ahead)
            found |= _rows(whole, judge(whole.grid))
    return found


def _needs_whole_run(rows: Sequence[Row], earlier: int) -> bool:
    first, last = rows[0]["verdict"], rows[-1]["verdict"]
    has_windows = last["c_days"] >= FEWEST_IN_C and last["b_days"] >= FEWEST_IN_B
    # One more than the gate asks for: the day before must pass it too.
    return bool(earlier) and has_windows and first["eligible"] - earlier <= FEWEST_DATES


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
    verdict = verdict_at(
        verdicts,
        row,
        column,
        as_of=as_of,
        settle_age=one.settle_age,
        started_on=marks.started_on,
        changed_on=one.run.changed_on,
        ends_on=one.run.ends_on,
    )
    is_last = as_of == one.covered_through
    stale_after = one.settle_age + STALE_AFTER_DAYS
    return {
        "campaign_id": one.id,
        "as_of": as_of,
        "speaks_from": ALWAYS_BEFORE if is_first else _midnight(one, as_of, one.settle_age),
        "speaks_until": ALWAYS_AFTER if is_last else _midnight(one, as_of, one.settle_age + 1),
        "stale_from": _midnight(one, one.covered_through, stale_after + 1),
        "covered_through": one.covered_through,
        "kind": one.kind,
        "settle_age": one.settle_age,
        "started_on": marks.started_on,
        "ended_on": None,
        **_totals(batch, row, column, WEEK),
        **_totals(batch, row, column, MONTH),
        "spend_by_day": _spend_by_day(batch, row, column),
        "verdict": _verdict_columns(verdict),
        **_pacing_columns(batch, row, column),
        "is_silent": _is_silent(batch, row, column),
        **_anomaly_columns(batch, usual, odd, row, column),
        "last_spend_on": one.last_spend_on,
        "stopped_on": one.stopped_on,
    }


def _midnight(one: Loaded, day: date, days_later: int) -> datetime:
    """Return the instant at which a day begins for the account, `days_later` after `day`."""
    begins = datetime.combine(day + timedelta(days=days_later), time.min, tzinfo=one.run.zone)
    return begins.astimezone(UTC)


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
    is_known = np.isfinite(spend[part])
    live = is_known & batch.marks[row].is_running[part]
    week = spend[part][is_known]
    later = spend[column + 1 : (one.covered_through - one.first).days + 1]
    so_far = one.spent_micros
    if so_far is not None:
        so_far -= round(later[np.isfinite(later)].sum())
    starts_on, as_of = one.run.starts_on or one.first_row_on, one.first + timedelta(days=column)
    return pacing(
        budget_micros=one.budget_micros,
        period=BudgetPeriod(one.budget_period) if one.budget_period else None,
        starts_on=starts_on,
        ends_on=one.run.ends_on,
        as_of=as_of,
        spend_7_micros=round(week.sum()) if len(week) else None,
        days_live_in_7=int(live.sum()),
        spend_so_far_micros=so_far,
        missing_days=missing_of_run(starts_on, as_of, one.spans, one.files_from)
        if one.budget_period == BudgetPeriod.TOTAL
        else 0,
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
    put(db, ids, make_ready(db.dialect, rows, spoken(db, ids, now=now), now=now, by=by), now=now)


@dataclass(frozen=True)
class Ready:
    """Rows in the driver's form, by campaign: of the summary, and of the flips."""

    rows: Mapping[int, list[Values]]
    flips: Mapping[int, list[Values]]


_TREND = tuple(one.name for one in campaign_trend.columns if one.name != "campaign_id")
_FLIP = ("as_of", "visible_at", "actor", "from_word", "to_word")


# Made once, not for each change. The numbers of the campaigns come as `ids`, the clock as `now`.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_NOW = bindparam("now", type_=campaign_trend.c.speaks_from.type)
_SPOKEN = select(campaign_trend.c.campaign_id, campaign_trend.c.word).where(
    campaign_trend.c.campaign_id.in_(_IDS), speaks(_NOW)
)
_NO_TREND = delete(campaign_trend).where(campaign_trend.c.campaign_id.in_(_IDS))
_NO_FLIP = delete(verdict_flip).where(
    verdict_flip.c.campaign_id.in_(_IDS), verdict_flip.c.visible_at > _NOW
)


def spoken(db: Connection, ids: Sequence[int], *, now: datetime) -> dict[int, str]:
    """Return the word of each campaign's verdict as it stands before a change."""
    rows = db.execute(_SPOKEN, {"ids": ids, "now": now})
    return {row.campaign_id: row.word for row in rows}


def make_ready(
    dialect: Dialect,
    rows: Mapping[int, Sequence[Row]],
    before: Mapping[int, str],
    *,
    now: datetime,
    by: str,
) -> Ready:
    """Return computed rows as they are put into the database, with the flips they make."""
    trend, flip = Shape(dialect, campaign_trend, _TREND), Shape(dialect, verdict_flip, _FLIP)
    return Ready(
        {number: [trend.row(row) for row in some] for number, some in rows.items()},
        {
            number: [flip.row(one) for one in _flips(before[number], some, now=now, by=by)]
            for number, some in rows.items()
            if number in before
        },
    )


def put(
    db: Connection,
    ids: Sequence[int],
    ready: Ready,
    *,
    now: datetime,
    numbered: Mapping[int, int] = MappingProxyType({}),
) -> None:
    """Write what was made ready in place of what is stored of `ids`.

    `numbered` gives the campaigns that had no number yet when it was made ready.
    """
    for some in _portions(ids, BATCH):
        db.execute(_NO_TREND, {"ids": some})
        db.execute(_NO_FLIP, {"ids": some, "now": now})
    for table, columns, made in (
        (campaign_trend, _TREND, ready.rows),
        (verdict_flip, _FLIP, ready.flips),
    ):
        rows = [
            (numbered.get(number, number), *row) for number, some in made.items() for row in some
        ]
        insert_rows(db, table, ("campaign_id", *columns), rows)


def _flips(word: str, rows: Sequence[Row], *, now: datetime, by: str) -> Iterator[Row]:
    """Yield the changes of the word from now on: at once, and when later days settle."""
    for row in rows:
        if row["word"] != word:
            is_now = row["speaks_from"] <= now
            yield {
                "as_of": row["as_of"],
                "visible_at": now if is_now else row["speaks_from"],
                "actor": by if is_now else TIME_ITSELF,
                "from_word": word,
                "to_word": row["word"],
            }
            word = row["word"]


def _portions(of: Collection[Any], size: int) -> Iterator[list[Any]]:
    remaining = iter(of)
    while portion := list(islice(remaining, size)):
        yield portion
