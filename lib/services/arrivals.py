"""Coming in and going out: from what the provider says of a person to what they may do here.

A person is known by the provider's own key, issuer and subject, never by the address: that may
pass to somebody else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from lib.db.engine import reading, retrying
from lib.db.tables import person
from lib.domain.records import Actor, SignIn, Source
from lib.domain.rights import DESK, Role
from lib.services.access import check_sign_in, rights_of
from lib.services.people_recording import admins, lock_person, put_role, record
from lib.services.recording import bump_data_version
from lib.services.transactions import in_transaction

SEEN_EVERY = timedelta(minutes=10)
"""How exactly it is known when somebody was last seen."""
_A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Identity:
    """What the provider vouches for, and what the settings say of it."""

    iss: str
    sub: str
    email: str
    name: str | None
    signed_in_at: datetime
    """When the provider said so: earlier than a sign-out, it no longer counts."""
    ends_at: datetime
    is_listed_admin: bool
    """Whether the settings name the address as a first admin."""


def arrive(engine: Engine, identity: Identity, *, newcomers: Role | None, now: datetime) -> Actor:
    """Return the person with what they may do by now; somebody new is written down first.

    Somebody new has the role `newcomers` on the whole desk, unless they were invited with
    another. Where the desk has no admin, one whom the settings list becomes it. Raises
    `AccessEnded`.
    """

    def look() -> Actor | None:
        with reading(engine) as db:
            row = _known(db, identity)
            if row is None or _is_to_be_noted(db, row, identity, now=now):
                return None
            return _actor(db, row, identity, now=now)

    def work(db: Connection) -> Actor:
        row = _known(db, identity)
        if row is None:
            _take_in(db, identity, newcomers=newcomers, now=now)
            row = _known(db, identity)
            assert row is not None  # noqa: S101 - just written
        else:
            _note(db, row, identity, now=now)
        if row["is_active"] and _becomes_admin(db, identity):
            _change_role(db, row["id"], identity, Role.ADMIN, now=now, actor="the settings")
        return _actor(db, row, identity, now=now)

    return retrying(look) or in_transaction(engine, work)


def sign_out(engine: Engine, actor: Actor, *, now: datetime) -> None:
    """End this sign-in and every other of the person, in every tab and copy of a cookie."""
    by = actor.sign_in
    if by is None:
        return

    def work(db: Connection) -> None:
        known = lock_person(db, by.person_id)
        if known is None:
            return
        # The provider's clock may be ahead, and its instants are whole seconds.
        until = max(now, by.at + _A_SECOND)
        if known["logins_before"] is not None and known["logins_before"] >= until:
            return
        db.execute(update(person).where(person.c.id == by.person_id).values(logins_before=until))
        record(db, "person:sign_out", known, actor=actor.name, source=Source.DESK, now=now)
        bump_data_version(db)

    in_transaction(engine, work)


def _known(db: Connection, identity: Identity) -> RowMapping | None:
    return (
        db.execute(select(person).where(person.c.iss == identity.iss, person.c.sub == identity.sub))
        .mappings()
        .first()
    )


def _actor(db: Connection, row: RowMapping, identity: Identity, *, now: datetime) -> Actor:
    by = SignIn(person_id=row["id"], at=identity.signed_in_at, ends_at=identity.ends_at)
    fresh = db.execute(
        select(person.c.is_active, person.c.logins_before).where(person.c.id == row["id"])
    ).first()
    check_sign_in(fresh, by, now=now)
    return Actor(name=identity.email, rights=rights_of(db, row["id"]), sign_in=by)


def _is_to_be_noted(db: Connection, row: RowMapping, identity: Identity, *, now: datetime) -> bool:
    """Return whether something of the person has to be written down."""
    if not row["is_active"]:
        return False
    is_old = row["last_seen_at"] is None or now - row["last_seen_at"] >= SEEN_EVERY
    is_other = (row["email"], row["name"]) != (identity.email, identity.name)
    return is_old or is_other or _becomes_admin(db, identity)


def _becomes_admin(db: Connection, identity: Identity) -> bool:
    return identity.is_listed_admin and not admins(db)


def _note(db: Connection, row: RowMapping, identity: Identity, *, now: datetime) -> None:
    if not row["is_active"]:
        return
    said: dict[str, Any] = {"email": identity.email, "name": identity.name}
    db.execute(update(person).where(person.c.id == row["id"]).values(last_seen_at=now, **said))


def _take_in(db: Connection, identity: Identity, *, newcomers: Role | None, now: datetime) -> None:
    """Write somebody new down: as the one who was invited, or with the role of newcomers."""
    seen = {
        "iss": identity.iss,
        "sub": identity.sub,
        "name": identity.name,
        "first_seen_at": now,
        "last_seen_at": now,
    }
    others = db.execute(
        select(person.c.id, person.c.iss).where(person.c.email == identity.email)
    ).all()
    invited = next((one.id for one in others if one.iss is None), None)
    if invited is not None:
        db.execute(update(person).where(person.c.id == invited).values(**seen))
        role = None
    else:
        db.execute(
            insert(person).values(email=identity.email, is_active=True, added_at=now, **seen)
        )
        # The address belonged to somebody else, who may have been limited or switched off:
        # whoever has it now gets nothing before an admin says so.
        role = None if others else newcomers
    row = _known(db, identity)
    assert row is not None  # noqa: S101 - just written
    record(db, "person:arrive", row, actor=identity.email, source=Source.DESK, now=now)
    if role is not None:
        _change_role(db, row["id"], identity, role, now=now, actor="the settings")
    bump_data_version(db)


def _change_role(
    db: Connection, person_id: int, identity: Identity, role: Role, *, now: datetime, actor: str
) -> None:
    before = put_role(db, person_id, DESK, role)
    row = _known(db, identity)
    assert row is not None  # noqa: S101 - the caller has read it
    record(
        db,
        "person:role",
        row,
        actor=actor,
        source=Source.DESK,
        now=now,
        place=DESK,
        before=before,
        after=role,
    )
    bump_data_version(db)
