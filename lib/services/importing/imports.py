"""Imports: preview a file, then bring it in whole or refuse it whole."""

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from lib.db.engine import reading, retrying
from lib.db.tables import column_mapping, connection, import_run
from lib.domain.records import Actor, Origin, Platform, Source
from lib.domain.rights import Deed
from lib.domain.text import kept_note
from lib.events import told
from lib.platforms import ColumnMapping, ExportFile, Grain, MappingNeeded, read_export
from lib.services.access import demand, demand_somewhere, present_rights
from lib.services.importing.folding import finish_imports
from lib.services.importing.owner import check_zone, find_artist
from lib.services.importing.plan import Plan, make_plan
from lib.services.importing.preview import counts_of, preview_of
from lib.services.importing.shapes import (
    DayState,
    ImportOutcome,
    ImportPreview,
    ImportRefused,
    PreviewOutdated,
    UnreadableRows,
)
from lib.services.importing.staging import PlanOutdated, Progress
from lib.services.importing.switch import Switch, bring_in
from lib.services.importing.writing import Writer
from lib.services.recording import Occasion
from lib.services.transactions import in_transaction
from lib.services.trend.trends import follow_the_lag

logger = logging.getLogger(__name__)

SHOWN_ROWS = 20
_ATTEMPTS = 10
"""How often an import is planned anew because another one came in between."""


def read_file(
    engine: Engine,
    data: bytes | BinaryIO,
    *,
    platform: Platform | None = None,
    mapping: ColumnMapping | None = None,
    most_bytes: int | None = None,
    progress: Progress = lambda _share, _words: None,
) -> ExportFile:
    """Read an export; a header that was mapped before is read by the remembered mapping.

    More than `most_bytes` are refused. `progress` hears how far the reading is.

    Raises `lib.platforms.ExportRefused`, and its kind `MappingNeeded` where a person has to
    say once what the columns mean.
    """
    try:
        file = read_export(
            data, platform=platform, mapping=mapping, most_bytes=most_bytes, told=progress
        )
    except MappingNeeded as needed:
        mapping = remembered_mapping(engine, needed.fingerprint) if mapping is None else None
        if mapping is None:
            raise
        if not isinstance(data, bytes):
            data.seek(0)
        file = read_export(
            data, platform=platform, mapping=mapping, most_bytes=most_bytes, told=progress
        )
    if mapping is None:
        return file
    # The same bytes read by another mapping say something else: another observation.
    said = f"{file.sha256}{mapping.model_dump_json()}"
    return replace(file, sha256=hashlib.sha256(said.encode()).hexdigest())


def _learn_of_the_lag(engine: Engine, preview: ImportPreview, *, now: datetime) -> None:
    """Measure the lag anew where the file says more of days that were known.

    Whatever goes wrong here, the import is in: the next one that measures takes it up.
    """
    again = sum(number for state, number in preview.days.items() if state is not DayState.NEW)
    if not again:
        return
    try:
        follow_the_lag(engine, now=now)
    except Exception:
        logger.exception("An import is in, but the trends do not follow the lag yet")


def remembered_mapping(engine: Engine, fingerprint: str) -> ColumnMapping | None:
    """Return the mapping that was saved for files with this header."""

    def work() -> ColumnMapping | None:
        query = select(column_mapping.c.mapping).where(column_mapping.c.fingerprint == fingerprint)
        with reading(engine) as db:
            found = db.execute(query).scalar()
        return None if found is None else ColumnMapping.model_validate(found)

    return retrying(work)


def remember_mapping(
    engine: Engine, fingerprint: str, mapping: ColumnMapping, *, actor: Actor, now: datetime
) -> None:
    """Save what the columns of files with this header mean, for the next file.

    The next file is anybody's: who edits somewhere only may say what a new header means, and
    who edits the whole desk may say it anew. Raises `NotAllowed`.
    """

    def work(db: Connection) -> None:
        rights = present_rights(db, actor, now=now)
        demand_somewhere(rights, Deed.EXPLAIN_COLUMNS)
        query = select(column_mapping.c.mapping).where(column_mapping.c.fingerprint == fingerprint)
        before = db.execute(query.with_for_update()).scalar()
        if before == mapping.model_dump(mode="json"):
            return
        if before is not None:
            demand(rights, Deed.EXPLAIN_ANEW)
        values = {"mapping": mapping.model_dump(mode="json"), "at": now, "actor": actor.name}
        known = db.execute(
            update(column_mapping)
            .where(column_mapping.c.fingerprint == fingerprint)
            .values(**values)
        )
        if not known.rowcount:
            db.execute(insert(column_mapping).values(fingerprint=fingerprint, **values))

    in_transaction(engine, work)


def preview_import(
    engine: Engine,
    file: ExportFile,
    *,
    file_name: str,
    artist_name: str,
    actor: Actor,
    now: datetime,
    zone: str,
    observed_on: date | None = None,
    accept_renames: bool = True,
) -> ImportPreview:
    """Return what importing the file would do; nothing is written.

    `observed_on` is the day the file was downloaded, where the person says so; else the last
    day that it speaks for. `zone` is the ad account's, where it is not known yet. Raises
    `ImportRefused`, `NotAllowed`.
    """
    check_zone(zone)
    name = kept_note(file_name)
    asked = _Asked(file, name, artist_name, actor, now, zone, observed_on, accept_renames)
    return retrying(lambda: _look(engine, asked)).preview


