"""What campaigns are narrowed to, in SQL: says the same as `CampaignFilter.matches`, row by row."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, cast, exists, func, or_, select

from lib.db.tables import artist, campaign, campaign_trend
from lib.db.text import folded, folded_text
from lib.domain.campaign_filter import BudgetRange, CampaignFilter, Freshness, Pace
from lib.services.standing import Standing

Condition = ColumnElement[bool]


def conditions(db: Connection, stands: Standing, narrowed: CampaignFilter) -> list[Condition]:
    """Return the conditions on `stands.source` that leave the campaigns which fit and are seen."""
    one, found = campaign.c, [stands.is_seen]
    in_sections = [status for section in narrowed.sections for status in section.statuses]
    for column, chosen in (
        (one.artist_id, narrowed.artists),
        (stands.status, in_sections),
        (stands.status, narrowed.statuses),
        (one.platform, narrowed.platforms),
        (one.campaign_type, narrowed.types),
        (stands.word, narrowed.words),
    ):
        if chosen:
            found.append(column.in_(chosen))
    if narrowed.is_learning:
        found.append(stands.is_learning)
    if narrowed.pace:
        found.append(or_(*(_paces(stands, pace) for pace in narrowed.pace)))
    if narrowed.freshness:
        found.append(or_(*(_is_fresh(stands, fresh) for fresh in narrowed.freshness)))
    if narrowed.locations:
        found.append(_runs_in(db, narrowed.locations))
    if narrowed.budget is not None:
        found += _has_budget(narrowed.budget)
    found += _overlaps(narrowed)
    return found + [_mentions(word) for word in (folded_text(narrowed.text) or "").split()]


def contains(column: ColumnElement[Any], word: str) -> Condition:
    """Return the condition that a text has a folded word in it."""
    has: Condition = folded(column).contains(word, autoescape=True)
    return has


def _paces(stands: Standing, pace: Pace) -> Condition:
    if pace is Pace.FAR_OFF:
        return stands.is_far_off
    return stands.pacing_word == pace.value


def _is_fresh(stands: Standing, fresh: Freshness) -> Condition:
    has_figures = campaign_trend.c.campaign_id.is_not(None)
    if fresh is Freshness.NONE:
        return ~has_figures
    return and_(has_figures, stands.is_stale if fresh is Freshness.OLD else ~stands.is_stale)


def _runs_in(db: Connection, locations: tuple[str, ...]) -> Condition:
    """Return the condition that one of the locations is in the campaign's list of them."""
    is_postgresql = db.dialect.name == "postgresql"
    each = func.json_array_elements_text if is_postgresql else func.json_each
    place = each(campaign.c.locations).table_valued("value")
    return exists(
        select(1).select_from(place).where(place.c.value.in_(locations)).correlate(campaign)
    )


def _has_budget(wanted: BudgetRange) -> list[Condition]:
    one = campaign.c
    found: list[Condition] = [
        one.currency == wanted.of.currency,
        one.budget_period == wanted.of.period,
        one.budget_micros.is_not(None),
    ]
    if wanted.least_micros is not None:
        found.append(one.budget_micros >= wanted.least_micros)
    if wanted.most_micros is not None:
        found.append(one.budget_micros <= wanted.most_micros)
    return found


def _overlaps(narrowed: CampaignFilter) -> list[Condition]:
    found: list[Condition] = []
    if narrowed.until is not None:
        first = func.coalesce(campaign.c.starts_on, campaign_trend.c.started_on)
        found.append(func.coalesce(first <= narrowed.until, True))
    if narrowed.since is not None:
        found.append(func.coalesce(campaign.c.ends_on >= narrowed.since, True))
    return found


def _mentions(word: str) -> Condition:
    """Return the condition that a campaign, or its artist's name, mentions a folded word."""
    one = campaign.c
    return or_(
        contains(one.name, word),
        contains(func.coalesce(one.promotes, ""), word),
        func.coalesce(one.external_id, "") == word,
        cast(one.id, String) == word,
        one.artist_id.in_(select(artist.c.id).where(contains(artist.c.name, word))),
    )
