"""The end of the history, to which every entry is added: one row, locked while it grows.

Whoever adds an entry holds the head until the commit, so that ids, hashes and commits have one
order. It is locked after the artist and its campaigns and before the data version, as late as
can be: everybody who records anything waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from lib.db.bulk import Shape, insert_rows
from lib.db.tables import history, history_head
from lib.domain.chain import entry_hash

# Made once: what every change says takes as long to put together as to run.
_HEAD = select(history_head).with_for_update()
_ADDED = insert(history)
_MOVED = update(history_head).values(entries=history_head.c.entries + bindparam("count"))

FIELDS = tuple(column.name for column in history.c)
_BLANK: dict[str, Any] = dict.fromkeys(FIELDS)

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Head:
    """The last entry's id and hash, and how many entries lead to it."""

    last_id: int
    entries: int
    hash: str


def lock_head(db: Connection) -> Head:
    """Return the end of the history and keep others from adding to it until the commit."""
    row = db.execute(_HEAD).one()
    return Head(row.last_id, row.entries, row.hash)


def append_entry(db: Connection, entry: Entry) -> int:
    """Add one entry to the history and return its id.

    `entry` holds columns of the history; its id and hashes are given here.
    """
    (row,) = _chained(db, [entry])
    db.execute(_ADDED, row)
    _move_head(db, row, count=1)
    return int(row["id"])


def append_entries(db: Connection, entries: Sequence[Entry]) -> None:
    """Add many entries in their order, as fast as the driver takes them.

    What the database refuses is raised as the driver's own error: an entry whose request id
    may come twice goes by `append_entry`.
    """
    if not entries:
        return
    rows = _chained(db, entries)
    shape = Shape(db.dialect, history, FIELDS)
    insert_rows(db, history, FIELDS, [shape.row(row) for row in rows])
    _move_head(db, rows[-1], count=len(rows))


def _chained(db: Connection, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    head = lock_head(db)
    rows, previous = [], head.hash
    for number, entry in enumerate(entries, start=head.last_id + 1):
        row = _BLANK | dict(entry) | {"id": number, "previous_hash": previous}
        row["hash"] = previous = entry_hash(row)
        rows.append(row)
    return rows


def _move_head(db: Connection, last: Entry, *, count: int) -> None:
    db.execute(_MOVED, {"last_id": last["id"], "hash": last["hash"], "count": count})
