"""What a period taught, by rules only: a title that bought at a lower cost, the strongest week.

Nothing is said that chance alone may say. The winner of several is always better than the rest
by some luck, so the more are compared the more it has to stand out: what two would have to beat
in one of 44 cases is divided by their number (Bonferroni).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import NormalDist

from lib.domain.metrics import Window, ratio_micros
from lib.domain.records import MICROS
from lib.domain.verdict import FEWEST_RESULTS, LEAST_CHANGE, WEEK

_BY_LUCK = 1 - NormalDist().cdf(2)
_PRIOR = 0.5
FEWEST_WEEKS = 3


@dataclass(frozen=True)
class Part:
    """What one campaign added to a result kind over the period; in millionths."""

    title: str
    currency: str
    spend_micros: int
    results_micros: int


class LessonKind(StrEnum):
    """What was learned."""

    CHEAPEST = "cheapest"
    MOST = "most"
    STRONGEST_WEEK = "strongest week"
    TOO_FEW = "too few"


@dataclass(frozen=True)
class Lesson:
    """One thing that the period taught about a result kind; amounts and results in millionths."""

    what: LessonKind
    kind: str
    title: str = ""
    results_micros: int = 0
    others_micros: float = 0
    """Results of the others: of all together, or of a week on average."""
    currency: str = ""
    cost_micros: float | None = None
    others_cost_micros: float | None = None
    week: Window | None = None


def learned(
    kind: str,
    parts: Iterable[Part],
    days: Mapping[date, int],
    *,
    window: Window,
    shares_cost: bool,
) -> list[Lesson]:
    """Return what the period taught about `kind`.

    `days` are the results, in millionths, of the dates of `window` whose figures are complete.
    """
    by_title = _by_title(parts)
    found = [_most(kind, by_title)]
    if shares_cost:
        found += [
            _cheapest(kind, [one for one in by_title if one.currency == currency])
            for currency in sorted({one.currency for one in by_title})
        ]
    found.append(_strongest_week(kind, days, window))
    lessons = [one for one in found if one is not None]
    if not lessons and len({one.title for one in by_title}) > 1:
        return [Lesson(LessonKind.TOO_FEW, kind)]
    return lessons


def stands_out(x: float, e: float, x_rest: float, e_rest: float, *, among: int) -> bool:
    """Return whether `x` results over `e` beat the rest's by 25 % and by what luck may do.

    The best of `among` was chosen because it is the best, so it has to beat their luck too.
    """
    if min(x, x_rest) < FEWEST_RESULTS or e <= 0 or e_rest <= 0:
        return False
    y = math.log((x + _PRIOR) / e) - math.log((x_rest + _PRIOR) / e_rest)
    limit = NormalDist().inv_cdf(1 - _BY_LUCK / max(among, 1))
    noise = limit * math.sqrt(1 / (x + _PRIOR) + 1 / (x_rest + _PRIOR))
    return y > max(LEAST_CHANGE, noise)


def _by_title(parts: Iterable[Part]) -> list[Part]:
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for one in parts:
        spend, results = sums.get((one.title, one.currency), (0, 0))
        sums[one.title, one.currency] = spend + one.spend_micros, results + one.results_micros
    return [Part(*key, *both) for key, both in sorted(sums.items())]


def _most(kind: str, parts: Sequence[Part]) -> Lesson | None:
    """Return what brought most of the results: more than the others together."""
    brought: dict[str, int] = {}
    for one in parts:
        brought[one.title] = brought.get(one.title, 0) + one.results_micros
    total = sum(brought.values())
    title = max(brought, key=lambda one: brought[one], default="")
    if len(brought) < 2 or total < FEWEST_RESULTS * MICROS or brought[title] * 2 <= total:
        return None
    return Lesson(LessonKind.MOST, kind, title, brought[title], total - brought[title])


def _cheapest(kind: str, parts: Sequence[Part]) -> Lesson | None:
    known = [one for one in parts if one.spend_micros > 0 and one.results_micros > 0]
    if len(known) < 2:
        return None
    best = min(known, key=lambda one: (one.spend_micros / one.results_micros, one.title))
    rest = [one for one in parts if one is not best]
    spend, results = sum(one.spend_micros for one in rest), sum(one.results_micros for one in rest)
    if not stands_out(
        best.results_micros / MICROS,
        best.spend_micros,
        results / MICROS,
        spend,
        among=len(known),
    ):
        return None
    return Lesson(
        LessonKind.CHEAPEST,
        kind,
        best.title,
        best.results_micros,
        results,
        best.currency,
        ratio_micros(best.spend_micros, best.results_micros),
        ratio_micros(spend, results),
    )


def _strongest_week(kind: str, days: Mapping[date, int], window: Window) -> Lesson | None:
    """Return the best of the whole weeks that end on the last day, where it stands out."""
    weeks = [
        week
        for week in _weeks(window)
        if all(week.first + timedelta(days=at) in days for at in range(WEEK))
    ]
    if len(weeks) < FEWEST_WEEKS:
        return None
    brought = {
        week: sum(days[week.first + timedelta(days=at)] for at in range(WEEK)) for week in weeks
    }
    best = max(weeks, key=lambda one: brought[one])
    others = len(weeks) - 1
    rest = sum(brought.values()) - brought[best]
    if not stands_out(brought[best] / MICROS, WEEK, rest / MICROS, WEEK * others, among=len(weeks)):
        return None
    return Lesson(
        LessonKind.STRONGEST_WEEK,
        kind,
        results_micros=brought[best],
        others_micros=rest / others,
        week=best,
    )


def _weeks(window: Window) -> list[Window]:
    """Return the weeks of seven dates that fit in, the last one first."""
    lasts = (window.last - timedelta(days=WEEK * at) for at in range(window.days // WEEK))
    return [Window(last - timedelta(days=WEEK - 1), last) for last in lasts]
