"""What a file does to each day that it brings: new, restated, the same, or too old to count."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from lib.domain.metrics import settle_age
from lib.platforms import ExportDay
from lib.services.importing.known import KnownDay, completed, figures_of
from lib.services.importing.shapes import DayState
from lib.services.importing.status import PlannedCampaign, Restated

_NOTABLE_ONE_IN = 20
"""A settled day that changes by more than one part in so many (5 %) enters the history."""


def compare_days(one: PlannedCampaign, observed_on: date) -> list[date]:
    """Settle what the file does to each of the campaign's days; return those it is too old for."""
    if not one.before:
        one.states = Counter({DayState.NEW: len(one.brought)} if one.brought else {})
        return []
    states: Counter[DayState] = Counter()
    older: list[date] = []
    restated: list[tuple[ExportDay, KnownDay]] = []
    for day in one.brought:
        known = one.before.get(day.day)
        state = _state(day, known, observed_on)
        states[state] += 1
        if state is DayState.KEPT_NEWER:
            older.append(day.day)
        elif state is DayState.RESTATED and known is not None:
            restated.append((day, known))
    one.states = states
    one.restated = _restated(restated, one.headline_kind)
    return older


def _state(day: ExportDay, known: KnownDay | None, observed_on: date) -> DayState:
    if known is None:
        return DayState.NEW
    figures = figures_of(day)
    if figures == known.figures or completed(figures, known.figures) == known.figures:
        return DayState.UNCHANGED
    return DayState.RESTATED if observed_on >= known.observed_on else DayState.KEPT_NEWER


def _restated(changed: Iterable[tuple[ExportDay, KnownDay]], kind: str) -> Restated | None:
    """Return what the file does to days that had counted as final, if it is worth telling."""
    age = timedelta(days=settle_age(kind))
    notable = []
    for day, known in changed:
        if known.observed_on - day.day < age:
            continue
        spend, _, _, results = completed(figures_of(day), known.figures)
        before = known.spend_micros, known.results.get(kind)
        after = spend, results.get(kind)
        if any(_is_notable(*pair) for pair in zip(before, after, strict=True)):
            notable.append((day.day, before, after))
    if not notable:
        return None
    return Restated(
        days=len(notable),
        first=notable[0][0],
        last=notable[-1][0],
        spend_before=_sum(before[0] for _, before, _ in notable),
        spend_after=_sum(after[0] for _, _, after in notable),
        results_before=_sum(before[1] for _, before, _ in notable),
        results_after=_sum(after[1] for _, _, after in notable),
    )


def _is_notable(before: int | None, after: int | None) -> bool:
    if before is None or after is None:
        return False
    return abs(after - before) * _NOTABLE_ONE_IN > before


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
