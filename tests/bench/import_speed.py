"""How long a million daily rows take, beside the bare minimum; and how long a pause waits.

`python -m tests.bench.import_speed [--campaigns 2500] [--days 400] [--by campaign|day]
[--rounds 1] [--platform meta|google]`

Side by side, in turns, on fresh databases in a temporary folder:

(a) csv.reader and a bare executemany of the same file, in its own order, into daily_result,
    daily_kind_result and daily_observation, with the desk's own PRAGMAs, in one transaction;
(b) `python -m lib.cli import`, a process of its own: reading, preview, staging, switch, fold;
    while another process pauses a campaign every 0.2 s, in turn one of the same artist and
    one of another.

It prints the times, their ratio, the largest memory of (b) and how long the pauses took.
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, func, insert, select

from lib.db.engine import make_engine, reading, writing
from lib.db.migrations import upgrade
from lib.db.tables import artist, campaign, import_run
from lib.domain.actions import PauseReason
from lib.domain.records import Actor
from lib.domain.rights import FULL
from lib.services.campaigns import pause_campaign
from lib.services.history_chain import append_entries
from tests.cast import add_artist

ROOT = Path(__file__).resolve().parents[2]
LAST = date(2026, 6, 30)
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ARTIST, OTHER = "The Herons", "The Egrets"
EVERY = 0.2
META = (
    "Reporting starts,Reporting ends,Campaign name,Campaign delivery,Results,Result indicator,"
    "Reach,Impressions,Amount spent (EUR),Link clicks,Ends"
)
GOOGLE = "Campaign,Campaign ID,Day,Campaign status,Currency code,Cost,Clicks,Impr.,TrueView views"


def main() -> None:
    """Measure as often as asked, and print each round."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--campaigns", type=int, default=2_500)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--by", choices=["campaign", "day"], default="campaign")
    parser.add_argument("--platform", choices=["meta", "google"], default="meta")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="import-speed-") as name:
        folder = Path(name)
        file = folder / "daily.csv"
        rows = write_export(file, options.platform, options.campaigns, options.days, options.by)
        size = file.stat().st_size / 2**20
        print(f"{rows:,} rows of {options.platform} by {options.by}, {size:.0f} MB")
        for number in range(options.rounds):
            _round(folder, file, options.platform, number)


def _round(folder: Path, file: Path, platform: str, number: int) -> None:
    with fresh(folder / f"bare-{number}.sqlite") as url:
        wall, cpu = bare(url, file, platform)
    print(f"(a) csv.reader and executemany: {wall:6.1f} s wall, {cpu:6.1f} s CPU")
    with fresh(folder / f"desk-{number}.sqlite") as url:
        told = product(url, file)
    print(
        f"(b) import, with pauses:        {told['wall']:6.1f} s wall, {told['cpu']:6.1f} s CPU, "
        f"{told['rss_mb']:,} MB at most"
    )
    print(f"    ratio: {told['wall'] / wall:.2f} of wall time, {told['cpu'] / cpu:.2f} of CPU time")
    waits = told["waits"]
    for whose in sorted({one for one, _ in waits}):
        mine = sorted(seconds for one, seconds in waits if one == whose)
        print(
            f"    {len(mine)} pauses ({whose}): {median(mine) * 1000:.0f} ms in the median, "
            f"{mine[-1] * 1000:.0f} ms at worst, "
            f"{sum(one > 0.3 for one in mine)} above 300 ms",
            flush=True,
        )


def write_export(path: Path, platform: str, campaigns: int, days: int, by: str) -> int:
    """Write an export of so many campaigns and days; return its rows."""
    dice = random.Random(1)  # noqa: S311 - not a secret
    dates = [(LAST - timedelta(days=days - 1 - one)).isoformat() for one in range(days)]
    pairs = (
        ((one, day) for one in range(campaigns) for day in dates)
        if by == "campaign"
        else ((one, day) for day in dates for one in range(campaigns))
    )
    with path.open("w", encoding="utf-8", newline="") as out:
        if platform == "google":
            out.write(f"Nightly\n{dates[0]} - {dates[-1]}\n{GOOGLE}\n")
        else:
            out.write(f"{META}\r\n")
        for one, day in pairs:
            shown = dice.randrange(200, 9_000)
            spent, clicks, results = f"{shown / 170:.2f}", shown // 60, shown // 90
            if platform == "google":
                out.write(
                    f"Campaign {one:04} / spring,{7_700_000 + one},{day},Enabled,EUR,{spent},"
                    f'{clicks},"{shown:,}",{results}\n'
                )
            else:
                out.write(
                    f"{day},{day},Campaign {one:04} / spring,active,{results},"
                    f"actions:onsite_conversion.post_save,{shown // 2},{shown},{spent},{clicks},"
                    "Ongoing\r\n"
                )
    return campaigns * days


@contextmanager
def fresh(file: Path) -> Iterator[str]:
    """A migrated, empty database; gone afterwards, so that the next has the same room."""
    url = f"sqlite:///{file}"
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    yield url
    for ending in ("", "-wal", "-shm"):
        Path(f"{file}{ending}").unlink(missing_ok=True)


