"""The history as it is read: narrowed, searched, a page at a time, and written out whole.

All of it in SQL, newest first. The words of a search are looked for where there are few rows to
look at (campaigns, artists, the distinct names of people and events) before the entries are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select, and_, or_, select

from lib.db.engine import reading, retrying
from lib.db.rows import named
from lib.db.tables import artist, campaign, history
from lib.db.text import folded, folded_text
from lib.domain.actions import PauseReason
from lib.domain.campaign_filter import CampaignFilter
from lib.domain.records import HistoryEntry, Source
from lib.domain.rights import Rights
from lib.domain.status import FACTS
from lib.services.exports import OutRow, units
from lib.services.narrowing import conditions
from lib.services.standing import is_seen, standing

MOST_WORDS, LONGEST_SEARCH = 8, 200
PORTION = 1000
FIELDS = (
    "entry",
    "at",
    "person",
    "event",
    "artist",
    "campaign",
    "campaign_id",
    "before",
    "after",
    "reason",
    "note",
    "where_from",
    "on_whose_account",
    "undoes",
    "hash",
)
# What an entry says besides its note, by its event.
_TELLING = (
    ("import:finish", "file"),
    ("campaign:rename", "before"),
    ("campaign:rename", "after"),
    ("campaign:describe", "before"),
    ("campaign:describe", "after"),
    ("campaign:reported", "reported"),
    ("artist:create", "name"),
)


@dataclass(frozen=True)
class Among:
    """Entries about campaigns that fit as they stand at `at`, or about one of their artists.

    Where more than artists are chosen, what is about an artist as a whole is left out.
    """

    campaigns: CampaignFilter
    at: datetime = field(compare=False)


@dataclass(frozen=True)
class ActivityFilter:
    """What the history is narrowed to; None narrows nothing.

    `since` is inclusive, `until` exclusive. `search` asks that each of its words be mentioned.
    """

    among: Among | None = None
    artist_id: int | None = None
    campaign_id: int | None = None
    actor: str | None = None
    event: str | None = None
    source: Source | None = None
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""


@dataclass(frozen=True)
class ActivityWords:
    """Everybody and everything that the history knows, for its filters."""

    actors: tuple[str, ...]
    events: tuple[str, ...]
    sources: tuple[Source, ...]


def activity(
    engine: Engine,
    narrowed: ActivityFilter,
    *,
    rights: Rights,
    limit: int = 500,
    before_id: int | None = None,
) -> list[HistoryEntry]:
    """Return the newest entries of the history first, at most `limit`, older than `before_id`."""

    def work() -> list[HistoryEntry]:
        with reading(engine) as db:
            return entries(db, narrowed, rights=rights, limit=limit, before_id=before_id)

    return retrying(work)


def activity_words(engine: Engine, *, rights: Rights) -> ActivityWords:
    """Return every actor, event and source that the history of what may be seen knows."""

    def work() -> ActivityWords:
        with reading(engine) as db:
            actors, events, sources = (
                tuple(_distinct(db, column, rights))
                for column in (history.c.actor, history.c.event, history.c.source)
            )
            return ActivityWords(actors, events, tuple(Source(one) for one in sources))

    return retrying(work)


def campaign_names(engine: Engine, artist_id: int, *, rights: Rights) -> list[tuple[int, str]]:
    """Return the artist's campaigns, id and name, by name."""

    def work() -> list[tuple[int, str]]:
        query = (
            select(campaign.c.id, campaign.c.name)
            .where(campaign.c.artist_id == artist_id, is_seen(campaign.c.artist_id, rights))
            .order_by(campaign.c.name, campaign.c.id)
        )
        with reading(engine) as db:
            return [(row.id, row.name) for row in db.execute(query)]

    return retrying(work)


def history_rows(engine: Engine, narrowed: ActivityFilter, *, rights: Rights) -> Iterator[OutRow]:
    """Yield every entry that fits, newest first, to be written out; see `FIELDS`.

    Read a portion at a time in one snapshot. Instants are UTC.
    """
    before_id = None
    with reading(engine) as db:
        while True:
            shown = (artist.c.name.label("artist_name"), history.c.hash)
            query = _query(db, narrowed, rights, *shown)
            query = query.join(artist, artist.c.id == history.c.artist_id)
            rows = db.execute(_page(query, limit=PORTION, before_id=before_id)).mappings().all()
            yield from (_out(row) for row in rows)
            if len(rows) < PORTION:
                return
            before_id = rows[-1]["id"]


def entries(
    db: Connection,
    narrowed: ActivityFilter,
    *,
    rights: Rights,
    limit: int | None = None,
    before_id: int | None = None,
) -> list[HistoryEntry]:
    """Return the newest entries first, in the caller's transaction."""
    query = _page(_query(db, narrowed, rights), limit=limit, before_id=before_id)
    return [HistoryEntry.of_row(row) for row in named(db.execute(query))]


def _page(query: Select[Any], *, limit: int | None, before_id: int | None) -> Select[Any]:
    if before_id is not None:
        query = query.where(history.c.id < before_id)
    return query.order_by(history.c.id.desc()).limit(limit)


