"""What a change of the cost per result comes from: the price of impressions, or what they bring.

The cost of a result is the price of 1,000 impressions divided by the results that they bring, so
its change is made of exactly these two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
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
    days: Iterable[DailyResult], now: Window, before: Window, *, kind: str
) -> Drivers | None:
    """Return both windows over the days that report spend, impressions and results of the kind.

    None where one of them has nothing to divide by.
    """
    told = [day for day in days if day.spend_micros is not None and kind in day.results]
    found = [_mille([day for day in told if day.day in window], kind) for window in (now, before)]
    if found[0] is None or found[1] is None:
        return None
    return Drivers(found[0], found[1])


def _mille(days: list[DailyResult], kind: str) -> Mille | None:
    seen = [day for day in days if day.impressions is not None]
    impressions = sum(day.impressions or 0 for day in seen)
    spend = sum(day.spend_micros or 0 for day in seen)
    results = sum(day.results[kind] for day in seen)
    if not (impressions and spend and results):
        return None
    return Mille(spend / impressions * _MILLE, results / MICROS / impressions * _MILLE)
