"""The kinds of day of a campaign's run: reported, missing, not running, partial, unsettled.

Found from the history, the run's dates and what the imports speak for; as arrays over a
stretch of dates, because a label has millions of days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

import numpy as np

from lib.domain.metrics import Window
from lib.domain.records import Campaign, Coverage, Platform
from lib.domain.running import StatusChange, Stretch, stopped_stretches
from lib.domain.status import LIVE, Status
from lib.domain.verdict import Bools, DayGrid, Floats

BEFORE_A_RESUME = frozenset(
    {Status.PAUSED, Status.SUBSCRIPTION_PAUSED, Status.ISSUE, Status.ARCHIVED, Status.ENDED}
)
ADJUSTMENTS = frozenset({"campaign:budget"})
LEAVES_IDLE_DAYS_OUT = frozenset({Platform.META, Platform.GOOGLE})
"""Where a covered day without a row was idle; elsewhere nobody can say."""

# What a day said: spend in micros and results in millionths; None is unknown.
DayFigures = tuple[int | None, int | None]


class DayKind(StrEnum):
    """What a day is to the trend; only `REPORTED` ones are eligible."""

    REPORTED = "reported"
    MISSING = "missing"
    NOT_RUNNING = "not running"
    PARTIAL = "partial"
    UNSETTLED = "unsettled"


@dataclass(frozen=True)
class Told:
    """What an entry of the history says of when a campaign ran."""

    at: datetime
    event: str
    before: Status | None = None
    after: Status | None = None


@dataclass(frozen=True)
class Run:
    """When a campaign ran: its dates, the movements of its status, its adjustments."""

    zone: tzinfo
    changes: tuple[StatusChange, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    created_at: datetime | None = None
    adjusted_at: tuple[datetime, ...] = ()
    """When it was resumed or unarchived, or its budget changed."""

    @property
    def changed_on(self) -> date | None:
        """The date of the last such change, whether its day has settled or not."""
        return _local(max(self.adjusted_at, default=None), self.zone)


def run_of(campaign: Campaign, told: Sequence[Told]) -> Run:
    """Return when the campaign ran, by its own dates and its history, oldest first."""
    return Run(
        zone=campaign.tzinfo,
        changes=movements(told),
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        created_at=campaign.created_at,
        adjusted_at=adjustments(told),
    )


def movements(told: Iterable[Told]) -> tuple[StatusChange, ...]:
    """Return the movements of the status that a history tells of, oldest first.

    The order of the entries counts. One that waited for another says when it began to wait,
    and the clocks of two machines differ: it counts as no earlier than the one before it.
    """
    found: list[StatusChange] = []
    for one in told:
        if one.after is not None:
            at = max(one.at, found[-1].at) if found else one.at
            found.append(StatusChange(at, one.after))
    return tuple(found)


def adjustments(told: Iterable[Told]) -> tuple[datetime, ...]:
    """Return when a history, oldest first, makes what came before incomparable.

    A start after a stop does, whatever stood in between: a platform may review a campaign
    before it runs again. The first start of one that was never live does not.
    """
    found: list[datetime] = []
    has_run = is_stopped = False
    for one in told:
        is_live, is_stop = one.after in LIVE, one.after in BEFORE_A_RESUME
        is_resumed = is_live and (one.before in BEFORE_A_RESUME or (has_run and is_stopped))
        if one.event in ADJUSTMENTS or one.before is Status.ARCHIVED or is_resumed:
            found.append(one.at)
        # One that was stopped when it was first heard of may have run before.
        has_run = has_run or is_live or (is_stop and one.before is None)
        is_stopped = not is_live and (is_stopped or is_stop)
    return tuple(found)


@dataclass(frozen=True)
class Marks:
    """The dates from `first` on, marked: one value a date."""

    first: date
    started_on: date
    is_covered: Bools
    is_running: Bools
    """Not wholly stopped, not before the start, not after the end."""
    is_whole: Bools
    is_changed: Bools


def mark(run: Run, spans: Sequence[Coverage], first: date, length: int) -> Marks:
    """Return `length` dates from `first` on, marked."""
    zero = first.toordinal()
    stopped = stopped_stretches(run.changes)
    started_on = start_of(run, spans, stopped)
    covered = np.zeros(length, dtype=bool)
    for span in spans:
        _fill(covered, span.starts_on.toordinal() - zero, span.ends_on.toordinal() - zero)
    running = np.ones(length, dtype=bool)
    _fill(running, -1, started_on.toordinal() - zero - 1, value=False)
    if run.ends_on is not None:
        _fill(running, run.ends_on.toordinal() - zero + 1, length, value=False)
    whole = running.copy()
    for stretch in stopped:
        since, until = _local(stretch.since, run.zone), _local(stretch.until, run.zone)
        last = until.toordinal() - zero if until else length
        _fill(running, since.toordinal() - zero + 1, last - 1, value=False)  # type: ignore[union-attr]
        _fill(whole, since.toordinal() - zero, last, value=False)  # type: ignore[union-attr]
    # The day on which it was made runs from some hour on only.
    if run.created_at is not None and _local(run.created_at, run.zone) == started_on:
        _fill(whole, started_on.toordinal() - zero, started_on.toordinal() - zero, value=False)
    changed = np.zeros(length, dtype=bool)
    for at in run.adjusted_at:
        column = at.astimezone(run.zone).date().toordinal() - zero
        _fill(changed, column, column)
    return Marks(first, started_on, covered, running, whole & running, changed)


def start_of(run: Run, spans: Iterable[Coverage], stopped: Iterable[Stretch]) -> date:
    """Return the first day on which the campaign ran for at least a part.

    That is its start, else the first day that an import speaks for, else the day on which it
    was made; later where the history says that it was not live yet. Far ahead where nothing
    is known.
    """
    firsts = [span.starts_on for span in spans]
    started = run.starts_on or (min(firsts) if firsts else None)
    if started is None:
        started = _local(run.created_at, run.zone) or date.max
    went_live = min((change.at for change in run.changes if change.to in LIVE), default=None)
    for stretch in stopped:
        since, until = _local(stretch.since, run.zone), _local(stretch.until, run.zone)
        if since == started and went_live is not None and went_live < stretch.since:
            continue  # It ran for a part of its first day.
        if since <= started and (until is None or started < until):  # type: ignore[operator]
            started = until or date.max
    return started


def kinds_of_days(marks: Marks, *, as_of: date | None) -> list[DayKind]:
    """Return the kind of every marked date, for whoever draws them."""
    settled = (as_of - marks.first).days if as_of else -1
    found = []
    for column in range(len(marks.is_covered)):
        if not marks.is_running[column]:
            found.append(DayKind.NOT_RUNNING)
        elif not marks.is_covered[column]:
            found.append(DayKind.MISSING)
        elif column > settled:
            found.append(DayKind.UNSETTLED)
        else:
            found.append(DayKind.REPORTED if marks.is_whole[column] else DayKind.PARTIAL)
    return found


def missing_between(first: date, last: date, spans: Iterable[Coverage]) -> int:
    """Return how many of the dates from `first` to `last` lie in none of the spans."""
    missing, next_day = 0, first
    for span in sorted(spans, key=lambda span: span.starts_on):
        missing += max((min(span.starts_on, last + timedelta(days=1)) - next_day).days, 0)
        next_day = max(next_day, span.ends_on + timedelta(days=1))
    return missing + max((last - next_day).days + 1, 0)


def figures_between(
    days: Mapping[date, DayFigures], covered: Bools, window: Window
) -> tuple[Floats, Floats, Bools]:
    """Return spend, results and whether reported, one value a date of `window`.

    A covered day without a row was idle and holds zeros; a missing day holds NaN, never zero.
    """
    spend = np.where(covered, 0.0, np.nan)
    results = spend.copy()
    reported = covered.copy()
    for day, (spent, brought) in days.items():
        if day in window:
            column = (day - window.first).days
            spend[column] = np.nan if spent is None else spent
            results[column] = np.nan if brought is None else brought
            reported[column] = True
    return spend, results, reported


def day_grid(
    days: Mapping[date, DayFigures],
    run: Run,
    spans: Sequence[Coverage],
    window: Window,
) -> tuple[DayGrid, Marks]:
    """Return the days of one campaign as a grid of one row, and its marks.

    `window` must reach back to the start of the run for the count of eligible dates.
    """
    marks = mark(run, spans, window.first, window.days)
    spend, results, reported = figures_between(days, marks.is_covered, window)
    grid = DayGrid(
        spend=spend[None, :],
        results=results[None, :],
        is_reported=reported[None, :],
        is_whole=marks.is_whole[None, :],
        is_changed=marks.is_changed[None, :],
        started=np.array([marks.started_on.toordinal() - window.first.toordinal()]),
        earlier=np.zeros(1, dtype=np.int64),
    )
    return grid, marks


def _fill(of: Bools, first: int, last: int, *, value: bool = True) -> None:
    of[max(first, 0) : max(last + 1, 0)] = value


def _local(at: datetime | None, zone: tzinfo) -> date | None:
    return None if at is None else at.astimezone(zone).date()


def dates(first: date, length: int) -> list[date]:
    """Return `length` dates from `first` on."""
    return [first + timedelta(days=offset) for offset in range(length)]
