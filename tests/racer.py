"""One of many who press at the same time: a function, and a process of its own.

`python -m tests.racer URL CAMPAIGN PRESSES NAME NOW` waits for a line on its standard input,
presses, and prints one JSON object for each press.
"""

import json
import sys
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from lib.db.engine import make_engine
from lib.domain.actions import Action, PauseReason
from lib.domain.records import Actor
from lib.domain.rights import FULL
from lib.services.campaigns import (
    ChangeRefused,
    archive_campaign,
    pause_campaign,
    resume_campaign,
    unarchive_campaign,
)
from tests.cast import see

_VERBS = {
    Action.RESUME: resume_campaign,
    Action.ARCHIVE: archive_campaign,
    Action.UNARCHIVE: unarchive_campaign,
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


def main(url: str, campaign_id: str, presses: str, name: str, now: str) -> None:
    """Wait for the start, press, and tell."""
    engine = make_engine(url)
    see(engine, int(campaign_id))
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(presses)):
        action = list(Action)[(number + len(name) + int(name[1:])) % 4]
        told = press(
            engine, int(campaign_id), action, f"{name}-{number}", datetime.fromisoformat(now)
        )
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
