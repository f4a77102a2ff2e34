"""One cut after the other: people and imports at work, the power goes, what was told is looked for.

Each cut has a fresh disk with a fresh database. Four children make changes by the desk's own
services, import, and run what is scheduled; each says what was acknowledged, outside of the disk.
Right after one of the acknowledgements everybody is stopped and the platters are copied. The copy
is mounted, the database recovers by itself, and everything that was said must be there.
"""

import logging
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from lib.db.engine import make_engine, reading
from lib.db.tables import billing_notice, history, import_run, scheduled_change
from lib.services.importing.folding import finish_imports
from tests import crash_children
from tests.crash import Child, Nursery, Say
from tests.invariants import faults, is_whole
from tests.power.disk import Disk, make_image, mounted
from tests.power.stores import Sqlite, Store, kill, stop_dead, weaken_sqlite

WRITERS = ("change", "change", "bring_in", "run_scheduled")
FEWEST, MOST = 10, 100
"""So much has been said when the power goes, by dice."""
HASTE = 0.02
"""Seconds that pass at most between the last word and the cut, by dice."""
_PATIENCE = 60
_AT_WORK = "at work"


@dataclass(frozen=True)
class Setup:
    """A database with its settings, and whether a power cut may cost it anything."""

    name: str
    open: Callable[[], Store]
    must_lose: bool = False


@dataclass
class Outcome:
    """What came of the cuts of one set-up."""

    setup: Setup
    cuts: int = 0
    told: int = 0
    lost: int = 0
    cuts_with_loss: int = 0
    wrong: list[str] = field(default_factory=list)
    """What was half done or could not be read, in sentences."""

    def add(self, told: set[str], found: set[str], wrong: list[str]) -> None:
        """Count one cut: what had been acknowledged, and what was there afterwards."""
        self.cuts += 1
        self.told += len(told)
        self.lost += len(told - found)
        self.cuts_with_loss += bool(told - found)
        self.wrong += [f"cut {self.cuts}: {words}" for words in wrong]

    def complaints(self) -> Iterator[str]:
        """Yield why this outcome is no pass, in sentences; none where it is."""
        if not self.told:
            yield f"{self.setup.name}: nothing was acknowledged, so nothing was proved."
        elif self.setup.must_lose and not self.lost:
            yield (
                f"{self.setup.name}: nothing was lost, though it must be. These cuts find "
                "nothing, so the others prove nothing."
            )
        elif self.lost and not self.setup.must_lose:
            yield (
                f"{self.setup.name}: {self.lost} of {self.told} acknowledged changes are lost, "
                f"in {self.cuts_with_loss} of {self.cuts} cuts."
            )
        if not self.setup.must_lose:
            yield from (f"{self.setup.name}, {words}" for words in self.wrong)


def run(setup: Setup, *, cuts: int, seed: int, home: Path, say: Callable[[str], None]) -> Outcome:
    """Cut the power of one set-up so often, in the folder `home`, and return what came of it."""
    outcome = Outcome(setup)
    store = setup.open()
    try:
        full = home / "full.img"
        make_image(full, megabytes=store.megabytes)
        with mounted(full) as disk:
            store.fill(disk.folder)
        with Nursery(__name__) as nursery:
            for number in range(cuts):
                dice = random.Random(f"{seed} {setup.name} {number}")  # noqa: S311 - not a secret
                used, after = home / "used.img", home / "after.img"
                shutil.copyfile(full, used)
                # In every second cut the disk has written some of its cache, in no order.
                share = 0.3 if number % 2 else 0.0
                with mounted(used) as disk:
                    told = _work_and_cut(
                        nursery, store, disk, after, number=number, dice=dice, share=share
                    )
                found, wrong = _look(store, after)
                outcome.add(told, found, wrong)
                say(f"cut {number + 1}: {len(told)} acknowledged, {len(told - found)} lost")
    finally:
        store.close()
    return outcome


def _work_and_cut(
    nursery: Nursery,
    store: Store,
    disk: Disk,
    after: Path,
    *,
    number: int,
    dice: random.Random,
    share: float,
) -> set[str]:
    """Let everybody work for a while, copy the disk into `after`, return what had been said."""
    children: list[Child] = []
    synchronous = store.synchronous if isinstance(store, Sqlite) else ""
    with store.running(disk.folder) as url:
        try:
            for place, target in enumerate(WRITERS):
                children.append(
                    nursery.start(
                        f"{__name__}:write",
                        [target, synchronous, url],
                        number=number * len(WRITERS) + place,
                    )
                )
            _wait_until_said(children, dice.randint(FEWEST, MOST))
            time.sleep(dice.uniform(0, HASTE))
            stop_dead([child.pid for child in children])
            stop_dead(store.servers())
            if share:
                disk.scatter(dice, share=share)
            disk.cut(after)
            kill(store.servers())
        except BaseException:
            # Whoever has a file open keeps the disk from being unmounted.
            kill([*(child.pid for child in children), *store.servers()])
            raise
        said = [nursery.end(child) for child in children]
    return {line for lines in said for line in lines} - {_AT_WORK}


def _wait_until_said(children: list[Child], lines: int) -> None:
    """Wait until the children have said so much; on a slow machine the cut comes earlier."""
    until = time.monotonic() + _PATIENCE
    while sum(child.said.read_bytes().count(b"\n") for child in children) < lines:
        if time.monotonic() > until:
            return
        time.sleep(0.002)


def write(say: Say, number: int, target: str, synchronous: str, url: str) -> None:
    """Do what one of the `tests.crash_children` does, on a SQLite that may be set too weakly."""
    logging.disable(logging.CRITICAL)  # What the rules refuse is part of it.
    if synchronous:
        weaken_sqlite(synchronous)
    getattr(crash_children, target)(say, number, url)


def _look(store: Store, image: Path) -> tuple[set[str], list[str]]:
    """Return what is there after the power came back, and what is wrong with it."""
    with mounted(image) as disk, store.running(disk.folder) as url:
        engine = make_engine(url)
        try:
            # As a desk does when it starts.
            finish_imports(engine)
            wrong = faults(engine) + ([] if is_whole(engine) else ["the file is damaged"])
            return kept(engine), wrong
        except SQLAlchemyError as error:
            return set(), [f"{type(error).__name__}: {error}"]
        finally:
            engine.dispose()


def kept(engine: Engine) -> set[str]:
    """Return everything that stands in the database, in the words in which children tell it."""
    with reading(engine) as db:
        requests = db.execute(
            select(history.c.request_id).where(history.c.request_id.is_not(None))
        ).scalars()
        notices = db.execute(select(billing_notice.c.id)).scalars()
        imports = db.execute(select(import_run.c.id)).scalars()
        settled = db.execute(select(scheduled_change.c.state, scheduled_change.c.id))
        return {
            *requests,
            *notices,
            *(f"imported {one}" for one in imports),
            *(f"{row.state} {row.id}" for row in settled),
        }
