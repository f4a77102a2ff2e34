"""Loads what the trends of campaigns are computed from: their days side by side, as arrays."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import (
    BindParameter,
    Connection,
    Date,
    FromClause,
    Select,
    bindparam,
    case,
    func,
    or_,
    select,
)

from lib.db.tables import (
    campaign,
    connection,
    coverage,
    history,
    import_run,
)
from lib.domain.lag import SettleAges
from lib.domain.records import BudgetPeriod, Coverage, Platform
from lib.domain.run_days import (
    ADJUSTMENTS,
    LEAVES_IDLE_DAYS_OUT,
    Marks,
    Run,
    Told,
    adjustments,
    mark,
    missing_between,
    movements,
)
from lib.domain.status import Status
from lib.domain.verdict import DayGrid, Floats
from lib.services.current_days import current_days, days_selectable

# Enough for C, B, the day before, and eight weeks of weekdays behind each day of C.
HORIZON = 70
_OVER = (Status.ENDED, Status.ARCHIVED)


@dataclass
class Loaded:
    """One campaign: what its trend depends on besides its days."""

    id: int
    platform: Platform
    currency: str
    kind: str
    run: Run
    budget_micros: int | None
    budget_period: str | None
    stopped_on: date
    """The date on which money was last told to stop, or the status began."""
    covered_through: date
    settle_age: int
    as_of: date
    """The as-of day now; rows are written from it to the last covered day."""
    first: date
    """The date of the grid's first column."""
    spans: list[Coverage] = field(default_factory=list)
    files_from: date | None = None
    """The first day of any file that named it: no row before its first one means that nothing
    ran. Looked up where a total budget asks for it."""
    is_over: bool = False
    """Whether it was told to have ended, or was put away."""
    spent_micros: int | None = None
    """Over all days."""
    first_row_on: date | None = None
    last_spend_on: date | None = None

    @property
    def ended_on(self) -> date | None:
        """The last day of a run that the files reach beyond, None where they do not.

        That is its last day, else, where it is over, its last day with spend.
        """
        last = self.run.ends_on
        if self.is_over and (last is None or last > self.covered_through):
            last = self.last_spend_on
        if last is None or last < min(span.starts_on for span in self.spans):
            return None
        return last if last < self.covered_through else None

    def at_its_end(self, ended_on: date) -> "Loaded":
        """Return the campaign as it stood on the last day of its run."""
        first = min(self.first, ended_on - timedelta(days=HORIZON - 1))
        return replace(self, covered_through=ended_on, as_of=ended_on, first=first)


@dataclass(frozen=True)
class Batch:
    """Campaigns with their days: the grid, and what else a day said."""

    campaigns: list[Loaded]
    marks: list[Marks]
    grid: DayGrid
    has_row: np.ndarray
    impressions: Floats
    clicks: Floats


@dataclass(frozen=True)
class Ahead:
    """What an import or a bulk is about to say of a campaign, before it counts."""

    facts: Mapping[str, Any]
    """Columns of the campaign as they will be; of a known one, those that change."""
    spans: Sequence[Coverage] = ()
    told: Sequence[Told] = ()
    files_from: date | None = None
    days_since: Callable[[date], Iterable["AheadDay"]] = lambda _first: ()
    """The days from a date on whose current figures change, in any order."""


@dataclass(frozen=True, slots=True)
class AheadDay:
    """A day as it will currently stand; `results` holds the kinds that change."""

    day: date
    spend_micros: int | None
    impressions: int | None
    clicks: int | None
    results: Mapping[str, int]


# Made once, not for each change. The numbers of the campaigns come as `ids`.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_FACTS = (
    select(
        campaign.c.id,
        campaign.c.platform,
        campaign.c.currency,
        campaign.c.headline_kind,
        campaign.c.starts_on,
        campaign.c.ends_on,
        campaign.c.created_at,
        campaign.c.budget_micros,
        campaign.c.budget_period,
        campaign.c.status,
        campaign.c.status_since,
        campaign.c.stopped_at,
        connection.c.zone,
    )
    .join_from(campaign, connection)
    .where(campaign.c.id.in_(_IDS))
)
_SPANS = (
    select(coverage.c.campaign_id, coverage.c.starts_on, coverage.c.ends_on)
    .where(coverage.c.campaign_id.in_(_IDS))
    .distinct()
)
_FILES_FROM = (
    select(coverage.c.campaign_id, func.min(import_run.c.starts_on).label("first"))
    .join_from(coverage, import_run)
    .where(
        coverage.c.campaign_id.in_(_IDS), import_run.c.platform.in_(sorted(LEAVES_IDLE_DAYS_OUT))
    )
    .group_by(coverage.c.campaign_id)
)
_CHANGES = (
    select(
        history.c.campaign_id,
        history.c.at,
        history.c.event,
        history.c.from_status,
        history.c.to_status,
    )
    .where(
        history.c.campaign_id.in_(_IDS),
        or_(history.c.version.is_not(None), history.c.event.in_(sorted(ADJUSTMENTS))),
    )
    .order_by(history.c.id)
)


