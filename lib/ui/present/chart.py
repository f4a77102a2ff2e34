"""The chart of a result kind in the artist's page: bars a day, or a week over long runs.

Boxes of the page itself, whose heights are classes of its style: the page may load nothing and
run nothing, Streamlit takes drawings (SVG) out of what it is given, and boxes print. A missing
day is a hatched gap; a day of which a part is missing is drawn lighter.
"""

from dataclasses import dataclass
from itertools import pairwise

from lib.domain.presentation import DayState, KindTold, Point
from lib.domain.verdict import WEEK
from lib.ui.format import count, day, results

HIGHEST = 100
"""Per cent: a class for each of them stands in the style."""
MOST_BARS = 100


@dataclass(frozen=True)
class Bar:
    """One bar: how high it is in per cent, what its figures are worth, and what it says."""

    height: int
    state: DayState
    words: str


@dataclass(frozen=True)
class Chart:
    """Everything that the picture shows, and the same in words."""

    bars: tuple[Bar, ...]
    summary: str
    first: str
    last: str
    unit: str
    highest: str
    rows: tuple[tuple[str, str], ...]
    """The same as a table: when and how many."""


def chart(told: KindTold) -> Chart | None:
    """Return the chart of a kind, None where there is nothing to draw."""
    points, is_weekly = _points(told)
    known = [one.results_micros for one in points if one.results_micros is not None]
    if not known:
        return None
    rows = tuple((_when(one, is_weekly=is_weekly), _cell(one)) for one in points)
    unit = f"{told.kind} a {'week' if is_weekly else 'day'}"
    top = max(*known, 1)
    return Chart(
        bars=tuple(
            Bar(_height(one, top), one.state, f"{when}: {number}")
            for one, (when, number) in zip(points, rows, strict=True)
        ),
        summary=_summary(told, unit, points, known),
        first=day(told.window.first),
        last=day(told.window.last),
        unit=unit,
        highest=results(max(known)),
        rows=rows,
    )


def _height(one: Point, top: int) -> int:
    """Return the height of a bar; what is more than nothing can be seen."""
    if one.results_micros is None:
        return HIGHEST if one.state is DayState.MISSING else 0
    if one.results_micros <= 0:
        return 0
    return max(round(HIGHEST * one.results_micros / top), 1)


def _points(told: KindTold) -> tuple[list[Point], bool]:
    """Return what becomes a bar each; weeks end on the last day, so the first one may be short."""
    points = list(told.points)
    if len(points) <= MOST_BARS:
        return points, False
    cuts = [0, *range(len(points) % WEEK or WEEK, len(points), WEEK), len(points)]
    return [_week(points[at:end]) for at, end in pairwise(cuts)], True


def _week(days: list[Point]) -> Point:
    known = [one.results_micros for one in days if one.results_micros is not None]
    states = {one.state for one in days}
    if not known:
        is_idle = states == {DayState.IDLE}
        return Point(days[0].day, None, DayState.IDLE if is_idle else DayState.MISSING)
    is_whole = len(days) == WEEK and not states & {DayState.PART, DayState.MISSING}
    return Point(days[0].day, sum(known), DayState.WHOLE if is_whole else DayState.PART)


def _when(one: Point, *, is_weekly: bool) -> str:
    return f"week from {day(one.day)}" if is_weekly else day(one.day)


def _cell(one: Point) -> str:
    if one.state is DayState.IDLE:
        return "nothing ran"
    if one.results_micros is None:
        return "missing"
    return results(one.results_micros) + (" (in part)" if one.state is DayState.PART else "")


def _summary(told: KindTold, unit: str, points: list[Point], known: list[int]) -> str:
    missing = sum(one.state is DayState.MISSING for one in points)
    said = (
        f"Bar chart of {unit}, {day(told.window.first)} to {day(told.window.last)}: from "
        f"{results(min(known))} to {results(max(known))}"
    )
    return f"{said}; {count(missing)} missing." if missing else f"{said}."
