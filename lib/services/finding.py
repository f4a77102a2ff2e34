"""Quick switch: the campaigns that a few typed letters may mean."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, func, or_, select

from lib.db.engine import reading, retrying
from lib.db.tables import artist, campaign
from lib.db.text import folded, folded_text
from lib.domain.records import Platform
from lib.domain.rights import Rights
from lib.domain.status import Status
from lib.services.standing import standing

MOST_CAMPAIGNS = 10


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
    """The first `MOST_CAMPAIGNS` campaigns, and whether there are more."""

    campaigns: tuple[FoundCampaign, ...] = ()
    is_more: bool = False


def find(
    engine: Engine, text: str, *, rights: Rights, now: datetime, artist_id: int | None = None
) -> Found:
    """Return the campaigns that the letters may mean; none for none.

    Those of the artist `artist_id` come first, then names that begin with them, then what runs.
    """
    words = (folded_text(text) or "").split()
    if not words:
        return Found()

    def work() -> Found:
        with reading(engine) as db:
            found = _campaigns(db, words, artist_id, rights=rights, now=now)
        return Found(found[:MOST_CAMPAIGNS], len(found) > MOST_CAMPAIGNS)

    return retrying(work)


def _campaigns(
    db: Connection, words: list[str], artist_id: int | None, *, rights: Rights, now: datetime
) -> tuple[FoundCampaign, ...]:
    stands = standing(db, rights=rights, now=now)
    one, name = campaign.c, folded(campaign.c.name)
    query = (
        select(
            one.id,
            one.name,
            one.platform,
            stands.status.label("status"),
            artist.c.name.label("of"),
        )
        .select_from(stands.source.join(artist, artist.c.id == one.artist_id))
        .where(stands.is_seen)
        .where(and_(*(_mentions(name, word) for word in words)))
        .order_by(
            case((one.artist_id == artist_id, 0), else_=1),
            _begins(name, words),
            case((stands.is_live, 0), else_=1),
            name,
            one.id,
        )
        .limit(MOST_CAMPAIGNS + 1)
    )
    return tuple(
        FoundCampaign(row.id, row.name, row.of, Platform(row.platform), Status(row.status))
        for row in db.execute(query)
    )


def _mentions(name: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return or_(
        name.contains(word, autoescape=True),
        func.coalesce(campaign.c.external_id, "") == word,
        folded(func.coalesce(campaign.c.promotes, "")).contains(word, autoescape=True),
        folded(artist.c.name).contains(word, autoescape=True),
    )


def _begins(name: ColumnElement[str], words: list[str]) -> ColumnElement[int]:
    return case((name.startswith(" ".join(words), autoescape=True), 0), else_=1)
