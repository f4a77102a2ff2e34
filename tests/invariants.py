"""What must hold in every database at every moment, whatever happened to it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select, text

from lib.db.engine import reading
from lib.db.tables import (
    campaign,
    daily_kind_result,
    daily_observation,
    daily_result,
    history,
    import_run,
)
from lib.domain.records import Origin
from lib.domain.status import Status
from lib.services.verifying import prove
from tests.rules import SPENDS, can_stand_in_history


def faults(engine: Engine, *, artist_id: int | None = None) -> list[str]:
    """Return everything that is wrong, in sentences; of one artist, or of all.

    The chain of the history runs through all artists, so it is looked at for all of them only.
    """
    with reading(engine) as db:
        found = [*_unexplained(db, artist_id), *_unobserved(db), *_doubled_requests(db)]
        return found if artist_id is not None else [*found, *_unchained(db)]


def is_whole(engine: Engine) -> bool:
    """Return whether SQLite finds its file sound; PostgreSQL keeps no such check at hand."""
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as db:
        is_sound = db.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        return is_sound and not db.execute(text("PRAGMA foreign_key_check")).all()


def _unchained(db: Connection) -> Iterator[str]:
    broken = prove(db).broken
    if broken:
        yield f"entry {broken.entry_id} {broken.words}"


def _unexplained(db: Connection, artist_id: int | None) -> Iterator[str]:
    chosen, told = select(campaign), select(history).where(history.c.version.is_not(None))
    if artist_id is not None:
        chosen = chosen.where(campaign.c.artist_id == artist_id)
        told = told.where(history.c.artist_id == artist_id)
    entries: dict[int, list[RowMapping]] = defaultdict(list)
    for row in db.execute(told.order_by(history.c.version)).mappings():
        entries[row["campaign_id"]].append(row)
    known = set()
    for row in db.execute(chosen).mappings():
        known.add(row["id"])
        yield from _wrong_chain(row, entries[row["id"]])
    yield from (f"history of no campaign {one}" for one in entries.keys() - known)


def _wrong_chain(row: RowMapping, entries: list[RowMapping]) -> Iterator[str]:
    who = f"campaign {row['id']}"
    versions = [entry["version"] for entry in entries]
    if versions != list(range(1, len(entries) + 1)):
        yield f"{who} has the versions {versions}"
        return
    if not entries or row["version"] != len(entries):
        yield f"{who} is at version {row['version']} with {len(entries)} entries"
        return
    last = entries[-1]
    for column, said in (
        ("status", "to_status"),
        ("status_since", "at"),
        ("status_origin", "origin"),
        ("artist_id", "artist_id"),
    ):
        if row[column] != last[said]:
            yield f"{who}: {column} is {row[column]}, its history says {last[said]}"
    if entries[0]["from_status"] is not None:
        yield f"{who} begins in {entries[0]['from_status']}"
    yield from _wrong_links(who, entries)
    yield from _wrong_memory(who, row, last)


def _wrong_links(who: str, entries: list[RowMapping]) -> Iterator[str]:
    for before, after in pairwise(entries):
        if before["to_status"] != after["from_status"]:
            yield f"{who}: version {after['version']} starts where {before['version']} did not end"
        source, target = Status(after["from_status"]), Status(after["to_status"])
        if not can_stand_in_history(Origin(after["origin"]), source, target):
            yield f"{who}: {after['origin']} moved it from {source} to {target}"
        if source is Status.ARCHIVED and target in SPENDS:
            yield f"{who} spends after it was archived"


def _wrong_memory(who: str, row: RowMapping, last: RowMapping) -> Iterator[str]:
    if row["status"] == Status.ARCHIVED and len({row["status_before_archive"], None}) == 1:
        if last["from_status"] is not None:
            yield f"{who} has forgotten what it was before it was archived"
    elif row["status"] != Status.ARCHIVED and row["status_before_archive"] is not None:
        yield f"{who} remembers an archive that is over"
    if row["status"] in SPENDS and row["stopped_at"] is not None:
        yield f"{who} runs, though its money was stopped"


def _unobserved(db: Connection) -> Iterator[str]:
    """Yield the days whose current figures are not those of the newest observation.

    What that one leaves blank is known from the one before it.
    """
    newest: dict[tuple[int, object], dict[str, Any]] = {}
    for row in db.execute(
        select(daily_observation, import_run.c.observed_on)
        .join(import_run, import_run.c.id == daily_observation.c.import_id)
        .order_by(import_run.c.observed_on, import_run.c.id)
    ).mappings():
        key = (row["campaign_id"], row["day"])
        before = newest.get(key, {"results": {}})
        said = {name: value for name, value in row.items() if value is not None}
        blank = dict.fromkeys(("spend_micros", "impressions", "clicks"))
        newest[key] = blank | before | said | {"results": before["results"] | row["results"]}
    kinds: dict[tuple[int, object], dict[str, int]] = defaultdict(dict)
    for kind in db.execute(select(daily_kind_result)):
        kinds[kind.campaign_id, kind.day][kind.kind] = kind.results_micros
    current = {(row["campaign_id"], row["day"]): row for row in _days(db)}
    if newest and current.keys() != newest.keys():
        yield f"days without observation, or the reverse: {current.keys() ^ newest.keys()}"
    for key in current.keys() & newest.keys():
        for column in ("import_id", "observed_on", "spend_micros", "impressions", "clicks"):
            if current[key][column] != newest[key][column]:
                yield f"{key}: {column} is not what was observed last"
        if kinds[key] != newest[key]["results"]:
            yield f"{key}: results are not what was observed last"


def _days(db: Connection) -> Iterator[RowMapping]:
    yield from db.execute(select(daily_result)).mappings()


def _doubled_requests(db: Connection) -> Iterator[str]:
    asked = Counter(
        db.execute(select(history.c.request_id).where(history.c.request_id.is_not(None))).scalars()
    )
    yield from (f"request {one} stands {n} times" for one, n in asked.items() if n > 1)
