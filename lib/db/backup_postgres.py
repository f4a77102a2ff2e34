"""Copies of a PostgreSQL database, by pg_dump and pg_restore."""

import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine, column, func, inspect, select, table
from sqlalchemy.schema import CreateSchema, DropSchema

from lib.db.copies import CopyRefused, count_rows
from lib.db.engine import reading
from lib.db.pg_programs import ProgramFailed, find_client, run, run_on_file
from lib.db.tables import metadata

_LEAVING_SECONDS = 2.0
_PLAIN = ("--no-owner", "--no-privileges")
_sessions = table("pg_stat_activity", column("datname"), column("pid"), column("backend_type"))


class PostgresCopy:
    """Copies the engine's database out and in; `named` is the folder of the programs."""

    def __init__(self, engine: Engine, *, named: Path | None) -> None:
        """Find the programs. Raises `ProgramsMissing`."""
        self.engine = engine
        with reading(engine) as db:
            server = int((db.dialect.server_version_info or (0,))[0])
        self.programs = find_client(server=server, named=named)

    def write(self, into: Path, rows: dict[str, int]) -> None:
        """Write the database as of one moment, and count that moment's rows a table."""
        with reading(self.engine) as db:
            # pg_dump reads the very snapshot in which the rows are counted.
            snapshot = db.execute(select(func.pg_export_snapshot())).scalar_one()
            rows |= count_rows(db)
            arguments = ["--format=custom", f"--snapshot={snapshot}", f"--file={into}", *_PLAIN]
            try:
                run(self.programs / "pg_dump", arguments, url=self.engine.url)
            except ProgramFailed as failed:
                raise CopyRefused(f"The backup could not be made. {failed}") from None

    def check(self, content: Path, rows: Mapping[str, int]) -> None:
        """Read the whole archive; its rows are counted once it is in. Raises `CopyRefused`."""
        del rows
        self._write_script(content)

    def bring_in(self, content: Path) -> None:
        """Replace the desk's tables in one transaction.

        Raises `CopyRefused` where somebody is connected, or the database holds other tables too.
        """
        script, before = self._write_script(content), content.with_suffix(".before.sql")
        before.write_text(self._clearing())
        # Connections of our own pool are no strangers.
        self.engine.dispose()
        self._refuse_company()
        arguments = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        try:
            run(
                self.programs / "psql",
                [*arguments, f"--file={before}", f"--file={script}"],
                url=self.engine.url,
            )
        except ProgramFailed as failed:
            raise CopyRefused(
                f"The database could not be replaced; it is as it was. {failed}"
            ) from None

    def _write_script(self, content: Path) -> Path:
        script = content.with_suffix(".sql")
        arguments = [*_PLAIN, "--exit-on-error", f"--file={script}", str(content)]
        try:
            run_on_file(self.programs / "pg_restore", arguments)
        except ProgramFailed as failed:
            raise CopyRefused(
                f"The archive in the backup is damaged. Nothing was changed. {failed}"
            ) from None
        return script

    def _clearing(self) -> str:
        """Return the statements that empty the schema; none where it is empty.

        Dropped and not emptied table by table: the backup may have another schema than ours.
        """
        with reading(self.engine) as db:
            schema = db.execute(select(func.current_schema())).scalar_one()
            found = set(inspect(db).get_table_names())
        strangers = sorted(found - metadata.tables.keys() - {"alembic_version"})
        if strangers:
            raise CopyRefused(
                f"The database holds tables that are not the desk's ({', '.join(strangers[:5])}). "
                "Nothing was changed; give the desk a database of its own."
            )
        if not found:
            return ""
        statements = (DropSchema(schema, cascade=True), CreateSchema(schema))
        return "".join(f"{one.compile(dialect=self.engine.dialect)};\n" for one in statements)

    def _refuse_company(self) -> None:
        # The server counts for a moment who has just left.
        until = time.monotonic() + _LEAVING_SECONDS
        while others := self._others():
            if time.monotonic() > until:
                connected = "1 other is" if others == 1 else f"{others} others are"
                raise CopyRefused(
                    f"{connected} connected to the database. Nothing was changed; stop the "
                    "desk and its workers first."
                )
            time.sleep(0.1)

    def _others(self) -> int:
        """Return how many connections there are to the database, but for the one that asks."""
        query = (
            select(func.count())
            .select_from(_sessions)
            .where(
                _sessions.c.datname == func.current_database(),
                _sessions.c.pid != func.pg_backend_pid(),
                _sessions.c.backend_type == "client backend",
            )
        )
        with reading(self.engine) as db:
            others = int(db.execute(query).scalar_one())
        self.engine.dispose()
        return others
