"""The settings that keep the promises, as the databases themselves report them."""

import sqlite3
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from lib.db.engine import (
    LOG_BYTES,
    READ_PATIENCE,
    WRITE_PATIENCE,
    DatabaseUnreachable,
    is_passing,
    make_engine,
    reading,
    retrying,
    sqlite_version,
    writing,
)
from lib.db.tables import UtcDateTime, data_version, organization


@pytest.fixture
def sqlite(sqlite_url, open_engine):
    return open_engine(sqlite_url)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("trusted_schema", 0),
        ("busy_timeout", 10_000),
        ("journal_size_limit", 16 * 2**20),
    ],
)
def test_every_sqlite_connection_has_the_pragmas_that_keep_its_promises(sqlite, pragma, value):
    with reading(sqlite) as first, reading(sqlite) as second:
        for connection in (first, second):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


@pytest.mark.postgresql
def test_postgresql_waits_neither_for_ever_nor_in_another_zone(postgres_url, open_engine):
    with reading(open_engine(postgres_url)) as connection:
        for name, value in (
            ("lock_timeout", "5s"),
            ("statement_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "2min"),
            ("TimeZone", "UTC"),
            ("synchronous_commit", "off"),  # The tests' own server; the desk does not set it.
        ):
            assert connection.execute(text(f"SHOW {name}")).scalar() == value


@pytest.mark.postgresql
def test_maintenance_takes_as_long_as_it_takes_and_makes_nobody_wait_for_its_locks(postgres_url):
    engine = make_engine(postgres_url, is_maintenance=True)
    with reading(engine) as connection:
        for name, value in (
            ("lock_timeout", "5s"),
            ("statement_timeout", "0"),
            ("idle_in_transaction_session_timeout", "0"),
        ):
            assert connection.execute(text(f"SHOW {name}")).scalar() == value
    engine.dispose()


@pytest.mark.postgresql
def test_a_desk_that_fell_silent_in_a_transaction_holds_its_locks_for_a_while_only(
    postgres_url, monkeypatch, open_engine
):
    other = open_engine(postgres_url)
    monkeypatch.setattr("lib.db.engine.IDLE_TIMEOUT", "50ms")
    engine = open_engine(postgres_url)
    with engine.connect() as silent:
        silent.execute(update(data_version).values(number=7))
        with writing(other) as db:  # Waits until the server has ended the silent one.
            db.execute(update(data_version).values(number=data_version.c.number + 1))
        with pytest.raises(DBAPIError) as ended:
            silent.execute(select(data_version.c.number))
        assert is_passing(ended.value)
    with reading(other) as db:
        assert db.execute(select(data_version.c.number)).scalar() == 1


def test_a_postgresql_url_gets_the_driver_that_the_desk_uses():
    engine = make_engine("postgresql://somebody@nowhere/desk")
    assert engine.url.drivername == "postgresql+psycopg"


def test_a_write_takes_the_lock_at_its_begin_and_readers_go_on(sqlite):
    with reading(sqlite):
        pass  # On the connection that the write gets from the pool.
    with writing(sqlite), sqlite.connect() as other:
        raw = other.connection.driver_connection
        raw.execute("PRAGMA busy_timeout=1")
        with pytest.raises(Exception, match="locked"):
            raw.execute("BEGIN IMMEDIATE")
        raw.execute("PRAGMA busy_timeout=10000")
        with reading(sqlite) as reader:
            assert reader.execute(select(data_version.c.number)).scalar() == 0


def test_a_reader_sees_one_moment_while_others_write(sqlite):
    with reading(sqlite) as reader:
        before = reader.execute(select(data_version.c.number)).scalar()
        with writing(sqlite) as db:
            db.execute(update(data_version).values(number=7))
        assert reader.execute(select(data_version.c.number)).scalar() == before
    with reading(sqlite) as reader:
        assert reader.execute(select(data_version.c.number)).scalar() == 7


def test_a_write_that_fails_half_way_leaves_nothing(engine, now):
    def half():
        with writing(engine) as db:
            db.execute(insert(organization).values(name="L", is_demo=False, created_at=now))
            raise KeyError("half way")

    with pytest.raises(KeyError):
        half()
    with reading(engine) as db:
        assert db.execute(select(organization)).all() == []


def test_many_writers_at_once_all_get_their_turn(engine):
    def raise_number():
        def work():
            with writing(engine) as db:
                db.execute(update(data_version).values(number=data_version.c.number + 1))

        for _ in range(5):
            retrying(work)

    threads = [threading.Thread(target=raise_number) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as db:
        assert db.execute(select(data_version.c.number)).scalar() == 60


class Clock:
    """Time that passes by waiting alone; it stands in for the module `time`."""

    def __init__(self):
        self.waits: list[float] = []

    def sleep(self, seconds):
        self.waits.append(seconds)

    def monotonic(self):
        return sum(self.waits)


@pytest.fixture
def impatient(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("lib.db.engine.time", clock)
    return clock.waits


def busy():
    return OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))


def test_a_passing_fault_is_tried_again_and_each_wait_is_longer(impatient):
    answers = iter([busy(), busy(), "done"])

    def work():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert retrying(work) == "done"
    assert impatient == [0.05, 0.1]


@pytest.mark.parametrize("patience", [READ_PATIENCE, WRITE_PATIENCE])
def test_what_never_passes_is_given_up_with_a_sentence_for_people(impatient, patience):
    tries = []

    def work():
        tries.append(1)
        raise busy()

    with pytest.raises(DatabaseUnreachable, match="nothing was changed"):
        retrying(work, patience=patience)
    assert len(tries) == len(impatient) + 1
    assert patience - 1 <= sum(impatient) <= patience
    assert max(impatient) == 1


def test_whoever_has_no_patience_asks_once(impatient):
    tries = []

    def work():
        tries.append(1)
        raise busy()

    with pytest.raises(DatabaseUnreachable):
        retrying(work, patience=0)
    assert (len(tries), impatient) == (1, [])


def test_a_pool_in_which_all_connections_are_taken_is_no_error_of_the_desk(
    database_url, monkeypatch, open_engine
):
    monkeypatch.setattr("lib.db.engine.POOL_SECONDS", 0.01)
    engine = open_engine(database_url)

    def read():
        with reading(engine) as db:
            return db.execute(select(data_version.c.number)).scalar()

    with ExitStack() as taken:
        for _ in range(15):
            taken.enter_context(engine.connect())
        asked = time.monotonic()
        with pytest.raises(DatabaseUnreachable):
            retrying(read)
        assert time.monotonic() - asked < 5
    assert retrying(read) == 0


def test_the_log_of_sqlite_does_not_keep_the_size_of_the_largest_import(sqlite):
    log = Path(f"{sqlite.url.database}-wal")
    with writing(sqlite) as db:
        db.execute(text("CREATE TABLE heap (content BLOB)"))
        db.execute(text("INSERT INTO heap VALUES (zeroblob(:size))"), {"size": 2 * LOG_BYTES})
    assert log.stat().st_size > 2 * LOG_BYTES
    # That commit has brought the log into the file, and the next one begins it anew.
    with writing(sqlite) as db:
        db.execute(update(data_version).values(number=7))
    assert log.stat().st_size <= LOG_BYTES
    with reading(sqlite) as db:
        assert db.execute(select(data_version.c.number)).scalar() == 7


def test_a_lasting_fault_is_not_tried_again(impatient):
    tries = []

    def work():
        tries.append(1)
        raise IntegrityError("INSERT", None, sqlite3.IntegrityError("UNIQUE constraint failed"))

    with pytest.raises(IntegrityError):
        retrying(work)
    assert (len(tries), impatient) == (1, [])


class ServerFault(Exception):
    """What psycopg raises, as far as the desk looks at it."""

    def __init__(self, sqlstate):
        super().__init__("fault")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "passes"),
    [
        ("40001", True),  # serialization failure
        ("40P01", True),  # deadlock
        ("55P03", True),  # lock not available
        ("08006", True),  # connection failure
        ("57P01", True),  # admin shutdown
        ("57014", False),  # statement timeout
        ("23505", False),  # unique violation
        ("42P01", False),  # no such table
    ],
)
def test_only_faults_that_pass_by_themselves_are_passing(state, passes):
    assert is_passing(OperationalError("SELECT 1", None, ServerFault(state))) is passes


def test_an_instant_without_a_zone_is_never_stored(engine, now):
    naive = now.replace(tzinfo=None)
    with pytest.raises(Exception, match="without a time zone"), writing(engine) as db:
        db.execute(insert(organization).values(name="L", is_demo=False, created_at=naive))


def test_instants_come_back_as_they_went_in(engine, now):
    with writing(engine) as db:
        db.execute(insert(organization).values(name="L", is_demo=False, created_at=now))
    with reading(engine) as db:
        assert db.execute(select(organization.c.created_at)).scalar() == now
    assert UtcDateTime.cache_ok


def test_the_newest_sqlite_of_this_machine_is_used(sqlite):
    with reading(sqlite) as db:
        used = db.execute(text("SELECT sqlite_version()")).scalar_one()
    assert tuple(map(int, used.split("."))) == sqlite_version()
    assert sqlite_version() >= sqlite3.sqlite_version_info


def test_a_parameter_never_shows_in_an_error(engine, now):
    secret = "nobody-should-read-this"
    with pytest.raises(Exception, match="is_demo") as caught, writing(engine) as db:
        db.execute(insert(organization).values(name=secret, is_demo=None, created_at=now))
    assert "[SQL parameters hidden" in str(caught.value)
