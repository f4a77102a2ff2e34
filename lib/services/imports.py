"""Imports: preview a file, then write it whole in one transaction, or refuse it whole."""

import hashlib
import unicodedata
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from lib.db.engine import reading, retrying
from lib.db.tables import artist, column_mapping, connection, coverage, import_run, organization
from lib.domain.names import artist_key
from lib.domain.records import Actor, Origin, Platform, Source
from lib.platforms import ColumnMapping, ExportFile, Grain, MappingNeeded, read_export
from lib.services.campaigns import in_transaction
from lib.services.import_plan import Plan, changes_in_words, make_plan
from lib.services.import_shapes import (
    CampaignPreview,
    DayState,
    ImportOutcome,
    ImportPreview,
    ImportRefused,
    PreviewOutdated,
    UnreadableRows,
)
from lib.services.import_status import PlannedCampaign
from lib.services.import_writing import (
    Progress,
    ensure_artist,
    ensure_connection,
    write_plan,
)
from lib.services.recording import Occasion, bump_data_version
from lib.services.trends import refresh

SHOWN_ROWS = 20
MOST_OF_A_NAME = 200
_NO_TEXT = frozenset({"Cc", "Cs"})  # Control characters and halves of characters.


def read_file(
    engine: Engine,
    data: bytes | BinaryIO,
    *,
    platform: Platform | None = None,
    mapping: ColumnMapping | None = None,
    most_bytes: int | None = None,
) -> ExportFile:
    """Read an export; a header that was mapped before is read by the remembered mapping.

    More than `most_bytes` are refused.

    Raises `lib.platforms.ExportRefused`, and its kind `MappingNeeded` where a person has to
    say once what the columns mean.
    """
    try:
        file = read_export(data, platform=platform, mapping=mapping, most_bytes=most_bytes)
    except MappingNeeded as needed:
        mapping = remembered_mapping(engine, needed.fingerprint) if mapping is None else None
        if mapping is None:
            raise
        if not isinstance(data, bytes):
            data.seek(0)
        file = read_export(data, platform=platform, mapping=mapping, most_bytes=most_bytes)
    if mapping is None:
        return file
    # The same bytes read by another mapping say something else: another observation.
    said = f"{file.sha256}{mapping.model_dump_json()}"
    return replace(file, sha256=hashlib.sha256(said.encode()).hexdigest())


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
    """Save what the columns of files with this header mean, for the next file."""

    def work(db: Connection) -> None:
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
    now: datetime,
    observed_on: date | None = None,
    accept_renames: bool = True,
) -> ImportPreview:
    """Return what importing the file would do; nothing is written.

    `observed_on` is the day the file was downloaded, where the person says so; else the last
    day that it speaks for. Raises `ImportRefused`.
    """

    def work() -> ImportPreview:
        with reading(engine) as db:
            artist_id = _artist_id(db, artist_name)
            plan = _plan(
                db,
                file,
                artist_id,
                now=now,
                observed_on=observed_on,
                accept_renames=accept_renames,
                is_locked=False,
            )
            earlier = _earlier(db, artist_id, file, observed_on)
            return _preview(
                plan, file, artist_id, earlier, artist_name=artist_name, file_name=file_name
            )

    return retrying(work)


def import_file(
    engine: Engine,
    file: ExportFile,
    *,
    file_name: str,
    artist_name: str,
    actor: Actor,
    now: datetime,
    source: Source,
    observed_on: date | None = None,
    accept_good_rows: bool = False,
    accept_renames: bool = True,
    seen: ImportPreview | None = None,
    zone: str = "UTC",
    progress: Progress = lambda _share, _words: None,
) -> ImportOutcome:
    """Write the file's campaigns and days in one transaction; the same file twice is one import.

    `seen` is the preview that the person agreed to: if the import would now do something
    else, it is refused. Raises `UnreadableRows`, `PreviewOutdated`, `AmbiguousCampaign`,
    `CurrencyChanged`.
    """
    if file.unreadable_count and not accept_good_rows:
        raise UnreadableRows(_unreadable_message(file))
    occasion = Occasion(actor, now, Origin.IMPORT, source)

    def work(db: Connection) -> ImportOutcome:
        # Locked before the plan is made: imports for one artist queue, and nobody changes a
        # campaign between the plan and its writing.
        known_id = _artist_id(db, artist_name, is_locked=True)
        plan = _plan(
            db,
            file,
            known_id,
            now=now,
            observed_on=observed_on,
            accept_renames=accept_renames,
            is_locked=True,
        )
        earlier = _earlier(db, known_id, file, observed_on)
        preview = _preview(
            plan, file, known_id, earlier, artist_name=artist_name, file_name=file_name
        )
        if not file.campaigns:
            return ImportOutcome(None, known_id, False, now, preview)
        if earlier is not None:
            return ImportOutcome(earlier["id"], known_id, True, earlier["at"], preview)
        if seen is not None and seen.fingerprint != preview.fingerprint:
            raise PreviewOutdated(
                "What this import would do has changed since its preview was shown. "
                "Nothing was imported; look at the new preview."
            )
        artist_id = ensure_artist(db, artist_name, occasion=occasion)
        ensure_connection(db, artist_id, file.platform, zone=zone)
        import_id = write_plan(
            db,
            plan,
            file,
            artist_id=artist_id,
            file_name=file_name,
            counts=_counts(preview, file),
            occasion=occasion,
            progress=progress,
        )
        refresh(db, _campaigns_of(db, import_id), now=now, by=actor.name)
        bump_data_version(db)
        return ImportOutcome(import_id, artist_id, False, now, preview)

    return in_transaction(engine, work)


