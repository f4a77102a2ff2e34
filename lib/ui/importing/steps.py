"""What the import page asks of the import service: reading, previewing, writing in the background.

The import runs in a thread of its own and tells its progress to an object that the page looks
at: a click while it runs would otherwise abort it, and a long file would freeze the page.
"""

import threading
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO

import streamlit as st
from sqlalchemy import Engine

from lib.db.engine import DatabaseUnreachable
from lib.domain.records import Actor, Artist, Platform, Source
from lib.domain.rights import Deed, Place
from lib.platforms import ColumnMapping, ExportFile, ExportRefused, MappingNeeded
from lib.services.access import NotAllowed
from lib.services.importing import imports
from lib.services.importing.shapes import (
    CampaignPreview,
    DayState,
    ImportOutcome,
    ImportPreview,
    ImportRefused,
)
from lib.settings import settings
from lib.ui import clock, notices, reads, signin

__all__ = [
    "CampaignPreview",
    "DayState",
    "ExportFile",
    "ExportRefused",
    "ImportPreview",
    "ImportRefused",
    "MappingNeeded",
]

_JOB = "import-job"
_ROUND = "import-round"
_QUICK = 1.5  # Seconds to wait for a small file, so that the next page shows it done.


@dataclass
class Job:
    """An import that runs or has run: how far it is and what came of it."""

    share: float = 0.0
    words: str = "Starting"
    outcome: ImportOutcome | None = None
    refusal: str = ""
    is_open: bool = False
    """Whether the import is in, nobody knows."""
    done: threading.Event = field(default_factory=threading.Event)


def uploader_key() -> str:
    """Return the key of the file field; it changes to empty the field after an import."""
    return f"import-file-{st.session_state.get(_ROUND, 0)}"


def read(data: bytes, *, file_id: str, platform: Platform | None) -> ExportFile:
    """Read an uploaded export. Raises `ExportRefused`, and its kind `MappingNeeded`."""
    return _read(file_id, platform and platform.value, data, reads.engine())


@st.cache_resource(ttl=timedelta(minutes=10), max_entries=8, show_spinner="Reading the file")
def _read(file_id: str, platform: str | None, _data: bytes, _engine: Engine) -> ExportFile:
    del file_id  # An upload has an id of its own, which is the cache's key.
    chosen = Platform(platform) if platform else None
    return imports.read_file(_engine, BytesIO(_data), platform=chosen)


def preview(
    file: ExportFile, *, file_name: str, artist: str, observed_on: date | None, with_renames: bool
) -> ImportPreview:
    """Return what importing the file would do. Raises `ImportRefused`."""
    try:
        return imports.preview_import(
            reads.engine(),
            file,
            file_name=file_name,
            artist_name=artist,
            actor=signin.actor(),
            now=clock.now(),
            zone=settings().default_zone,
            observed_on=observed_on,
            accept_renames=with_renames,
        )
    except (NotAllowed, signin.SignedOut) as refusal:
        raise ImportRefused(str(refusal)) from None


def remember(fingerprint: str, mapping: ColumnMapping) -> None:
    """Keep what the columns of files with this header mean; call it in a callback."""
    try:
        imports.remember_mapping(
            reads.engine(), fingerprint, mapping, actor=signin.actor(), now=clock.now()
        )
    except (NotAllowed, signin.SignedOut) as refusal:
        notices.tell_refused(str(refusal))
    else:
        # A refused read is not cached, so the next run reads the file by the new mapping.
        notices.tell_done("The columns are remembered for every file with this header.")


def start(
    file: ExportFile,
    seen: ImportPreview,
    *,
    observed_on: date | None,
    with_good_rows: bool,
    with_renames: bool,
) -> None:
    """Start the import that the person agreed to; call it in a callback."""
    running = job()
    if running and not running.done.is_set():
        return
    try:
        who = signin.actor()
    except signin.SignedOut as refusal:
        notices.tell_refused(str(refusal))
        return
    new = Job()
    st.session_state[_JOB] = new
    arguments = (reads.engine(), file, seen, who, new, observed_on, with_good_rows, with_renames)
    threading.Thread(target=_run, args=arguments, name="import").start()
    new.done.wait(_QUICK)


def _run(
    engine: Engine,
    file: ExportFile,
    seen: ImportPreview,
    who: Actor,
    into: Job,
    observed_on: date | None,
    with_good_rows: bool,
    with_renames: bool,
) -> None:
    def progress(share: float, words: str) -> None:
        into.share, into.words = share, words

    try:
        into.outcome = imports.import_file(
            engine,
            file,
            file_name=seen.file_name,
            artist_name=seen.artist,
            actor=who,
            now=clock.now(),
            source=Source.DESK,
            zone=settings().default_zone,
            observed_on=observed_on,
            accept_good_rows=with_good_rows,
            accept_renames=with_renames,
            seen=seen,
            progress=progress,
        )
    except (ImportRefused, NotAllowed) as refusal:
        into.refusal = str(refusal)
    except DatabaseUnreachable:
        into.is_open = True
        into.refusal = (
            "The database stopped answering, and its last answer may be lost. Import the file "
            "again: if it is in, nothing changes."
        )
        raise
    except Exception:
        into.refusal = "The import failed and nothing was written. Try again."
        raise
    finally:
        into.done.set()


def job() -> Job | None:
    """Return the import that this person started last."""
    found = st.session_state.get(_JOB)
    return found if isinstance(found, Job) else None


def put_away() -> None:
    """Forget the finished import and empty the file field, for the next file."""
    st.session_state.pop(_JOB, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def artist_names(artists: list[Artist]) -> list[str]:
    """Return the names of the artists that a file of this person's may belong to."""
    mine = reads.rights()
    return [
        one.name
        for one in artists
        if mine.may(Deed.IMPORT, Place(artist_id=one.id), of_organization=one.organization_id)
    ]


def adds_artists() -> bool:
    """Return whether a file of this person's may belong to an artist who is not here yet."""
    return reads.rights().may(Deed.ADD_ARTISTS)
