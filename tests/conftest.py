"""What every test may ask for: a migrated database of its own, a fixed clock, a clean process."""

import functools
import itertools
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from lib.settings import environment_names
from tests.postgres import Postgres, PostgresMissing

IS_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
_names = itertools.count()

settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if IS_CI else "dev")


def pytest_configure(config: pytest.Config) -> None:
    """Forget the developer's own database, secrets and Streamlit options."""
    # Where this machine has its PostgreSQL is no matter of the desk.
    told = {name for name in environment_names() if name != "PG_BIN"}
    for name in told | {name for name in os.environ if name.startswith("STREAMLIT_")}:
        os.environ.pop(name, None)
    folder = Path(tempfile.mkdtemp(prefix="campaign-desk-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'nobody-asked.sqlite'}"
    os.environ["DESK_ACTOR"] = "Alice"
    # An empty file rather than none: Streamlit would look into the home directory.
    secrets_file = folder / "secrets.toml"
    secrets_file.touch()
    os.environ["SECRETS_FILE"] = str(secrets_file)
    _prepare_streamlit(secrets_file)
    sys.addaudithook(_refuse_other_hosts)


def _prepare_streamlit(secrets_file: Path) -> None:
    """Let Streamlit read these secrets only, and look for components once, not per AppTest."""
    import streamlit.components.v2.manifest_scanner as scanner
    from streamlit import config as streamlit_config

    scanner.scan_component_manifests = functools.cache(scanner.scan_component_manifests)
    streamlit_config.get_config_options()
    streamlit_config._set_option("secrets.files", [str(secrets_file)], "the tests")


def _refuse_other_hosts(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse every connection of this process that leaves the machine."""
    if event != "socket.connect":
        return
    address = arguments[1]
    is_local = not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1", "localhost")
    # Asking the system for its own address "connects" a datagram socket and sends nothing.
    if not is_local and arguments[0].type == socket.SOCK_STREAM:
        raise PermissionError(f"a test wanted to reach {address[0]}")


@pytest.fixture
def now() -> datetime:
    """The moment at which every test happens."""
    return datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _migrate(url: str) -> None:
    from lib.db.engine import make_engine
    from lib.db.migrations import upgrade

    engine = make_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file that nobody has open; copy it, never use it."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    _migrate(f"sqlite:///{file}")
    _fold_journal(file)
    return file


def _fold_journal(file: Path) -> None:
    """Bring what is in the write-ahead log into the file, so that a copy of it is whole."""
    from lib.db.engine import sqlite_module

    connection = sqlite_module().connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL with the migrated database `migrated`, one for each test process."""
    try:
        server = Postgres()
    except PostgresMissing as error:
        if IS_CI:
            pytest.fail(str(error))
        pytest.skip(str(error))
    with server:
        _migrate(server.create_database("migrated"))
        yield server


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated, empty SQLite database of this test's own."""
    file = tmp_path / "desk.sqlite"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of a migrated, empty PostgreSQL database of this test's own."""
    name = f"test_{os.getpid()}_{next(_names)}"
    yield postgres.create_database(name, template="migrated")
    postgres.drop_database(name)


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated, empty database: the test runs on SQLite and on PostgreSQL."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def open_engine() -> Iterator[Callable[[str], Engine]]:
    """A function from URL to engine, for tests that need several; all are closed at the end."""
    from lib.db.engine import make_engine

    engines: list[Engine] = []

    def open_one(url: str) -> Engine:
        engines.append(make_engine(url))
        return engines[-1]

    yield open_one
    for engine in engines:
        engine.dispose()


@pytest.fixture
def engine(database_url: str, open_engine: Callable[[str], Engine]) -> Engine:
    """An engine on this test's own database, on SQLite and on PostgreSQL."""
    return open_engine(database_url)


Fill = Callable[[Engine, datetime], Any]


@pytest.fixture(scope="session")
def filled() -> dict[tuple[str, Fill], tuple[str, Any]]:
    """The databases that were filled in this test process, by kind and by what filled them."""
    return {}


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def filled_copy(
    request: pytest.FixtureRequest,
    filled: dict[tuple[str, Fill], tuple[str, Any]],
    open_engine: Callable[[str], Engine],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    now: datetime,
) -> Iterator[Callable[[Fill], tuple[Engine, Any]]]:
    """A function that gives an engine on a database of this test's own, and what `fill` returned.

    `fill` gets an empty database once in a test process; every test has a copy of what it left.
    """
    is_sqlite = request.param == "sqlite"
    server: Postgres | None = None if is_sqlite else request.getfixturevalue("postgres")
    copies: list[str] = []

    def fill_once(fill: Fill) -> tuple[str, Any]:
        if server is None:
            place = str(tmp_path_factory.mktemp("filled") / "desk.sqlite")
            shutil.copyfile(request.getfixturevalue("sqlite_template"), place)
            url = f"sqlite:///{place}"
        else:
            place = f"filled_{os.getpid()}_{next(_names)}"
            url = server.create_database(place, template="migrated")
        engine = open_engine(url)
        made = fill(engine, now)
        engine.dispose()
        if server is None:
            _fold_journal(Path(place))
        return place, made

    def copied(fill: Fill) -> tuple[Engine, Any]:
        key = (request.param, fill)
        if key not in filled:
            filled[key] = fill_once(fill)
        place, made = filled[key]
        if server is None:
            file = tmp_path / f"copy-{len(copies)}.sqlite"
            shutil.copyfile(place, file)
            url = f"sqlite:///{file}"
        else:
            url = server.create_database(f"copy_{os.getpid()}_{next(_names)}", template=place)
        copies.append(url)
        return open_engine(url), made

    yield copied
    if server is not None:
        for url in copies:
            server.drop_database(url.rsplit("/", 1)[1].split("?")[0])


def _load_demo(engine: Engine, now: datetime) -> None:
    from lib.services.demo_label.demo import load_demo

    load_demo(engine, now=now)


@pytest.fixture
def demo_engine(filled_copy: Callable[[Fill], tuple[Engine, Any]]) -> Engine:
    """An engine on a database of this test's own with the demo label, of either kind."""
    return filled_copy(_load_demo)[0]
