"""Copies of a SQLite database, by SQLite's own backup: consistent while others write.

A plain copy of the file would miss what still stands in the write-ahead log.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DatabaseError

from lib.db.copies import CopyRefused, count_rows
from lib.db.engine import make_engine, reading, sqlite_module

_PATIENCE = 60
"""Seconds to wait for somebody else's transaction."""


class SqliteCopy:
    """Copies the engine's database out and in."""

    def __init__(self, engine: Engine) -> None:
        """Keep the engine."""
        self.engine = engine

    def write(self, into: Path, rows: dict[str, int]) -> None:
        """Write the database as of one moment, and count that moment's rows a table.

        One step copies all pages from one snapshot of the write-ahead log; writers go on.
        """
        with self._driver() as source, closing(sqlite_module().connect(into)) as target:
            source.backup(target, progress=_patiently())
        copied = make_engine(f"sqlite:///{into}")
        with reading(copied) as db:
            rows |= count_rows(db)
        copied.dispose()
        with closing(sqlite_module().connect(into)) as alone:
            # So that the copy is one file and can be read where nothing may be written.
            alone.execute("PRAGMA journal_mode=DELETE")

    def check(self, content: Path, rows: Mapping[str, int]) -> None:
        """Read every page, index and reference, and count the rows. Raises `CopyRefused`."""
        module = sqlite_module()
        engine = create_engine(
            "sqlite://",
            module=module,
            creator=lambda: module.connect(f"{content.as_uri()}?mode=ro", uri=True),
        )
        try:
            with engine.connect() as copy:
                faults = copy.exec_driver_sql("PRAGMA integrity_check(3)").scalars().all()
                dangling = copy.exec_driver_sql("PRAGMA foreign_key_check").first()
                is_whole = faults == ["ok"] and dangling is None and count_rows(copy) == rows
        except DatabaseError:
            is_whole = False
        finally:
            engine.dispose()
        if not is_whole:
            raise CopyRefused("The SQLite file in the backup is damaged. Nothing was changed.")

    def bring_in(self, content: Path) -> None:
        """Replace every page in one transaction: whoever has the file open sees all or nothing.

        The file itself is never replaced: a desk that has it open would go on writing to the
        old one.
        """
        module = sqlite_module()
        try:
            with self._driver() as target, closing(module.connect(content)) as source:
                source.backup(target, progress=_patiently())
        except module.DatabaseError as error:
            raise CopyRefused(
                f"The database could not be replaced ({type(error).__name__}); it is as it was. "
                "Where its file is damaged, move it away and restore again."
            ) from None

    @contextmanager
    def _driver(self) -> Iterator[Any]:
        """Yield the driver's own connection, on which no transaction is open."""
        pooled = self.engine.raw_connection()
        try:
            yield pooled.driver_connection
        finally:
            pooled.close()


def _patiently() -> Any:
    """Return what SQLite calls after each attempt: it ends the waiting for a lock that stays."""
    until = time.monotonic() + _PATIENCE

    def waited(_status: int, remaining: int, total: int) -> None:
        if remaining == total and time.monotonic() > until:
            raise CopyRefused("Somebody else holds the database. Nothing was changed; try again.")

    return waited
