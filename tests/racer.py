"""One of many who press at the same time: a function, and a process with several clients.

`python -m tests.racer URL CAMPAIGNS CLIENTS CHANGES NAME NOW` waits for a line on its standard
input; then each client presses on any of the campaigns until it has made so many changes. It
prints one JSON object for each press.
"""

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from lib.db.engine import DatabaseUnreachable, make_engine
from lib.domain.actions import Action, PauseReason
from lib.domain.records import Actor
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.services.campaigns import (
    archive_campaign,
    pause_campaign,
    resume_campaign,
    unarchive_campaign,
)
from lib.services.transactions import ChangeRefused
from tests.cast import see

_VERBS = {
    Action.RESUME: resume_campaign,
    Action.ARCHIVE: archive_campaign,
    Action.UNARCHIVE: unarchive_campaign,
}
_POSSIBLE = {
    Status.ACTIVE: (Action.PAUSE,),
    Status.PAUSED: (Action.RESUME, Action.ARCHIVE),
    Status.ARCHIVED: (Action.UNARCHIVE,),
}


def press(
    engine: Engine,
    campaign_id: int,
    action: Action,
    request_id: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> dict[str, Any]:
    """Press with the version that was seen, and return what came of it."""
    version = see(engine, campaign_id).version if seen is None else seen
    told: dict[str, Any] = {"request_id": request_id, "action": action.value, "seen": version}
    request: dict[str, Any] = {
        "actor": Actor(name=request_id, rights=FULL),
        "seen_version": version,
        "request_id": request_id,
        "now": now,
    }
    try:
        if action is Action.PAUSE:
            change = pause_campaign(engine, campaign_id, reason=PauseReason.BUDGET, **request)
        else:
            change = _VERBS[action](engine, campaign_id, **request)
    except ChangeRefused as refusal:
        return told | {"outcome": type(refusal).__name__}
    return told | {"outcome": "changed", "version": change.version, "entry": change.entry_id}


def press_again(times: int = 20, **what: Any) -> dict[str, Any]:
    """Press, and where the database is too busy to answer press the same again, as people do."""
    for _ in range(times):
        try:
            return press(**what)
        except DatabaseUnreachable:
            continue
    return press(**what)


def press_until(
    engine: Engine, campaigns: list[int], changes: int, name: str, now: datetime
) -> list[dict[str, Any]]:
    """Press on any of the campaigns until so many changes were made; return every answer."""
    dice = random.Random(name)  # noqa: S311 - not a secret
    told: list[dict[str, Any]] = []
    made = 0
    while made < changes:
        one = dice.choice(campaigns)
        seen = see(engine, one)
        # Mostly what was possible when they looked; what is not is refused, and told so.
        possible = _POSSIBLE.get(seen.status, tuple(Action))
        action = dice.choice(possible if dice.random() < 0.9 else tuple(Action))
        answer = press_again(
            engine=engine,
            campaign_id=one,
            action=action,
            request_id=f"{name}-{len(told)}",
            now=now,
            seen=seen.version,
        )
        told.append(answer | {"campaign": one})
        made += answer["outcome"] == "changed"
    return told


def main(url: str, campaigns: str, clients: str, changes: str, name: str, now: str) -> None:
    """Wait for the start, let all clients press, and tell."""
    engine, ones = make_engine(url), [int(one) for one in campaigns.split(",")]
    see(engine, ones[0])
    print("ready", flush=True)
    sys.stdin.readline()
    moment = datetime.fromisoformat(now)
    # What a client raises ends the process with a fault: none goes missing unnoticed.
    with ThreadPoolExecutor(int(clients)) as pool:
        running = [
            pool.submit(press_until, engine, ones, int(changes), f"{name}-{number}", moment)
            for number in range(int(clients))
        ]
        told = [one for client in running for one in client.result()]
    for one in told:
        print(json.dumps(one), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
