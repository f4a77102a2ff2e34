"""Copies of a PostgreSQL database, by pg_dump and pg_restore."""

import re
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, column, func, select, table, text

from lib.db.copies import CopyRefused, count_rows
from lib.db.engine import reading
from lib.db.pg_programs import ProgramFailed, find_client, run, run_on_file
from lib.db.tables import metadata

_LEAVING_SECONDS = 2.0
_PLAIN = ("--no-owner", "--no-privileges")
_sessions = table("pg_stat_activity", column("datname"), column("pid"), column("backend_type"))
_TABLES = (*sorted(metadata.tables), "alembic_version")
_FUNCTIONS = (
    *("artist_keeps_its_label", "artist_stays", "campaign_counts_its_statuses"),
    *("campaign_keeps_its_place", "campaign_stays", "history_entry_is_chained"),
    *("history_follows_its_campaign", "history_head_only_grows", "history_head_stays"),
    *("history_keeps_its_entries", "history_loses_no_entry", "is_not_emptied"),
    *("observation_is_kept", "observation_stays", "organization_begins_in_use"),
    *("organization_keeps_its_kind", "organization_stays", "person_history_is_kept"),
)
"""What the triggers call, in every schema that a migration ever left."""
_SHOWN = 5
# What only the owner of a schema or an extension may say of it.
_NOT_OURS = re.compile(r" COMMENT - (SCHEMA|EXTENSION) ")
# Whatever stands for itself: not the sequence of a column, nor what came with an extension.
_THINGS = text("""
    WITH thing AS (
        SELECT 'pg_class'::regclass AS kind, oid, relnamespace AS place, relname AS name
        FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace, proname FROM pg_proc
        UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace, typname
        FROM pg_type WHERE typtype IN ('d', 'e', 'r')
        OR typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c')
        UNION ALL SELECT 'pg_namespace'::regclass, oid, oid, nspname FROM pg_namespace
        UNION ALL SELECT 'pg_publication'::regclass, oid, 0, pubname FROM pg_publication
    )
    SELECT known.type, nspname AS schema, thing.name, known.identity
    FROM thing LEFT JOIN pg_namespace ON pg_namespace.oid = place,
    pg_identify_object(kind, thing.oid, 0) AS known
    WHERE coalesce(nspname, '') !~ '^(pg_|information_schema$)' AND NOT EXISTS (
        SELECT FROM pg_depend
        WHERE classid = kind AND objid = thing.oid AND deptype IN ('a', 'e', 'i')
    )
    ORDER BY known.type, known.identity
""")


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

        Raises `CopyRefused` where somebody is connected, or the database holds anything else too.
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
        script, chosen = content.with_suffix(".sql"), content.with_suffix(".list")
        program = self.programs / "pg_restore"
        arguments = [*_PLAIN, "--exit-on-error", f"--use-list={chosen}", f"--file={script}"]
        try:
            listed = run_on_file(program, ["--list", str(content)]).splitlines()
            chosen.write_text("\n".join(line for line in listed if not _NOT_OURS.search(line)))
            run_on_file(program, [*arguments, str(content)])
        except ProgramFailed as failed:
            raise CopyRefused(
                f"The archive in the backup is damaged. Nothing was changed. {failed}"
            ) from None
        return script

    def _clearing(self) -> str:
        """Return the statements that drop what a migration made, and nothing else.

        Dropped and not emptied table by table: the backup may have another schema than ours. By
        name and not with the schema they lie in, which may belong to somebody else; and without
        CASCADE, so that PostgreSQL itself drops nothing that depends on them.
        """
        with reading(self.engine) as db:
            schema = str(db.execute(select(func.current_schema())).scalar_one())
            strangers = _strangers(db, schema)
        if strangers:
            more = f" and {len(strangers) - _SHOWN} more" if len(strangers) > _SHOWN else ""
            raise CopyRefused(
                f"The database holds what is not the desk's ({', '.join(strangers[:_SHOWN])}{more}"
                "). Nothing was changed. Restore into a new database and give the desk its "
                "address, or save these and drop them first."
            )
        quote = self.engine.dialect.identifier_preparer.quote
        tables = ", ".join(f"{quote(schema)}.{quote(name)}" for name in _TABLES)
        functions = ", ".join(f"{quote(schema)}.{quote(name)}()" for name in _FUNCTIONS)
        return f"DROP TABLE IF EXISTS {tables};\nDROP FUNCTION IF EXISTS {functions};\n"

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


def _strangers(db: Connection, schema: str) -> list[str]:
    """Return what the database holds and no migration has made, each with what it is."""
    mine = {("table", schema, name) for name in _TABLES}
    mine |= {("function", schema, name) for name in _FUNCTIONS}
    mine |= {("schema", name, name) for name in (schema, "public")}
    return [
        f"{one.type} {one.identity}"
        for one in db.execute(_THINGS)
        if (one.type, one.schema, one.name) not in mine
    ]
