"""Links by which an artist sees how it goes without a sign-in: made, listed, revoked, opened.

A link shows one artist's presentation and nothing else. Its token is random and signed; kept is
its hash only, so that nobody reads a working link from the database or a backup. It works until
it expires or is revoked, and as long as whoever made it may share and the artist is there.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from lib.db.engine import reading, retrying
from lib.db.tables import share_link
from lib.domain.presentation import Period
from lib.domain.records import Actor, Origin, Source
from lib.domain.rights import Deed, Rights
from lib.events import told
from lib.services.access import demand_for_artist, present_rights
from lib.services.cost_sharing import lock_artist
from lib.services.recording import Occasion, bump_data_version, record_event
from lib.services.scope import may_for_artist
from lib.services.sharing.opening import LinkState, state_of
from lib.services.sharing.tokens import hash_of, new_token
from lib.services.transactions import ChangeRefused, answered, in_transaction

LINK_MADE, LINK_REVOKED = "share:create", "share:revoke"
LONGEST = timedelta(days=366)
MOST_LINKS = 100
"""Working links of one artist at a time."""


class LinkNotFound(LookupError):
    """There is no such link, or none that may be seen."""


class LinkRefused(ChangeRefused):
    """A link that was not made or revoked, and why."""


@dataclass(frozen=True)
class ShareLink:
    """A link as it is listed; the token is in nobody's hands but theirs who were given it."""

    id: int
    artist_id: int
    period: Period | None
    """The one period that it shows; None where whoever opens it may choose."""
    made_at: datetime
    made_by: str
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None
    last_opened_at: datetime | None
    state: LinkState


@dataclass(frozen=True)
class MadeLink:
    """A link that was just made, with its token: the only time that it is told."""

    link_id: int
    token: str | None
    """None where the same request came again."""
    expires_at: datetime
    at: datetime


@told("share:create")
def make_link(
    engine: Engine,
    artist_id: int,
    *,
    expires_at: datetime,
    period: Period | None = None,
    key: bytes,
    actor: Actor,
    request_id: str,
    now: datetime,
    source: Source = Source.DESK,
) -> MadeLink:
    """Make a link to an artist's presentation and record that.

    Raises `NotAllowed`, `ArtistNotFound`, `LinkRefused`, `RequestReused`; then nothing was made.
    """
    occasion = Occasion(actor, now, Origin.PERSON, source, request_id)
    token = new_token(key)

    def work(db: Connection) -> MadeLink:
        rights = present_rights(db, actor, now=now)
        lock_artist(db, artist_id, rights=rights)
        demand_for_artist(db, rights, Deed.SHARE, artist_id)
        if answer := _made_before(db, occasion, artist_id, token):
            return answer
        _check(db, artist_id, expires_at, now=now)
        values = {
            "artist_id": artist_id,
            "token_hash": hash_of(token),
            "period": period,
            "made_at": now,
            "made_by": actor.name,
            "person_id": actor.sign_in.person_id if actor.sign_in else None,
            "expires_at": expires_at,
        }
        key_of_row = db.execute(insert(share_link).values(values)).inserted_primary_key
        assert key_of_row is not None  # noqa: S101 - one row was inserted, so it has a key
        link_id = int(key_of_row[0])
        details = {
            "link": link_id,
            "expires_at": expires_at.isoformat(),
            "period": period.value if period else None,
        }
        record_event(db, occasion, LINK_MADE, artist_id=artist_id, details=details)
        bump_data_version(db)
        return MadeLink(link_id, token, expires_at, now)

    return in_transaction(engine, work)


def _check(db: Connection, artist_id: int, expires_at: datetime, *, now: datetime) -> None:
    if not now < expires_at <= now + LONGEST:
        raise LinkRefused("A link works for a year at most. Choose when it ends.")
    works = select(func.count()).where(
        share_link.c.artist_id == artist_id,
        share_link.c.revoked_at.is_(None),
        share_link.c.expires_at > now,
    )
    if db.execute(works).scalar_one() >= MOST_LINKS:
        raise LinkRefused(
            f"There are {MOST_LINKS} working links to this artist. Revoke those that nobody needs."
        )


def _made_before(db: Connection, occasion: Occasion, artist_id: int, token: str) -> MadeLink | None:
    row = answered(db, occasion, artist_id=artist_id, event=LINK_MADE)
    if row is None:
        return None
    link_id = int(row["details"]["link"])
    found = db.execute(
        select(share_link.c.token_hash, share_link.c.expires_at).where(share_link.c.id == link_id)
    ).one()
    # The same attempt whose answer was lost still has the token; a later one cannot.
    is_ours = hmac.compare_digest(found.token_hash, hash_of(token))
    return MadeLink(link_id, token if is_ours else None, found.expires_at, row["at"])


@told("share:revoke")
def revoke_link(
    engine: Engine,
    link_id: int,
    *,
    actor: Actor,
    now: datetime,
    source: Source = Source.DESK,
) -> bool:
    """End a link at once, whoever made it; return whether that changed anything.

    Raises `NotAllowed`, `LinkNotFound`.
    """
    occasion = Occasion(actor, now, Origin.PERSON, source)

    def work(db: Connection) -> bool:
        rights = present_rights(db, actor, now=now)
        row = db.execute(
            select(share_link.c.artist_id, share_link.c.revoked_at)
            .where(share_link.c.id == link_id)
            .with_for_update()
        ).first()
        if row is None or not may_for_artist(db, rights, Deed.LOOK, row.artist_id):
            raise LinkNotFound("There is no such link. Nothing was changed.")
        demand_for_artist(db, rights, Deed.SHARE, row.artist_id)
        if row.revoked_at is not None:
            return False
        db.execute(
            update(share_link)
            .where(share_link.c.id == link_id)
            .values(revoked_at=now, revoked_by=actor.name)
        )
        details = {"link": link_id}
        record_event(db, occasion, LINK_REVOKED, artist_id=row.artist_id, details=details)
        bump_data_version(db)
        return True

    return in_transaction(engine, work)


def share_links(
    engine: Engine, artist_id: int, *, rights: Rights, now: datetime
) -> tuple[ShareLink, ...]:
    """Return the links to an artist's presentation, newest first; none to whoever may not share."""

    def work() -> tuple[ShareLink, ...]:
        with reading(engine) as db:
            if not may_for_artist(db, rights, Deed.SHARE, artist_id):
                return ()
            query = select(share_link).where(share_link.c.artist_id == artist_id)
            rows = db.execute(query.order_by(share_link.c.id.desc())).all()
            return tuple(_listed(db, row, now=now) for row in rows)

    return retrying(work)


def _listed(db: Connection, row: Row[Any], *, now: datetime) -> ShareLink:
    return ShareLink(
        id=row.id,
        artist_id=row.artist_id,
        period=Period(row.period) if row.period else None,
        made_at=row.made_at,
        made_by=row.made_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        last_opened_at=row.last_opened_at,
        state=state_of(db, row, now=now),
    )
