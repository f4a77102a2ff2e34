"""Lag, measured: how much of a day is known at which age, and when it counts as complete.

Platforms restate past days, so every import is an observation of its days. A day's share at
an age is what was said of it then ÷ what was said of it in the end; completeness at an age is
the median share over past days. Recent days are never scaled up by it: it only decides from
which age on a day counts, and lets the desk say "usually ends x % higher".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from lib.domain.metrics import SETTLES_FAST, settle_age
from lib.domain.records import MICROS, Platform

SPEND = "spend"
"""Spend is measured as a kind of its own."""
REFERENCE_AGE = 28
"""What is said of a day at this age or later is taken for its final value."""
FEWEST_DAYS = 20
COMPLETE = 0.95
FEWEST_RESULTS = 10
"""A day that ends with fewer says too little: of 2 results 0, 50 or 100 % are known, never 95."""
FURTHER_ON = 3
"""A preliminary share compares with what was said at least this many days later."""
_WORTH_SAYING = 0.01


@dataclass(frozen=True, slots=True)
class DayShares:
    """What share of its newest value a campaign's day showed at which age."""

    reference_age: int
    """The age at which the newest value was observed."""
    final: int
    """That value, in millionths."""
    shares: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """The median share at an age, and over how many days it was taken."""

    age: int
    share: float
    days: int

    @property
    def is_enough(self) -> bool:
        return self.days >= FEWEST_DAYS


@dataclass(frozen=True)
class CompletenessCurve:
    """Completeness by age of one platform's figures of one kind, youngest age first."""

    platform: Platform
    kind: str
    points: tuple[Point, ...]
    reference_age: int
    """Every day was compared with what was said of it at this age or later."""
    days: int
    """How many days of campaigns were compared at all."""
    too_small: int = field(default=0, compare=False)
    """Days left out because they end with fewer than `FEWEST_RESULTS`."""

    @property
    def is_conclusive(self) -> bool:
        """Whether it may decide: enough days, each followed to the reference age."""
        return self.reference_age >= REFERENCE_AGE and any(
            point.is_enough for point in self.points if point.age < REFERENCE_AGE
        )

    def at(self, age: int) -> Point | None:
        """Return the point at an age, None where too few days were seen at it."""
        return next((one for one in self.points if one.age == age and one.is_enough), None)


@dataclass(frozen=True)
class SettleAges:
    """Measured settle ages by platform and result kind, the defaults behind them."""

    measured: Mapping[tuple[Platform, str], int] = field(default_factory=dict)

    def of(self, platform: Platform, kind: str) -> int:
        """Return the age in days at which figures of this kind count as final."""
        return self.measured.get((platform, kind), default_age(kind))

    def for_ratio(self, platform: Platform, kind: str) -> int:
        """Return the age from which spend and results both count: a ratio uses the same days."""
        return max(self.of(platform, kind), self.of(platform, SPEND))


def default_age(kind: str) -> int:
    """Return the settle age of a kind, or of spend, until it has been measured."""
    return SETTLES_FAST if kind == SPEND else settle_age(kind)


def is_too_small(kind: str, day: DayShares) -> bool:
    """Return whether a day ends with too few results to say anything; spend never does."""
    return kind != SPEND and day.final < FEWEST_RESULTS * MICROS


def day_shares(seen: Iterable[tuple[int, int]]) -> DayShares | None:
    """Return the shares of one campaign's day from its (age, value) observations.

    Of two observations at the same age the later one in `seen` counts. A day that ends at
    nothing has no shares; nor has one that was seen only once.
    """
    by_age = dict(seen)
    if len(by_age) < 2:
        return None
    newest = max(by_age)
    final = by_age[newest]
    if final <= 0:
        return None
    shares = tuple(
        (age, value / final) for age, value in sorted(by_age.items()) if age <= REFERENCE_AGE
    )
    return DayShares(newest, final, shares)


def completeness(
    platform: Platform, kind: str, days: Sequence[DayShares], *, too_small: int = 0
) -> CompletenessCurve:
    """Return the curve of these days of campaigns.

    Only days that were followed to the reference age count. Where they are too few to decide
    anything, the curve is a preliminary one: all days, against the newest that is known.
    """
    followed = [day for day in days if day.reference_age >= REFERENCE_AGE]
    final = _curve(platform, kind, followed, too_small, further_on=0)
    if final.is_conclusive:
        return final
    return _curve(platform, kind, days, too_small, further_on=FURTHER_ON)


def _curve(
    platform: Platform, kind: str, days: Sequence[DayShares], too_small: int, *, further_on: int
) -> CompletenessCurve:
    by_age: dict[int, list[float]] = defaultdict(list)
    reached = []
    for day in days:
        told = [pair for pair in day.shares if pair[0] <= day.reference_age - further_on]
        if told:
            reached.append(day.reference_age)
        for age, share in told:
            by_age[age].append(share)
    return CompletenessCurve(
        platform=platform,
        kind=kind,
        points=tuple(
            # Rounded, so that a median of exactly 95 % is not a hair below it.
            Point(age, round(median(shares), 6), len(shares))
            for age, shares in sorted(by_age.items())
        ),
        reference_age=min(REFERENCE_AGE, min(reached, default=0)),
        days=len(reached),
        too_small=too_small,
    )


def settle_age_from(curve: CompletenessCurve) -> int | None:
    """Return the smallest age at which 95 % are known, None where the default has to hold.

    Never 0: today is not over. Ages at which too few days were seen are unknown; the default
    holds as long as it is one of those, and so is not contradicted by what was seen.
    """
    if not curve.is_conclusive:
        return None
    enough = [one for one in curve.points if one.is_enough and 1 <= one.age < REFERENCE_AGE]
    reached = min((one.age for one in enough if one.share >= COMPLETE), default=REFERENCE_AGE)
    short = max((one.age for one in enough if one.age < reached), default=0)
    return None if short < default_age(curve.kind) < reached else reached


def ends_higher(curve: CompletenessCurve, age: int) -> float | None:
    """Return by which part a day of this age usually ends higher: 0.17 for 17 %.

    None where it is not known, and where it would be less than 1 %.
    """
    point = curve.at(age) if curve.is_conclusive else None
    if point is None or point.share <= 0:
        return None
    gain = 1 / point.share - 1
    return gain if gain >= _WORTH_SAYING else None
