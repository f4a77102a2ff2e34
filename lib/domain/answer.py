"""What the notebook answers: sums over reported days, ratios of sums, and what is behind them.

Written over arrays, a row a group and a column a date. A day on which nobody reported has no
value, never a zero. A day on which more of the campaigns than `MOST_MISSING` are missing says
too little to be a sum: lines break there, and averages leave it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from lib.domain.metrics import MOST_MISSING, Window
from lib.domain.notebook import Grain, LeftOut, Measure, Question, Scale, Split, buckets

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST_LINES, MOST_BARS = 7, 30
BASE_DAYS = 7
"""An index is 100 over so many first days of a campaign."""
SCALES_DIFFER = 3.0
"""By this factor scales differ so much that lines in units say nothing of each other."""
OTHERS = ""
"""The key of the group that holds what the largest ones leave."""
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Group:
    """What one line or bar is about; `key` is its own in the answer, `label` is read."""

    key: str
    label: str
    currency: str = ""
    """The one currency of its money, empty where it has none or counts no money."""
    kind: str = ""
    folded: int = 0
    """How many groups were put together in it."""


@dataclass(frozen=True)
class Days:
    """The dates of a window as added up: a row a group, a column a date.

    `above` and `below` are sums over those campaigns whose figures are known on the day, `told`
    is their number; `expected` counts those that ran or reported, `unsettled` those whose day
    may still change. `reported` has a row a campaign, `group_of` says which group it is in.
    """

    groups: tuple[Group, ...]
    above: Ints
    below: Ints
    told: Ints
    expected: Ints
    unsettled: Ints
    reported: Bools
    group_of: Ints


@dataclass(frozen=True)
class Cell:
    """One figure, and how much is behind it."""

    value: float | None
    """In units of the measure; None where nobody reported or there is nothing to divide by."""
    a_day: float | None
    """Of a sum, the mean over its whole days."""
    campaigns: int
    """How many reported at least once."""
    days: int
    """Whole days: somebody reported, and of those that ran nearly all."""
    lacking: int
    """Days on which too few reported; where nobody ran, nothing is lacking."""
    of_days: int
    missing: int
    """Days of campaigns that ran and are not known."""
    unsettled: int
    """Dates whose figures may still change."""

    @property
    def is_whole(self) -> bool:
        return not self.lacking


@dataclass(frozen=True)
class Series:
    """One group's figures, bucket by bucket, and over the whole window."""

    group: Group
    cells: tuple[Cell, ...]
    whole: Cell
    base: float | None
    """What an index of 100 stands for; None where there is none."""


@dataclass(frozen=True)
class Answer:
    """The whole answer: what the chart, the table and the files show."""

    question: Question
    """With its kind and currency chosen."""
    window: Window
    buckets: tuple[Window, ...]
    series: tuple[Series, ...]
    """The largest first, what they leave last; weekdays from Monday on."""
    total: Cell | None
    """Over all groups; None where they do not add up."""
    campaigns: int
    """How many reported at least once."""
    hidden: int
    """How many groups are not shown, where there are too many and they do not add up."""
    left_out: tuple[LeftOut, ...] = ()

    @property
    def measure(self) -> Measure:
        return self.question.measure

    @property
    def grain(self) -> Grain:
        return self.question.grain_of

    @property
    def is_average(self) -> bool:
        """Whether means a day are drawn: sums over unlike numbers of days do not compare."""
        cells = [one for series in self.series for one in series.cells]
        unlike = len({one.of_days for one in cells}) > 1 or not all(one.is_whole for one in cells)
        return self.measure.is_sum and self.grain is not Grain.DAY and unlike

    @property
    def scales_differ(self) -> bool:
        known = [one.base for one in self.series if one.base]
        return len(known) > 1 and max(known) > SCALES_DIFFER * min(known)

    @property
    def is_index(self) -> bool:
        """Whether lines are drawn as indexes."""
        question = self.question
        if not question.is_comparison or self.grain is Grain.TOTAL:
            return False
        if question.scale is Scale.AUTO:
            return self.scales_differ
        return question.scale is Scale.INDEX

    def drawn(self, series: Series, cell: Cell) -> float | None:
        """Return what the chart shows of a cell: its value, its mean a day, or its index.

        None, a gap, also where too few reported a day for its sum to say anything.
        """
        if self.is_index:
            shown = cell.a_day if self.measure.is_sum else cell.value
            return None if shown is None or not series.base else 100 * shown / series.base
        if self.is_average:
            return cell.a_day
        is_short = self.measure.is_sum and self.grain is Grain.DAY and not cell.is_whole
        return None if is_short else cell.value


