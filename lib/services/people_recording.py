"""The one place where people's roles are written, and the history of who changed them."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from lib.db.tables import artist, organization, person, person_history, person_role
from lib.domain.records import Source
from lib.domain.rights import DESK, Place, Role


def lock_person(db: Connection, person_id: int) -> RowMapping | None:
    """Return a person and keep what they may do from being used or changed until the commit."""
    query = select(person).where(person.c.id == person_id).with_for_update()
    return db.execute(query).mappings().first()


def lock_people(db: Connection) -> None:
    """Let one change of people happen at a time, and no write of theirs beside it.

    In the order of their numbers, before anything else: so that no two wait for each other.
    """
    db.execute(select(person.c.id).order_by(person.c.id).with_for_update())


def admins(db: Connection) -> set[int]:
    """Return who is admin of the whole desk and can come in: switched on, and seen before."""
    found = db.execute(
        select(person.c.id)
        .join(person_role, person_role.c.person_id == person.c.id)
        .where(
            person.c.is_active,
            person.c.iss.is_not(None),
            person_role.c.place == DESK.key,
            person_role.c.role == Role.ADMIN,
        )
    )
    return set(found.scalars())


def put_role(db: Connection, person_id: int, place: Place, role: Role | None) -> Role | None:
    """Give the role in the place, None takes it away; return the one before."""
    mine = (person_role.c.person_id == person_id, person_role.c.place == place.key)
    before = db.execute(select(person_role.c.role).where(*mine)).scalar()
    if role is None:
        db.execute(delete(person_role).where(*mine))
    elif before is None:
        db.execute(
            insert(person_role).values(
                person_id=person_id,
                place=place.key,
                organization_id=place.organization_id,
                artist_id=place.artist_id,
                role=role,
            )
        )
    else:
        db.execute(update(person_role).where(*mine).values(role=role))
    return None if before is None else Role(before)


def record(
    db: Connection,
    event: str,
    of: RowMapping,
    *,
    actor: str,
    source: Source,
    now: datetime,
    place: Place | None = None,
    before: str | None = None,
    after: str | None = None,
) -> None:
    """Write what happened to a person; the database lets nobody change it afterwards."""
    db.execute(
        insert(person_history).values(
            at=now,
            actor=actor,
            source=source,
            event=event,
            person_id=of["id"],
            email=of["email"],
            place=None if place is None else place.key,
            place_name=None if place is None else name_of(db, place),
            before=before,
            after=after,
        )
    )


def name_of(db: Connection, place: Place) -> str | None:
    """Return what a place is called, None for one that does not exist."""
    if place.artist_id is not None:
        query = select(artist.c.name).where(artist.c.id == place.artist_id)
    elif place.organization_id is not None:
        query = select(organization.c.name).where(
            organization.c.id == place.organization_id, organization.c.retired_at.is_(None)
        )
    else:
        return "The whole desk"
    return db.execute(query).scalar()
