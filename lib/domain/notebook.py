"""What may be asked in the notebook: a measure, a split, a window, a grain; typed, and pure.

A question says nothing that it would be dishonest to answer: whatever adds money is of one
currency, whatever counts results is of one kind, or it is split by them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from lib.domain.metrics import (
    MOST_MISSING,
    Window,
    click_through_rate,
    cost_per_click_micros,
    cost_per_mille_micros,
    ratio_micros,
    trailing_window,
)
from lib.domain.records import MICROS, Platform
from lib.domain.status import Status

MOST_COMPARED = 6
LONGEST = 3660
"""Days: further back no window reaches."""


class Part(StrEnum):
    """A figure of a day that can be added up over days and campaigns."""

    SPEND = "spend"
    IMPRESSIONS = "impressions"
    CLICKS = "clicks"
    RESULTS = "results"


class Unit(StrEnum):
    """What a measure is counted in."""

    MONEY = "money"
    COUNT = "count"
    SHARE = "share"


class Measure(StrEnum):
    """What is asked for."""

    SPEND = "spend"
    RESULTS = "results"
    COST_PER_RESULT = "cost_per_result"
    IMPRESSIONS = "impressions"
    CLICKS = "clicks"
    CLICK_RATE = "click_rate"
    COST_PER_CLICK = "cost_per_click"
    COST_PER_MILLE = "cost_per_mille"

    @property
    def label(self) -> str:
        return _FACTS[self].label

    @property
    def unit(self) -> Unit:
        return _FACTS[self].unit

    @property
    def above(self) -> Part:
        """What is added up; of a ratio, what stands above the line."""
        return _FACTS[self].above

    @property
    def below(self) -> Part | None:
        return _FACTS[self].below

    @property
    def is_sum(self) -> bool:
        """Whether its values add up; a ratio is of sums and has no average a day."""
        return self.below is None

    @property
    def counts_results(self) -> bool:
        return Part.RESULTS in (self.above, self.below)

    def figure(self, above: int, below: int = 0) -> float | None:
        """Return the measure of two sums: currency units, a number of things, or a share.

        Money and results come in millionths. None where there is nothing to divide by.
        """
        return _FACTS[self].of(above, below)


@dataclass(frozen=True)
class _Facts:
    label: str
    unit: Unit
    above: Part
    below: Part | None
    of: Callable[[int, int], float | None]


def _units(micros: float | None) -> float | None:
    return None if micros is None else micros / MICROS


_FACTS: Mapping[Measure, _Facts] = {
    Measure.SPEND: _Facts("Spend", Unit.MONEY, Part.SPEND, None, lambda a, _: a / MICROS),
    Measure.RESULTS: _Facts("Results", Unit.COUNT, Part.RESULTS, None, lambda a, _: a / MICROS),
    Measure.COST_PER_RESULT: _Facts(
        "Cost per result",
        Unit.MONEY,
        Part.SPEND,
        Part.RESULTS,
        lambda a, b: _units(ratio_micros(a, b)),
    ),
    Measure.IMPRESSIONS: _Facts(
        "Impressions", Unit.COUNT, Part.IMPRESSIONS, None, lambda a, _: float(a)
    ),
    Measure.CLICKS: _Facts("Clicks", Unit.COUNT, Part.CLICKS, None, lambda a, _: float(a)),
    Measure.CLICK_RATE: _Facts(
        "Click rate", Unit.SHARE, Part.CLICKS, Part.IMPRESSIONS, click_through_rate
    ),
    Measure.COST_PER_CLICK: _Facts(
        "Cost per click",
        Unit.MONEY,
        Part.SPEND,
        Part.CLICKS,
        lambda a, b: _units(cost_per_click_micros(a, b)),
    ),
    Measure.COST_PER_MILLE: _Facts(
        "Cost per 1,000 impressions",
        Unit.MONEY,
        Part.SPEND,
        Part.IMPRESSIONS,
        lambda a, b: _units(cost_per_mille_micros(a, b)),
    ),
}


class Split(StrEnum):
    """By what the campaigns, or the days, are told apart."""

    NONE = "none"
    ARTIST = "artist"
    PLATFORM = "platform"
    TYPE = "type"
    STATUS = "status"
    WEEKDAY = "weekday"
    LOCATION = "location"
    CAMPAIGN = "campaign"
    KIND = "kind"
    BUYING = "buying"
    """Platform and result kind: each platform by what it is bought for."""
    CURRENCY = "currency"

    @property
    def label(self) -> str:
        return _SPLIT_WORDS.get(self, self.value.capitalize())

    @property
    def is_by_kind(self) -> bool:
        """Whether each group is of one result kind."""
        return self in (Split.KIND, Split.BUYING)


_SPLIT_WORDS = {
    Split.NONE: "Nothing",
    Split.TYPE: "Campaign type",
    Split.KIND: "Result kind",
    Split.BUYING: "Platform and result",
}


class Grain(StrEnum):
    """What one figure is about: a day, seven days, or the whole window."""

    DAY = "day"
    WEEK = "week"
    TOTAL = "total"


class Reach(StrEnum):
    """How far back the window goes from the as-of day, on which it always ends."""

    WEEK = "7"
    MONTH = "28"
    QUARTER = "90"
    WHOLE = "whole"
    SINCE = "since"


class Scale(StrEnum):
    """Whether campaigns that are compared stand in units or as indexes of 100."""

    AUTO = "auto"
    UNITS = "units"
    INDEX = "index"


@dataclass(frozen=True)
class Question:
    """What is asked; empty narrows nothing, and an empty kind or currency leaves the choice."""

    measure: Measure = Measure.SPEND
    split: Split = Split.NONE
    grain: Grain = Grain.DAY
    reach: Reach = Reach.MONTH
    since: date | None = None
    kind: str = ""
    currency: str = ""
    artists: tuple[int, ...] = ()
    statuses: tuple[Status, ...] = ()
    platforms: tuple[Platform, ...] = ()
    types: tuple[str, ...] = ()
    compared: tuple[int, ...] = ()
    """Campaigns to compare, two to six of one result kind; they are the split then."""
    scale: Scale = Scale.AUTO

    @property
    def is_comparison(self) -> bool:
        return len(self.compared) > 1

    @property
    def split_by(self) -> Split:
        """The split that holds: campaigns where some are compared."""
        return Split.CAMPAIGN if self.is_comparison else self.split

    @property
    def grain_of(self) -> Grain:
        """The grain that holds: the days of a weekday lie seven days apart."""
        is_weekday = self.split_by is Split.WEEKDAY
        return Grain.WEEK if is_weekday and self.grain is Grain.DAY else self.grain

    @property
    def needs_currency(self) -> bool:
        """Whether one currency has to be chosen."""
        is_money = Part.SPEND in (self.measure.above, self.measure.below)
        return is_money and self.split_by is not Split.CURRENCY

    @property
    def needs_kind(self) -> bool:
        """Whether one result kind has to be chosen."""
        counted = self.measure.counts_results and not self.split_by.is_by_kind
        return counted or self.is_comparison

    @property
    def adds_up(self) -> bool:
        """Whether the groups of the split may be added: of one currency and one kind each."""
        if self.split_by is Split.CURRENCY:
            return Part.SPEND not in (self.measure.above, self.measure.below)
        return not (self.split_by.is_by_kind and self.measure.counts_results)


@dataclass(frozen=True)
class Bought:
    """What a campaign is paid in and bought for."""

    currency: str
    kind: str


class Because(StrEnum):
    """Why campaigns that fit the filters are not in an answer."""

    CURRENCY = "currency"
    KIND = "kind"
    NO_FIGURES = "no figures"
    NOT_THEN = "neither ran nor reported then"
    UNHEARD = "no longer in the exports of its account"
    """From its last figures on: what it did then, nobody has said, nor is it waited for."""


@dataclass(frozen=True)
class LeftOut:
    """Campaigns that fit the filters and are not in the answer; `of` is what they are of."""

    because: Because
    campaigns: int
    of: str = ""


def resolved(
    question: Question, found: Iterable[Bought | None]
) -> tuple[Question, tuple[LeftOut, ...]]:
    """Return the question with its kind and currency chosen, and what that leaves out.

    `found` holds the campaigns that fit, None for one without figures. Where the question
    chooses none, or one that nothing has, the one with most campaigns is taken; what a
    question does not need and does not name narrows nothing.
    """
    counted = Counter(found)
    without = counted.pop(None, 0)
    known = {one: number for one, number in counted.items() if one is not None}
    left = [LeftOut(Because.NO_FIGURES, without)] if without else []
    kinds = _by(known, lambda one: one.kind)
    kind = _chosen(question.kind, kinds, is_needed=question.needs_kind)
    if kind:
        left += _others(Because.KIND, kinds, kind)
        known = {one: number for one, number in known.items() if one.kind == kind}
    currencies = _by(known, lambda one: one.currency)
    currency = _chosen(question.currency, currencies, is_needed=question.needs_currency)
    if currency:
        left += _others(Because.CURRENCY, currencies, currency)
    return replace(question, kind=kind, currency=currency), tuple(left)


def _by(known: Mapping[Bought, int], of: Callable[[Bought], str]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for one, number in known.items():
        counted[of(one)] += number
    return counted


def _chosen(asked: str, known: Counter[str], *, is_needed: bool) -> str:
    if asked in known:
        return asked
    if not is_needed or not known:
        return ""
    return min(known, key=lambda name: (-known[name], name))


def _others(because: Because, known: Counter[str], chosen: str) -> list[LeftOut]:
    return [
        LeftOut(because, number, name) for name, number in known.most_common() if name != chosen
    ]


@dataclass(frozen=True, slots=True)
class Feed:
    """How far the figures of a campaign reach, and when it ran."""

    as_of: date
    covered_through: date
    started_on: date
    until: date
    """The last day on which it can have run, as far as is known."""


def common_as_of(feeds: Iterable[Feed]) -> date:
    """Return the as-of day of several campaigns: the newest that nearly all have reported.

    Accounts of the far east are a day ahead, and some feeds lag: it is the newest as-of day of
    any of them on which not more than `MOST_MISSING` of those that run are missing. Where all
    of the last week miss more, it is the newest. Raises `ValueError` without any campaign.
    """
    known = list(feeds)
    newest = max(one.as_of for one in known)
    days = {one.as_of for one in known if one.as_of > newest - timedelta(days=7)}
    for day in sorted(days, reverse=True):
        running = [one for one in known if one.started_on <= day <= one.until]
        missing = sum(one.covered_through < day for one in running)
        if missing <= MOST_MISSING * len(running):
            return day
    return newest


def window_of(question: Question, *, as_of: date, started_on: date) -> Window:
    """Return the dates that are asked about: they end on the as-of day.

    `started_on` is the first day of the earliest run. A first day after the as-of day, or
    none, asks for the 28 days.
    """
    if question.reach is Reach.WHOLE:
        first = min(max(started_on, as_of - timedelta(days=LONGEST - 1)), as_of)
        return Window(first, as_of)
    if question.reach is Reach.SINCE:
        since = question.since
        if since is None or since > as_of:
            return trailing_window(as_of, int(Reach.MONTH))
        return Window(max(since, as_of - timedelta(days=LONGEST - 1)), as_of)
    return trailing_window(as_of, int(question.reach))


def buckets(window: Window, grain: Grain) -> tuple[Window, ...]:
    """Return the window cut into what one figure is about, oldest first.

    Weeks are seven days each and end with the window, so that the newest is whole; the first
    one may be shorter.
    """
    if grain is Grain.TOTAL:
        return (window,)
    step = 1 if grain is Grain.DAY else 7
    found = []
    last = window.last
    while last >= window.first:
        found.append(Window(max(window.first, last - timedelta(days=step - 1)), last))
        last -= timedelta(days=step)
    return tuple(reversed(found))
