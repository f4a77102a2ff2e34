"""What has moved since a person last looked at the roster: statuses and verdicts, by whom."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from lib.db.engine import reading, retrying, writing
from lib.db.tables import (
    artist,
    campaign,
    connection,
    history,
    last_look,
    organization,
    verdict_flip,
)
from lib.domain.records import Actor, Platform
from lib.domain.rights import Rights
from lib.domain.status import ENDS_WITH_ITS_RUN, Status
from lib.domain.verdict import Word
from lib.services.scope import of_artists
from lib.services.standing import is_seen

SITTING = timedelta(hours=1)
"""Looks that are no further apart count as one: a page loaded anew keeps its list."""
MOST_MOVED = 200
END_OF_RUN = "the end of its run"
"""Who moved a campaign whose last day has passed."""

_DIRECTIONS = (Word.IMPROVING, Word.DECLINING)


@dataclass(frozen=True)
class Moved:
    """One campaign whose status or verdict moved: when, by whom, from what to what."""

    at: datetime
    campaign_id: int
    campaign: str
    artist_id: int
    artist: str
    platform: Platform
    actor: str
    from_status: Status | None = None
    to_status: Status | None = None
    from_word: Word | None = None
    to_word: Word | None = None


@dataclass(frozen=True)
class Since:
    """Everything that moved after `at`, the newest first, at most `MOST_MOVED` of it."""

    at: datetime
    total: int
    moved: tuple[Moved, ...]


def look(engine: Engine, *, actor: Actor, now: datetime) -> datetime | None:
    """Record that `actor` looks at the roster at `now`; return when they did before.

    None is the first look ever. Cached reads stay good: nothing that they show has changed.
    """

    def work() -> datetime | None:
        with writing(engine) as db:
            found = db.execute(
                select(last_look.c.at, last_look.c.before_at).where(last_look.c.actor == actor.name)
            ).first()
            if found is not None and now - found.at < SITTING:
                before: datetime | None = found.before_at
                return before
            before = found.at if found is not None else None
            _put(db, {"actor": actor.name, "at": now, "before_at": before})
            return before

    return retrying(work)


def _put(db: Connection, values: dict[str, Any]) -> None:
    # Two windows of one person may look at once.
    insert = insert_postgresql if db.dialect.name == "postgresql" else insert_sqlite
    db.execute(
        insert(last_look)
        .values(values)
        .on_conflict_do_update(
            index_elements=[last_look.c.actor],
            set_={name: values[name] for name in ("at", "before_at")},
        )
    )


def since(
    engine: Engine, *, rights: Rights, at: datetime, now: datetime, most: int = MOST_MOVED
) -> Since:
    """Return the statuses that moved and the verdicts that flipped after `at`, up to `now`.

    Of the verdicts only those count that gained or lost a direction.
    """

    def work() -> Since:
        with reading(engine) as db:
            found = [
                _statuses(db, rights, at, now, most),
                _flips(db, rights, at, now, most),
                _ended(db, rights, at, now),
            ]
        moved = sorted(
            (one for _, some in found for one in some),
            key=lambda one: (one.at, one.campaign_id),
            reverse=True,
        )
        return Since(at, sum(total for total, _ in found), tuple(moved[:most]))

    return retrying(work)


def _statuses(
    db: Connection, rights: Rights, at: datetime, now: datetime, most: int
) -> tuple[int, list[Moved]]:
    """Return the movements in the history; a campaign that is new has not moved."""
    chosen = and_(
        history.c.at > at,
        history.c.at <= now,
        history.c.campaign_id.is_not(None),
        history.c.from_status.is_not(None),
        history.c.from_status != history.c.to_status,
    )
    total, rows = _rows(
        db,
        select(
            history.c.at,
            history.c.actor,
            history.c.from_status,
            history.c.to_status,
            history.c.details,
            *_NAMES,
        ).join_from(history, campaign, campaign.c.id == history.c.campaign_id),
        history,
        and_(chosen, is_seen(history.c.artist_id, rights)),
        (history.c.at.desc(), history.c.id.desc()),
        most,
    )
    return total, [
        Moved(
            row.at,
            *_named(row),
            actor=row.actor,
            # As the person saw it: a run that was over had made it Ended.
            from_status=Status((row.details or {}).get("effective_from", row.from_status)),
            to_status=Status(row.to_status),
        )
        for row in rows
    ]


def _flips(
    db: Connection, rights: Rights, at: datetime, now: datetime, most: int
) -> tuple[int, list[Moved]]:
    flip = verdict_flip.c
    chosen = and_(
        flip.visible_at > at,
        flip.visible_at <= now,
        or_(flip.from_word.in_(_DIRECTIONS), flip.to_word.in_(_DIRECTIONS)),
    )
    total, rows = _rows(
        db,
        select(flip.visible_at, flip.actor, flip.from_word, flip.to_word, *_NAMES).join_from(
            verdict_flip, campaign, campaign.c.id == flip.campaign_id
        ),
        verdict_flip.join(campaign, campaign.c.id == flip.campaign_id),
        and_(chosen, is_seen(campaign.c.artist_id, rights)),
        (flip.visible_at.desc(), flip.id.desc()),
        most,
    )
    return total, [
        Moved(
            row.visible_at,
            *_named(row),
            actor=row.actor,
            from_word=Word(row.from_word),
            to_word=Word(row.to_word),
        )
        for row in rows
    ]


def _ended(db: Connection, rights: Rights, at: datetime, now: datetime) -> tuple[int, list[Moved]]:
    """Return what became Ended because its last day passed: nothing writes that down."""
    day = timedelta(days=1)
    rows = db.execute(
        select(campaign.c.status, campaign.c.ends_on, connection.c.zone, *_NAMES)
        .join_from(campaign, connection)
        .join(artist, artist.c.id == campaign.c.artist_id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(
            organization.c.retired_at.is_(None),
            of_artists(rights),
            campaign.c.status.in_(sorted(ENDS_WITH_ITS_RUN)),
            # A day more on both sides: the zone of the account decides.
            campaign.c.ends_on >= (at - 2 * day).date(),
            campaign.c.ends_on <= (now + day).date(),
        )
    ).all()
    moved = []
    for row in rows:
        midnight = datetime.combine(row.ends_on + day, time.min, tzinfo=ZoneInfo(row.zone))
        ended_at = midnight.astimezone(UTC)
        if at < ended_at <= now:
            moved.append(
                Moved(
                    ended_at,
                    *_named(row),
                    actor=END_OF_RUN,
                    from_status=Status(row.status),
                    to_status=Status.ENDED,
                )
            )
    return len(moved), moved


_NAMES = (
    campaign.c.id.label("campaign_id"),
    campaign.c.name.label("campaign_name"),
    campaign.c.platform,
    artist.c.id.label("artist_id"),
    artist.c.name.label("artist_name"),
)


def _rows(
    db: Connection,
    query: Select[Any],
    counted: FromClause,
    chosen: ColumnElement[bool],
    order: tuple[ColumnElement[Any], ...],
    most: int,
) -> tuple[int, list[Any]]:
    """Return how many rows there are, and the first of them with the names of their campaigns."""
    # Counted apart: the first ones are read in the order of an index, and no further.
    count = select(func.count()).select_from(counted).where(chosen)
    total = db.execute(count).scalar_one()
    named = query.join(artist, artist.c.id == campaign.c.artist_id).where(chosen)
    return total, list(db.execute(named.order_by(*order).limit(most)))


def _named(row: Any) -> tuple[int, str, int, str, Platform]:
    return (
        row.campaign_id,
        row.campaign_name,
        row.artist_id,
        row.artist_name,
        Platform(row.platform),
    )
