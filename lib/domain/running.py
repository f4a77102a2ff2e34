"""Which days a campaign ran and which days its feed spoke for: pure, from history and coverage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lib.domain.metrics import Window
from lib.domain.records import Coverage
from lib.domain.status import LIVE, Status


@dataclass(frozen=True)
class StatusChange:
    """A moment from which a campaign had another status."""

    at: datetime
    to: Status


@dataclass(frozen=True)
class Stretch:
    """A stretch of time in one status; `until` is None where it still lasts."""

    status: Status
    since: datetime
    until: datetime | None


def stretches(changes: Iterable[StatusChange]) -> list[Stretch]:
    """Return the stretches between the changes, oldest first."""
    ordered = sorted(changes, key=lambda change: change.at)
    ends = [*(change.at for change in ordered[1:]), None]
    # Without any change there is no stretch, though there is an end.
    return [
        Stretch(change.to, change.at, until) for change, until in zip(ordered, ends, strict=False)
    ]


def stopped_stretches(changes: Iterable[StatusChange]) -> list[Stretch]:
    """Return the stretches in statuses that do not run, neighbours made one, oldest first.

    What the history does not reach back to is not called stopped.
    """
    return _merged(stretches(changes))


def covered_days(spans: Iterable[Coverage], window: Window) -> set[date]:
    """Return the days of `window` that some import speaks for."""
    covered: set[date] = set()
    for span in spans:
        covered |= set(days(max(span.starts_on, window.first), min(span.ends_on, window.last)))
    return covered


def days(first: date, last: date) -> list[date]:
    """Return every date from `first` to `last`, both inclusive; empty if last < first."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _merged(parts: Sequence[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for part in parts:
        if part.status in LIVE:
            continue
        if merged and merged[-1].until == part.since:
            merged[-1] = Stretch(part.status, merged[-1].since, part.until)
        else:
            merged.append(part)
    return merged
