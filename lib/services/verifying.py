"""The proof of the history: every entry is what was written, and none is missing.

Read a portion at a time, in one snapshot, so that it takes no more memory the longer it gets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from lib.db.engine import is_passing, reading, retrying
from lib.db.tables import history, history_head
from lib.domain.chain import GENESIS, entry_hash

PORTION = 1000


@dataclass(frozen=True)
class Broken:
    """The first entry that is not as it was written, and what is wrong there."""

    entry_id: int
    words: str


@dataclass(frozen=True)
class Proof:
    """How many entries were found whole and the hash they end in; where the chain breaks."""

    entries: int
    hash: str
    broken: Broken | None = None


def verify_history(engine: Engine) -> Proof:
    """Return the proof of the whole history, up to its end or to the first broken entry."""

    def work() -> Proof:
        with reading(engine) as db:
            return prove(db)

    return retrying(work)


def prove(db: Connection) -> Proof:
    """Return the proof of the history as this transaction sees it."""
    count, last_id, previous = 0, 0, GENESIS
    for entry_id, row in _entries(db):
        if broken := _look(entry_id, row, last_id, previous):
            return Proof(count, previous, broken)
        assert row is not None  # noqa: S101 - it was looked at
        count, last_id, previous = count + 1, entry_id, row["hash"]
    return Proof(count, previous, _look_at_end(db, count, last_id, previous))


def _look(entry_id: int, row: dict[str, Any] | None, last_id: int, previous: str) -> Broken | None:
    if row is None:
        return Broken(entry_id, "cannot be read: it was changed after it was written.")
    if entry_hash(row) != row["hash"]:
        return Broken(entry_id, "was changed after it was written.")
    if row["previous_hash"] != previous:
        before = f"entry {last_id}" if last_id else "the beginning"
        return Broken(
            entry_id,
            f"does not follow {before}: an entry between them is missing, or was put there.",
        )
    return None


def _look_at_end(db: Connection, count: int, last_id: int, previous: str) -> Broken | None:
    head = db.execute(select(history_head)).first()
    if head is None:
        return Broken(last_id, "is the last one found, but the record of the end is missing.")
    if (head.last_id, head.entries, head.hash) == (last_id, count, previous):
        return None
    if head.last_id > last_id:
        return Broken(
            last_id + 1,
            f"is missing, with all after it: {head.entries} entries up to {head.last_id} were "
            f"written, {count} were found.",
        )
    return Broken(
        last_id,
        f"is the last one found, but the record of the end says {head.last_id}, after "
        f"{head.entries} entries.",
    )


def _entries(db: Connection) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Yield every entry in the order of the ids; None for one that cannot even be read."""
    last = 0
    while True:
        query = select(history).where(history.c.id > last).order_by(history.c.id).limit(PORTION)
        try:
            found: list[tuple[int, dict[str, Any] | None]] = [
                (row["id"], dict(row)) for row in db.execute(query).mappings()
            ]
        except (ValueError, TypeError, DBAPIError) as error:
            found = _one_by_one(db, last, error)
        if not found:
            return
        yield from found
        last = found[-1][0]


def _one_by_one(
    db: Connection, last: int, error: Exception
) -> list[tuple[int, dict[str, Any] | None]]:
    """Return the entries up to the first one whose values are none of their columns'."""
    if isinstance(error, DBAPIError) and is_passing(error):
        raise error
    ids = select(history.c.id).where(history.c.id > last).order_by(history.c.id).limit(PORTION)
    found: list[tuple[int, dict[str, Any] | None]] = []
    for number in db.execute(ids).scalars().all():
        try:
            row = db.execute(select(history).where(history.c.id == number)).mappings().one()
        except (ValueError, TypeError, DBAPIError):
            return [*found, (number, None)]
        found.append((number, dict(row)))
    return found
