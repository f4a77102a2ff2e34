"""How an artist's connection to a platform stands: set by a person, recorded, read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select, update

from lib.db.engine import reading, retrying
from lib.db.tables import artist, connection, history, organization
from lib.domain.names import artist_key
from lib.domain.records import Actor, ConnectionState, Origin, Platform, Source
from lib.domain.rights import Deed, Rights
from lib.domain.text import kept_note
from lib.events import told
from lib.services.access import demand_for_artist, present_rights
from lib.services.billing import ArtistNotFound
from lib.services.recording import Occasion, bump_data_version, record_event
from lib.services.scope import within
from lib.services.transactions import ChangeRefused, answered, in_transaction

CONNECTION_BROKEN = "connection:break"
CONNECTION_LIVE = "connection:mend"
EVENTS = {
    ConnectionState.BROKEN: CONNECTION_BROKEN,
    ConnectionState.LIVE: CONNECTION_LIVE,
}


class ConnectionNotFound(LookupError):
    """The artist has no connection to this platform."""


class StaleConnection(ChangeRefused):
    """Somebody changed the connection after the person had looked at it."""


@dataclass(frozen=True)
class ConnectionChange:
    """A change of a connection as recorded: the answer to a request, and to the same again."""

    artist_id: int
    platform: Platform
    from_state: ConnectionState
    to_state: ConnectionState
    at: datetime


@dataclass(frozen=True)
class LinkStanding:
    """How one artist's connection to one platform stands, and by whose word."""

    artist_id: int
    artist: str
    platform: Platform
    state: ConnectionState
    changed_at: datetime | None
    """None where it has stood so since it was made."""
    changed_by: str | None
    note: str | None


@told("connection:set")
def set_connection(
    engine: Engine,
    artist_id: int,
    platform: Platform,
    state: ConnectionState,
    *,
    seen: ConnectionState,
    actor: Actor,
    request_id: str,
    now: datetime,
    note: str = "",
    source: Source = Source.DESK,
) -> ConnectionChange:
    """Set how a connection stands, from the state that the person saw, and record it.

    Raises `NotAllowed`, `ConnectionNotFound`, `StaleConnection`, `RequestReused`; then nothing
    was changed.
    """
    occasion = Occasion(actor, now, Origin.PERSON, source, request_id)
    note = kept_note(note)

    def work(db: Connection) -> ConnectionChange:
        rights = present_rights(db, actor, now=now)
        before = _lock(db, artist_id, platform, rights=rights)
        demand_for_artist(db, rights, Deed.CHANGE, artist_id)
        if answer := _answer_to(db, occasion, artist_id, platform, state, note):
            return answer
        if before is not seen or before is state:
            raise StaleConnection(
                f"The connection to {platform.label} is “{before.label}” by now. Nothing was "
                "changed; look at it again and decide anew."
            )
        db.execute(
            update(connection)
            .where(connection.c.artist_id == artist_id, connection.c.platform == platform)
            .values(state=state)
        )
        record_event(
            db,
            occasion,
            EVENTS[state],
            artist_id=artist_id,
            note=note or None,
            details={"platform": platform.value, "from": before.value, "to": state.value},
        )
        bump_data_version(db)
        return ConnectionChange(artist_id, platform, before, state, now)

    return in_transaction(engine, work)


def connections(
    engine: Engine, artist_name: str | None = None, *, rights: Rights
) -> tuple[LinkStanding, ...]:
    """Return every connection of one artist, or of all that may be seen, by artist and platform.

    Raises `ArtistNotFound` for a name that nobody has.
    """

    def work() -> tuple[LinkStanding, ...]:
        with reading(engine) as db:
            rows = db.execute(_standing_query(artist_name, rights)).all()
            found = tuple(
                LinkStanding(
                    artist_id=row.artist_id,
                    artist=row.name,
                    platform=Platform(row.platform),
                    state=ConnectionState(row.state),
                    changed_at=row.at,
                    changed_by=row.actor,
                    note=row.note,
                )
                for row in rows
            )
            if artist_name is not None and not found:
                _check_artist(db, artist_name, rights)
            return found

    return retrying(work)


def _standing_query(artist_name: str | None, rights: Rights) -> Select[tuple[object, ...]]:
    def of_artist(column: ColumnElement[int]) -> list[ColumnElement[bool]]:
        if artist_name is None:
            return []
        return [column.in_(select(artist.c.id).where(artist.c.name_key == artist_key(artist_name)))]

    platform_said = history.c.details["platform"].as_string()
    last = (
        select(
            history.c.artist_id,
            platform_said.label("platform"),
            func.max(history.c.id).label("id"),
        )
        .where(history.c.event.in_(list(EVENTS.values())), *of_artist(history.c.artist_id))
        .group_by(history.c.artist_id, platform_said)
        .subquery()
    )
    return (
        select(
            connection.c.artist_id,
            artist.c.name,
            connection.c.platform,
            connection.c.state,
            history.c.at,
            history.c.actor,
            history.c.note,
        )
        .join(artist, artist.c.id == connection.c.artist_id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .outerjoin(
            last,
            (last.c.artist_id == connection.c.artist_id)
            & (last.c.platform == connection.c.platform),
        )
        .outerjoin(history, history.c.id == last.c.id)
        .where(
            organization.c.retired_at.is_(None),
            within(connection.c.artist_id, rights),
            *of_artist(connection.c.artist_id),
        )
        .order_by(artist.c.name_key, connection.c.platform)
    )


def _check_artist(db: Connection, name: str, rights: Rights) -> None:
    known = select(artist.c.id).where(
        artist.c.name_key == artist_key(name), within(artist.c.id, rights)
    )
    if db.execute(known).first() is None:
        raise ArtistNotFound(f"There is no artist called “{name}”.")


def _lock(db: Connection, artist_id: int, platform: Platform, *, rights: Rights) -> ConnectionState:
    """Return the connection's state; nobody resumes a campaign on it until the commit."""
    db.execute(select(artist.c.id).where(artist.c.id == artist_id).with_for_update(of=artist))
    state = db.execute(
        select(connection.c.state)
        .join(artist, artist.c.id == connection.c.artist_id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(
            connection.c.artist_id == artist_id,
            connection.c.platform == platform,
            organization.c.retired_at.is_(None),
            within(connection.c.artist_id, rights),
        )
    ).scalar()
    if state is None:
        raise ConnectionNotFound(f"This artist has no connection to {platform.label}.")
    return ConnectionState(state)


def _answer_to(
    db: Connection,
    occasion: Occasion,
    artist_id: int,
    platform: Platform,
    state: ConnectionState,
    note: str,
) -> ConnectionChange | None:
    row = answered(
        db,
        occasion,
        artist_id=artist_id,
        event=EVENTS[state],
        note=note or None,
        platform=platform.value,
    )
    if row is None:
        return None
    before = ConnectionState(row["details"]["from"])
    return ConnectionChange(artist_id, platform, before, state, row["at"])
