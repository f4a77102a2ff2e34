"""What a person has set for themselves: whose it is, and the columns of their tables.

Nothing of it is a change of a campaign, so none of it is in the history; the log tells it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update

from lib.db.engine import reading, retrying
from lib.db.tables import column_choice
from lib.domain.records import Actor, Source
from lib.domain.rights import Deed
from lib.events import told
from lib.services.access import demand_somewhere, present_rights
from lib.services.transactions import ChangeRefused, in_transaction

LONGEST_TABLE_NAME, MOST_COLUMNS, LONGEST_COLUMN = 20, 50, 40


class SettingRefused(ChangeRefused):
    """A setting that cannot be kept, and why."""


@dataclass(frozen=True)
class ChosenColumns:
    """Which columns a person has in a table, in their order; none where they chose none."""

    table: str
    names: tuple[str, ...]


def owner_of(actor: Actor) -> str:
    """Return whose an actor's settings are: a person's, else those of the one local person."""
    return f"person:{actor.sign_in.person_id}" if actor.sign_in else "local"


def person_of(actor: Actor) -> int | None:
    """Return the person behind an actor, None where there was no sign-in."""
    return actor.sign_in.person_id if actor.sign_in else None


def chosen_columns(engine: Engine, table: str, *, actor: Actor) -> tuple[str, ...]:
    """Return the columns that the actor wants in a table, in order; none where they said none."""

    def work() -> tuple[str, ...]:
        query = select(column_choice.c.names).where(*_is(actor, table))
        with reading(engine) as db:
            return tuple(db.execute(query).scalar() or ())

    return retrying(work)


@told("columns:choose")
def choose_columns(
    engine: Engine,
    table: str,
    names: Sequence[str],
    *,
    actor: Actor,
    request_id: str,  # noqa: ARG001 - told; the same request again leaves the same behind
    now: datetime,
    source: Source = Source.DESK,  # noqa: ARG001 - told
) -> ChosenColumns:
    """Remember which columns the actor wants in a table and in which order; none: as usual.

    Raises `NotAllowed`, `SettingRefused`; then everything is as it was.
    """
    if not 0 < len(table) <= LONGEST_TABLE_NAME or len(names) > MOST_COLUMNS:
        raise SettingRefused("So many columns no table has. Nothing was changed.")
    if len(set(names)) < len(names) or not all(
        0 < len(name) <= LONGEST_COLUMN and name.isprintable() for name in names
    ):
        raise SettingRefused("Each column stands in a table once. Nothing was changed.")

    def work(db: Connection) -> ChosenColumns:
        demand_somewhere(present_rights(db, actor, now=now), Deed.LOOK)
        if not names:
            db.execute(delete(column_choice).where(*_is(actor, table)))
            return ChosenColumns(table, ())
        changed = update(column_choice).where(*_is(actor, table)).values(names=list(names))
        if not db.execute(changed).rowcount:
            row = {"owner": owner_of(actor), "person_id": person_of(actor), "table_name": table}
            db.execute(insert(column_choice).values(row | {"names": list(names)}))
        return ChosenColumns(table, tuple(names))

    return in_transaction(engine, work)


def _is(actor: Actor, table: str) -> tuple[ColumnElement[bool], ...]:
    return column_choice.c.owner == owner_of(actor), column_choice.c.table_name == table
