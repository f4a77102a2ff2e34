"""Campaigns as board, roster and their own page have them: in one statement, however many."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, select

from lib.db.tables import artist, campaign, campaign_trend, connection, history, organization
from lib.domain.actions import Circumstances
from lib.domain.board import BoardRow, board_row
from lib.domain.records import Artist, BillingState, HistoryEntry
from lib.domain.records import Connection as PlatformConnection
from lib.domain.rights import Deed, Place, Rights
from lib.services.recording import NO_CHANGES, campaign_record
from lib.services.scope import of_artists
from lib.services.trend_reads import speaks, trend_of

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
    around: dict[tuple[int, str], _Around] = {}
    return [_one(row, around, rights=rights, now=now) for row in rows]


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
        select(*(column for part in _PARTS for column in part))
        .select_from(campaign)
        .join(connection)
        .join(artist, artist.c.id == campaign.c.artist_id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .outerjoin(campaign_trend, and_(campaign_trend.c.campaign_id == campaign.c.id, speaks(now)))
        .outerjoin(history, history.c.id == last_change)
        .where(_CHOSEN[chosen], organization.c.retired_at.is_(None), of_artists(rights))
        .order_by(campaign.c.id)
    )


_Around = tuple[Artist, PlatformConnection, Circumstances]
"""What the campaigns of one artist on one platform have in common."""


def _one(
    row: Row[Any], around: dict[tuple[int, str], _Around], *, rights: Rights, now: datetime
) -> PlacedCampaign:
    of_artist, of_connection, of_campaign, of_trend, of_history = _parted(row)
    place = of_artist["id"], of_connection["platform"]
    if place not in around:
        around[place] = _around(of_artist, of_connection, rights)
    the_artist, link, circumstances = around[place]
    found = board_row(
        campaign_record(of_campaign | {"zone": link.zone}),
        trend=None if of_trend["campaign_id"] is None else trend_of(of_trend),
        last_change=None if of_history["id"] is None else HistoryEntry.of_row(of_history),
        circumstances=circumstances,
        now=now,
    )
    return PlacedCampaign(the_artist, link, found)


def _around(
    of_artist: Mapping[str, Any], of_connection: Mapping[str, Any], rights: Rights
) -> _Around:
    the_artist, link = Artist.of_row(of_artist), PlatformConnection.of_row(of_connection)
    place = Place(artist_id=the_artist.id)
    may_change = rights.may(Deed.CHANGE, place, of_organization=the_artist.organization_id)
    billing = BillingState(of_artist["billing"])
    return the_artist, link, Circumstances(billing, link.state, may_change=may_change)


def _parted(row: Row[Any]) -> Iterator[dict[str, Any]]:
    """Yield the columns of each record by their names."""
    values = iter(row)
    for names in _NAMES:
        yield dict(zip(names, values, strict=False))
