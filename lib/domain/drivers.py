"""What a change of the cost per result comes from: the price of impressions, or what they bring.

The cost of a result is the price of 1,000 impressions divided by the results that they bring, so
its change is made of exactly these two.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import log

from lib.domain.metrics import Window
from lib.domain.records import MICROS, DailyResult

MOSTLY = 2 / 3
"""The share of a change that one of the two has to make up to be named alone."""
_MILLE = 1000


class Driver(StrEnum):
    """What a change comes from."""

    PRICE = "price"
    YIELD = "yield"
    BOTH = "both"


@dataclass(frozen=True)
class Mille:
    """What 1,000 impressions cost, in micros of the currency, and the results that they bring."""

    price_micros: float
    results: float


@dataclass(frozen=True)
class Drivers:
    """Both windows of a verdict, by their impressions."""

    now: Mille
    before: Mille

    @property
    def main(self) -> Driver:
        """What the change comes from: one of the two where it makes up most of it."""
        by_price = log(self.now.price_micros / self.before.price_micros)
        change = by_price - log(self.now.results / self.before.results)
        if not change:
            return Driver.BOTH
        share = by_price / change
        if share >= MOSTLY:
            return Driver.PRICE
        return Driver.YIELD if share <= 1 - MOSTLY else Driver.BOTH


def drivers(
    days: Iterable[DailyResult],
    eligible: Collection[date],
    now: Window,
    before: Window,
    *,
    kind: str,
) -> Drivers | None:
    """Return both windows over the very days that the verdict compares.

    Those are the eligible ones of weekdays on which both windows have one; an eligible day
    without a row was idle. None where a window has nothing to divide by, or impressions are
    missing on one of its days.
    """
    windows = (now, before)
    ours, theirs = ({on.weekday() for on in eligible if on in window} for window in windows)
    compared = {on for on in eligible if on.weekday() in ours & theirs}
    told = [day for day in days if day.day in compared]
    found = [_mille([day for day in told if day.day in window], kind) for window in windows]
    if found[0] is None or found[1] is None:
        return None
    return Drivers(found[0], found[1])


def _mille(days: list[DailyResult], kind: str) -> Mille | None:
    if any(day.impressions is None for day in days):
        return None
    impressions = sum(day.impressions or 0 for day in days)
    spend = sum(day.spend_micros or 0 for day in days)
    results = sum(day.results.get(kind, 0) for day in days)
    if not (impressions and spend and results):
        return None
    return Mille(spend / impressions * _MILLE, results / MICROS / impressions * _MILLE)
