"""Whose file it is: the artist and the connection that an import finds, or makes."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, insert, select

from lib.db.tables import artist, connection, organization
from lib.domain.names import artist_key
from lib.domain.records import BillingState, ConnectionState, GatewayKind, Platform
from lib.domain.rights import Deed, Rights
from lib.domain.text import is_name
from lib.services.access import NotAllowed, demand_for_artist
from lib.services.importing.shapes import ImportRefused
from lib.services.scope import may_for_artist

OWN_LABEL = "My label"
MOST_OF_A_NAME = 200


def find_artist(
    db: Connection, name: str, *, rights: Rights, is_locked: bool = False
) -> int | None:
    """Return the artist's id, None for a new one; `is_locked` until the transaction ends.

    Raises `ImportRefused` for a name that no artist can have, and `NotAllowed`, in the same
    words for an artist who does not exist and for one who may not be seen.
    """
    if not artist_key(name):
        raise ImportRefused("Say which artist the file belongs to; nothing was imported.")
    if len(name) > MOST_OF_A_NAME or not is_name(name):
        raise ImportRefused(
            f"An artist's name has at most {MOST_OF_A_NAME} characters and no control characters; "
            "nothing was imported."
        )
    query = (
        select(artist.c.id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(artist.c.name_key == artist_key(name), organization.c.retired_at.is_(None))
    )
    found = db.execute(query.with_for_update(of=artist) if is_locked else query).scalar()
    if found is not None and may_for_artist(db, rights, Deed.LOOK, found):
        demand_for_artist(db, rights, Deed.IMPORT, found)
        return int(found)
    if not rights.may(Deed.ADD_ARTISTS):
        raise NotAllowed(
            f"There is no artist called “{name}” whom you may see, and an admin of the whole "
            "desk adds new ones. Nothing was imported."
        )
    return None if found is None else int(found)


def ensure_artist(db: Connection, name: str, *, now: datetime) -> tuple[int, bool]:
    """Return the artist's id, and whether it was made just now, in the person's own label.

    The artist stays locked until the transaction ends: imports for one artist queue. Whoever
    makes one records it, at the end of the transaction like everything.
    """
    found = db.execute(
        select(artist.c.id).where(artist.c.name_key == artist_key(name)).with_for_update()
    ).scalar()
    if found is not None:
        return int(found), False
    label = db.execute(
        select(organization.c.id)
        .where(organization.c.is_demo.is_(False))
        .order_by(organization.c.id)
    ).scalar()
    if label is None:
        label = insert_one(db, organization, name=OWN_LABEL, is_demo=False, created_at=now)
    number = insert_one(
        db,
        artist,
        organization_id=label,
        name=name.strip(),
        name_key=artist_key(name),
        billing=BillingState.IN_ORDER,
        created_at=now,
    )
    return number, True


def check_zone(zone: str) -> None:
    """Raise `ImportRefused` for a zone that the time zone database does not know."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise ImportRefused(
            f"“{zone}” is no time zone. Give an IANA name such as Europe/Berlin; nothing was "
            "imported."
        ) from None


def ensure_connection(db: Connection, artist_id: int, platform: Platform, *, zone: str) -> None:
    """Make sure that the artist has a connection for the platform: by hand if it is new."""
    found = db.execute(
        select(connection.c.zone).where(
            connection.c.artist_id == artist_id, connection.c.platform == platform
        )
    ).scalar()
    if found is None:
        db.execute(
            insert(connection).values(
                artist_id=artist_id,
                platform=platform,
                gateway=GatewayKind.BY_HAND,
                state=ConnectionState.LIVE,
                zone=zone,
            )
        )


def insert_one(db: Connection, table: Table, **values: object) -> int:
    """Insert one row and return its id."""
    key = db.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted, so it has a key
    return int(key[0])
