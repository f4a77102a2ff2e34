"""A day whose spend is far off what the same weekday usually brings; apart from the verdict."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from lib.domain.verdict import WEEK, Bools, DayGrid, Floats

USUAL_WEEKS = 4
_LOOK_BACK = 8  # Weeks in which four eligible ones are looked for.
_ABOVE, _BELOW = 2.0, 0.5

# Below this a difference is not worth a person's attention: about five euros.
_FLOOR = 5_000_000
_FLOORS = {
    "JPY": 800_000_000,
    "KRW": 8_000_000_000,
    "IDR": 80_000_000_000,
    "VND": 130_000_000_000,
    "CLP": 5_000_000_000,
    "COP": 20_000_000_000,
    "HUF": 2_000_000_000,
    "INR": 450_000_000,
    "PHP": 300_000_000,
    "THB": 180_000_000,
    "TWD": 160_000_000,
    "MXN": 100_000_000,
    "ZAR": 90_000_000,
    "TRY": 200_000_000,
    "CZK": 120_000_000,
    "SEK": 55_000_000,
    "NOK": 55_000_000,
    "DKK": 38_000_000,
    "BRL": 28_000_000,
    "PLN": 22_000_000,
}


def floor_micros(currency: str) -> int:
    """Return the smallest difference in a day's spend that is worth a word."""
    return _FLOORS.get(currency, _FLOOR)


def usual_spend(grid: DayGrid) -> Floats:
    """Return the mean spend of the same weekday in the last four eligible weeks.

    In micros, NaN where fewer than four of the last eight weeks are eligible on that weekday.
    """
    known = _has_spend(grid)
    spend = np.where(known, grid.spend, 0.0)
    total, count = np.zeros_like(spend), np.zeros(spend.shape, dtype=np.int64)
    for number in range(1, _LOOK_BACK + 1):
        by = number * WEEK
        if by >= spend.shape[1]:
            break
        takes = known[:, :-by] & (count[:, by:] < USUAL_WEEKS)
        total[:, by:] += np.where(takes, spend[:, :-by], 0.0)
        count[:, by:] += takes
    return np.where(count == USUAL_WEEKS, total / USUAL_WEEKS, np.nan)


def anomalous(grid: DayGrid, usual: Floats, floors: Floats) -> Bools:
    """Return which days spent above twice or below half the usual, by more than the floor.

    `floors` is in micros, one value a campaign. The caller leaves out unsettled days.
    """
    spend = np.where(_has_spend(grid), grid.spend, np.nan)
    is_far = (spend > _ABOVE * usual) | (spend < _BELOW * usual)
    return np.asarray(is_far & (np.abs(spend - usual) > floors[:, None]))


@dataclass(frozen=True)
class OddDay:
    """A settled day's spend far off the same weekday of the last four eligible weeks."""

    day: date
    spend_micros: int
    usual_micros: float


def odd_days(grid: DayGrid, *, first: date, as_of: date, currency: str) -> tuple[OddDay, ...]:
    """Return the odd days of a grid of one row that begins on `first`, up to the as-of day."""
    usual = usual_spend(grid)
    odd = anomalous(grid, usual, np.array([floor_micros(currency)], dtype=np.float64))
    settled = (as_of - first).days + 1
    return tuple(
        OddDay(first + timedelta(days=int(at)), round(grid.spend[0, at]), float(usual[0, at]))
        for at in odd[0, :settled].nonzero()[0]
    )


def _has_spend(grid: DayGrid) -> Bools:
    return grid.is_reported & grid.is_whole & np.isfinite(grid.spend)