def _campaigns_of(db: Connection, import_id: int) -> list[int]:
    """Return the campaigns for which the import speaks."""
    spoken = select(coverage.c.campaign_id).where(coverage.c.import_id == import_id).distinct()
    return list(db.execute(spoken).scalars())


def _plan(
    db: Connection,
    file: ExportFile,
    artist_id: int | None,
    *,
    now: datetime,
    observed_on: date | None,
    accept_renames: bool,
    is_locked: bool,
) -> Plan:
    zone = db.execute(
        select(connection.c.zone).where(
            connection.c.artist_id == artist_id, connection.c.platform == file.platform
        )
    ).scalar()
    today = now.astimezone(ZoneInfo(zone or "UTC")).date()
    return make_plan(
        db,
        file,
        artist_id,
        observed_on=observed_on or _observed_on(file, today),
        today=today,
        accept_renames=accept_renames,
        is_locked=is_locked,
    )


def _observed_on(file: ExportFile, today: date) -> date:
    """Return the day that orders this file among others: the last one that it speaks for."""
    if file.grain is Grain.DAY and file.days:
        return max(day.day for day in file.days)
    return min(file.ends_on or today, today)


def _artist_id(db: Connection, name: str, *, is_locked: bool = False) -> int | None:
    if not artist_key(name):
        raise ImportRefused("Say which artist the file belongs to; nothing was imported.")
    if len(name) > MOST_OF_A_NAME or any(unicodedata.category(sign) in _NO_TEXT for sign in name):
        raise ImportRefused(
            f"An artist's name has at most {MOST_OF_A_NAME} characters and no control characters; "
            "nothing was imported."
        )
    query = (
        select(artist.c.id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(artist.c.name_key == artist_key(name), organization.c.retired_at.is_(None))
    )
    return db.execute(query.with_for_update(of=artist) if is_locked else query).scalar()


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


def _preview(
    plan: Plan,
    file: ExportFile,
    artist_id: int | None,
    earlier: RowMapping | None,
    *,
    artist_name: str,
    file_name: str,
) -> ImportPreview:
    preview = ImportPreview(
        artist=artist_name.strip(),
        is_artist_new=artist_id is None,
        file_name=file_name,
        sha256=file.sha256,
        platform=file.platform,
        form=file.form,
        encoding=file.encoding,
        delimiter=file.delimiter,
        decimal_mark=file.decimal_mark,
        grain=file.grain,
        currency=file.currency,
        starts_on=file.starts_on,
        ends_on=file.ends_on,
        observed_on=plan.observed_on,
        is_repeat=earlier is not None,
        imported_before=f"{earlier['at']:%d %b %Y %H:%M} UTC by {earlier['actor']}"
        if earlier
        else "",
        campaigns=tuple(_campaign_preview(one, file) for one in plan.campaigns),
        days={state: plan.count()[state] for state in DayState},
        left_out=tuple((row.line, row.reason) for row in file.left_out),
        unreadable=tuple((row.line, row.reason) for row in file.unreadable),
        unreadable_count=file.unreadable_count,
        spend_by_currency=_spend(plan, file),
        file_total_micros=file.file_total_micros,
        notes=file.notes,
        warnings=plan.warnings,
        fingerprint="",
    )
    return replace(preview, fingerprint=_fingerprint(preview))


def _campaign_preview(one: PlannedCampaign, file: ExportFile) -> CampaignPreview:
    words = (one.export.platform_status, one.export.serving_status, one.export.platform_note)
    return CampaignPreview(
        name=one.export.name,
        is_new=one.known is None,
        renamed_from=one.renamed_from,
        status=one.status,
        is_status_inferred=one.is_status_inferred,
        status_words=" · ".join(word for word in words if word),
        campaign_type=one.campaign_type,
        headline_kind=one.headline_kind,
        currency=one.export.currency or file.currency or "",
        days={state: sum(found is state for found, _, _ in one.days) for state in DayState},
        changes=changes_in_words(one),
    )


def _spend(plan: Plan, file: ExportFile) -> dict[str, int]:
    spent: dict[str, int] = defaultdict(int)
    for one in plan.campaigns:
        currency = one.export.currency or file.currency or ""
        spent[currency] += sum(day.spend_micros or 0 for _, day, _ in one.days)
    for key, micros in file.period_spend:
        currency = next(
            (c.currency for c in file.campaigns if c.key == key and c.currency), file.currency or ""
        )
        spent[currency] += micros or 0
    return {currency: micros for currency, micros in spent.items() if currency}


def _fingerprint(preview: ImportPreview) -> str:
    """Return what changes whenever the import would do something else."""
    said = replace(preview, file_name="", fingerprint="", is_repeat=False, imported_before="")
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _counts(preview: ImportPreview, file: ExportFile) -> dict[str, int]:
    return {
        "campaigns_new": preview.new_campaigns,
        "campaigns_known": preview.known_campaigns,
        "campaigns_renamed": len(preview.renames),
        **{f"days_{state}": number for state, number in preview.days.items()},
        "rows_left_out": len(file.left_out),
        "rows_unreadable": file.unreadable_count,
    }


def _unreadable_message(file: ExportFile) -> str:
    shown = "\n".join(f"  line {row.line}: {row.reason}" for row in file.unreadable[:SHOWN_ROWS])
    more = file.unreadable_count - min(len(file.unreadable), SHOWN_ROWS)
    rest = f"\n  … and {more} more" if more > 0 else ""
    return (
        f"{file.unreadable_count} rows could not be read; nothing was imported. Correct the "
        f"file, or choose to import the good rows only.\n{shown}{rest}"
    )