def _query(
    db: Connection, narrowed: ActivityFilter, rights: Rights, *more: ColumnElement[Any]
) -> Select[Any]:
    query = (
        select(*_SHOWN, campaign.c.name.label("campaign_name"), *more)
        .select_from(history)
        .outerjoin(campaign, campaign.c.id == history.c.campaign_id)
        .where(is_seen(history.c.artist_id, rights))
    )
    for column, wanted in (
        (history.c.artist_id, narrowed.artist_id),
        (history.c.campaign_id, narrowed.campaign_id),
        (history.c.actor, narrowed.actor),
        (history.c.event, narrowed.event),
        (history.c.source, narrowed.source),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if narrowed.among is not None:
        query = query.where(*_is_among(db, narrowed.among, rights))
    if narrowed.since is not None:
        query = query.where(history.c.at >= narrowed.since)
    if narrowed.until is not None:
        query = query.where(history.c.at < narrowed.until)
    return query.where(*_mentions(db, narrowed.search, rights))


def _is_among(db: Connection, among: Among, rights: Rights) -> list[ColumnElement[bool]]:
    wanted = among.campaigns
    found: list[ColumnElement[bool]] = []
    if wanted.artists:
        found.append(history.c.artist_id.in_(wanted.artists))
    if not replace(wanted, artists=()).is_empty:
        stands = standing(db, rights=rights, now=among.at)
        fitting = select(campaign.c.id).select_from(stands.source)
        # Told apart from the campaign that is joined to each entry for its name.
        ids = fitting.where(*conditions(db, stands, wanted)).correlate(None).scalar_subquery()
        found.append(history.c.campaign_id.in_(ids))
    return found


_SHOWN = [column for column in history.c if column.name not in ("hash", "previous_hash")]


def _mentions(db: Connection, search: str, rights: Rights) -> list[ColumnElement[bool]]:
    """Return the conditions that an entry mentions each word of `search`, somewhere."""
    words = (folded_text(search[:LONGEST_SEARCH]) or "").split()[:MOST_WORDS]
    if not words:
        return []
    actors, events = (
        _distinct(db, column, rights) for column in (history.c.actor, history.c.event)
    )
    return [_mention(word, actors, events) for word in dict.fromkeys(words)]


def _mention(word: str, actors: list[str], events: list[str]) -> ColumnElement[bool]:
    statuses = [status for status, facts in FACTS.items() if word in facts.label.lower()]
    reasons = [reason for reason in PauseReason if word in reason.label.lower()]
    named = select(campaign.c.id).where(_contains(campaign.c.name, word))
    of_artist = select(artist.c.id).where(_contains(artist.c.name, word))
    return or_(
        history.c.actor.in_([one for one in actors if word in (folded_text(one) or "")]),
        history.c.event.in_([one for one in events if word in one]),
        history.c.to_status.in_(statuses),
        history.c.from_status.in_(statuses),
        history.c.reason.in_(reasons),
        history.c.campaign_id.in_(named),
        history.c.artist_id.in_(of_artist),
        and_(history.c.note.is_not(None), _contains(history.c.note, word)),
        *(
            and_(history.c.event == event, _contains(history.c.details[key].as_string(), word))
            for event, key in _TELLING
        ),
    )


def _contains(text: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    has: ColumnElement[bool] = folded(text).contains(word, autoescape=True)
    return has


def _distinct(db: Connection, column: ColumnElement[str], rights: Rights) -> list[str]:
    """Return the values of a column in what may be seen, each found by a step of its index."""
    query = select(column).where(is_seen(history.c.artist_id, rights)).order_by(column)
    if not rights.sees_all():
        # Most of what a step would pass over is not theirs: their own entries are fewer.
        return list(db.execute(query.distinct()).scalars())
    found: list[str] = []
    query = query.limit(1)
    while True:
        after = query.where(column > found[-1]) if found else query
        value = db.execute(after).scalar()
        if value is None:
            return found
        found.append(value)


def _out(row: RowMapping) -> OutRow:
    before, after = _before_and_after(row)
    return {
        "entry": row["id"],
        "at": row["at"].isoformat(timespec="seconds"),
        "person": row["actor"],
        "event": row["event"],
        "artist": row["artist_name"],
        "campaign": row["campaign_name"],
        "campaign_id": row["campaign_id"],
        "before": before,
        "after": after,
        "reason": row["reason"],
        "note": row["note"],
        "where_from": row["source"],
        "on_whose_account": row["origin"],
        "undoes": row["undoes"],
        "hash": row["hash"],
    }


def _before_and_after(row: RowMapping) -> tuple[Any, Any]:
    if row["to_status"]:
        return row["from_status"], row["to_status"]
    details = row["details"] or {}
    before, after = details.get("before"), details.get("after")
    return _readable(before), _readable(after)


def _readable(value: Any) -> Any:
    """Return a name as it is, an amount of money in units of its currency."""
    return units(value, places=2) if isinstance(value, int) else value
