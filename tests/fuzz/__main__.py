"""`python -m tests.fuzz --count 100000`: the whole run, with its figures.

What breaks is printed with the seed of its trial; the run goes on and ends with exit code 1.
"""

import argparse
import logging
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from lib.db.engine import make_engine
from lib.db.migrations import upgrade
from lib.settings import load_settings, settings
from lib.ui import clock
from tests.fuzz.serving import Door, Pages
from tests.fuzz.trying import NOW, Trial, trials
from tests.invariants import faults

# Parts of a thousand.
_SHARES = {
    "files read": 420,
    "files imported": 20,
    "names shown": 250,
    "table messages": 150,
    "URL parameters": 80,
}
_REQUESTS, _PAGES = 78, 2


@dataclass
class Tally:
    """What came of one kind of trial."""

    answers: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many inputs were tried."""
        return self.answers.total() + len(self.broken)


def run(*, count: int, seed: int) -> dict[str, Tally]:
    """Try `count` inputs made of `seed` and return what came of them by kind."""
    tallies: dict[str, Tally] = {}
    with _desk() as (engine, hostile):
        for name, trial in trials(engine).items():
            tallies[name] = _try(trial, count * _SHARES[name] // 1000, seed=f"{seed} {name}")
        wrong = faults(engine)
        if wrong:
            tallies["files imported"].broken += wrong
        tallies["requests"] = _knock(count * _REQUESTS // 1000, seed=f"{seed} requests")
        pages = Pages(hostile, random.Random(f"{seed} names"))  # noqa: S311 - not a secret
        number = max(count * _PAGES // 1000, 7)
        tallies["pages opened"] = _try(pages.open, number, seed=f"{seed} pages")
    return tallies


def _try(trial: Trial, number: int, *, seed: str) -> Tally:
    tally, began = Tally(), time.monotonic()
    for turn in range(number):
        dice = random.Random(f"{seed} {turn}")  # noqa: S311 - not a secret
        try:
            tally.answers[trial(dice)] += 1
        except Exception:  # noqa: BLE001 - any error at all is what is looked for
            tally.broken.append(f"seed “{seed} {turn}”\n{traceback.format_exc(limit=-6)}")
    tally.seconds = time.monotonic() - began
    return tally


def _knock(number: int, *, seed: str) -> Tally:
    tally, began = Tally(), time.monotonic()
    door = Door(load_settings())
    for turn in range(0, number, 50):
        dice = random.Random(f"{seed} {turn}")  # noqa: S311 - not a secret
        try:
            tally.answers += door.knock(dice, min(50, number - turn))
        except Exception:  # noqa: BLE001
            tally.broken.append(f"seed “{seed} {turn}”\n{traceback.format_exc(limit=-6)}")
    tally.seconds = time.monotonic() - began
    return tally


@contextmanager
def _desk() -> Iterator[tuple[Engine, Engine]]:
    """Yield a database for imports and the one that the pages read, at a fixed moment."""
    told, now = dict(os.environ), clock.now
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        urls = [f"sqlite:///{Path(folder) / name}.sqlite" for name in ("imports", "pages")]
        engines = [make_engine(url) for url in urls]
        for engine in engines:
            upgrade(engine)
        secrets = Path(folder) / "secrets.toml"
        secrets.touch()
        os.environ |= {"DATABASE_URL": urls[1], "SECRETS_FILE": str(secrets)}
        settings.cache_clear()
        clock.now = lambda: NOW
        try:
            yield engines[0], engines[1]
        finally:
            clock.now = now
            os.environ.clear()
            os.environ |= told
            settings.cache_clear()
            for engine in engines:
                engine.dispose()


def report(tallies: dict[str, Tally]) -> Iterator[str]:
    """Yield the figures as lines."""
    for name, tally in tallies.items():
        answers = ", ".join(f"{n:,} {word}" for word, n in tally.answers.most_common(9))
        how = f"{len(tally.broken)} BROKEN" if tally.broken else "none broken"
        yield f"{name:<16}{tally.number:>8,}  {how:<12}{tally.seconds:>7.1f} s  {answers}"
    whole = sum(tally.number for tally in tallies.values())
    broken = sum(len(tally.broken) for tally in tallies.values())
    yield f"{'all':<16}{whole:>8,}  {broken} broken"


def main() -> int:
    """Run, print, and return 1 where anything broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # Refusals are what is provoked here.
    tallies = run(count=options.count, seed=options.seed)
    for line in report(tallies):
        print(line)
    found = [words for tally in tallies.values() for words in tally.broken]
    for said in found[:10]:
        print(said, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
