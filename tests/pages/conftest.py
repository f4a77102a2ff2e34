"""The desk as AppTest runs it: on a database of its own, at a fixed moment, as Alice."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from lib.db.engine import make_engine
from lib.domain.board import BoardRow
from lib.domain.records import Actor
from lib.domain.rights import FULL
from lib.services import queries
from lib.services.demo_label import demo
from lib.settings import ROOT, settings
from lib.ui import clock, components, second_go, signin
from lib.ui.filtering import filter_bar, view_menu

BOARD = "pages/marketing/campaign_management.py"
CAMPAIGN = "pages/marketing/campaign.py"


@pytest.fixture(scope="session")
def demo_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo label; copy it, never use it."""
    from datetime import UTC

    file = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    shutil.copyfile(sqlite_template, file)
    engine = make_engine(f"sqlite:///{file}")
    demo.load_demo(engine, now=datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch, now: datetime) -> datetime:
    """Stop the screens' clock at `now`."""
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


def _point_at(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DESK_TOUR", "0")
    settings.cache_clear()


@pytest.fixture
def empty_engine(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, at_noon: datetime
) -> Iterator[Engine]:
    """An empty database that the desk reads."""
    del at_noon
    _point_at(sqlite_url, monkeypatch)
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()
    settings.cache_clear()


@pytest.fixture
def demo_engine(
    demo_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_noon: datetime
) -> Iterator[Engine]:
    """A database with the demo label that the desk reads."""
    del at_noon
    file = tmp_path / "demo.sqlite"
    shutil.copyfile(demo_template, file)
    _point_at(f"sqlite:///{file}", monkeypatch)
    engine = make_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()
    settings.cache_clear()


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> Callable[[Actor], None]:
    """A function that makes somebody the one at the screen, as after a sign-in."""

    def act(who: Actor) -> None:
        monkeypatch.setattr(signin, "actor", lambda: who)
        monkeypatch.setattr(signin, "manages_people", lambda _who: True)

    return act


@pytest.fixture
def open_desk() -> Callable[..., AppTest]:
    """A function that opens the desk with query parameters, on the board or on another page."""

    def opened(page: str = "", **query: str | list[str]) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        # As a browser has it that has come a second time.
        at.session_state[second_go.COME] = set(get_args(second_go.Part)) - {"tour"}
        for fold in (filter_bar.FOLD, view_menu.FOLD):
            at.session_state[fold] = True
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        if page:
            at.switch_page(page)
            for name, value in query.items():
                at.query_params[name] = value
            at.run()
        assert not at.exception, at.exception
        return at

    return opened


@pytest.fixture
def row_of(demo_engine: Engine, now: datetime) -> Callable[..., BoardRow]:
    """A function that finds the first row of the demo that fits."""

    def find(fits: Callable[[BoardRow], bool]) -> BoardRow:
        for artist in queries.artists(demo_engine, rights=FULL):
            board = queries.board(demo_engine, artist.id, now=now, rights=FULL)
            for row in board.rows if board else ():
                if fits(row):
                    return row
        raise LookupError("no such row in the demo")

    return find


@dataclass(frozen=True)
class Table:
    """A table of the desk as it was sent to the browser."""

    label: str
    columns: list[str]
    heads: list[tuple[str, str]]
    """The groups' lines: words and count."""
    rows: list[dict[str, Any]]
    """The cells by their columns' names; "id" is what the row is about."""
    groups: list[str]
    caption: str

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: str) -> list[Any]:
        return [row[column] for row in self.rows]


def tables(at: AppTest) -> list[Table]:
    """Return every table on the page."""
    found = [one.proto for one in at.get("bidi_component")]
    return [
        _table(json.loads(one.json))
        for one in found
        if one.component_name == components.name("table")
    ]


def table(at: AppTest, label: str) -> Table:
    """Return the table that is called so."""
    return next(one for one in tables(at) if one.label == label)


def labels(at: AppTest) -> list[str]:
    """Return what the tables on the page are called."""
    return [one.label for one in tables(at)]


def _table(sent: dict[str, Any]) -> Table:
    names = [column["name"] for column in sent["columns"]]
    kinds = [column["kind"] for column in sent["columns"]]
    lines = sent["lines"]
    return Table(
        sent["label"],
        names,
        [(line["head"], line["number"]) for line in lines if "head" in line],
        [
            {"id": line["id"]}
            | {
                name: _words(kind, cell)
                for name, kind, cell in zip(names, kinds, line["cells"], strict=True)
            }
            for line in lines
            if "id" in line
        ],
        [words for _, words, *_ in sent["groups"]],
        sent["caption"],
    )


def _words(kind: str, cell: Any) -> Any:
    """Return what a person reads in a cell; chips and menus are lists of words."""
    if cell is None:
        return "—"
    if kind == "chips":
        return [words for words, *_ in cell]
    if kind == "menu":
        return [words for _, words, *_ in cell]
    if kind == "pair":
        return " · ".join(f"{label} {words}" for label, words in cell)
    if kind == "link":
        return cell[0]
    if kind == "bar":
        return f"{cell[1]} {cell[2]}"
    if kind == "text" and isinstance(cell, list):
        return " · ".join(words for words in cell if words)
    return cell


def field(at: AppTest, kind: str, name: str) -> Any:
    """Return the field that holds what is kept under a name; its key has a number behind that."""
    return next(one for one in at.get(kind) if (one.key or "").rpartition("-")[0] == name)


def texts(at: AppTest) -> str:
    """Return everything that a person reads on the page outside of tables."""
    kinds = ("title", "subheader", "markdown", "caption", "warning", "info", "error", "success")
    return "\n".join(str(getattr(one, "value", "")) for kind in kinds for one in at.get(kind))
