"""Backups: one file that holds a whole database as it was in one moment, and proves it.

The file is a zip of two: `manifest.json` says what the other is, of which schema, with how many
rows a table and under which SHA-256; the other is a SQLite file or pg_dump's own archive, so that
it can be used without the desk too. A backup is written beside its name and renamed once it is
whole; a restore reads all of it before it replaces anything, in one transaction.
"""

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection, Engine, column, inspect, literal, select, table, update

from lib.db.backup_postgres import PostgresCopy
from lib.db.backup_sqlite import SqliteCopy
from lib.db.copies import count_rows
from lib.db.engine import reading, writing
from lib.db.migrations import known_revisions, upgrade
from lib.db.tables import data_version

MANIFEST = "manifest.json"
_CONTENTS = {"sqlite": "desk.sqlite", "postgresql": "desk.dump"}
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# Every database has these rows from its first migration on.
_ALWAYS_THERE = ("history_head", "alembic_version", data_version.name)
_CHUNK = 2**20
# Everything by which Python says that a zip file is none, or not whole.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, ValidationError, KeyError, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError),
)


class BackupRefused(RuntimeError):
    """A backup or a restore that was not made; the message says why. Nothing was changed."""


class RestoreUnproven(RuntimeError):
    """A restore was made, and the database does not hold what the backup says."""


class Manifest(BaseModel):
    """What a backup holds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    desk_backup: Literal[1] = 1
    database: Literal["sqlite", "postgresql"]
    revision: str
    made_at: datetime
    rows: dict[str, int]
    bytes: int
    sha256: str


class Copy(Protocol):
    """How a kind of database is copied out and back in."""

    def write(self, into: Path, rows: dict[str, int]) -> None:
        """Write the database as of one moment, and count that moment's rows a table."""

    def check(self, content: Path, rows: Mapping[str, int]) -> None:
        """Read the whole copy. Raises `CopyRefused` where it is damaged or has other rows."""

    def bring_in(self, content: Path) -> None:
        """Replace the database by the checked copy, all of it or nothing."""


