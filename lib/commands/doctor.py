"""`doctor`: what this machine, this database and these settings lack, each with its remedy."""

import sys
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from lib.commands.call import Call, Commands
from lib.db.engine import SAFE_SQLITE, reading, sqlite_version
from lib.db.migrations import current_revision, newest_revision
from lib.services.scheduling.runs import is_anybody_working, next_due_at
from lib.settings import Settings

_OLDEST_PYTHON = (3, 11)
_SIGN_IN_PACKAGES = ("Authlib", "httpx", "itsdangerous")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: fine or not, and what to do about it."""

    name: str
    is_fine: bool
    words: str


def add(commands: Commands) -> None:
    """Add the command."""
    commands.add_parser("doctor", help="say what this machine lacks").set_defaults(run=run)


def run(call: Call) -> int:
    """Print every finding; return 0 where all is fine, 1 otherwise."""
    findings = examine(call.settings, call.engine, now=call.now)
    for finding in findings:
        print(f"{'ok  ' if finding.is_fine else 'LACK'}  {finding.name}: {finding.words}")
    return 0 if all(finding.is_fine for finding in findings) else 1


def examine(settings: Settings, engine: Engine, *, now: datetime) -> list[Finding]:
    """Return what was found on this machine."""
    findings = [_python(), _database(settings, engine)]
    if engine.dialect.name == "sqlite":
        findings += [_sqlite(), _durability(engine)]
    if findings[1].is_fine:
        findings.append(_worker(engine, now=now))
    findings.append(_sign_in(settings))
    return findings


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= _OLDEST_PYTHON, f"{found} (3.11 or newer needed)")


def _sqlite() -> Finding:
    found = ".".join(map(str, sqlite_version()))
    is_safe = sqlite_version() >= SAFE_SQLITE
    words = f"{found}, free of the WAL-reset corruption bug"
    if not is_safe:
        words = (
            f"{found} has the rare WAL-reset corruption bug (fixed in 3.51.3). Install the "
            "pysqlite3 wheel, or share the desk on PostgreSQL."
        )
    return Finding("SQLite", is_safe, words)


def _durability(engine: Engine) -> Finding:
    try:
        with reading(engine) as db:
            journal = db.execute(text("PRAGMA journal_mode")).scalar()
            synchronous = db.execute(text("PRAGMA synchronous")).scalar()
            foreign_keys = db.execute(text("PRAGMA foreign_keys")).scalar()
    except SQLAlchemyError as error:
        return Finding("Durability", False, f"could not be read ({type(error).__name__})")
    is_fine = (journal, synchronous, foreign_keys) == ("wal", 2, 1)
    words = f"journal {journal}, synchronous {synchronous}, foreign keys {foreign_keys}"
    return Finding("Durability", is_fine, words + ("" if is_fine else "; needed: wal, 2, 1"))


def _database(settings: Settings, engine: Engine) -> Finding:
    try:
        revision = current_revision(engine)
    except SQLAlchemyError as error:
        return Finding(
            "Database",
            False,
            f"{settings.database_label} does not answer ({type(error).__name__}). "
            "Check DATABASE_URL and that the server runs.",
        )
    newest = newest_revision()
    words = f"{settings.database_label}, schema {revision or 'none yet'}"
    if revision != newest:
        words += f", newest is {newest}: run “python -m lib.cli migrate”"
    return Finding("Database", revision == newest, words)


def _worker(engine: Engine, *, now: datetime) -> Finding:
    due_at = next_due_at(engine)
    if due_at is None:
        return Finding("Worker", True, "no scheduled change is coming")
    if is_anybody_working(engine, now=now):
        return Finding("Worker", True, f"at work; next due {due_at:%Y-%m-%d %H:%M} UTC")
    return Finding(
        "Worker",
        False,
        f"nobody runs scheduled changes, the next is due {due_at:%Y-%m-%d %H:%M} UTC. Start "
        "“make worker”; on SQLite serving the desk is enough.",
    )


def _sign_in(settings: Settings) -> Finding:
    if not settings.is_sign_in_required:
        return Finding("Sign-in", True, f"off: one local person, served on {settings.host} only")
    missing = [name for name in _SIGN_IN_PACKAGES if not _is_installed(name)]
    if missing:
        return Finding("Sign-in", False, f"on, but these packages lack: {', '.join(missing)}")
    return Finding("Sign-in", True, "on, with the provider in the secrets file")


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
