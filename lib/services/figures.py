"""What the days of campaigns add up to: both trailing windows, the sparkline, the pacing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from lib.db.dates import days_before
from lib.db.tables import campaign, coverage, history
from lib.domain.board import Figures
from lib.domain.metrics import (
    SETTLES_FAST,
    SETTLES_IN_A_DAY,
    SETTLES_SLOWLY,
    Totals,
    Window,
    pacing,
    trailing_window,
)
from lib.domain.records import MICROS, Campaign, Coverage, Platform
from lib.domain.records import Connection as PlatformConnection
from lib.domain.running import StatusChange, covered_days, days_live
from lib.domain.running import days as days_between
from lib.domain.status import LIVE, Status
from lib.services.current_days import days_selectable, kind_days_selectable

WEEK, MONTH = 7, 28

# campaign_id, day, spend_micros, impressions, clicks, results_micros
DayRow = Row[Any]


def figures(
    db: Connection,
    campaigns: Sequence[Campaign],
    links: Mapping[Platform, PlatformConnection],
    chosen: ColumnElement[bool],
    *,
    now: datetime,
) -> dict[int, Figures]:
    """Return the figures of each of `campaigns`, which are those that `chosen` picks."""
    if not campaigns:
        return {}
    as_of = {
        row.id: (row.covered_through, row.as_of)
        for row in db.execute(_as_of(links, chosen, now=now))
    }
    recent = _recent_days(db, links, chosen, now=now)
    spans = coverage_of(db, chosen)
    changes = _status_changes(db, chosen)
    totals = _spend_so_far(db, links, chosen, now=now)
    last_spend = _last_spend(db, chosen)
    found = {}
    for one in campaigns:
        covered_through, day = as_of.get(one.id, (None, None))
        if day is None:
            found[one.id] = Figures(last_spend_on=last_spend.get(one.id))
            continue
        week, month = trailing_window(day, WEEK), trailing_window(day, MONTH)
        week_totals = _totals(recent[one.id], spans[one.id], week)
        first_day, so_far = totals.get(one.id, (None, None))
        started = one.starts_on or first_day
        live = days_live(changes[one.id], spans[one.id], week, started_on=started, zone=one.tzinfo)
        found[one.id] = Figures(
            covered_through=covered_through,
            as_of=day,
            week=week_totals,
            month=_totals(recent[one.id], spans[one.id], month),
            spend_by_day=_spend_by_day(recent[one.id], spans[one.id], month),
            last_spend_on=last_spend.get(one.id),
            pacing=pacing(
                budget_micros=one.budget_micros,
                period=one.budget_period,
                starts_on=started,
                ends_on=one.ends_on,
                as_of=day,
                spend_7_micros=week_totals.spend_micros,
                days_live_in_7=live,
                spend_so_far_micros=so_far,
            ),
        )
    return found


def _as_of(
    links: Mapping[Platform, PlatformConnection], chosen: ColumnElement[bool], *, now: datetime
) -> Select[tuple[int, date, date]]:
    """Return id, last covered day and as-of day of each campaign that has figures.

    The same rule as `metrics.as_of_day`, spelled in SQL so that one query can sum.
    """
    covered = func.max(coverage.c.ends_on)
    today = case(
        {platform.value: now.astimezone(link.tzinfo).date() for platform, link in links.items()},
        value=campaign.c.platform,
    )
    settled = case(
        (campaign.c.headline_kind.in_(sorted(SETTLES_IN_A_DAY)), days_before(today, SETTLES_FAST)),
        else_=days_before(today, SETTLES_SLOWLY),
    )
    return (
        select(
            campaign.c.id,
            covered.label("covered_through"),
            case((covered < settled, covered), else_=settled).label("as_of"),
        )
        .join(coverage, coverage.c.campaign_id == campaign.c.id)
        .where(chosen)
        .group_by(campaign.c.id)
    )


def _recent_days(
    db: Connection,
    links: Mapping[Platform, PlatformConnection],
    chosen: ColumnElement[bool],
    *,
    now: datetime,
) -> dict[int, dict[date, DayRow]]:
    """Return the reported days of the last 28 up to each campaign's as-of day."""
    settled = _as_of(links, chosen, now=now).cte("settled")
    days, kinds = days_selectable(db, chosen), kind_days_selectable(db, chosen)
    rows = db.execute(
        select(
            days.c.campaign_id,
            days.c.day,
            days.c.spend_micros,
            days.c.impressions,
            days.c.clicks,
            kinds.c.results_micros,
        )
        .select_from(settled)
        .join(campaign, campaign.c.id == settled.c.id)
        .join(
            days,
            (days.c.campaign_id == settled.c.id)
            & (days.c.day > days_before(settled.c.as_of, MONTH))
            & (days.c.day <= settled.c.as_of),
        )
        .outerjoin(
            kinds,
            (kinds.c.campaign_id == settled.c.id)
            & (kinds.c.day == days.c.day)
            & (kinds.c.kind == campaign.c.headline_kind),
        )
    )
    found: dict[int, dict[date, DayRow]] = defaultdict(dict)
    for row in rows:
        found[row.campaign_id][row.day] = row  # type: ignore[assignment]
    return found