def answer(
    question: Question, window: Window, days: Days, *, left_out: Sequence[LeftOut] = ()
) -> Answer:
    """Return what `days`, the dates of `window`, say to a resolved question."""
    most = MOST_BARS if question.grain_of is Grain.TOTAL else MOST_LINES
    is_weekday = question.split_by is Split.WEEKDAY
    shown = days if is_weekday else _folded(question, days, most)
    cut = buckets(window, question.grain_of)
    every = np.ones(window.days, dtype=bool)
    places = [_between(window, one) for one in cut]
    if is_weekday:
        series = [
            _series(question, shown, 0, _weekday(window, number), places, Group(name, name))
            for number, name in enumerate(_WEEKDAYS)
        ]
        series = [one for one in series if one.whole.of_days]
    else:
        series = [
            _series(question, shown, row, every, places, group)
            for row, group in enumerate(shown.groups)
        ]
    total = None
    if question.adds_up and days.groups:
        total = _cell(question.measure, _together(days), 0, days.reported, every)
    return Answer(
        question=question,
        window=window,
        buckets=cut,
        series=tuple(series),
        total=total,
        campaigns=int(days.reported.any(axis=1).sum()),
        hidden=0 if question.adds_up else max(len(days.groups) - most, 0),
        left_out=tuple(left_out),
    )


def _series(
    question: Question,
    days: Days,
    row: int,
    chosen: Bools,
    places: Sequence[Bools],
    group: Group,
) -> Series:
    measure, mine = question.measure, days.reported[days.group_of == row]
    return Series(
        group,
        tuple(_cell(measure, days, row, mine, place & chosen) for place in places),
        _cell(measure, days, row, mine, chosen),
        _base(measure, days, row, chosen),
    )


def _cell(measure: Measure, days: Days, row: int, mine: Bools, chosen: Bools) -> Cell:
    told, expected = days.told[row, chosen], days.expected[row, chosen]
    above, below = int(days.above[row, chosen].sum()), int(days.below[row, chosen].sum())
    # A day on which nobody ran lacks nothing and brings nothing: no mean counts it as a zero.
    whole = expected - told <= MOST_MISSING * expected
    full = whole & (told > 0)
    a_day = None
    if measure.is_sum and full.any():
        found = measure.figure(int(days.above[row, chosen][full].sum()))
        a_day = None if found is None else found / int(full.sum())
    return Cell(
        value=measure.figure(above, below) if told.any() else None,
        a_day=a_day,
        campaigns=int(mine[:, chosen].any(axis=1).sum()),
        days=int(full.sum()),
        lacking=int((~whole).sum()),
        of_days=int(chosen.sum()),
        missing=int((expected - told).sum()),
        unsettled=int((days.unsettled[row, chosen] > 0).sum()),
    )


def _base(measure: Measure, days: Days, row: int, chosen: Bools) -> float | None:
    """Return the mean a day, or the ratio, over the first days that are known."""
    first = (chosen & (days.told[row] > 0)).nonzero()[0][:BASE_DAYS]
    if not len(first):
        return None
    found = measure.figure(int(days.above[row, first].sum()), int(days.below[row, first].sum()))
    return found / len(first) if found is not None and measure.is_sum else found


def _folded(question: Question, days: Days, most: int) -> Days:
    """Return the groups, the largest first; what lies beyond `most` as one, where it adds up."""
    sizes = (days.above if question.measure.is_sum else days.below).sum(axis=1)
    order = sorted(
        range(len(days.groups)),
        key=lambda row: (days.groups[row].key == OTHERS, -int(sizes[row]), days.groups[row].label),
    )
    left = order[most:] if question.adds_up else []
    parts = [[row] for row in order[:most]]
    return _rows(days, [*parts, left] if left else parts, has_others=len(left) > 1)


def _rows(days: Days, parts: Sequence[Sequence[int]], *, has_others: bool) -> Days:
    groups = [days.groups[part[0]] for part in parts]
    if has_others:
        left = [days.groups[row] for row in parts[-1]]
        folded = sum(max(one.folded, 1) for one in left)
        groups[-1] = Group(OTHERS, "", left[0].currency, left[0].kind, folded=folded)
    to = np.full(len(days.groups) + 1, -1, dtype=np.int64)
    for place, part in enumerate(parts):
        to[list(part)] = place
    above, below, told, expected, unsettled = (
        np.array([of[list(part)].sum(axis=0) for part in parts], dtype=np.int64).reshape(
            len(parts), of.shape[1]
        )
        for of in (days.above, days.below, days.told, days.expected, days.unsettled)
    )
    return Days(
        tuple(groups), above, below, told, expected, unsettled, days.reported, to[days.group_of]
    )


def _together(days: Days) -> Days:
    return _rows(days, [range(len(days.groups))], has_others=True)


def _between(window: Window, part: Window) -> Bools:
    found = np.zeros(window.days, dtype=bool)
    found[(part.first - window.first).days : (part.last - window.first).days + 1] = True
    return found


def _weekday(window: Window, number: int) -> Bools:
    dates: list[date] = [window.first + timedelta(days=at) for at in range(window.days)]
    return np.array([one.weekday() == number for one in dates], dtype=bool)