def back_up(engine: Engine, file: Path, *, now: datetime, pg_bin: Path | None = None) -> Manifest:
    """Write the database as it is now to the new `file`, while others go on working.

    Raises `BackupRefused`, `ProgramsMissing`, `CopyRefused`; then there is no file.
    """
    if file.exists():
        raise BackupRefused(f"There is a file {file} already. Name another one.")
    kind = _kind(engine)
    with reading(engine) as db:
        revision = _revision(db)
    if revision is None:
        raise BackupRefused("The database is empty: there is nothing to back up.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
        content, whole = Path(folder) / _CONTENTS[kind], Path(folder) / "whole"
        rows: dict[str, int] = {}
        _copy_of(engine, pg_bin).write(content, rows)
        manifest = Manifest(
            database=kind,
            revision=revision,
            made_at=now,
            rows=rows,
            bytes=content.stat().st_size,
            sha256=_sha256(content),
        )
        _pack(whole, content, manifest)
        _publish(whole, file)
    return manifest


def restore(
    engine: Engine, file: Path, *, overwrite: bool = False, pg_bin: Path | None = None
) -> Manifest:
    """Replace the database by the backup in `file`, all of it or nothing; migrate it then.

    The whole file is read and checked before. A database that holds anything is replaced only
    with `overwrite`. Raises `BackupRefused`, `CopyRefused`, `ProgramsMissing`, `RestoreUnproven`.
    """
    with unpacked(file) as (content, manifest):
        if manifest.database != _kind(engine):
            raise BackupRefused(
                f"This is a backup of {_NAMES[manifest.database]} and the desk is on "
                f"{_NAMES[_kind(engine)]}. Restore it into a database of its own kind."
            )
        copy = _copy_of(engine, pg_bin)
        copy.check(content, manifest.rows)
        if not overwrite and holds_something(engine):
            raise BackupRefused(
                "The database holds something, and a restore replaces all of it. Back it up, then "
                "say --overwrite."
            )
        version = _version_of_data(engine)
        copy.bring_in(content)
    _prove(engine, manifest)
    with writing(engine) as db:
        # What other processes keep by the number of the data is old now, whichever it was.
        newer = max(version, db.execute(select(data_version.c.number)).scalar_one())
        db.execute(update(data_version).values(number=newer + 1))
    upgrade(engine)
    with writing(engine) as db:
        # Nor does the history that has come back tell them what has changed.
        db.execute(update(data_version).values(told=0))
    return manifest


def holds_something(engine: Engine) -> bool:
    """Return whether any table has a row besides those that a migration puts there."""
    with reading(engine) as db:
        return any(
            db.execute(select(literal(1)).select_from(table(name)).limit(1)).first()
            for name in inspect(db).get_table_names()
            if name not in _ALWAYS_THERE
        )


@contextmanager
def unpacked(file: Path) -> Iterator[tuple[Path, Manifest]]:
    """Yield the content of a backup, whole as it was written, and its manifest.

    Raises `BackupRefused` where the file is no backup, is damaged, or comes from a newer desk.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            content, manifest = _unpack(file, Path(folder))
        except FileNotFoundError:
            raise BackupRefused(f"There is no file {file}.") from None
        except _DAMAGE as fault:
            raise BackupRefused(
                f"{file} is no backup of a desk, or it is damaged ({type(fault).__name__}). "
                "Nothing was changed."
            ) from None
        _check_against(manifest, content)
        yield content, manifest


def _unpack(file: Path, folder: Path) -> tuple[Path, Manifest]:
    with zipfile.ZipFile(file) as archive:
        manifest = Manifest.model_validate_json(archive.read(MANIFEST))
        content = folder / _CONTENTS[manifest.database]
        left = manifest.bytes + 1  # What is longer than it says is damaged, and not unpacked.
        with archive.open(content.name) as packed, content.open("wb") as plain:
            while left > 0 and (chunk := packed.read(min(left, _CHUNK))):
                left -= plain.write(chunk)
    return content, manifest


def _check_against(manifest: Manifest, content: Path) -> None:
    if content.stat().st_size != manifest.bytes or _sha256(content) != manifest.sha256:
        raise BackupRefused(
            "The backup is damaged: it is not what was written. Nothing was changed."
        )
    if manifest.revision not in known_revisions():
        raise BackupRefused(
            f"The backup has the schema {manifest.revision}, which this desk does not know: it "
            "comes from a newer one. Upgrade the desk first."
        )


def _prove(engine: Engine, manifest: Manifest) -> None:
    with reading(engine) as db:
        rows = count_rows(db)
    wrong = sorted(name for name in rows.keys() | manifest.rows.keys()
                   if rows.get(name) != manifest.rows.get(name))  # fmt: skip
    if wrong:
        raise RestoreUnproven(
            f"The restored database does not hold what the backup says ({', '.join(wrong)}). "
            "Do not work on it; restore again from another backup."
        )


def _pack(whole: Path, content: Path, manifest: Manifest) -> None:
    # pg_dump compresses by itself; a SQLite file shrinks to a fifth even at the quickest level.
    method = zipfile.ZIP_DEFLATED if manifest.database == "sqlite" else zipfile.ZIP_STORED
    with zipfile.ZipFile(whole, "w", method, compresslevel=1) as archive:
        archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        archive.write(content, content.name)
    with whole.open("rb") as written:
        os.fsync(written.fileno())
    whole.chmod(0o600)


def _publish(whole: Path, file: Path) -> None:
    """Give the finished backup its name, without ever replacing another file."""
    try:
        _link_or_move(whole, file)
    except FileExistsError:
        raise BackupRefused(f"There is a file {file} already. Name another one.") from None
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _link_or_move(whole: Path, file: Path) -> None:
    try:
        os.link(whole, file)
    except FileExistsError:
        raise
    except OSError:  # A file system without hard links.
        # A rename replaces what is there, so the name is taken first: then it is our own file.
        file.touch(exist_ok=False)
        whole.rename(file)


def _kind(engine: Engine) -> Literal["sqlite", "postgresql"]:
    return "sqlite" if engine.dialect.name == "sqlite" else "postgresql"


def _copy_of(engine: Engine, pg_bin: Path | None) -> Copy:
    if engine.dialect.name == "sqlite":
        return SqliteCopy(engine)
    return PostgresCopy(engine, named=pg_bin)


def _revision(db: Connection) -> str | None:
    schema = table("alembic_version", column("version_num"))
    if not inspect(db).has_table(schema.name):
        return None
    return db.execute(select(schema.c.version_num)).scalar()


def _version_of_data(engine: Engine) -> int:
    with reading(engine) as db:
        if not inspect(db).has_table(data_version.name):
            return 0
        return db.execute(select(data_version.c.number)).scalar() or 0


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
