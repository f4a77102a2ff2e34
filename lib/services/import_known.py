"""What is known of an artist's campaigns before an import: loaded once, looked up often."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from lib.db.tables import campaign, campaign_name, connection, daily_kind_result, daily_result
from lib.domain.records import Campaign, Platform
from lib.platforms import ExportDay
from lib.services.recording import campaign_record

Figures = tuple[int | None, int | None, int | None, dict[str, int]]
"""Spend in micros, impressions, clicks, results in millionths by kind; None is unknown."""


@dataclass(frozen=True)
class KnownDay:
    """A day as it currently stands, and which import it comes from."""

    spend_micros: int | None
    impressions: int | None
    clicks: int | None
    results: Mapping[str, int]
    import_id: int
    observed_on: date

    @property
    def figures(self) -> Figures:
        return self.spend_micros, self.impressions, self.clicks, dict(self.results)


def figures_of(day: ExportDay) -> Figures:
    """Return the figures that the file gives for a day."""
    return day.spend_micros, day.impressions, day.clicks, dict(day.results)


def completed(first: Figures, second: Figures) -> Figures:
    """Return the first figures, with what they leave blank taken from the second."""
    spend, impressions, clicks = (
        mine if mine is not None else other
        for mine, other in zip(first[:3], second[:3], strict=True)
    )
    return spend, impressions, clicks, {**second[3], **first[3]}


def known_campaigns(
    db: Connection, artist_id: int | None, platform: Platform, *, is_locked: bool
) -> dict[int, Campaign]:
    """Return the artist's campaigns of a platform by id; `is_locked` keeps others out of them."""
    query = (
        select(campaign, connection.c.zone)
        .join_from(campaign, connection)
        .where(campaign.c.artist_id == artist_id, campaign.c.platform == platform)
        .order_by(campaign.c.id)
    )
    if is_locked:
        query = query.with_for_update(of=campaign)
    return {row["id"]: campaign_record(row) for row in db.execute(query).mappings()}


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


def current_days(
    db: Connection, known: Mapping[int, Campaign], covered: tuple[date, date] | None
) -> dict[int, dict[date, KnownDay]]:
    """Return the days of these campaigns in a range as they currently stand."""
    if not known or covered is None:
        return {}
    some = next(iter(known.values()))
    mine = (campaign.c.artist_id == some.artist_id) & (campaign.c.platform == some.platform)
    kinds: dict[tuple[int, date], dict[str, int]] = defaultdict(dict)
    for row in db.execute(
        select(daily_kind_result)
        .join(campaign, campaign.c.id == daily_kind_result.c.campaign_id)
        .where(mine, daily_kind_result.c.day.between(*covered))
    ):
        kinds[row.campaign_id, row.day][row.kind] = row.results_micros
    found: dict[int, dict[date, KnownDay]] = defaultdict(dict)
    for row in db.execute(
        select(daily_result)
        .join(campaign, campaign.c.id == daily_result.c.campaign_id)
        .where(mine, daily_result.c.day.between(*covered))
    ):
        found[row.campaign_id][row.day] = KnownDay(
            row.spend_micros,
            row.impressions,
            row.clicks,
            kinds.get((row.campaign_id, row.day), {}),
            row.import_id,
            row.observed_on,
        )
    return found
