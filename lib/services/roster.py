"""The roster: every campaign of the labels in use, narrowed, ordered, added up and paged in SQL.

Amounts of different currencies are never added, nor are results of different kinds. What is
shown of a campaign is fetched for the rows of one page only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Subquery,
    UnaryExpression,
    case,
    func,
    select,
)

from lib.db.engine import reading, retrying
from lib.db.tables import artist, campaign, campaign_trend
from lib.domain.campaign_filter import CampaignFilter
from lib.domain.rights import Rights
from lib.domain.status import Status
from lib.domain.verdict import Word
from lib.services.campaign_rows import PlacedCampaign, campaigns_by_id
from lib.services.narrowing import conditions
from lib.services.standing import Standing, standing

ROWS_A_PAGE = 50
MOST_AT_ONCE = 1000
"""So many campaigns can be changed with one decision."""
SUMMED = ("spend_7", "spend_28", "results_7", "results_28")


class Order(StrEnum):
    """By what the campaigns are ordered; amounts currency by currency."""

    SPEND_7 = "spend_7"
    SPEND_28 = "spend_28"
    STAKE = "stake"
    NAME = "name"
    ARTIST = "artist"
    STATUS_SINCE = "status_since"


@dataclass(frozen=True)
class KindTotal:
    """Results of one kind over both windows, in millionths; None where nothing is known."""

    kind: str
    results_7_micros: int | None
    results_28_micros: int | None


@dataclass(frozen=True)
class Total:
    """Campaigns in one currency: their spend, and their results kind by kind.

    Only those whose figures are current are added: of the others the last 7 days that are
    known lie further back.
    """

    currency: str
    campaigns: int
    current: int
    """How many of them are in the sums."""
    spend_7_micros: int | None
    spend_28_micros: int | None
    kinds: tuple[KindTotal, ...]


@dataclass(frozen=True)
class ArtistTotal:
    """What one artist's campaigns in one currency add up to."""

    artist_id: int
    artist: str
    live: int
    declining: int
    total: Total


