"""Fills a SQLite database of the desk's own tables: `python -m tests.bench.filling S L`.

The files lie in `.bench/`, one a size and day, and are kept until the day after. What is few
goes in through SQLAlchemy, with every trigger in force. The days are millions: they go in by
the driver, with the trigger of their table put aside and put back as it was.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, insert

from lib.db.engine import make_engine, sqlite_module, writing
from lib.db.migrations import newest_revision, upgrade
from lib.db.tables import daily_kind_result, daily_observation, daily_result, history
from lib.domain.metrics import SECOND_KIND
from lib.domain.records import MICROS
from lib.services.history_chain import append_entries
from lib.services.trend import trends
from lib.settings import ROOT
from tests.bench.label import KINDS_OF_CAMPAIGN, SIZES, Plan, Size, figures, kind_of, plan
from tests.bench.people import Days, Few, few_rows

FOLDER = ROOT / ".bench"
# Part of the name: whoever changes what is filled in raises it.
FORM = 2
PORTION = 500
# As SQLAlchemy writes instants into SQLite.
_MICROSECONDS = "%Y-%m-%d %H:%M:%S.%f"

Say = Callable[[str], None]


def database(size: Size, *, now: datetime, say: Say = print) -> Path:
    """Return the filled file of a size, whose days end yesterday; fill it where it is missing."""
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"{size.name}-{now:%Y-%m-%d}-{newest_revision()}-{FORM}.sqlite"
    if file.exists():
        return file
    for older in FOLDER.glob(f"{size.name}-*"):
        older.unlink()
    started = time.monotonic()
    partial = file.with_suffix(".partial")
    fill(partial, size, now=now)
    partial.rename(file)
    megabytes = file.stat().st_size / 2**20
    say(f"Filled {file.name}: {megabytes:.0f} MB in {time.monotonic() - started:.0f} s.")
    return file


def fill(file: Path, size: Size, *, now: datetime) -> None:
    """Write the whole label into a new file."""
    file.unlink(missing_ok=True)
    engine = make_engine(f"sqlite:///{file}")
    try:
        upgrade(engine)
        planned, days = plan(size), Days.ending_yesterday(size, now=now)
        _few(engine, few_rows(planned, days, now=now))
        engine.dispose()  # The file is turned over to the driver alone.
        _many(file, planned, days)
        trends.rebuild(engine, now=now)
    finally:
        engine.dispose()


def _few(engine: Engine, rows: Few) -> None:
    """Insert everything but the days, in one transaction that the triggers watch."""
    with writing(engine) as db:
        for table, values in rows.in_order():
            if table is history:
                append_entries(db, values)
                continue
            for first in range(0, len(values), PORTION):
                db.execute(insert(table), values[first : first + PORTION])


def _many(file: Path, planned: Plan, days: Days) -> None:
    """Insert the days by the driver: current figures, their kinds, and one observation each."""
    db = sqlite_module().connect(str(file), isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000", "foreign_keys=OFF"):
        db.execute(f"PRAGMA {pragma}")
    watched = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?",
        [daily_observation.name],
    ).fetchall()
    db.execute("BEGIN")
    for name, _ in watched:
        db.execute(f"DROP TRIGGER {name}")
    for first in range(0, planned.size.campaigns, PORTION):
        last = min(first + PORTION, planned.size.campaigns)
        results, kinds, observations = _portion(planned, days, first, last)
        _insert(db, daily_result, results)
        _insert(db, daily_kind_result, kinds)
        _insert(db, daily_observation, observations)
    for _, statement in watched:
        db.execute(statement)
    db.execute("COMMIT")
    db.close()


def _insert(db: Any, table: Table, rows: list[Any]) -> None:
    names = ", ".join(table.columns.keys())
    marks = ", ".join("?" * len(table.columns))
    db.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)  # noqa: S608


def _portion(planned: Plan, days: Days, first: int, last: int) -> tuple[list[Any], ...]:
    """Return the rows of some campaigns' days as the driver takes them, in order of their keys."""
    found = figures(planned, first, last, weekday=days.first.weekday())
    results: list[Any] = []
    kinds: list[Any] = []
    observations: list[Any] = []
    texts = [day.isoformat() for day in days.all]
    for row, number in enumerate(range(first, last)):
        kind, campaign_id = kind_of(int(planned.kind[number])), number + 1
        second = SECOND_KIND.get(kind)
        imports = days.by_day(
            int(planned.artist[number]), KINDS_OF_CAMPAIGN[planned.kind[number]][0]
        )
        stamps = [f"{by.at:{_MICROSECONDS}}" for by in imports]
        columns = zip(
            texts,
            imports,
            stamps,
            *(
                values[row].tolist()
                for values in (
                    found.spend_micros,
                    found.impressions,
                    found.clicks,
                    found.results,
                    found.second,
                    found.has_run,
                )
            ),
            strict=True,
        )
        for day, by, at, spend, impressions, clicks, result, other, has_run in columns:
            said = {kind: result * MICROS} if has_run else {}
            if has_run and second:
                said[second] = other * MICROS
            results.append(
                (campaign_id, day, spend, impressions, clicks, by.id, by.observed_on.isoformat())
            )
            kinds.extend((campaign_id, day, name, micros) for name, micros in sorted(said.items()))
            observations.append(
                (campaign_id, day, by.id, at, spend, impressions, clicks, json.dumps(said))
            )
    return results, kinds, observations


def main() -> None:
    """Fill the sizes that the command line names."""
    now = datetime.now(UTC)
    for name in sys.argv[1:] or ["S"]:
        print(database(SIZES[name.upper()], now=now))


if __name__ == "__main__":
    main()
