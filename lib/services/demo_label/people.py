"""What people may do in the demo label, carried from the old one to the one loaded anew."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select

from lib.db.tables import artist, person_role
from lib.domain.rights import Place, Role


@dataclass(frozen=True)
class Held:
    """A role in the demo: in all of it, or for the artist whose name has this key."""

    person_id: int
    role: Role
    artist_key: str | None


def roles_in(db: Connection, label_id: int) -> list[Held]:
    """Return the roles that hold in the label or for one of its artists."""
    rows = db.execute(
        select(person_role.c.person_id, person_role.c.role, artist.c.name_key)
        .select_from(person_role)
        .outerjoin(artist, artist.c.id == person_role.c.artist_id)
        .where(_in_label(label_id))
    )
    return [Held(row.person_id, Role(row.role), row.name_key) for row in rows]


def take_roles(db: Connection, label_id: int) -> None:
    """Remove these roles: the label is put away, and nobody sees what is left of it."""
    db.execute(delete(person_role).where(_in_label(label_id)))


def give_back(db: Connection, held: list[Held], label_id: int) -> None:
    """Give the roles again in the label loaded anew; its artists are known by their names."""
    rows = db.execute(
        select(artist.c.name_key, artist.c.id).where(artist.c.organization_id == label_id)
    )
    by_key = {row.name_key: row.id for row in rows}
    for one in held:
        if one.artist_key is None:
            place = Place(organization_id=label_id)
        elif one.artist_key in by_key:
            place = Place(artist_id=by_key[one.artist_key])
        else:
            continue
        db.execute(
            insert(person_role).values(
                person_id=one.person_id,
                place=place.key,
                organization_id=place.organization_id,
                artist_id=place.artist_id,
                role=one.role,
            )
        )


def _in_label(label_id: int) -> ColumnElement[bool]:
    return or_(
        person_role.c.organization_id == label_id,
        person_role.c.artist_id.in_(
            select(artist.c.id).where(artist.c.organization_id == label_id)
        ),
    )