@dataclass(frozen=True)
class Overview:
    """How many campaigns there are and what they add up to, the largest currency first."""

    campaigns: int
    by_status: Mapping[Status, int]
    """In the order of the board; the choice of statuses does not narrow these counts."""
    totals: tuple[Total, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        return tuple(total.currency for total in self.totals)

    @property
    def by_currency(self) -> tuple[int, ...]:
        """How many campaigns there are in each of `currencies`."""
        return tuple(total.campaigns for total in self.totals)


def overview(
    engine: Engine, narrowed: CampaignFilter, *, rights: Rights, now: datetime
) -> Overview:
    """Return the counts and totals of the campaigns that fit."""

    def work() -> Overview:
        with reading(engine) as db:
            # Every status, because each is offered with its count.
            fitting = _fitting(db, replace(narrowed, statuses=()), rights=rights, now=now)
            one = fitting.c
            rows = db.execute(
                select(one.status, one.currency, one.kind, *_sums(fitting)).group_by(
                    one.status, one.currency, one.kind, one.current
                )
            ).all()
        counted = dict.fromkeys(Status, 0)
        for row in rows:
            counted[Status(row.status)] += row.campaigns
        chosen = [row for row in rows if not narrowed.statuses or row.status in narrowed.statuses]
        return Overview(
            campaigns=sum(row.campaigns for row in chosen),
            by_status={status: number for status, number in counted.items() if number},
            totals=_totals(chosen),
        )

    return retrying(work)


def page(
    engine: Engine,
    narrowed: CampaignFilter,
    order: Order,
    *,
    rights: Rights,
    number: int = 1,
    rows: int = ROWS_A_PAGE,
    currencies: Sequence[str] = (),
    by_currency: Sequence[int] = (),
    now: datetime,
) -> tuple[PlacedCampaign, ...]:
    """Return page `number` of the campaigns that fit, `rows` of them.

    Amounts are ordered within their currency, the currencies as in `currencies`. Where the same
    state of the database was asked for how many fit in each, `by_currency` spares a look at
    those in whose currency the page has none.
    """
    start, chosen = (number - 1) * rows, []
    if by_currency and order in (Order.SPEND_7, Order.SPEND_28):
        start, reached = _reached(currencies, by_currency, start, rows)
        chosen.append(campaign.c.currency.in_(reached))

    def work() -> tuple[PlacedCampaign, ...]:
        with reading(engine) as db:
            now_it_stands = standing(db, rights=rights, now=now)
            query = (
                select(campaign.c.id)
                .select_from(now_it_stands.source)
                .where(*chosen, *conditions(db, now_it_stands, narrowed))
                .order_by(*_keys(now_it_stands, order, currencies))
                .limit(rows)
                .offset(start)
            )
            return campaigns_by_id(db, list(db.execute(query).scalars()), rights=rights, now=now)

    return retrying(work)


def _reached(
    currencies: Sequence[str], by_currency: Sequence[int], start: int, rows: int
) -> tuple[int, list[str]]:
    """Return the currencies of the rows from `start` on, and where in the first of them it is."""
    end = start + rows
    reached: list[str] = []
    for currency, campaigns in zip(currencies, by_currency, strict=True):
        if not reached and campaigns <= start:
            start, end = start - campaigns, end - campaigns
        elif end > 0:
            reached.append(currency)
            end -= campaigns
    return start, reached


def versions_matching(
    engine: Engine, narrowed: CampaignFilter, *, rights: Rights, now: datetime
) -> tuple[tuple[int, int], ...]:
    """Return id and version of the campaigns that fit, at most `MOST_AT_ONCE` of them."""

    def work() -> tuple[tuple[int, int], ...]:
        with reading(engine) as db:
            now_it_stands = standing(db, rights=rights, now=now)
            query = (
                select(campaign.c.id, campaign.c.version)
                .select_from(now_it_stands.source)
                .where(*conditions(db, now_it_stands, narrowed))
                .order_by(campaign.c.id)
                .limit(MOST_AT_ONCE)
            )
            return tuple((row.id, row.version) for row in db.execute(query))

    return retrying(work)


def artist_totals(
    engine: Engine,
    narrowed: CampaignFilter,
    *,
    rights: Rights,
    number: int = 1,
    currencies: Sequence[str] = (),
    now: datetime,
) -> tuple[int, tuple[ArtistTotal, ...]]:
    """Return how many totals of artists there are, and page `number` of them, by spend.

    An artist whose campaigns have several currencies has a total in each.
    """

    def work() -> tuple[int, tuple[ArtistTotal, ...]]:
        with reading(engine) as db:
            fitting = _fitting(db, narrowed, rights=rights, now=now)
            one = fitting.c
            # No column of an index: by that SQLite would read the campaigns all over the disk.
            of_artist = one.artist_id + 0
            sums = (
                select(
                    of_artist.label("artist_id"),
                    one.currency,
                    func.sum(one.live).label("live"),
                    func.sum(one.declining).label("declining"),
                    func.sum(case((one.current == 1, one.spend_7))).label("spend_7"),
                )
                .group_by(of_artist, one.currency)
                .subquery()
            )
            leading = db.execute(
                select(sums, artist.c.name, func.count().over().label("all"))
                .join(artist, artist.c.id == sums.c.artist_id)
                .order_by(
                    _rank(sums.c.currency, currencies),
                    sums.c.spend_7.desc().nulls_last(),
                    artist.c.name_key,
                )
                .limit(ROWS_A_PAGE)
                .offset((number - 1) * ROWS_A_PAGE)
            ).all()
            kinds = db.execute(
                select(one.artist_id, one.currency, one.kind, *_sums(fitting))
                .where(one.artist_id.in_({row.artist_id for row in leading}))
                .group_by(one.artist_id, one.currency, one.kind, one.current)
            ).all()
        return leading[0].all if leading else 0, _artist_totals(leading, kinds)

    return retrying(work)


def _artist_totals(leading: Sequence[Any], kinds: Sequence[Any]) -> tuple[ArtistTotal, ...]:
    by_artist: dict[int, list[Any]] = {}
    for row in kinds:
        by_artist.setdefault(row.artist_id, []).append(row)
    return tuple(
        ArtistTotal(row.artist_id, row.name, int(row.live), int(row.declining), total)
        for row in leading
        for total in _totals(by_artist[row.artist_id])
        if total.currency == row.currency
    )


def _fitting(
    db: Connection, narrowed: CampaignFilter, *, rights: Rights, now: datetime
) -> Subquery:
    """Return the campaigns that fit, with what is added up of them."""
    now_it_stands = standing(db, rights=rights, now=now)
    one, trend = campaign.c, campaign_trend.c
    current = now_it_stands.is_current
    return (
        select(
            one.artist_id,
            one.currency,
            now_it_stands.status.label("status"),
            func.coalesce(trend.kind, one.headline_kind).label("kind"),
            case((current, 1), else_=0).label("current"),
            *(trend[name] for name in SUMMED),
            case((now_it_stands.is_live, 1), else_=0).label("live"),
            case((now_it_stands.word == Word.DECLINING, 1), else_=0).label("declining"),
        )
        .select_from(now_it_stands.source)
        .where(*conditions(db, now_it_stands, narrowed))
        .subquery()
    )


def _sums(fitting: Subquery) -> list[ColumnElement[Any]]:
    return [
        func.count().label("campaigns"),
        # The last 7 days of a campaign that ended in spring are no last 7 days now: what is
        # current and what is not are summed apart.
        fitting.c.current,
        *(func.sum(fitting.c[name]).label(name) for name in SUMMED),
    ]


def _totals(rows: Sequence[Any]) -> tuple[Total, ...]:
    """Return sums by currency and kind as totals, the currency with most campaigns first."""
    by_currency: dict[str, list[Any]] = {}
    for row in rows:
        by_currency.setdefault(row.currency, []).append(row)
    totals = [
        Total(
            currency=currency,
            campaigns=sum(row.campaigns for row in found),
            current=sum(row.campaigns for row in found if row.current),
            spend_7_micros=_sum(row.spend_7 for row in found if row.current),
            spend_28_micros=_sum(row.spend_28 for row in found if row.current),
            kinds=_kinds([row for row in found if row.current]),
        )
        for currency, found in by_currency.items()
    ]
    return tuple(sorted(totals, key=lambda total: (-total.campaigns, total.currency)))


def _kinds(rows: Sequence[Any]) -> tuple[KindTotal, ...]:
    names = {row.kind for row in rows}
    found = [
        KindTotal(
            kind,
            _sum(row.results_7 for row in rows if row.kind == kind),
            _sum(row.results_28 for row in rows if row.kind == kind),
        )
        for kind in names
    ]
    told = [one for one in found if one.results_28_micros is not None]
    return tuple(sorted(told, key=lambda one: (-(one.results_28_micros or 0), one.kind)))


def _sum(values: Any) -> int | None:
    # PostgreSQL adds whole numbers up to a Decimal.
    known = [int(value) for value in values if value is not None]
    return sum(known) if known else None


def _keys(
    now_it_stands: Standing, order: Order, currencies: Sequence[str]
) -> list[ColumnElement[Any] | UnaryExpression[Any]]:
    one, trend = campaign.c, campaign_trend.c
    rank = _rank(one.currency, currencies)
    spend = {Order.SPEND_7: trend.spend_7, Order.SPEND_28: trend.spend_28}
    if order in spend:
        current = case((now_it_stands.is_current, spend[order]))
        # What is known from further back comes last.
        return [
            rank,
            current.desc().nulls_last(),
            spend[order].desc().nulls_last(),
            one.id,
        ]
    if order is Order.STAKE:
        stake = case((now_it_stands.word == Word.DECLINING, trend.stake_micros))
        return [stake.is_(None), rank, stake.desc(), trend.spend_7.desc().nulls_last(), one.id]
    if order is Order.STATUS_SINCE:
        return [one.status_since.desc(), one.id.desc()]
    name = [func.lower(one.name), one.id]
    if order is Order.NAME:
        return name
    of_artist = select(artist.c.name_key).where(artist.c.id == one.artist_id).scalar_subquery()
    return [of_artist, *name]


def _rank(currency: ColumnElement[str], currencies: Sequence[str]) -> ColumnElement[Any]:
    if not currencies:
        return currency
    places = {name: place for place, name in enumerate(currencies)}
    return case(places, value=currency, else_=len(places))
