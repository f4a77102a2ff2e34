"""Where the spend of a run will end if it goes on as in its eligible days: a range."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

FEWEST_DAYS = 7
_NEARLY_ALL = 2.0  # Standard errors: about 95 % of ends lie within.


@dataclass(frozen=True)
class Forecast:
    """The total spend of a run at its end, from low to high, in micros of the currency."""

    low_micros: int
    high_micros: int
    ends_on: date
    days: int
    """Eligible days that it is drawn from."""
    missing_days: int = 0
    """Days of the run that nobody reported, for which the same is reckoned."""


def forecast_total(
    daily_micros: Sequence[float],
    *,
    so_far_micros: int,
    as_of: date,
    ends_on: date | None,
    missing_days: int = 0,
) -> Forecast | None:
    """Return the range in which the total will end, None where it cannot be told.

    `daily_micros` are the spends of eligible days, the newest ones; what is left of the run is
    their mean a day, with twice the standard error of a sum of so many days around it, the
    uncertainty of the mean included. `missing_days` of the run so far have been reported by
    nobody; what they spent is as unknown as what is to come, and reckoned like it. A run without
    an end, one that is over, and fewer than seven eligible days have no forecast.
    """
    count = len(daily_micros)
    if ends_on is None or ends_on <= as_of or count < FEWEST_DAYS:
        return None
    left = (ends_on - as_of).days + missing_days
    mean = sum(daily_micros) / count
    variance = sum((value - mean) ** 2 for value in daily_micros) / (count - 1)
    spread = _NEARLY_ALL * math.sqrt(variance * (left + left**2 / count))
    expected = so_far_micros + left * mean
    return Forecast(
        low_micros=round(max(expected - spread, so_far_micros)),
        high_micros=round(expected + spread),
        ends_on=ends_on,
        days=count,
        missing_days=missing_days,
    )
