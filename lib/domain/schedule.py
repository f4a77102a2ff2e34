"""Scheduled changes: when a clock in the account's zone shows a time, and what may come of one.

A scheduled change is judged anew when its time has come, by the rules that hold then. What
could not be done in time is missed and says why; nothing runs late in silence.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from pydantic import AwareDatetime

from lib.domain.actions import Action, PauseReason
from lib.domain.records import Platform, Record

SCHEDULABLE = (Action.PAUSE, Action.RESUME)
LATE_AFTER = timedelta(days=1)
"""A change that is later than this is missed: whoever wanted it then may not want it now."""
FURTHEST_AHEAD = timedelta(days=366)


class ScheduleState(StrEnum):
    """What has become of a scheduled change."""

    COMING = "coming"
    RAN = "ran"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class ScheduledChange(Record):
    """One scheduled change, with the campaign that it is about."""

    id: int
    campaign_id: int
    campaign_name: str
    artist_id: int
    artist_name: str
    platform: Platform
    action: Action
    run_at: AwareDatetime
    zone: str
    reason: PauseReason | None
    note: str | None
    actor: str
    """Who scheduled it; the change will be theirs."""
    scheduled_at: AwareDatetime
    seen_version: int
    state: ScheduleState
    settled_at: AwareDatetime | None
    settled_by: str | None
    why: str | None
    """Why it was missed, or what had changed by the time it ran."""

    def is_overdue(self, now: datetime) -> bool:
        """Return whether its time has come and nobody has run it yet."""
        return self.state is ScheduleState.COMING and self.run_at <= now


@dataclass(frozen=True)
class Moment:
    """The instant at which a clock in a zone shows a time, and what is odd about it."""

    at: datetime
    is_skipped: bool = False
    """The clocks jump over this time; `at` is the moment of the jump."""
    is_twice: bool = False
    """The clocks show this time twice; `at` is one of both."""


def moment(wanted: datetime, zone: tzinfo, *, is_second: bool = False) -> Moment:
    """Return when clocks in `zone` show the naive date and time `wanted`, in UTC.

    Where clocks go forward over it, that is the moment of the jump: the first one at which the
    time has passed. Where they go back it comes twice, and `is_second` chooses the later.
    """
    first, second = (_instant(wanted, zone, fold) for fold in (0, 1))
    if first > second:
        return Moment(_jump(second, first, zone), is_skipped=True)
    if first < second:
        return Moment(second if is_second else first, is_twice=True)
    return Moment(first)


def is_late(run_at: datetime, *, now: datetime) -> bool:
    """Return whether it is too late at `now` to do what was scheduled for `run_at`."""
    return now - run_at > LATE_AFTER


def _instant(wanted: datetime, zone: tzinfo, fold: int) -> datetime:
    return wanted.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the first second of the new offset, between an instant before and one after it."""
    old = before.astimezone(zone).utcoffset()
    seconds = int((after - before).total_seconds())
    low, high = 0, seconds
    while high - low > 1:
        middle = (low + high) // 2
        found = (before + timedelta(seconds=middle)).astimezone(zone).utcoffset()
        low, high = (middle, high) if found == old else (low, middle)
    return before + timedelta(seconds=high)
