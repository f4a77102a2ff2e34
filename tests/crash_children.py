"""What the children of `tests.crash` do until they are killed."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import Engine, select

from lib.db.engine import make_engine, reading
from lib.db.tables import artist, campaign
from lib.domain.actions import Action, PauseReason
from lib.domain.records import Actor, Source
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.services.billing_notices import Notice, Payment, receive_notice
from lib.services.demo_label.demo import is_empty, load_demo, start_over
from lib.services.importing.imports import import_file, read_file
from lib.services.scheduling.runs import run_due
from lib.services.scheduling.schedules import schedule_change
from lib.services.transactions import ChangeRefused
from lib.services.undoing import undo_change
from tests.cast import BILLING, see
from tests.crash import Say
from tests.racer import press
from tests.staging import take_small_steps

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SNAPSHOT_CAMPAIGNS, SNAPSHOT_DAYS = 20, 30


def change(say: Say, number: int, url: str) -> None:
    """Press verbs and send billing notices without end; say each that was acknowledged."""
    engine = make_engine(url)
    dice = random.Random(number)  # noqa: S311 - not a secret
    with reading(engine) as db:
        campaigns: Sequence[int] = db.execute(select(campaign.c.id)).scalars().all()
        name = db.execute(select(artist.c.name).order_by(artist.c.id).limit(1)).scalar_one()
    for turn in count():
        request_id = f"{number}-{turn}"
        if dice.random() < 0.1:
            event = dice.choice(list(Payment))
            notice = Notice(id=request_id, event=event, at=NOW, artist=name)
            receive_notice(engine, notice, actor=BILLING, now=NOW)
            say(request_id)
            continue
        told = press(engine, dice.choice(campaigns), dice.choice(list(Action)), request_id, NOW)
        if told["outcome"] == "changed":
            say(request_id)
            undo_sometimes(say, engine, told["entry"], f"{request_id}-undo", dice)


def undo_sometimes(
    say: Say, engine: Engine, entry_id: int, request_id: str, dice: random.Random
) -> None:
    """Take every third change back at once, and say so where it is acknowledged."""
    if dice.random() > 1 / 3:
        return
    try:
        undo_change(engine, entry_id, actor=BILLING, request_id=request_id, now=NOW)
    except ChangeRefused:
        return
    say(request_id)


def load(say: Say, number: int, url: str) -> None:
    """Load the demo and start it over without end; say each time that it stands."""
    engine = make_engine(url)
    say("at work")
    if is_empty(engine):
        say(f"loaded {load_demo(engine, now=NOW).campaigns}")
    while True:
        alice = Actor(name=f"Alice {number}", rights=FULL)
        say(f"loaded {start_over(engine, actor=alice, now=NOW).campaigns}")


def bring_in(say: Say, number: int, url: str) -> None:
    """Import one snapshot after the other without end; say each that was acknowledged."""
    engine = make_engine(url)
    say("at work")
    for turn in count():
        file = read_file(engine, snapshot(number * 1000 + turn))
        outcome = import_file(
            engine,
            file,
            file_name="snapshot.csv",
            artist_name="The Herons",
            actor=Actor(name="Alice", rights=FULL),
            now=NOW,
            source=Source.COMMAND,
            zone="UTC",
        )
        say(f"imported {outcome.import_id}")


def bring_in_by_steps(say: Say, number: int, url: str) -> None:
    """Import snapshots as `bring_in` does, each staged and folded a few rows at a time."""
    take_small_steps(staged=60)
    bring_in(say, number, url)


def snapshot(number: int) -> bytes:
    """Return a daily export of 20 campaigns and 30 days whose figures depend on `number`."""
    lines = ["Nightly", "1 June 2026 - 30 June 2026", "Campaign,Day,Currency code,Cost,Clicks"]
    lines += [
        f"Campaign {one},2026-06-{day:02},EUR,{number + one}.{day:02},{day}"
        for one in range(SNAPSHOT_CAMPAIGNS)
        for day in range(1, SNAPSHOT_DAYS + 1)
    ]
    return "\n".join(lines).encode()


def run_scheduled(say: Say, number: int, url: str) -> None:
    """Schedule pauses and resumes and run what is due, without end; say each that was settled."""
    engine = make_engine(url)
    with reading(engine) as db:
        campaigns: Sequence[int] = db.execute(select(campaign.c.id)).scalars().all()
    say("at work")
    for turn in count():
        for campaign_id in campaigns:
            seen = see(engine, campaign_id)
            # However short a child lives, what it schedules can be done.
            action = Action.RESUME if seen.status is Status.PAUSED else Action.PAUSE
            try:
                schedule_change(
                    engine,
                    campaign_id,
                    action,
                    run_at=NOW - timedelta(seconds=30),
                    reason=PauseReason.BUDGET if action is Action.PAUSE else None,
                    actor=Actor(name=f"Alice {number}", rights=FULL),
                    seen_version=seen.version,
                    request_id=f"{number}-{turn}-{campaign_id}",
                    now=NOW - timedelta(minutes=1),
                )
            except ChangeRefused:
                continue  # Another worker has changed it, or something comes at this moment.
        for settled in run_due(engine, clock=lambda: NOW, by=f"child {number}"):
            say(f"{settled.state} {settled.id}")
