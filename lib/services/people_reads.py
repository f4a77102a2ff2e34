"""Who is there and what they may do: what an admin is shown of people, and nobody else."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select, true

from lib.db.engine import reading, retrying
from lib.db.tables import artist, organization, person, person_history, person_role
from lib.domain.rights import DESK, Deed, Place, Rights, Role
from lib.services.access import demand, demand_somewhere
from lib.services.scope import of_artists

MOST_OF_HISTORY = 500


@dataclass(frozen=True)
class RoleHeld:
    """A role of a person, in a place with its name."""

    place: Place
    name: str
    role: Role
    is_mine_to_change: bool
    """Whether whoever looks is an admin there."""


@dataclass(frozen=True)
class PersonCard:
    """A person as an admin sees them; `first_seen_at` is None for who was invited only."""

    id: int
    email: str
    name: str | None
    is_active: bool
    added_at: datetime
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    roles: tuple[RoleHeld, ...]


@dataclass(frozen=True)
class PersonEntry:
    """One change of what a person may do: who made it, when, from where, before and after."""

    id: int
    at: datetime
    actor: str
    source: str
    event: str
    email: str
    place_name: str | None
    before: str | None
    after: str | None


def people(engine: Engine, *, rights: Rights) -> list[PersonCard]:
    """Return the people whom an admin may see, by address, with the roles in their places.

    Who is admin of some artists only sees whom these have, and of their roles those that hold
    there. Raises `NotAllowed`.
    """
    demand_somewhere(rights, Deed.GIVE_ROLES)

    def work() -> list[PersonCard]:
        with reading(engine) as db:
            roles = _roles(db, rights)
            seen = person.c.id.in_(persons_of(db, rights))
            rows = db.execute(select(person).where(seen).order_by(person.c.email, person.c.id))
            return [
                PersonCard(
                    row.id,
                    row.email,
                    row.name,
                    row.is_active,
                    row.added_at,
                    row.first_seen_at,
                    row.last_seen_at,
                    tuple(roles[row.id]),
                )
                for row in rows
            ]

    return retrying(work)


def places(engine: Engine, *, rights: Rights) -> dict[Place, str]:
    """Return where an admin may give roles, by name: the desk, organizations, then artists.

    Raises `NotAllowed`.
    """
    demand_somewhere(rights, Deed.GIVE_ROLES)

    def work() -> dict[Place, str]:
        with reading(engine) as db:
            found = {DESK: "The whole desk"} if rights.may(Deed.GIVE_ROLES) else {}
            for label in db.execute(
                select(organization.c.id, organization.c.name)
                .where(organization.c.retired_at.is_(None))
                .order_by(organization.c.name)
            ):
                place = Place(organization_id=label.id)
                if rights.may(Deed.GIVE_ROLES, place):
                    found[place] = label.name
            for one in db.execute(
                select(artist.c.id, artist.c.name)
                .join(organization, organization.c.id == artist.c.organization_id)
                .where(organization.c.retired_at.is_(None), of_artists(rights, Deed.GIVE_ROLES))
                .order_by(artist.c.name_key)
            ):
                found[Place(artist_id=one.id)] = one.name
            return found

    return retrying(work)


def people_history(
    engine: Engine, *, rights: Rights, limit: int = MOST_OF_HISTORY
) -> list[PersonEntry]:
    """Return the newest changes of people first; for admins of the whole desk.

    Raises `NotAllowed`.
    """
    demand(rights, Deed.MANAGE_PEOPLE)
    columns = [person_history.c[name] for name in PersonEntry.__dataclass_fields__]

    def work() -> list[PersonEntry]:
        with reading(engine) as db:
            query = select(*columns).order_by(person_history.c.id.desc()).limit(limit)
            return [PersonEntry(*row) for row in db.execute(query)]

    return retrying(work)


def people_called(engine: Engine, email: str, *, rights: Rights) -> list[int]:
    """Return the numbers of the people with this address whom an admin may see."""
    demand_somewhere(rights, Deed.GIVE_ROLES)

    def work() -> list[int]:
        with reading(engine) as db:
            query = select(person.c.id).where(
                person.c.email == email.strip().lower(), person.c.id.in_(persons_of(db, rights))
            )
            return list(db.execute(query.order_by(person.c.id)).scalars())

    return retrying(work)


def persons_of(db: Connection, rights: Rights) -> set[int]:
    """Return the people whom an admin may see: all, or those with a role in the admin's places."""
    query = select(person.c.id)
    if not rights.may(Deed.GIVE_ROLES):
        of_places = select(person_role.c.person_id).where(_in_places(rights))
        query = query.where(person.c.id.in_(of_places))
    return set(db.execute(query).scalars())


def _in_places(rights: Rights) -> ColumnElement[bool]:
    """Return the condition on a role that it holds where the admin gives roles, or everywhere."""
    if rights.may(Deed.GIVE_ROLES):
        return true()
    mine = [one.organization_id for one in rights.places(Deed.GIVE_ROLES) if one.organization_id]
    return or_(
        person_role.c.place == DESK.key,
        person_role.c.organization_id.in_(mine),
        person_role.c.artist_id.in_(select(artist.c.id).where(of_artists(rights, Deed.GIVE_ROLES))),
    )


def _roles(db: Connection, rights: Rights) -> dict[int, list[RoleHeld]]:
    label = func.coalesce(artist.c.organization_id, person_role.c.organization_id)
    rows = db.execute(
        select(
            person_role,
            label.label("label_id"),
            func.coalesce(artist.c.name, organization.c.name).label("place_name"),
        )
        .outerjoin(artist, artist.c.id == person_role.c.artist_id)
        .outerjoin(organization, organization.c.id == person_role.c.organization_id)
        .where(_in_places(rights))
        .order_by(person_role.c.person_id, person_role.c.place)
    )
    found: dict[int, list[RoleHeld]] = defaultdict(list)
    for row in rows:
        place = Place(row.organization_id, row.artist_id)
        found[row.person_id].append(
            RoleHeld(
                place,
                "The whole desk" if place == DESK else row.place_name,
                Role(row.role),
                rights.may(Deed.GIVE_ROLES, place, of_organization=row.label_id),
            )
        )
    return found