def bare(url: str, file: Path, platform: str) -> tuple[float, float]:
    """Return the wall and CPU seconds of the bare minimum."""
    engine = make_engine(url)
    skip, name, day, spent, clicks, shown, results = (
        (3, 0, 2, 5, 6, 7, 8) if platform == "google" else (1, 2, 0, 8, 9, 7, 4)
    )
    with file.open(encoding="utf-8", newline="") as lines:
        # Not kept as a list: what this process once held is counted for its children too.
        rows = islice(csv.reader(lines), skip, None)
        names = list(dict.fromkeys(row[name] for row in rows))
    artist_id = add_artist(engine, now=NOW, name="Bare")
    ids = dict(zip(names, add_campaigns(engine, artist_id, platform, names), strict=True))
    with writing(engine) as db:
        db.execute(
            insert(import_run).values(
                id=1,
                artist_id=artist_id,
                platform=platform,
                file_name="f",
                sha256="s",
                form="f",
                grain="day",
                observed_on=LAST,
                at=NOW,
                actor="Alice",
                counts={},
            )
        )
    connection = engine.raw_connection()
    driver: Any = connection.driver_connection
    began, spent_before = time.perf_counter(), time.process_time()
    driver.execute("BEGIN IMMEDIATE")
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        for _ in range(skip):
            next(reader)
        taken = []
        for row in reader:
            taken.append(
                (
                    ids[row[name]],
                    row[day],
                    int(row[spent].replace(".", "")) * 10_000,
                    int(row[shown].replace(",", "")),
                    int(row[clicks]),
                    int(row[results]) * 1_000_000,
                )
            )
            if len(taken) == 20_000:
                _write_bare(driver, taken)
                taken = []
        _write_bare(driver, taken)
    driver.execute("COMMIT")
    taken_seconds = time.perf_counter() - began, time.process_time() - spent_before
    connection.close()
    engine.dispose()
    return taken_seconds


def _write_bare(driver: Any, rows: list[tuple[Any, ...]]) -> None:
    driver.executemany(
        "INSERT INTO daily_observation VALUES (?, ?, 1, '2026-07-01 12:00:00.000000', ?, ?, ?, ?)",
        [(*row[:5], f'{{"results": {row[5]}}}') for row in rows],
    )
    driver.executemany(
        "INSERT INTO daily_result VALUES (?, ?, ?, ?, ?, 1, '2026-06-30')", [r[:5] for r in rows]
    )
    driver.executemany(
        "INSERT INTO daily_kind_result VALUES (?, ?, 'results', ?)",
        [(row[0], row[1], row[5]) for row in rows],
    )


def add_campaigns(engine: Engine, artist_id: int, platform: str, names: list[str]) -> list[int]:
    """Add active campaigns with their entries, in one transaction; return their ids."""
    with writing(engine) as db:
        last = db.execute(select(func.max(campaign.c.id))).scalar() or 0
        ids = list(range(last + 1, last + 1 + len(names)))
        common = {"artist_id": artist_id, "version": 1, "status_since": NOW}
        same = common | {"platform": platform, "campaign_type": "Smart Campaign"}
        same |= {"status": "active", "status_origin": "person", "currency": "EUR"}
        same |= {"locations": [], "headline_kind": "saves"}
        rows = [same | {"id": n, "name": name} for n, name in zip(ids, names, strict=True)]
        db.execute(insert(campaign), rows)
        told = {"artist_id": artist_id, "version": 1, "at": NOW, "actor": "Alice"}
        told |= {"origin": "person", "source": "desk", "event": "campaign:create"}
        told |= {"to_status": "active"}
        append_entries(db, [told | {"campaign_id": number} for number in ids])
    return ids


def product(url: str, file: Path) -> dict[str, Any]:
    """Return what the desk's own import took, and how long each pause meanwhile waited."""
    engine = make_engine(url)
    for name in (ARTIST, OTHER):
        artist_id = add_artist(engine, now=NOW, name=name)
        add_campaigns(engine, artist_id, "meta", [f"Pressed {one}" for one in range(1_000)])
    engine.dispose()
    presser = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.import_speed", "press", url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert presser.stdout is not None
    presser.stdout.readline()
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "DATABASE_URL": url, "DESK_ACTOR": "Alice"}
    command = [sys.executable, "-m", "lib.cli", "import", str(file), "--artist", ARTIST, "--yes"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr)
    told, _ = presser.communicate("stop\n", timeout=60)
    return {
        "wall": wall,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "rss_mb": after.ru_maxrss // 1024,
        "waits": json.loads(told),
    }


def press(url: str) -> None:
    """Pause a campaign every 0.2 s until told to stop; print how long each pause took."""
    engine = make_engine(url)
    with reading(engine) as db:
        rows = db.execute(
            select(campaign.c.id, artist.c.name).join(artist).order_by(campaign.c.id)
        ).all()
    by_artist = [
        (whose, [number for number, name in rows if name == called])
        for whose, called in (("same artist", ARTIST), ("another artist", OTHER))
    ]
    stopped = threading.Event()
    waits: list[tuple[str, float]] = []
    print("ready", flush=True)

    def listen() -> None:
        sys.stdin.readline()
        stopped.set()

    threading.Thread(target=listen, daemon=True).start()
    for whose, numbers in cycle(by_artist):
        if stopped.is_set() or not numbers:
            break
        number, began = numbers.pop(0), time.perf_counter()
        pause_campaign(
            engine,
            number,
            reason=PauseReason.BUDGET,
            actor=Actor(name="Alice", rights=FULL),
            seen_version=1,
            request_id=f"pause-{number}",
            now=NOW,
        )
        waits.append((whose, time.perf_counter() - began))
        stopped.wait(EVERY)
    print(json.dumps(waits), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["press"]:
        press(sys.argv[2])
    else:
        main()
