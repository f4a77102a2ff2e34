"""What needs a person's attention: found by the rules alone, the gravest and the dearest first.

Each kind of attention is a condition over how a campaign stands now. Amounts are never
compared across currencies: within a kind the dearest of each currency come first, then the
second of each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from lib.db.engine import reading, retrying
from lib.db.tables import artist, campaign, campaign_trend, organization
from lib.domain.board import MUST_NOT_SPEND, BoardRow
from lib.domain.records import BillingState
from lib.domain.rights import Rights
from lib.domain.status import LIVE, Status
from lib.domain.verdict import Word
from lib.services.campaign_rows import PlacedCampaign, campaigns_by_id
from lib.services.scope import of_artists
from lib.services.standing import Standing, standing

MOST_OF_A_KIND = 20


class Need(StrEnum):
    """Why something needs attention, the gravest first."""

    ISSUE = "issue"
    STILL_SPENDING = "still_spending"
    BILLING = "billing"
    BROKEN = "broken"
    SILENT = "silent"
    FRUITLESS = "fruitless"
    DECLINING = "declining"
    PACING = "pacing"
    ANOMALY = "anomaly"
    STALE = "stale"


@dataclass(frozen=True)
class StoppedByBilling:
    """An artist whose payment has failed, or whose campaigns billing has stopped."""

    artist_id: int
    artist: str
    is_failing: bool
    campaigns: int
    """How many stand at Subscription Paused."""


@dataclass(frozen=True)
class Attention:
    """How many need attention by kind, the gravest first, and the leading ones of each."""

    counts: Mapping[Need, int]
    """Campaigns; for billing, artists."""
    leading: Mapping[Need, tuple[int, ...]]
    """Ids of campaigns, at most `MOST_OF_A_KIND` of each kind."""
    billing: tuple[StoppedByBilling, ...]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def attention(engine: Engine, *, rights: Rights, now: datetime) -> Attention:
    """Return what needs attention over all artists that may be seen, as of `now`."""

    def work() -> Attention:
        with reading(engine) as db:
            found, leading = _leading(db, rights=rights, now=now)
            number, billing = _billing(db, rights)
        found[Need.BILLING] = number
        return Attention(
            counts={need: found[need] for need in Need if found.get(need)},
            leading=leading,
            billing=billing,
        )

    return retrying(work)


def campaigns(
    engine: Engine, ids: Sequence[int], *, rights: Rights, now: datetime
) -> tuple[PlacedCampaign, ...]:
    """Return those of these campaigns that may be seen, in this order, as the board has them."""

    def work() -> tuple[PlacedCampaign, ...]:
        with reading(engine) as db:
            return campaigns_by_id(db, ids, rights=rights, now=now)

    return retrying(work)


def money_of(need: Need, row: BoardRow) -> float | None:
    """Return the amount by which a campaign is ordered within a kind, in micros.

    That is what is at stake for a decline, the distance from the usual for an anomaly, what 28
    days cost that brought nothing, and the spend of the last 7 days for the others.
    """
    if need is Need.FRUITLESS:
        return row.month.spend_micros if row.month else None
    if need is Need.DECLINING:
        return row.verdict.stake_micros if row.verdict else None
    if need is Need.ANOMALY and row.odd_day:
        return abs(row.odd_day.spend_micros - row.odd_day.usual_micros)
    return row.week.spend_micros if row.week else None


def conditions(now_it_stands: Standing) -> dict[Need, tuple[ColumnElement[bool], Any]]:
    """Return the condition of each kind that concerns a campaign, and the money it is about."""
    trend = campaign_trend.c
    far = func.abs(trend.anomaly_spend - trend.anomaly_usual)
    # A decline of a campaign that no longer runs needs nobody any more.
    declines = and_(now_it_stands.is_live, now_it_stands.word == Word.DECLINING)
    return {
        Need.ISSUE: (now_it_stands.status == Status.ISSUE, trend.spend_7),
        Need.STILL_SPENDING: (now_it_stands.spends_after_stop, trend.spend_7),
        Need.BROKEN: (now_it_stands.is_broken, trend.spend_7),
        Need.SILENT: (now_it_stands.is_silent, trend.spend_7),
        Need.FRUITLESS: (now_it_stands.brings_nothing, trend.spend_28),
        Need.DECLINING: (declines, trend.stake_micros),
        Need.PACING: (now_it_stands.is_far_off, trend.spend_7),
        Need.ANOMALY: (now_it_stands.has_anomaly, far),
        Need.STALE: (now_it_stands.is_stale, trend.spend_7),
    }


def _leading(
    db: Connection, *, rights: Rights, now: datetime
) -> tuple[dict[Need, int], dict[Need, tuple[int, ...]]]:
    """Return the counts by kind, and the campaigns that lead each kind."""
    rows = db.execute(_ranked(standing(db, rights=rights, now=now))).all()
    counts = {Need(row.need): int(row.of_kind) for row in rows}
    leading: dict[Need, list[int]] = {need: [] for need in counts}
    for row in rows:
        leading[Need(row.need)].append(row.id)
    return counts, {need: tuple(ids[:MOST_OF_A_KIND]) for need, ids in leading.items()}


def _ranked(now_it_stands: Standing) -> Select[Any]:
    """Return the query for kind, campaign and count of the kind, in the order to be shown."""
    kinds = conditions(now_it_stands)
    flagged = (
        select(
            campaign.c.id,
            campaign.c.currency,
            *(condition.label(f"is_{need}") for need, (condition, _) in kinds.items()),
            *(money.label(f"money_{need}") for need, (_, money) in kinds.items()),
        )
        .select_from(now_it_stands.source)
        .where(now_it_stands.is_seen, _any(now_it_stands, kinds))
        .cte("flagged")
        # Looked through once, not once for each kind.
        .prefix_with("MATERIALIZED")
    )
    each = union_all(
        *(
            select(
                literal(need.value).label("need"),
                flagged.c.id,
                flagged.c.currency,
                flagged.c[f"money_{need}"].label("money"),
            ).where(flagged.c[f"is_{need}"])
            for need in kinds
        )
    ).subquery()
    place = func.row_number().over(
        partition_by=(each.c.need, each.c.currency),
        order_by=(each.c.money.desc().nulls_last(), each.c.id),
    )
    of_kind = func.count().over(partition_by=each.c.need)
    ranked = select(each, place.label("place"), of_kind.label("of_kind")).subquery()
    return (
        select(ranked.c.need, ranked.c.id, ranked.c.of_kind)
        .where(ranked.c.place <= MOST_OF_A_KIND)
        .order_by(ranked.c.need, ranked.c.place, ranked.c.currency)
    )


def _any(
    now_it_stands: Standing, kinds: Mapping[Need, tuple[ColumnElement[bool], Any]]
) -> ColumnElement[bool]:
    """Return the condition that at least one kind holds, written so that most rows fail soon."""
    of_any = (kinds[need][0] for need in (Need.ISSUE, Need.STILL_SPENDING))
    holds = or_(*of_any, and_(now_it_stands.is_live, or_(*now_it_stands.if_live)))
    # The stored status alone leaves out nearly half of all campaigns before their trends are
    # looked up: the clock makes none of them live, an issue or one that must not spend.
    return and_(campaign.c.status.in_(sorted(LIVE | MUST_NOT_SPEND | {Status.ISSUE})), holds)


def _billing(db: Connection, rights: Rights) -> tuple[int, tuple[StoppedByBilling, ...]]:
    """Return how many artists billing concerns, and those with most campaigns stopped."""
    stopped = func.count(campaign.c.id)
    is_failing = artist.c.billing == BillingState.FAILING
    rows = db.execute(
        select(
            artist.c.id,
            artist.c.name,
            artist.c.billing,
            stopped.label("campaigns"),
            func.count().over().label("artists"),
        )
        .join(organization, organization.c.id == artist.c.organization_id)
        .outerjoin(
            campaign,
            and_(
                campaign.c.artist_id == artist.c.id,
                campaign.c.status == Status.SUBSCRIPTION_PAUSED,
            ),
        )
        .where(
            organization.c.retired_at.is_(None),
            of_artists(rights),
            or_(is_failing, campaign.c.id.is_not(None)),
        )
        .group_by(artist.c.id, artist.c.name, artist.c.name_key, artist.c.billing)
        .order_by(stopped.desc(), artist.c.name_key)
        .limit(MOST_OF_A_KIND)
    ).all()
    found = tuple(
        StoppedByBilling(row.id, row.name, row.billing == BillingState.FAILING.value, row.campaigns)
        for row in rows
    )
    return rows[0].artists if rows else 0, found
