"""`python -m tests.power --cuts 20`: cut the power of every set-up, and look what is left.

0: nothing that was acknowledged is lost, and the weakened set-ups were caught losing it. 1: it is
otherwise. 77: this machine does not let it be tried, which is no pass.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from tests.postgres import PostgresMissing
from tests.power.cuts import Outcome, Setup, run
from tests.power.disk import DiskFailed, missing
from tests.power.stores import PostgreSQL, Sqlite

SETUPS = (
    Setup("SQLite as shipped", Sqlite),
    Setup("SQLite, synchronous=NORMAL", lambda: Sqlite(synchronous="NORMAL"), must_lose=True),
    Setup("SQLite, synchronous=OFF", lambda: Sqlite(synchronous="OFF"), must_lose=True),
    Setup("PostgreSQL as shipped", PostgreSQL),
    Setup(
        "PostgreSQL, synchronous_commit=off",
        # Its writer would else have flushed by itself, five times a second, on a slow machine.
        lambda: PostgreSQL(synchronous_commit="off", wal_writer_delay="10s"),
        must_lose=True,
    ),
)
WEAK_CUTS = 5
PASSED, FAILED, NOT_TRIED = 0, 1, 77
_INSIDE = "--inside"
# Everything started and mounted in here ends with the first process of it, even by kill -9.
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


def main() -> int:
    """Look whether it can be tried, go into namespaces of its own, cut, print and judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.power", description=__doc__)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(_INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.cuts < 1:
        parser.error("without a cut nothing is tried")
    if not options.inside:
        if lacking := missing():
            return _not_tried(*lacking)
        command = [*_NAMESPACES, sys.executable, "-m", "tests.power", _INSIDE, *sys.argv[1:]]
        os.execvp(command[0], command)  # noqa: S606
    signal.signal(signal.SIGTERM, _stop)
    try:
        return judge(_all(cuts=options.cuts, seed=options.seed))
    except (DiskFailed, PostgresMissing) as refused:
        return _not_tried(str(refused))
    except KeyboardInterrupt:
        print("Stopped; everything is unmounted.", file=sys.stderr)
        return 128 + signal.SIGINT


def _all(*, cuts: int, seed: int) -> list[Outcome]:
    outcomes = []
    for setup in SETUPS:
        # A weakened set-up must be caught, which takes fewer cuts than trust.
        number, began = min(cuts, WEAK_CUTS) if setup.must_lose else cuts, time.monotonic()
        print(f"{setup.name}: {number} cuts", flush=True)
        with tempfile.TemporaryDirectory(prefix="campaign-desk-power-") as folder:
            home = Path(folder)
            home.chmod(0o711)  # PostgreSQL's user passes through.
            outcomes.append(run(setup, cuts=number, seed=seed, home=home, say=_tell))
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
    return outcomes


def judge(outcomes: list[Outcome]) -> int:
    """Print the figures and what is wrong with them; return 1 where anything is."""
    print(f"\n{'':<36}{'cuts':>6}{'acknowledged':>14}{'lost':>8}{'cuts with loss':>16}")
    for one in outcomes:
        print(
            f"{one.setup.name:<36}{one.cuts:>6}{one.told:>14,}{one.lost:>8,}"
            f"{one.cuts_with_loss:>16}"
        )
    complaints = [words for one in outcomes for words in one.complaints()]
    for words in complaints:
        print(words, file=sys.stderr)
    return FAILED if complaints else PASSED


def _not_tried(*reasons: str) -> int:
    print("NOT TRIED, which is no pass:", *reasons, sep="\n  ", file=sys.stderr)
    return NOT_TRIED


def _tell(words: str) -> None:
    print(f"  {words}", flush=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
