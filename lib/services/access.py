"""Who acts, asked anew inside each write: whether the sign-in still counts, and what it allows.

A page was drawn some time ago. What the person may do is read again in the transaction that
writes, and stays as it is until the commit: whoever takes a right away waits for that, and
every write after it is refused.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from lib.db.engine import reading, retrying
from lib.db.tables import person, person_role
from lib.domain.records import Actor, SignIn
from lib.domain.rights import DESK, FULL, NEEDED, NOTHING, Deed, Place, Rights, Role, rights
from lib.services.scope import may_for_artist


class NotAllowed(PermissionError):
    """Somebody may not do what they asked for; nothing was changed."""


class AccessEnded(NotAllowed):
    """The sign-in no longer counts: signed out, too old, or the person was switched off."""


def present_rights(db: Connection, actor: Actor, *, now: datetime, are_kept: bool = True) -> Rights:
    """Return what the actor may do at this moment; `are_kept` so until the commit.

    Call it before anything else is locked: everybody locks people first. Raises `AccessEnded`.
    """
    if actor.sign_in is None:
        return actor.rights
    query = select(person.c.is_active, person.c.logins_before).where(
        person.c.id == actor.sign_in.person_id
    )
    if are_kept:
        # Held against whoever takes rights away, not against a note of when they were last seen.
        query = query.with_for_update(read=True, key_share=True)
    check_sign_in(db.execute(query).first(), actor.sign_in, now=now)
    return rights_of(db, actor.sign_in.person_id)


def lasting_rights(db: Connection, person_id: int | None) -> Rights:
    """Return what a person may do at this moment, whether signed in or not, until the commit.

    For what was wished for earlier and is done without them. None is who needed no sign-in: a
    command or the one local person. Somebody who was switched off may do nothing.
    """
    if person_id is None:
        return FULL
    query = select(person.c.is_active).where(person.c.id == person_id)
    query = query.with_for_update(read=True, key_share=True)
    return rights_of(db, person_id) if db.execute(query).scalar() else NOTHING


def current_rights(engine: Engine, actor: Actor, *, now: datetime) -> Rights:
    """Return what the actor may do at this moment, for what is read. Raises `AccessEnded`."""

    def work() -> Rights:
        with reading(engine) as db:
            return present_rights(db, actor, now=now, are_kept=False)

    return retrying(work)


def check_sign_in(row: Row[Any, Any] | None, by: SignIn, *, now: datetime) -> None:
    """Raise `AccessEnded` unless the person is there, and the sign-in counts at `now`.

    `row` has `is_active` and `logins_before`, None where there is no such person.
    """
    if row is None or not row.is_active:
        raise AccessEnded(
            "Your access to the desk has been switched off. Ask the person who runs it."
        )
    if row.logins_before is not None and by.at < row.logins_before:
        raise AccessEnded("You have signed out. Sign in again to go on.")
    if now >= by.ends_at:
        raise AccessEnded("Your sign-in has reached its age. Sign in again to go on.")


def rights_of(db: Connection, person_id: int) -> Rights:
    """Return what a person's roles allow together."""
    rows = db.execute(
        select(person_role.c.organization_id, person_role.c.artist_id, person_role.c.role).where(
            person_role.c.person_id == person_id
        )
    )
    return rights((Place(row.organization_id, row.artist_id), Role(row.role)) for row in rows)


def demand(rights: Rights, deed: Deed) -> None:
    """Raise `NotAllowed` where `deed` is not allowed on the whole desk."""
    if not rights.may(deed, DESK):
        raise NotAllowed(
            f"You may not {deed.value} here: that needs {_role(deed)} on the whole desk. "
            "Nothing was changed."
        )


def demand_somewhere(rights: Rights, deed: Deed) -> None:
    """Raise `NotAllowed` where `deed` is allowed nowhere."""
    if not rights.may_somewhere(deed):
        raise NotAllowed(
            f"You may not {deed.value}: that needs {_role(deed)}. Nothing was changed."
        )


def demand_for_artist(db: Connection, rights: Rights, deed: Deed, artist_id: int) -> None:
    """Raise `NotAllowed` where `deed` is not allowed for an artist who may be seen."""
    if not may_for_artist(db, rights, deed, artist_id):
        raise NotAllowed(
            f"You may look at this artist, but not {deed.value}: that needs {_role(deed)}. "
            "Nothing was changed."
        )


def _role(deed: Deed) -> str:
    needed = NEEDED[deed]
    return "the desk itself" if needed is None else f"the role {needed.label}"
