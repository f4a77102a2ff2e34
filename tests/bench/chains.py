"""How an invented campaign came to its status: the entries of its history, as the desk writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lib.domain.actions import PauseReason
from lib.domain.records import Origin, Source
from lib.domain.status import LIVE, Status

Row = dict[str, Any]

_SETUP = (
    Status.AWAITING_SMARTLINK,
    Status.CONTENT_VALIDATION,
    Status.DEPLOYING,
    Status.UNDER_REVIEW,
)
_HOURS_APART = (0, 5, 20, 30)
PEOPLE = ("Dana Ruiz", "Ibrahim Sesay", "Mette Lund", "Olu Adeyemi", "Petra Novák")


@dataclass(frozen=True)
class Life:
    """What the chain of one campaign is made from."""

    status: Status
    created_at: datetime
    started_at: datetime
    stopped_at: datetime
    """Its end or the stop of its delivery, whichever its status tells of."""
    now: datetime
    paused_once: bool
    person: str


def chain(life: Life) -> list[Row]:
    """Return the entries, oldest first, without ids; the last one tells of the status."""
    entries: list[Row] = []
    before: Status | None = None
    latest = life.created_at
    for version, (status, at, origin) in enumerate(_steps(life), start=1):
        latest = max(latest, min(at, life.now))
        is_person = origin is Origin.PERSON
        event = {Status.PAUSED: "pause", Status.ARCHIVED: "archive"}.get(status, status.value)
        if before is None:
            event = "create"
        elif before is Status.PAUSED and status in LIVE:
            event = "resume"
        entries.append(
            {
                "version": version,
                "at": latest,
                "actor": life.person if is_person else "Campaign Desk",
                "origin": origin,
                "source": Source.DESK if is_person else Source.PLATFORM,
                "event": f"campaign:{event}",
                "from_status": before,
                "to_status": status,
                "reason": PauseReason.BUDGET if event == "pause" else None,
            }
        )
        before = status
    return entries


def _steps(life: Life) -> Iterator[tuple[Status, datetime, Origin]]:
    """Yield the statuses that lead to the last one, with the time and who brought them."""
    last = life.status
    for status, hours in zip(_SETUP, _HOURS_APART, strict=True):
        origin = Origin.PERSON if status is _SETUP[0] else Origin.SYSTEM
        yield status, life.created_at + timedelta(hours=hours), origin
        if status is last:
            return
    yield Status.ACTIVE, life.started_at, Origin.PLATFORM
    if life.paused_once and last in LIVE:
        middle = life.started_at + (life.now - life.started_at) / 2
        yield Status.PAUSED, middle, Origin.PERSON
        yield Status.ACTIVE, middle + timedelta(days=2), Origin.PERSON
    if last is Status.ARCHIVED:
        yield Status.ENDED, life.stopped_at, Origin.SYSTEM
        yield last, life.stopped_at + timedelta(days=3), Origin.PERSON
    elif last is Status.SERVING:
        yield last, life.now - timedelta(hours=9), Origin.PLATFORM
    elif last is not Status.ACTIVE:
        origin = {
            Status.PAUSED: Origin.PERSON,
            Status.SUBSCRIPTION_PAUSED: Origin.BILLING,
            Status.ISSUE: Origin.PLATFORM,
        }.get(last, Origin.SYSTEM)
        yield last, life.stopped_at, origin
