"""The verbs on people: a role given or taken, somebody invited, switched off, signed out.

Each reads in its own transaction whether the actor may, changes, and writes the history of
people. Nobody but an admin of the place gives a role in it, and the last admin of the desk
stays. A verb sets what is to hold: done twice it changes and records nothing more.
"""

import re
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from lib.db.tables import artist, person
from lib.domain.records import Actor, Source
from lib.domain.rights import DESK, Deed, Place, Rights, Role
from lib.services.access import NotAllowed, demand, demand_somewhere, present_rights
from lib.services.people_reads import persons_of
from lib.services.people_recording import (
    admins,
    lock_people,
    lock_person,
    name_of,
    put_role,
    record,
)
from lib.services.recording import bump_data_version
from lib.services.transactions import ChangeRefused, in_transaction

_ADDRESS = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")
_LONGEST_ADDRESS = 200


class PersonNotFound(LookupError):
    """There is no such person, or none whom the actor may see."""


class PlaceNotFound(LookupError):
    """There is no such organization or artist, or none that the actor may see."""


class LastAdmin(ChangeRefused):
    """Nobody would be left who may say who does what."""


class NoAddress(ChangeRefused):
    """What was given is no e-mail address, or that of several people."""


def give_role(
    engine: Engine,
    person_id: int,
    place: Place,
    role: Role | None,
    *,
    actor: Actor,
    now: datetime,
    source: Source = Source.DESK,
) -> bool:
    """Give a person the role in a place, None takes it away; return whether that changed it.

    Raises `NotAllowed`, `PersonNotFound`, `PlaceNotFound`, `LastAdmin`.
    """

    def work(db: Connection) -> bool:
        lock_people(db)
        rights = present_rights(db, actor, now=now)
        _demand_in(db, rights, place)
        known = _find(db, person_id, rights)
        return _put(db, known, place, role, actor=actor, now=now, source=source)

    return in_transaction(engine, work)


def invite(
    engine: Engine,
    email: str,
    place: Place,
    role: Role,
    *,
    actor: Actor,
    now: datetime,
    source: Source = Source.DESK,
) -> int:
    """Give whoever has this address the role, before their first sign-in too; return their id.

    Whether they may sign in at all is for the settings to say. Raises `NotAllowed`,
    `PlaceNotFound`, `NoAddress`, `LastAdmin`.
    """
    address = email.strip().lower()
    if not _ADDRESS.fullmatch(address) or len(address) > _LONGEST_ADDRESS:
        raise NoAddress("Give one e-mail address, such as name@label.example.")

    def work(db: Connection) -> int:
        lock_people(db)
        rights = present_rights(db, actor, now=now)
        _demand_in(db, rights, place)
        found = db.execute(select(person).where(person.c.email == address)).mappings().all()
        if len(found) > 1:
            raise NoAddress(
                "Several people have had this address. Choose the right one from the list."
            )
        known = found[0] if found else _add(db, address, actor=actor, now=now, source=source)
        _put(db, known, place, role, actor=actor, now=now, source=source)
        return int(known["id"])

    return in_transaction(engine, work)


def switch(
    engine: Engine,
    person_id: int,
    *,
    is_active: bool,
    actor: Actor,
    now: datetime,
    source: Source = Source.DESK,
) -> bool:
    """Switch a person off, which ends all their sign-ins, or on; return whether that changed it.

    Raises `NotAllowed`, `PersonNotFound`, `LastAdmin`.
    """

    def work(db: Connection) -> bool:
        lock_people(db)
        rights = present_rights(db, actor, now=now)
        demand(rights, Deed.MANAGE_PEOPLE)
        known = _find(db, person_id, rights)
        if known["is_active"] == is_active:
            return False
        if not is_active:
            _keep_an_admin(db, known)
        db.execute(
            update(person)
            .where(person.c.id == person_id)
            # Switched on again, they sign in anew: a cookie from before stays void.
            .values(is_active=is_active, logins_before=now)
        )
        event = "person:switch_on" if is_active else "person:switch_off"
        record(db, event, known, actor=actor.name, source=source, now=now)
        bump_data_version(db)
        return True

    return in_transaction(engine, work)


def end_sign_ins(
    engine: Engine,
    person_id: int,
    *,
    actor: Actor,
    now: datetime,
    source: Source = Source.DESK,
) -> None:
    """End every sign-in that a person has made by now. Raises `NotAllowed`, `PersonNotFound`."""

    def work(db: Connection) -> None:
        lock_people(db)
        rights = present_rights(db, actor, now=now)
        demand(rights, Deed.MANAGE_PEOPLE)
        known = _find(db, person_id, rights)
        if known["logins_before"] is not None and known["logins_before"] >= now:
            return
        db.execute(update(person).where(person.c.id == person_id).values(logins_before=now))
        record(db, "person:end_sign_ins", known, actor=actor.name, source=source, now=now)
        bump_data_version(db)

    in_transaction(engine, work)


def _demand_in(db: Connection, rights: Rights, place: Place) -> None:
    """Raise `NotAllowed` or `PlaceNotFound` where the rights give no roles in the place."""
    demand_somewhere(rights, Deed.GIVE_ROLES)
    label = None
    if place.artist_id is not None:
        query = select(artist.c.organization_id).where(artist.c.id == place.artist_id)
        label = db.execute(query).scalar()
    is_seen = rights.may(Deed.LOOK, place, of_organization=label)
    if name_of(db, place) is None or not (is_seen or place == DESK):
        raise PlaceNotFound("There is no such artist or organization. Nothing was changed.")
    if not rights.may(Deed.GIVE_ROLES, place, of_organization=label):
        raise NotAllowed(
            "You may give roles only where you are an admin yourself. Nothing was changed."
        )


def _find(db: Connection, person_id: int, rights: Rights) -> RowMapping:
    known = lock_person(db, person_id)
    if known is None or person_id not in persons_of(db, rights):
        raise PersonNotFound(f"There is no person {person_id}. Nothing was changed.")
    return known


def _add(
    db: Connection, address: str, *, actor: Actor, now: datetime, source: Source
) -> RowMapping:
    key = db.execute(
        insert(person).values(email=address, is_active=True, added_at=now)
    ).inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted, so it has a key
    known = db.execute(select(person).where(person.c.id == key[0])).mappings().one()
    record(db, "person:invite", known, actor=actor.name, source=source, now=now)
    return known


def _put(
    db: Connection,
    known: RowMapping,
    place: Place,
    role: Role | None,
    *,
    actor: Actor,
    now: datetime,
    source: Source,
) -> bool:
    if place == DESK and role is not Role.ADMIN:
        _keep_an_admin(db, known)
    before = put_role(db, known["id"], place, role)
    if before == role:
        return False
    record(
        db,
        "person:role",
        known,
        actor=actor.name,
        source=source,
        now=now,
        place=place,
        before=before,
        after=role,
    )
    bump_data_version(db)
    return True


def _keep_an_admin(db: Connection, known: RowMapping) -> None:
    """Raise `LastAdmin` where nobody but this person could still say who does what."""
    if admins(db) == {known["id"]}:
        raise LastAdmin(
            f"{known['email']} is the last admin of the desk. Make somebody else an admin of the "
            "whole desk first; they count once they have signed in. Nothing was changed."
        )
