"""The servers of one run: the bare pages, each on its own, and the desk with its databases."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

from lib.settings import load_settings, streamlit_command
from tests.bench.filling import database
from tests.bench.label import Size
from tests.browser.desk import Desk, serving
from tests.postgres import free_port
from tests.wire import visit

BARE = Path(__file__).parent / "bare"
RERUNS = 20


@contextmanager
def bare_server(script: str, folder: Path) -> Iterator[Desk]:
    """Yield a server of one bare page, with the options of the desk."""
    folder.mkdir()
    told = {"PORT": str(free_port())}
    command, variables = streamlit_command(load_settings(told))
    command[command.index("run") + 1] = str(BARE / script)
    with serving(folder, env={**told, **variables}, command=command) as running:
        yield running


@contextmanager
def desk_server(size: Size, folder: Path, *, now: datetime) -> Iterator[Desk]:
    """Yield the desk on a copy of the filled database, so that clicks change no other run."""
    folder.mkdir()
    copy = folder / "desk.sqlite"
    shutil.copyfile(database(size, now=now), copy)
    with copy.open("rb") as written:  # What is still on its way to the disk slows clicks.
        os.fsync(written.fileno())
    environment = {"DATABASE_URL": f"sqlite:///{copy}", "DESK_DEMO": "0"}
    with serving(folder, env=environment) as running:
        yield running


@dataclass(frozen=True)
class Servers:
    """Everything that one run measures against each other."""

    title: Desk
    chart: Desk
    button: Desk
    desks: dict[str, Desk]


@contextmanager
def all_servers(sizes: list[Size], home: Path, *, now: datetime) -> Iterator[Servers]:
    """Yield the bare servers and one desk a size."""
    for size in sizes:
        database(size, now=now)
    with ExitStack() as stack:
        title, chart, button = (
            stack.enter_context(bare_server(f"{name}.py", home / name))
            for name in ("title", "chart", "button")
        )
        desks = {
            size.name: stack.enter_context(desk_server(size, home / size.name, now=now))
            for size in sizes
        }
        yield Servers(title, chart, button, desks)


def cpu_of_a_rerun(desk: Desk, *, page: str = "", query: str = "") -> float:
    """Return the milliseconds of CPU that the server takes to run a page once more."""
    with visit(desk.url) as session:
        for _ in range(3):
            session.run(page, query)
        before = _cpu(desk)
        for _ in range(RERUNS):
            session.run(page, query)
        return (_cpu(desk) - before) / RERUNS * 1000


def memory(desk: Desk) -> float:
    """Return the megabytes that the server keeps in memory."""
    return float(psutil.Process(desk.process.pid).memory_info().rss) / 2**20


def _cpu(desk: Desk) -> float:
    times = psutil.Process(desk.process.pid).cpu_times()
    return float(times.user + times.system)