def load_campaigns(
    db: Connection,
    ids: Sequence[int],
    *,
    now: datetime,
    ages: SettleAges,
    ahead: Mapping[int, Ahead] = MappingProxyType({}),
) -> list[Loaded]:
    """Return the campaigns of `ids` that have any figures, those with like dates together.

    `ahead` says, by campaign, what an import or a bulk is about to add.
    """
    spans = _spans(db, ids)
    told = _history(db, ids)
    found = []
    for row in db.execute(_FACTS, {"ids": ids}).mappings():
        number = row["id"]
        to_come = ahead.get(number, NOTHING_AHEAD)
        one = loaded(
            number,
            {**row, **to_come.facts},
            spans=[*spans.get(number, ()), *to_come.spans],
            told=[*told.get(number, ()), *to_come.told],
            now=now,
            ages=ages,
        )
        if one is not None:
            found.append(one)
    _sum_up(db, found)
    has_total = [one for one in found if one.budget_period == BudgetPeriod.TOTAL]
    known = files_from(db, [one.id for one in has_total]) if has_total else {}
    for one in has_total:
        firsts = (known.get(one.id), ahead.get(one.id, NOTHING_AHEAD).files_from)
        one.files_from = min((first for first in firsts if first), default=None)
    return sorted(found, key=lambda one: (one.covered_through, one.id))


NOTHING_AHEAD = Ahead({})


def loaded(
    number: int,
    facts: Mapping[str, Any],
    *,
    spans: Sequence[Coverage],
    told: Sequence[Told],
    now: datetime,
    ages: SettleAges,
) -> Loaded | None:
    """Return a campaign by its columns and its account's zone; None without any figures."""
    if not spans:
        return None
    zone, platform = ZoneInfo(facts["zone"]), Platform(facts["platform"])
    through = max(span.ends_on for span in spans)
    settles = ages.for_ratio(platform, facts["headline_kind"])
    as_of = min(through, now.astimezone(zone).date() - timedelta(days=settles))
    return Loaded(
        id=number,
        platform=platform,
        currency=facts["currency"],
        kind=facts["headline_kind"],
        run=Run(
            zone=zone,
            changes=movements(told),
            starts_on=facts["starts_on"],
            ends_on=facts["ends_on"],
            created_at=facts.get("created_at"),
            adjusted_at=adjustments(told),
        ),
        budget_micros=facts["budget_micros"],
        budget_period=facts["budget_period"],
        stopped_on=(facts.get("stopped_at") or facts["status_since"]).astimezone(zone).date(),
        covered_through=through,
        settle_age=settles,
        as_of=as_of,
        # Whatever day it is, so that none that passes makes another count of the days before it;
        # but for a clock that lies behind the figures.
        first=min(through - timedelta(days=settles + 1), as_of) - timedelta(days=HORIZON - 1),
        spans=list(spans),
        is_over=facts["status"] in _OVER,
    )


def files_from(db: Connection, ids: Sequence[int]) -> dict[int, date]:
    """Return the first day of any file that speaks for a campaign, by campaign.

    Only of platforms of which it is known what a day without a row means.
    """
    return {
        row.campaign_id: row.first for row in db.execute(_FILES_FROM, {"ids": ids}) if row.first
    }


def missing_of_run(
    starts_on: date | None, as_of: date, spans: Sequence[Coverage], files_from: date | None
) -> int:
    """Return how many days of the run up to the as-of day nobody has reported.

    Before its first row nothing ran where the file reaches further back than that.
    """
    if starts_on is None:
        return 0
    first = min(span.starts_on for span in spans)
    if files_from is not None and files_from < first:
        before = Coverage.model_construct(campaign_id=0, starts_on=files_from, ends_on=first)
        spans = [*spans, before]
    return missing_between(starts_on, as_of, spans)


def _spans(db: Connection, ids: Sequence[int]) -> dict[int, list[Coverage]]:
    found: dict[int, list[Coverage]] = defaultdict(list)
    for row in db.execute(_SPANS, {"ids": ids}):
        found[row.campaign_id].append(
            Coverage.model_construct(
                campaign_id=row.campaign_id, starts_on=row.starts_on, ends_on=row.ends_on
            )
        )
    return found


def _history(db: Connection, ids: Sequence[int]) -> dict[int, list[Told]]:
    """Return what the history tells, campaign by campaign, oldest first."""
    found: dict[int, list[Told]] = defaultdict(list)
    for row in db.execute(_CHANGES, {"ids": ids}):
        before = Status(row.from_status) if row.from_status else None
        after = Status(row.to_status) if row.to_status else None
        found[row.campaign_id].append(Told(row.at, row.event, before, after))
    return found


def _sum_up(db: Connection, campaigns: Sequence[Loaded]) -> None:
    """Fill in what only a sum over the whole run tells."""
    by_id = {one.id: one for one in campaigns}
    days = days_selectable(db, campaign.c.id.in_(by_id))
    for row in db.execute(_sums(days), {"ids": list(by_id)}):
        one = by_id[row.campaign_id]
        one.spent_micros = None if row.spent is None else int(row.spent)
        one.first_row_on, one.last_spend_on = row.first, row.last


