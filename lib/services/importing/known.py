"""What is known of an artist's campaigns before an import: loaded once, looked up often."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Row, func, select

from lib.db.tables import campaign, campaign_name, connection, import_run
from lib.domain.records import Platform
from lib.platforms import ExportDay
from lib.services.current_days import current_days, days_selectable

Figures = tuple[int | None, int | None, int | None, Mapping[str, int]]
"""Spend in micros, impressions, clicks, results in millionths by kind; None is unknown."""


class KnownDay(NamedTuple):
    """A day as it currently stands, and which import it comes from."""

    spend_micros: int | None
    impressions: int | None
    clicks: int | None
    results: Mapping[str, int]
    import_id: int
    observed_on: date

    @property
    def figures(self) -> Figures:
        return self[:4]


KnownDays = Mapping[int, Mapping[date, KnownDay]]
"""Campaign to day to what is known of it."""


def figures_of(day: ExportDay) -> Figures:
    """Return the figures that the file gives for a day."""
    return day.spend_micros, day.impressions, day.clicks, day.results


def completed(first: Figures, second: Figures) -> Figures:
    """Return the first figures, with what they leave blank taken from the second."""
    spend, impressions, clicks, results = first
    return (
        second[0] if spend is None else spend,
        second[1] if impressions is None else impressions,
        second[2] if clicks is None else clicks,
        results if results.keys() >= second[3].keys() else {**second[3], **results},
    )


def campaign_rows(
    db: Connection, artist_id: int | None, platform: Platform, *, is_locked: bool = False
) -> dict[int, Row[Any]]:
    """Return the rows of the artist's campaigns of a platform, with their zone, by id.

    `is_locked` keeps others from changing them until the transaction ends.
    """
    query = (
        select(campaign, connection.c.zone)
        .join_from(campaign, connection)
        .where(campaign.c.artist_id == artist_id, campaign.c.platform == platform)
        .order_by(campaign.c.id)
    )
    if is_locked:
        query = query.with_for_update(of=campaign)
    return {row.id: row for row in db.execute(query)}


def ids_by_name(db: Connection, artist_id: int | None, platform: Platform) -> dict[str, list[int]]:
    """Return the campaigns that were ever called so, by the key of the name."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in db.execute(
        select(campaign_name.c.name_key, campaign_name.c.campaign_id)
        .where(campaign_name.c.artist_id == artist_id, campaign_name.c.platform == platform)
        .order_by(campaign_name.c.campaign_id)
    ):
        found[row.name_key].append(row.campaign_id)
    return found


def known_days(
    db: Connection, artist_id: int | None, platform: Platform, covered: tuple[date, date]
) -> dict[int, dict[date, KnownDay]]:
    """Return the days of the artist's campaigns in a range as they currently stand."""
    mine = _of(artist_id, platform)
    days, kinds = current_days(db, mine)
    results = _results(db, kinds, mine, covered)
    none: Mapping[str, int] = {}
    found: dict[int, dict[date, KnownDay]] = defaultdict(dict)
    for number, day, spend, impressions, clicks, source, seen_on in db.execute(
        select(
            days.c.campaign_id,
            days.c.day,
            days.c.spend_micros,
            days.c.impressions,
            days.c.clicks,
            days.c.import_id,
            days.c.observed_on,
        )
        .join(campaign, campaign.c.id == days.c.campaign_id)
        .where(mine, days.c.day.between(*covered))
    ):
        by_kind = results[number].get(day, none)
        found[number][day] = KnownDay(spend, impressions, clicks, by_kind, source, seen_on)
    return found


def _results(
    db: Connection, kinds: FromClause, mine: ColumnElement[bool], covered: tuple[date, date]
) -> dict[int, dict[date, dict[str, int]]]:
    # Many days have the same results: each is kept once, however many days share it.
    shared: dict[tuple[str, int], dict[str, int]] = {}
    found: dict[int, dict[date, dict[str, int]]] = defaultdict(dict)
    for number, day, kind, micros in db.execute(
        select(kinds.c.campaign_id, kinds.c.day, kinds.c.kind, kinds.c.results_micros)
        .join(campaign, campaign.c.id == kinds.c.campaign_id)
        .where(mine, kinds.c.day.between(*covered))
    ):
        days = found[number]
        if day in days:
            days[day] = {**days[day], kind: micros}
        else:
            days[day] = shared.setdefault((kind, micros), {kind: micros})
    return found


def first_days(db: Connection, artist_id: int | None, platform: Platform) -> dict[int, date]:
    """Return the first day ever reported of each of the artist's campaigns that has one."""
    mine = _of(artist_id, platform)
    days = days_selectable(db, mine)
    first = (
        select(func.min(days.c.day)).where(days.c.campaign_id == campaign.c.id).scalar_subquery()
    )
    return {
        number: day for number, day in db.execute(select(campaign.c.id, first).where(mine)) if day
    }


def newest_import(db: Connection, artist_id: int | None, platform: Platform) -> int | None:
    """Return the id of the artist's last import of a platform, whatever day it speaks for."""
    query = select(func.max(import_run.c.id)).where(
        import_run.c.artist_id == artist_id, import_run.c.platform == platform
    )
    return db.execute(query).scalar()


def _of(artist_id: int | None, platform: Platform) -> ColumnElement[bool]:
    return (campaign.c.artist_id == artist_id) & (campaign.c.platform == platform)
