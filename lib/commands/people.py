"""`people`, `grant`, `revoke`, `switch-off`, `switch-on`: who may do what, from the command line.

Whoever may run commands on this machine may do everything; the history says that it was they.
"""

import argparse

from sqlalchemy import Engine

from lib.commands.call import Call, Commands
from lib.db.migrations import upgrade
from lib.domain.records import Source
from lib.domain.rights import DESK, FULL, Place, Role
from lib.services import people as verbs
from lib.services.people import PersonNotFound, PlaceNotFound
from lib.services.people_reads import PersonCard, people, people_called, places


def add(commands: Commands) -> None:
    """Add the commands with their options."""
    listing = commands.add_parser("people", help="list who may do what")
    listing.set_defaults(run=run, do=_list)
    grant = commands.add_parser("grant", help="give somebody a role, before a first sign-in too")
    grant.add_argument("email", metavar="EMAIL")
    grant.add_argument("role", choices=list(Role))
    grant.set_defaults(run=run, do=_grant)
    revoke = commands.add_parser("revoke", help="take somebody's role in one place away")
    revoke.add_argument("email", metavar="EMAIL")
    revoke.set_defaults(run=run, do=_revoke)
    for parser in (grant, revoke):
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--artist", metavar="NAME", help="for one artist")
        place.add_argument("--organization", metavar="NAME", help="in one organization")
    for name, is_active in (("switch-off", False), ("switch-on", True)):
        switch = commands.add_parser(name, help=f"{name.replace('-', ' ')} a person's access")
        switch.add_argument("email", metavar="EMAIL")
        switch.set_defaults(run=run, do=_switch, is_active=is_active)


def run(call: Call) -> int:
    """Do what was asked and say so. Return 0; a refusal is raised."""
    upgrade(call.engine)
    print(call.options.do(call))
    return 0


def _list(call: Call) -> str:
    found = people(call.engine, rights=FULL)
    return "\n".join(_line(one) for one in found) or "Nobody has signed in or been invited yet."


def _line(one: PersonCard) -> str:
    seen = f"last seen {one.last_seen_at:%Y-%m-%d}" if one.last_seen_at else "never seen"
    roles = ", ".join(f"{held.role} of {held.name}" for held in one.roles) or "no role"
    return f"{one.email}  {'' if one.is_active else 'SWITCHED OFF, '}{seen}  {roles}"


def _grant(call: Call) -> str:
    place, name = _place(call.options, call.engine)
    email, role = call.options.email, Role(call.options.role)
    verbs.invite(
        call.engine, email, place, role, actor=call.actor, now=call.now, source=Source.COMMAND
    )
    return f"{email} is {role} of {name}."


def _revoke(call: Call) -> str:
    options, engine = call.options, call.engine
    place, name = _place(options, engine)
    is_changed = [
        verbs.give_role(
            engine, one, place, None, actor=call.actor, now=call.now, source=Source.COMMAND
        )
        for one in _called(options, engine)
    ]
    if not any(is_changed):
        return f"{options.email} had no role in {name}; nothing was changed."
    return f"{options.email} has no role in {name} any more."


def _switch(call: Call) -> str:
    options, engine, is_active = call.options, call.engine, call.options.is_active
    for one in _called(options, engine):
        verbs.switch(
            engine,
            one,
            is_active=is_active,
            actor=call.actor,
            now=call.now,
            source=Source.COMMAND,
        )
    return f"{options.email} is switched {'on' if is_active else 'off'}."


def _called(options: argparse.Namespace, engine: Engine) -> list[int]:
    """Return everybody with the address: it may have passed from one person to another."""
    found = people_called(engine, options.email, rights=FULL)
    if not found:
        raise PersonNotFound(f"Nobody with the address {options.email} is known here.")
    return found


def _place(options: argparse.Namespace, engine: Engine) -> tuple[Place, str]:
    wanted = options.artist or options.organization
    for place, name in places(engine, rights=FULL).items():
        is_kind = place == DESK
        if options.artist:
            is_kind = place.artist_id is not None
        elif options.organization:
            is_kind = place.organization_id is not None
        if is_kind and (wanted is None or name.casefold() == wanted.strip().casefold()):
            return place, name
    raise PlaceNotFound(f"There is no artist or organization called “{wanted}”.")
