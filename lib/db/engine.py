"""The engine: one way to reach SQLite and PostgreSQL, with the settings that keep promises.

SQLite runs in WAL mode with synchronous FULL (NORMAL loses confirmed changes in a power
cut), writes begin with BEGIN IMMEDIATE (otherwise a reader that turns writer fails at once
with "database is locked"), and foreign keys are on (they are what refuses a status without
its history entry).
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import PoolProxiedConnection

from lib.db.text import NAME, folded_text

try:  # A newer SQLite by wheel, where there is one for this platform.
    from pysqlite3 import dbapi2 as newer_sqlite
except ImportError:  # pragma: no cover - depends on the platform's wheels
    newer_sqlite = None

Answer = TypeVar("Answer")

# https://sqlite.org/wal.html: a rare corruption when two connections checkpoint at once.
SAFE_SQLITE = (3, 51, 3)
BUSY_SECONDS = 10
POOL_SECONDS = 10
LOG_BYTES = 16 * 2**20
"""What SQLite's write-ahead log may keep once it is in the file: four times its usual size."""
_ASK_FOR_MS, _ASK_AGAIN = 3, 0.001
LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "30s"
# Between two statements a page computes for seconds at most: who is silent for longer is gone,
# and would hold its locks until the network notices.
IDLE_TIMEOUT = "2min"
# Seconds. A server that is restarted, or starts again after a crash, is back within a few; a
# read gives up sooner than a write, since its page comes back by itself. Meanwhile the page
# stands as it was and says that it is reconnecting.
READ_PATIENCE, WRITE_PATIENCE = 10.0, 15.0
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 1.0

# Class 40: serialization failure and deadlock; 55P03: lock not available;
# classes 08 and 57P: the server went away or is restarting.
_PASSING_STATES = ("40001", "40P01", "55P03", "08", "57P")

# What has no such state: SQLite's locks, and a server that cannot be reached or found, as its
# name cannot while a container is started again.
_PASSING_WORDS = ("locked", "busy", "connection", "server closed", "resolve host")

_NO_ANSWER = "The database did not answer; nothing was changed. Try again in a moment."


class DatabaseUnreachable(RuntimeError):
    """The database did not answer after several attempts."""


def sqlite_module() -> ModuleType:
    """Return the newest SQLite driver that this Python has."""
    if newer_sqlite is not None and newer_sqlite.sqlite_version_info > sqlite3.sqlite_version_info:
        return newer_sqlite  # type: ignore[no-any-return]
    return sqlite3


def sqlite_version() -> tuple[int, ...]:
    """Return the version of the SQLite library that the desk uses."""
    return tuple(sqlite_module().sqlite_version_info)


def make_engine(url: str, *, is_maintenance: bool = False) -> Engine:
    """Return an engine for a SQLite file or a PostgreSQL server.

    Maintenance (a migration, a backup) takes as long as it takes. It waits for a lock no longer
    than others: behind whoever waits for one queues everybody else.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    statement, idle = ("0", "0") if is_maintenance else (STATEMENT_TIMEOUT, IDLE_TIMEOUT)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=10,
        pool_timeout=POOL_SECONDS,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c lock_timeout={LOCK_TIMEOUT} -c statement_timeout={statement} "
            f"-c idle_in_transaction_session_timeout={idle} -c timezone=UTC",
        },
    )


class _Dialect(SQLiteDialect_pysqlite):
    """SQLite whose transactions take its one write lock from the start, but for those that read.

    Said here and not by a listener: once an engine has one, SQLAlchemy tells all its events of
    every statement, which is a tenth of what a page reads.
    """

    driver = "desk"
    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Begin, as a read where `reading` has said so of the very next transaction."""
        driver: Any = dbapi_connection.driver_connection
        if dbapi_connection.info.pop(_IS_READ, False):
            driver.execute("BEGIN")
        else:
            _begin_writing(driver)


_IS_READ = "is_read"
registry.register(f"sqlite.{_Dialect.driver}", __name__, _Dialect.__name__)


def _sqlite_engine(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url.set(drivername=f"sqlite+{_Dialect.driver}"),
        module=sqlite_module(),
        poolclass=QueuePool,
        pool_timeout=POOL_SECONDS,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # This module opens the transactions, not the driver.
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        f"journal_size_limit={LOG_BYTES}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # Without it INSERT OR REPLACE passes by the append-only triggers.
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function(NAME, 1, folded_text, deterministic=True)


def _begin_writing(driver: Any) -> None:
    """Take SQLite's one write lock, asking every few milliseconds while another has it.

    SQLite itself asks ever more seldom, at last ten times a second, and would miss the short
    breaks that an import leaves between its transactions: a click would wait for its end.
    """
    until = time.monotonic() + BUSY_SECONDS
    driver.execute(f"PRAGMA busy_timeout={_ASK_FOR_MS}")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite_module().OperationalError as error:
                if not _is_in_passing(error) or time.monotonic() > until:
                    raise
                time.sleep(_ASK_AGAIN)
            else:
                return
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection for reads only, in one consistent snapshot."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        else:
            connection.info[_IS_READ] = True
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection whose changes are committed together or not at all."""
    with engine.begin() as connection:
        yield connection


def retrying(work: Callable[[], Answer], *, patience: float = READ_PATIENCE) -> Answer:
    """Return `work()`, tried again for `patience` seconds while the database has a passing fault.

    Only for reads and for writes that carry a request id: a commit whose answer was lost
    is found again by that id. Raises `DatabaseUnreachable` when no attempt got through.
    """
    wait, until = _FIRST_WAIT, time.monotonic() + patience
    while True:
        try:
            return work()
        except PoolExhausted as error:
            # Waiting for a connection has taken its time already.
            raise DatabaseUnreachable(_NO_ANSWER) from error
        except DBAPIError as error:
            if not is_passing(error):
                raise
            if time.monotonic() + wait > until:
                raise DatabaseUnreachable(_NO_ANSWER) from error
        time.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT)


def is_passing(error: DBAPIError) -> bool:
    """Return whether the same work may succeed when it is simply tried again."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return bool(state.startswith(_PASSING_STATES))
    return isinstance(error, OperationalError) and _is_in_passing(error.orig)


def _is_in_passing(error: BaseException | None) -> bool:
    text = str(error).lower()
    return any(word in text for word in _PASSING_WORDS)
