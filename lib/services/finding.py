"""Quick switch: the artists and campaigns that a few typed letters may mean."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, func, or_, select

from lib.db.engine import reading, retrying
from lib.db.tables import artist, campaign
from lib.db.text import folded, folded_text
from lib.domain.records import Platform
from lib.domain.rights import Rights
from lib.domain.status import Status
from lib.services.scope import of_artists
from lib.services.standing import retired_artists, standing

MOST_ARTISTS, MOST_CAMPAIGNS = 4, 8


@dataclass(frozen=True)
class FoundArtist:
    """An artist whose name holds every word."""

    id: int
    name: str


@dataclass(frozen=True)
class FoundCampaign:
    """A campaign whose name, id on the platform or artist holds every word."""

    id: int
    name: str
    artist: str
    platform: Platform
    status: Status


@dataclass(frozen=True)
class Found:
    """What the letters may mean: names that begin with them first, what runs before the rest."""

    artists: tuple[FoundArtist, ...] = ()
    campaigns: tuple[FoundCampaign, ...] = ()


def find(engine: Engine, text: str, *, rights: Rights, now: datetime) -> Found:
    """Return at most `MOST_ARTISTS` artists and `MOST_CAMPAIGNS` campaigns; nothing for nothing."""
    words = (folded_text(text) or "").split()
    if not words:
        return Found()

    def work() -> Found:
        with reading(engine) as db:
            return Found(
                _artists(db, words, rights=rights),
                _campaigns(db, words, rights=rights, now=now),
            )

    return retrying(work)


def _artists(db: Connection, words: list[str], *, rights: Rights) -> tuple[FoundArtist, ...]:
    name = folded(artist.c.name)
    query = (
        select(artist.c.id, artist.c.name)
        .where(of_artists(rights), artist.c.id.not_in(retired_artists()))
        .where(and_(*(name.contains(word, autoescape=True) for word in words)))
        .order_by(_begins(name, words), artist.c.name_key)
        .limit(MOST_ARTISTS)
    )
    return tuple(FoundArtist(row.id, row.name) for row in db.execute(query))


def _campaigns(
    db: Connection, words: list[str], *, rights: Rights, now: datetime
) -> tuple[FoundCampaign, ...]:
    stands = standing(db, rights=rights, now=now)
    one, name = campaign.c, folded(campaign.c.name)
    query = (
        select(
            one.id, one.name, one.platform, stands.status.label("status"), artist.c.name.label("of")
        )
        .select_from(stands.source.join(artist, artist.c.id == one.artist_id))
        .where(stands.is_seen)
        .where(and_(*(_mentions(name, word) for word in words)))
        .order_by(_begins(name, words), case((stands.is_live, 0), else_=1), name, one.id)
        .limit(MOST_CAMPAIGNS)
    )
    return tuple(
        FoundCampaign(row.id, row.name, row.of, Platform(row.platform), Status(row.status))
        for row in db.execute(query)
    )


def _mentions(name: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return or_(
        name.contains(word, autoescape=True),
        func.coalesce(campaign.c.external_id, "") == word,
        folded(artist.c.name).contains(word, autoescape=True),
    )


def _begins(name: ColumnElement[str], words: list[str]) -> ColumnElement[int]:
    return case((name.startswith(" ".join(words), autoescape=True), 0), else_=1)