@lru_cache(maxsize=2)
def _sums(days: FromClause) -> Select[Any]:
    return (
        select(
            days.c.campaign_id,
            func.sum(days.c.spend_micros).label("spent"),
            func.min(days.c.day).label("first"),
            func.max(case((days.c.spend_micros > 0, days.c.day))).label("last"),
        )
        .where(days.c.campaign_id.in_(_IDS))
        .group_by(days.c.campaign_id)
    )


def load_batch(
    db: Connection,
    campaigns: Sequence[Loaded],
    *,
    ahead: Mapping[int, Ahead] = MappingProxyType({}),
) -> Batch:
    """Return the days of these campaigns from their `first` to their last covered day.

    `ahead` says, by campaign, what an import is about to change of them.
    """
    width = max((one.covered_through - one.first).days + 1 for one in campaigns)
    marks = [mark(one.run, one.spans, one.first, width) for one in campaigns]
    covered = np.array([one.is_covered for one in marks])
    spend = np.where(covered, 0.0, np.nan)
    results, impressions, clicks = spend.copy(), spend.copy(), spend.copy()
    has_row = np.zeros(covered.shape, dtype=bool)
    rows, columns, values = _day_values(db, campaigns, width)
    for array, column in zip((spend, impressions, clicks, results), values, strict=True):
        array[rows, columns] = column
    has_row[rows, columns] = True
    for place, one in enumerate(campaigns):
        zero = one.first.toordinal()
        for day in ahead.get(one.id, NOTHING_AHEAD).days_since(one.first):
            cell = place, day.day.toordinal() - zero
            if day.day > one.covered_through:
                continue
            for array, value in (
                (spend, day.spend_micros),
                (impressions, day.impressions),
                (clicks, day.clicks),
            ):
                array[cell] = np.nan if value is None else value
            if one.kind in day.results:
                results[cell] = day.results[one.kind]
            elif not has_row[cell]:
                results[cell] = np.nan
            has_row[cell] = True
    zeros = [one.first.toordinal() for one in campaigns]
    grid = DayGrid(
        spend=spend,
        results=results,
        is_reported=covered | has_row,
        is_whole=np.array([one.is_whole for one in marks]),
        is_changed=np.array([one.is_changed for one in marks]),
        started=np.array(
            [one.started_on.toordinal() - zero for one, zero in zip(marks, zeros, strict=True)]
        ),
        earlier=np.array([_full_days_before(one) for one in campaigns], dtype=np.int64),
    )
    return Batch(list(campaigns), marks, grid, has_row, impressions, clicks)


def _full_days_before(one: Loaded) -> int:
    """Return how many days before the grid were covered and ran in full.

    An upper bound of the eligible ones: days whose figures are blank are counted too.
    """
    began = min(span.starts_on for span in one.spans)
    length = (one.first - began).days
    if length <= 0:
        return 0
    before = mark(one.run, one.spans, began, length)
    return int((before.is_covered & before.is_whole).sum())


def _day_values(
    db: Connection, campaigns: Sequence[Loaded], width: int
) -> tuple[list[int], list[int], list[Floats]]:
    """Return row, column and the four figures of every stored day within the grid."""
    chosen = campaign.c.id.in_([one.id for one in campaigns])
    days, kinds = current_days(db, chosen)
    wanted = {
        "ids": [one.id for one in campaigns],
        "first": min(one.first for one in campaigns),
        "last": max(one.covered_through for one in campaigns),
    }
    found: Sequence[Any] = db.execute(_stored_days(days, kinds), wanted).all()
    place = {one.id: (row, one.first.toordinal()) for row, one in enumerate(campaigns)}
    rows, columns, kept = [], [], []
    for one in found:
        row, zero = place[one[0]]
        column = one[1].toordinal() - zero
        if 0 <= column < width:
            rows.append(row)
            columns.append(column)
            kept.append(one)
    values = [np.array([one[at] for one in kept], dtype=np.float64) for at in range(2, 6)]
    return rows, columns, values


@lru_cache(maxsize=2)
def _stored_days(days: FromClause, kinds: FromClause) -> Select[Any]:
    return (
        select(
            days.c.campaign_id,
            days.c.day,
            days.c.spend_micros,
            days.c.impressions,
            days.c.clicks,
            kinds.c.results_micros,
        )
        .select_from(days)
        .join(campaign, campaign.c.id == days.c.campaign_id)
        .outerjoin(
            kinds,
            (kinds.c.campaign_id == days.c.campaign_id)
            & (kinds.c.day == days.c.day)
            & (kinds.c.kind == campaign.c.headline_kind),
        )
        .where(
            days.c.campaign_id.in_(_IDS),
            days.c.day >= bindparam("first", type_=Date()),
            days.c.day <= bindparam("last", type_=Date()),
        )
    )
