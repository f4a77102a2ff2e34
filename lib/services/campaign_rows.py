"""Campaigns as board, roster and their own page have them: in one statement, however many."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, select

from lib.db.tables import artist, campaign, campaign_trend, connection, history, organization
from lib.domain.actions import Circumstances
from lib.domain.board import BoardRow, board_row
from lib.domain.records import Artist, BillingState, Campaign, HistoryEntry, Platform
from lib.domain.records import Connection as PlatformConnection
from lib.domain.rights import Deed, Place, Rights
from lib.domain.trend import Trend
from lib.services.recording import NO_CHANGES, campaign_record
from lib.services.scope import of_artists
from lib.services.trend.reads import speaks, trend_of

ARTIST = (
    artist.c.id,
    artist.c.organization_id,
    organization.c.name.label("organization"),
    artist.c.name,
    organization.c.is_demo,
)
"""The columns of an `Artist`, of `artist` and `organization` joined."""
# Each record's columns: by their names alone those of two tables would be taken for each other.
_PARTS = ((*ARTIST, artist.c.billing), connection.c, campaign.c, campaign_trend.c, history.c)
_NAMES = [tuple(column.name for column in part) for part in _PARTS]
_COLUMNS = [column for part in _PARTS for column in part]
# Whole tables: SQLAlchemy looks its form of a statement up by every element.
_SELECTED = (*_PARTS[0], connection, campaign, campaign_trend, history)
_HASHED = [_COLUMNS.index(one) for one in (campaign.c.id, campaign.c.version, history.c.id)]


@dataclass(frozen=True)
class PlacedCampaign:
    """One campaign as the board has it, with its artist and the connection it runs over."""

    artist: Artist
    connection: PlatformConnection
    row: BoardRow


def campaigns_of(
    db: Connection, artist_id: int, *, rights: Rights, now: datetime
) -> list[PlacedCampaign]:
    """Return the artist's campaigns that may be seen, by id, with their figures as of `now`."""
    return _placed(db, "artist", artist_id, rights=rights, now=now)


def campaign_by_id(
    db: Connection, campaign_id: int, *, rights: Rights, now: datetime
) -> PlacedCampaign | None:
    """Return the campaign with its figures as of `now`, None where none may be seen."""
    return next(iter(_placed(db, "campaign", campaign_id, rights=rights, now=now)), None)


def campaigns_by_id(
    db: Connection, ids: Sequence[int], *, rights: Rights, now: datetime
) -> tuple[PlacedCampaign, ...]:
    """Return the campaigns with these ids in this order, as the board has them.

    Those that do not exist or may not be seen are left out.
    """
    found = _placed(db, "campaigns", list(ids), rights=rights, now=now)
    by_id = {one.row.campaign.id: one for one in found}
    return tuple(by_id[one] for one in ids if one in by_id)


_CHOSEN: Mapping[str, ColumnElement[bool]] = {
    "artist": campaign.c.artist_id == bindparam("artist"),
    "campaign": campaign.c.id == bindparam("campaign"),
    "campaigns": campaign.c.id.in_(bindparam("campaigns", expanding=True)),
}


def _placed(
    db: Connection, chosen: str, value: Any, *, rights: Rights, now: datetime
) -> list[PlacedCampaign]:
    rows = db.execute(_query(chosen, rights), {chosen: value, "now": now})
    around: dict[tuple[int, Platform], Circumstances] = {}
    return [_one(_records(_Values(tuple(row))), around, rights=rights, now=now) for row in rows]


@lru_cache(maxsize=64)
def _query(chosen: str, rights: Rights) -> Select[Any]:
    """Return the statement, made once: with all its columns that takes as long as running it."""
    now = bindparam("now", type_=campaign_trend.c.speaks_from.type)
    # No bare column: PostgreSQL would look for it from the newest entry of all campaigns down.
    newest = func.max(history.c.id + 0)
    last_change = (
        select(newest)
        .where(history.c.campaign_id == campaign.c.id)
        # Not as a list: SQLAlchemy would put the statement together anew around it each time.
        .where(*(history.c.event != one for one in sorted(NO_CHANGES)))
        .correlate(campaign)
        .scalar_subquery()
    )
    return (
        select(*_SELECTED)
        .select_from(campaign)
        .join(connection)
        .join(artist, artist.c.id == campaign.c.artist_id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .outerjoin(campaign_trend, and_(campaign_trend.c.campaign_id == campaign.c.id, speaks(now)))
        .outerjoin(history, history.c.id == last_change)
        .where(_CHOSEN[chosen], organization.c.retired_at.is_(None), of_artists(rights))
        .order_by(campaign.c.id)
    )


@dataclass(frozen=True)
class _Records:
    """What one row holds, whoever looks at it and whenever."""

    artist: Artist
    billing: BillingState
    connection: PlatformConnection
    campaign: Campaign
    trend: Trend | None
    last_change: HistoryEntry | None


class _Values:
    """The values of one row, of which some have no hash."""

    __slots__ = ("of_row",)

    def __init__(self, of_row: tuple[Any, ...]) -> None:
        self.of_row = of_row

    def __hash__(self) -> int:
        return hash(tuple(self.of_row[at] for at in _HASHED))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Values) and self.of_row == other.of_row


# After a change nearly all rows of a board are what they were, and to make records of them takes
# longer than to read them.
@lru_cache(maxsize=2_000)
def _records(values: _Values) -> _Records:
    of_artist, of_connection, of_campaign, of_trend, of_history = _parted(values.of_row)
    link = PlatformConnection.of_row(of_connection)
    return _Records(
        artist=Artist.of_row(of_artist),
        billing=BillingState(of_artist["billing"]),
        connection=link,
        campaign=campaign_record(of_campaign | {"zone": link.zone}),
        trend=None if of_trend["campaign_id"] is None else trend_of(of_trend),
        last_change=None if of_history["id"] is None else HistoryEntry.of_row(of_history),
    )


def _parted(values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield the columns of each record by their names."""
    rest = iter(values)
    for names in _NAMES:
        yield dict(zip(names, rest, strict=False))


def _one(
    found: _Records,
    around: dict[tuple[int, Platform], Circumstances],
    *,
    rights: Rights,
    now: datetime,
) -> PlacedCampaign:
    place = found.artist.id, found.connection.platform
    if place not in around:
        around[place] = _circumstances(found, rights)
    row = board_row(
        found.campaign,
        trend=found.trend,
        last_change=found.last_change,
        circumstances=around[place],
        now=now,
    )
    return PlacedCampaign(found.artist, found.connection, row)


def _circumstances(found: _Records, rights: Rights) -> Circumstances:
    place = Place(artist_id=found.artist.id)
    may_change = rights.may(Deed.CHANGE, place, of_organization=found.artist.organization_id)
    return Circumstances(found.billing, found.connection.state, may_change=may_change)