def _totals(
    reported: Mapping[date, DayRow],
    spans: Iterable[Coverage],
    window: Window,
) -> Totals:
    inside = [row for day, row in reported.items() if day in window]
    idle = covered_days(spans, window) - reported.keys()
    # A window of nothing but idle days brought nothing; blank cells stay unknown.
    or_zero = bool(idle) and not inside
    return Totals(
        days=len(inside) + len(idle),
        spend_micros=_sum((row.spend_micros for row in inside), or_zero=or_zero),
        impressions=_sum((row.impressions for row in inside), or_zero=or_zero),
        clicks=_sum((row.clicks for row in inside), or_zero=or_zero),
        results_micros=_sum((row.results_micros for row in inside), or_zero=or_zero),
    )


def _spend_by_day(
    reported: Mapping[date, DayRow],
    spans: Iterable[Coverage],
    window: Window,
) -> tuple[float | None, ...]:
    covered = covered_days(spans, window)
    values: list[float | None] = []
    for day in days_between(window.first, window.last):
        row = reported.get(day)
        if row is not None and row.spend_micros is not None:
            values.append(row.spend_micros / MICROS)
        else:
            values.append(0.0 if day in covered and row is None else None)
    return tuple(values)


def coverage_of(db: Connection, chosen: ColumnElement[bool]) -> dict[int, list[Coverage]]:
    """Return the days that imports speak for, campaign by campaign."""
    rows = db.execute(
        select(coverage.c.campaign_id, coverage.c.starts_on, coverage.c.ends_on)
        .join(campaign, campaign.c.id == coverage.c.campaign_id)
        .where(chosen)
        .distinct()
    ).mappings()
    found: dict[int, list[Coverage]] = defaultdict(list)
    for row in rows:
        found[row["campaign_id"]].append(Coverage.model_construct(**row))
    return found


def _status_changes(db: Connection, chosen: ColumnElement[bool]) -> dict[int, list[StatusChange]]:
    rows = db.execute(
        select(history.c.campaign_id, history.c.at, history.c.to_status)
        .join(campaign, campaign.c.id == history.c.campaign_id)
        .where(chosen, history.c.version.is_not(None))
    )
    found: dict[int, list[StatusChange]] = defaultdict(list)
    for row in rows:
        found[row.campaign_id].append(StatusChange(row.at, Status(row.to_status)))
    return found


def _spend_so_far(
    db: Connection,
    links: Mapping[Platform, PlatformConnection],
    chosen: ColumnElement[bool],
    *,
    now: datetime,
) -> dict[int, tuple[date, int | None]]:
    """Return the first reported day and the spend up to the as-of day, where a plan needs it."""
    settled = _as_of(links, chosen, now=now).cte("settled")
    days = days_selectable(db, chosen)
    rows = db.execute(
        select(settled.c.id, func.min(days.c.day), func.sum(days.c.spend_micros))
        .select_from(settled)
        .join(campaign, campaign.c.id == settled.c.id)
        .join(
            days,
            (days.c.campaign_id == settled.c.id) & (days.c.day <= settled.c.as_of),
        )
        .where(campaign.c.budget_micros.is_not(None), campaign.c.status.in_(sorted(LIVE)))
        .group_by(settled.c.id)
    )
    return {one: (first, None if spend is None else int(spend)) for one, first, spend in rows}


def _last_spend(db: Connection, chosen: ColumnElement[bool]) -> dict[int, date]:
    days = days_selectable(db, chosen)
    rows = db.execute(
        select(days.c.campaign_id, func.max(days.c.day))
        .join(campaign, campaign.c.id == days.c.campaign_id)
        .where(chosen, campaign.c.stopped_at.is_not(None), days.c.spend_micros > 0)
        .group_by(days.c.campaign_id)
    )
    return {one: day for one, day in rows}  # noqa: C416 - rows are not pairs to the type checker


def _sum(values: Iterable[int | None], *, or_zero: bool) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known or or_zero else None
