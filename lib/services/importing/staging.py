"""Staging: a file's days written where nobody reads them yet, in short transactions.

Each batch is numbered in the import's header, so that one whose commit got no answer is not
written twice. Whoever stages shows a sign of life with each batch; what was given up is
removed later, and found missing at the switch by whoever was merely slow.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    delete,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from lib.db.bulk import Values, insert_rows
from lib.db.tables import staged_day, staged_import, staged_kind_result
from lib.domain.records import Platform
from lib.platforms import ExportDay
from lib.services.importing.known import KnownDay, completed, figures_of
from lib.services.importing.plan import Plan
from lib.services.transactions import in_transaction

Progress = Callable[[float, str], None]

GIVEN_UP_AFTER = 120
"""Seconds without a sign of life after which an import that was staging counts as dead."""
_GIVEN_UP = -1

# How long one write transaction should take, and how long others are then let in. Whoever
# presses Pause meanwhile waits for one of them at most.
SHORT = 0.07
BREATH = 0.006


_CURRENT = {f"current_{name}": name for name in ("spend_micros", "impressions", "clicks")}
_OBSERVED = [column.name for column in staged_day.columns if not column.name.startswith("current_")]


class PlanOutdated(RuntimeError):
    """What a plan was made of has changed; it has to be made anew. Nobody outside sees this."""


class Pace:
    """How many rows to write in one transaction, learnt from how long the last ones took."""

    def __init__(self, rows: int, *, least: int = 1_000, most: int = 20_000) -> None:
        self.rows, self._least, self._most = rows, least, most
        self._began = time.monotonic()

    def begin(self) -> None:
        """Take the time from here: the transaction has its lock."""
        self._began = time.monotonic()

    def learn(self, rows: int) -> None:
        """Take in that so many rows took from the beginning until now."""
        seconds = time.monotonic() - self._began
        fitting = rows * SHORT / max(seconds, 0.001)
        # Half the way only: one slow moment of the disk says little.
        self.rows = int(min(max((self.rows + fitting) / 2, self._least), self._most))


def stage(engine: Engine, plan: Plan, platform: Platform, *, now: datetime, told: Progress) -> int:
    """Stage the plan's days and return the staged import's number.

    Raises `PlanOutdated` where somebody took this import for dead and removed it.
    """
    number = in_transaction(engine, lambda db: open_staged(db, plan, platform, now=now))
    pace, total, done = Pace(4_000, least=2_000), plan.days or 1, 0
    for nth, batch in enumerate(make_ready(plan, number, pace)):

        def write(db: Connection, batch: Batch = batch, nth: int = nth) -> None:
            pace.begin()
            if _sign_of_life(db, number, batch=nth):
                batch.write(db)

        in_transaction(engine, write)
        pace.learn(len(batch))
        done += len(batch)
        told(done / total, f"{done:,} of {total:,} days are ready")
        time.sleep(BREATH)
    return number


def open_staged(db: Connection, plan: Plan, platform: Platform, *, now: datetime) -> int:
    """Return the number of a new staged import that holds nothing yet."""
    key = db.execute(
        insert(staged_import).values(
            platform=platform,
            observed_on=plan.observed_on,
            imported_at=now,
            batches=0,
            alive_at=int(time.time()),
        )
    ).inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted, so it has a key
    return int(key[0])


def _sign_of_life(db: Connection, number: int, *, batch: int) -> bool:
    """Say whether this batch is still to be written, and that its writer lives."""
    # Locked by the update, so that nobody removes the import while a batch is written.
    alive = db.execute(
        update(staged_import)
        .where(
            staged_import.c.id == number,
            staged_import.c.batches == batch,
            staged_import.c.alive_at >= 0,
        )
        .values(batches=batch + 1, alive_at=int(time.time()))
    )
    if alive.rowcount:
        return True
    if not is_alive(db, number):
        raise PlanOutdated("The staged import was taken for dead.")
    return False


def is_alive(db: Connection, number: int) -> bool:
    """Say whether a staged import is all there; it is locked until the transaction ends."""
    query = select(staged_import.c.alive_at).where(
        staged_import.c.id == number, staged_import.c.alive_at >= 0
    )
    return db.execute(query.with_for_update()).first() is not None


@dataclass
class Batch:
    """Some days of a staged import, made ready before the transaction that writes them."""

    new: list[Values] = field(default_factory=list)
    """Of staged_day, up to is_current: of what was observed, all becomes current."""
    known: list[Values] = field(default_factory=list)
    """Of staged_day: what becomes current differs from what was observed, or nothing does."""
    kinds: list[Values] = field(default_factory=list)
    """Of staged_kind_result."""

    def __len__(self) -> int:
        return len(self.new) + len(self.known)

    def write(self, db: Connection) -> None:
        """Insert the rows."""
        insert_rows(db, staged_day, _OBSERVED, self.new, repeated=_CURRENT)
        insert_rows(db, staged_day, [one.name for one in staged_day.columns], self.known)
        insert_rows(
            db, staged_kind_result, [c.name for c in staged_kind_result.columns], self.kinds
        )


def make_ready(plan: Plan, number: int, pace: Pace) -> Iterator[Batch]:
    """Yield every day of the plan, campaign by campaign, the oldest first, in batches."""
    spelled: dict[date, str] = {}
    # Days with the same results share one mapping, which lives as long as the plan.
    said: dict[int, str] = {}
    batch = Batch()
    for position, one in enumerate(plan.campaigns):
        before = one.before
        for brought in one.brought:
            _, day, spend, impressions, clicks, results, _ = brought
            text = spelled.get(day)
            if text is None:
                text = spelled[day] = day.isoformat()
            words = said.get(id(results))
            if words is None:
                words = said[id(results)] = _as_json(results)
            observed = (number, position, text, spend, impressions, clicks, words)
            known = before.get(day) if before else None
            if known is None:
                batch.new.append((*observed, 1))
                changed = results
            else:
                current, changed = _current(brought, known, plan.observed_on)
                batch.known.append((*observed, *current))
            for kind, micros in changed.items():
                batch.kinds.append((number, position, text, kind, micros))
            if len(batch) >= pace.rows:
                yield batch
                batch = Batch()
    if len(batch):
        yield batch


def _current(
    day: ExportDay, known: KnownDay, observed_on: date
) -> tuple[Values, Mapping[str, int]]:
    """Return what becomes current of a known day: its columns, and the results that change.

    The newer observation speaks; what it leaves blank the older one fills, in whichever order
    the two were imported.
    """
    source: int | None = None
    seen_on: date | None = None
    if observed_on < known.observed_on:
        figures = completed(known.figures, figures_of(day))
        source, seen_on = known.import_id, known.observed_on
    else:
        figures = completed(figures_of(day), known.figures)
    if figures == known.figures and (seen_on or observed_on) == known.observed_on:
        return (0, None, None, None, None, None), {}
    changed = {
        kind: micros for kind, micros in figures[3].items() if known.results.get(kind) != micros
    }
    return (1, *figures[:3], source, seen_on and seen_on.isoformat()), changed


def _as_json(results: Mapping[str, int]) -> str:
    """Return results as the JSON that the database keeps; one kind is the common case."""
    if len(results) == 1:
        ((kind, micros),) = results.items()
        return f"{{{_quoted(kind)}: {micros}}}"
    return json.dumps(results)


_quoted = lru_cache(maxsize=1_000)(json.dumps)


def remove_staged(engine: Engine, number: int) -> None:
    """Remove what was staged and will not be switched over, in short transactions."""

    def given_up(db: Connection) -> bool:
        _give_up(db, staged_import.c.id == number)
        query = select(staged_import.c.alive_at).where(staged_import.c.id == number)
        return (db.execute(query).scalar() or 0) < 0

    if not in_transaction(engine, given_up):
        return  # It is switched over after all: the answer to the commit was lost.
    pace = Pace(5_000)
    for table in (staged_day, staged_kind_result):
        is_done = False
        while not is_done:
            rows = pace.rows
            is_done = in_transaction(engine, partial(_remove_some, table, number, rows, pace))
            pace.learn(rows)
            time.sleep(BREATH)
    header = delete(staged_import).where(
        staged_import.c.id == number, staged_import.c.import_id.is_(None)
    )
    in_transaction(engine, lambda db: db.execute(header))


def remove_given_up(engine: Engine) -> None:
    """Remove what dead processes have staged and never switched over."""

    def work(db: Connection) -> list[int]:
        _give_up(db, staged_import.c.alive_at < int(time.time()) - GIVEN_UP_AFTER)
        query = select(staged_import.c.id).where(staged_import.c.alive_at < 0)
        return list(db.execute(query).scalars())

    for number in in_transaction(engine, work):
        remove_staged(engine, number)


def _give_up(db: Connection, chosen: ColumnElement[bool]) -> None:
    # What is switched over is never given up: its days count already.
    db.execute(
        update(staged_import)
        .where(chosen, staged_import.c.import_id.is_(None))
        .values(alive_at=_GIVEN_UP)
    )


def _remove_some(table: Table, number: int, rows: int, pace: Pace, db: Connection) -> bool:
    """Remove about so many rows of a staged import; say whether those were the last ones."""
    pace.begin()
    key = table.c.position, table.c.day
    mine = table.c.staged_id == number
    last = db.execute(select(*key).where(mine).order_by(*key).offset(rows).limit(1)).first()
    some = delete(table).where(mine)
    if last is not None:
        some = some.where(
            tuple_(*key)
            < tuple_(
                *(literal(value, column.type) for value, column in zip(last, key, strict=True))
            )
        )
    db.execute(some)
    return last is None
