"""Whether the database serves this desk, and the few figures that those who run it watch."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Engine, column, func, inspect, select, table

from lib.db.engine import reading
from lib.db.migrations import newest_revision
from lib.db.tables import history, import_run, staged_import

_SCHEMA = table("alembic_version", column("version_num"))


@dataclass(frozen=True)
class Vitals:
    """What one look at the database found."""

    revision: str | None
    """The schema that it has."""
    newest: str | None
    """The schema that this desk wants."""
    history_entries: int
    """The number of the newest entry: it only grows."""
    import_runs: int
    last_import_at: datetime | None
    staged_imports: int
    """Imports on their way in."""

    @property
    def is_ready(self) -> bool:
        """Whether this desk can work on this schema."""
        return self.revision == self.newest


def look(engine: Engine) -> Vitals:
    """Return the vitals, read in one snapshot; an empty database has no schema and no figures."""
    with reading(engine) as db:
        revision = _revision(db)
        if revision != _newest():
            return Vitals(revision, _newest(), 0, 0, None, 0)
        runs, last = db.execute(select(func.count(), func.max(import_run.c.at))).one()
        return Vitals(
            revision=revision,
            newest=_newest(),
            history_entries=db.execute(select(func.max(history.c.id))).scalar() or 0,
            import_runs=runs,
            last_import_at=last,
            staged_imports=db.execute(select(func.count()).select_from(staged_import)).scalar_one(),
        )


def _revision(db: Connection) -> str | None:
    # Alembic's own way would log two lines, each time that somebody asks.
    if not inspect(db).has_table(_SCHEMA.name):
        return None
    return db.execute(select(_SCHEMA.c.version_num)).scalar()


@cache
def _newest() -> str | None:
    return newest_revision()
