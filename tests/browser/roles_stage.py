"""The real desk for tests of roles: a provider, people with their roles, an artist for each.

Nobody has signed in yet and no page was asked for when it is handed over: the server is cold.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from lib.db.engine import make_engine, reading
from lib.db.tables import column_mapping, history, person_history, saved_view
from lib.domain.actions import Action, PauseReason
from lib.domain.records import GatewayKind
from lib.domain.rights import DESK, FULL, Place, Role
from lib.domain.status import Status
from lib.services.campaigns import pause_campaign
from lib.services.people import give_role, invite, switch
from lib.services.people_reads import people_called
from lib.services.scheduling.schedules import schedule_change
from tests.browser.desk import Desk, serving
from tests.browser.roles import ADMIN, DEMOTED, SWITCHED_OFF, VISITORS, WITHOUT_ROLE, Visitor
from tests.cast import ALICE, add_artist, add_campaign, new_request, signed_in
from tests.postgres import free_port
from tests.provider import provider
from tests.standin import sign_in_secrets

LEAVER = Visitor("somebody who signs out", "ivan", Role.EDITOR, is_limited=True)
LOSER = Visitor("somebody who loses a role", "judy", Role.EDITOR, is_limited=True)
_EVERYBODY = (*VISITORS, DEMOTED, LEAVER, LOSER)
REMEMBERED, SAVED = "columns:remember", "view:save"
MARK = "Quill"
"""What every name begins with that is not the demo's."""


@dataclass(frozen=True)
class Holdings:
    """An artist with campaigns in the states that actions start from, and a person to change."""

    artist_id: int
    artist: str
    runs: int
    rests: int
    archived: int
    ended: tuple[str, ...]
    """The names of two campaigns that have ended."""
    person: str
    """The address of somebody who has an editor's role for the artist."""


@dataclass(frozen=True)
class Stage:
    """The running desk, its database, and what each visitor asks for."""

    desk: Desk
    engine: Engine
    holdings: Mapping[Visitor, Holdings]

    def number_of(self, visitor: Visitor) -> int:
        """Return the id of the visitor's person."""
        (number,) = people_called(self.engine, address(visitor), rights=FULL)
        return number

    def give(self, visitor: Visitor, role: Role | None) -> None:
        """Give the visitor's person this role where they have theirs, None takes it away."""
        mine = Place(artist_id=self.holdings[visitor].artist_id)
        place = mine if visitor.is_limited else DESK
        number, now = self.number_of(visitor), datetime.now(UTC)
        give_role(self.engine, number, place, role, actor=ALICE, now=now)

    def switch_off_target_of(self, visitor: Visitor) -> None:
        """Switch off the person whom the visitor is to change."""
        (number,) = people_called(self.engine, self.holdings[visitor].person, rights=FULL)
        switch(self.engine, number, is_active=False, actor=ALICE, now=datetime.now(UTC))

    def written_by(self, visitor: Visitor) -> set[tuple[str, int | str]]:
        """Return every event that stands under the visitor's name, with a number of its own."""
        queries = [
            select(table.c.event, table.c.id).where(table.c.actor == address(visitor))
            for table in (history, person_history)
        ]
        mapped = select(column_mapping.c.fingerprint).where(
            column_mapping.c.actor == address(visitor)
        )
        saved = select(saved_view.c.id).where(saved_view.c.made_by == address(visitor))
        with reading(self.engine) as db:
            told = {(row.event, row.id) for query in queries for row in db.execute(query)}
            told |= {(REMEMBERED, one) for one in db.execute(mapped).scalars()}
            return told | {(SAVED, one) for one in db.execute(saved).scalars()}


def address(visitor: Visitor) -> str:
    """Return the e-mail address by which the desk knows a person of the label."""
    return f"{visitor.person}@label.example"


@contextmanager
def cold_stage(folder: Path) -> Iterator[Stage]:
    """Yield the desk with the demo label, everybody's roles and artists, and nobody signed in."""
    port, secrets = free_port(), folder / "secrets.toml"
    env = {"PORT": str(port), "SECRETS_FILE": str(secrets)}
    with provider() as there:
        secrets.write_text(
            sign_in_secrets(port=port, provider=there, domain="label.example", admin=address(ADMIN))
        )
        with serving(folder, env=env) as desk:
            engine = make_engine(desk.database_url)
            # The desk never goes without an admin: one has to stay whoever else is changed.
            signed_in(engine, "keeper@label.example", (DESK, Role.ADMIN), now=datetime.now(UTC))
            holdings = {one: _holdings(engine, at) for at, one in enumerate(_EVERYBODY)}
            for one in _EVERYBODY:
                _let_in(engine, one, holdings[one].artist_id)
            yield Stage(desk, engine, holdings)
            engine.dispose()


def _holdings(engine: Engine, number: int) -> Holdings:
    now = datetime.now(UTC)
    # Of equal length, so that none is a part of another.
    mark = f"{MARK} {number:02}"
    artist_id = add_artist(engine, now=now, name=f"{mark} artist", gateway=GatewayKind.BY_HAND)

    def add(word: str, status: Status, **more: Any) -> int:
        name = f"{mark} {word}"
        return add_campaign(engine, artist_id, now=now, status=status, name=name, **more)

    rests = add("resting", Status.ACTIVE)
    schedule_change(
        engine,
        rests,
        Action.RESUME,
        run_at=now + timedelta(days=9),
        actor=ALICE,
        seen_version=1,
        request_id=new_request(),
        now=now,
    )
    pause_campaign(
        engine,
        rests,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=1,
        request_id=new_request(),
        now=now,
    )
    runs = add("running", Status.ACTIVE)
    archived = add("archived", Status.ARCHIVED, before_archive=Status.PAUSED)
    for word in ("ended", "ending"):
        add(word, Status.ENDED)
    person = f"target-{number:02}@label.example"
    signed_in(engine, person, (Place(artist_id=artist_id), Role.EDITOR), now=now)
    return Holdings(
        artist_id=artist_id,
        artist=f"{mark} artist",
        runs=runs,
        rests=rests,
        archived=archived,
        ended=(f"{mark} ended", f"{mark} ending"),
        person=person,
    )


def _let_in(engine: Engine, visitor: Visitor, artist_id: int) -> None:
    """Write down what the desk knows of somebody before their first sign-in."""
    now = datetime.now(UTC)
    if visitor is SWITCHED_OFF or visitor is WITHOUT_ROLE:
        role: Role | None = Role.EDITOR
    elif visitor is DEMOTED:
        role = Role.ADMIN
    else:
        role = visitor.role
    if role is None or visitor.asks_for_others:
        return  # A stranger, and somebody who stands there already.
    place = Place(artist_id=artist_id) if visitor.is_limited else DESK
    number = invite(engine, address(visitor), place, role, actor=ALICE, now=now)
    if visitor is WITHOUT_ROLE:
        give_role(engine, number, place, None, actor=ALICE, now=now)
    if visitor is SWITCHED_OFF:
        switch(engine, number, is_active=False, actor=ALICE, now=now)