@told("import:file")
def import_file(
    engine: Engine,
    file: ExportFile,
    *,
    file_name: str,
    artist_name: str,
    actor: Actor,
    now: datetime,
    source: Source,
    zone: str,
    observed_on: date | None = None,
    accept_good_rows: bool = False,
    accept_renames: bool = True,
    seen: ImportPreview | None = None,
    progress: Progress = lambda _share, _words: None,
) -> ImportOutcome:
    """Import the file's campaigns and days, all or nothing; the same file twice is one import.

    What is raised says that nothing is in; only where `DatabaseUnreachable` is, the answer to
    the commit may have been lost.

    A large file is staged first, switched over at once, and put in place afterwards, so that
    others change campaigns meanwhile: decision 0015. `seen` is the preview that the person
    agreed to: if the import would now do something else, it is refused. `zone` is the ad
    account's, where it is not known yet. Raises `NotAllowed`, `UnreadableRows`,
    `PreviewOutdated`, `AmbiguousCampaign`, `CurrencyChanged`.
    """
    check_zone(zone)
    if file.unreadable_count and not accept_good_rows:
        raise UnreadableRows(_unreadable_message(file))
    name = kept_note(file_name)
    asked = _Asked(file, name, artist_name, actor, now, zone, observed_on, accept_renames)
    for _ in range(_ATTEMPTS):
        finish_imports(engine)
        progress(0.0, "Comparing with what is known")
        looked = retrying(lambda: _look(engine, asked))
        preview, artist_id = looked.preview, looked.plan.basis.artist_id
        if not file.campaigns:
            return ImportOutcome(None, artist_id, False, now, preview)
        if looked.earlier is not None:
            return ImportOutcome(
                looked.earlier["id"], artist_id, True, looked.earlier["at"], preview
            )
        if seen is not None and seen.fingerprint != preview.fingerprint:
            raise PreviewOutdated(
                "What this import would do has changed since its preview was shown. "
                "Nothing was imported; look at the new preview."
            )
        occasion = Occasion(actor, now, Origin.IMPORT, source)
        switch = Switch(
            looked.plan,
            file,
            file_name=name,
            artist_name=artist_name,
            zone=zone,
            counts=counts_of(preview, file),
            occasion=occasion,
            writer=Writer(engine.dialect, looked.plan, file, occasion=occasion),
        )
        try:
            done = bring_in(engine, switch, progress=progress)
        except PlanOutdated:
            continue
        _learn_of_the_lag(engine, preview, now=now)
        return ImportOutcome(done.import_id, done.artist_id, False, now, preview)
    raise ImportRefused(
        "Other imports for this artist came in between again and again; nothing was imported. "
        "Try again in a moment."
    )


@dataclass(frozen=True)
class _Asked:
    """What a person asks to be imported."""

    file: ExportFile
    file_name: str
    artist_name: str
    actor: Actor
    now: datetime
    zone: str
    observed_on: date | None
    accept_renames: bool


@dataclass(frozen=True)
class _Looked:
    """What came of looking at the file and the database in one moment."""

    plan: Plan
    preview: ImportPreview
    earlier: RowMapping | None
    """The import that was made of the same file already."""


def _look(engine: Engine, asked: _Asked) -> _Looked:
    file = asked.file
    with reading(engine) as db:
        rights = present_rights(db, asked.actor, now=asked.now, are_kept=False)
        artist_id = find_artist(db, asked.artist_name, rights=rights)
        known = db.execute(
            select(connection.c.zone).where(
                connection.c.artist_id == artist_id, connection.c.platform == file.platform
            )
        ).scalar()
        today = asked.now.astimezone(ZoneInfo(known or asked.zone)).date()
        plan = make_plan(
            db,
            file,
            artist_id,
            observed_on=asked.observed_on or _observed_on(file, today),
            today=today,
            accept_renames=asked.accept_renames,
        )
        earlier = _earlier(db, artist_id, file, asked.observed_on)
    preview = preview_of(
        plan, file, earlier, artist_name=asked.artist_name, file_name=asked.file_name
    )
    return _Looked(plan, preview, earlier)


def _observed_on(file: ExportFile, today: date) -> date:
    """Return the day that orders this file among others: the last one that it speaks for."""
    if file.grain is Grain.DAY and file.days:
        return max(day.day for day in file.days)
    return min(file.ends_on or today, today)


def _earlier(
    db: Connection, artist_id: int | None, file: ExportFile, observed_on: date | None
) -> RowMapping | None:
    """Return the import of the same file, on the same day of download where one is given."""
    query = select(import_run).where(
        import_run.c.artist_id == artist_id, import_run.c.sha256 == file.sha256
    )
    if observed_on is not None:
        query = query.where(import_run.c.observed_on == observed_on)
    return db.execute(query.order_by(import_run.c.id.desc())).mappings().first()


def _unreadable_message(file: ExportFile) -> str:
    shown = "\n".join(f"  line {row.line}: {row.reason}" for row in file.unreadable[:SHOWN_ROWS])
    more = file.unreadable_count - min(len(file.unreadable), SHOWN_ROWS)
    rest = f"\n  … and {more} more" if more > 0 else ""
    return (
        f"{file.unreadable_count} rows could not be read; nothing was imported. Correct the "
        f"file, or choose to import the good rows only.\n{shown}{rest}"
    )
