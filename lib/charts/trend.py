"""The days of a campaign as a frame: what was reported, and the trailing means over it."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pandas as pd

from lib.domain.metrics import Window
from lib.domain.records import MICROS, Coverage, DailyResult
from lib.domain.running import covered_days, days

WEEK, MONTH = 7, 28


def trend_frame(
    reported: Iterable[DailyResult],
    coverage: Sequence[Coverage],
    window: Window,
    *,
    kind: str,
    as_of: date | None,
) -> pd.DataFrame:
    """Return one row a date of `window`: spend and results with their 7- and 28-day means.

    Indexed by date; spend in currency units, results of `kind` in whole results. A day that an
    import covers without a row was idle and counts as zero; any other day without a row is
    missing and stays empty. A mean is over the reported days of the trailing 7 or 28, empty
    where fewer than half of them are reported and after the as-of day, where days still change.
    """
    known = {one.day: one for one in reported}
    reach = Window(window.first - timedelta(days=MONTH - 1), window.last)
    idle = covered_days(coverage, reach) - known.keys()
    index = days(reach.first, reach.last)
    frame = pd.DataFrame(
        {
            "spend": [_spend(known.get(day), is_idle=day in idle) for day in index],
            "results": [_results(known.get(day), kind, is_idle=day in idle) for day in index],
        },
        index=pd.Index(index, name="day"),
        dtype="float64",
    )
    for column in ("spend", "results"):
        for length in (WEEK, MONTH):
            mean = frame[column].rolling(length, min_periods=(length + 1) // 2).mean()
            if as_of is not None:
                mean = mean.where([day <= as_of for day in index])
            frame[f"{column}_{length}"] = mean
    return frame.loc[window.first :]


def chart_window(
    reported: Sequence[DailyResult],
    *,
    as_of: date | None,
    last: date,
    length: int | None = None,
    since: date | None = None,
    with_later: bool = False,
) -> Window | None:
    """Return the dates to draw: they end on the as-of day, and begin with the first reported one.

    `length` days of them at most, or those from `since` on. `with_later` goes on to the newest
    day, and so does a campaign of which no day counts as complete yet; never beyond `last`.
    """
    if not reported:
        return None
    oldest, newest = (of(one.day for one in reported) for of in (min, max))
    is_settled = as_of is not None and as_of >= oldest
    settled = as_of if as_of is not None and is_settled else newest
    first = max(oldest, since) if since else oldest
    if length is not None:
        first = max(first, settled - timedelta(days=length - 1))
    end = min(max(newest, settled) if with_later else settled, last)
    return Window(min(first, settled, end), end)


def _spend(day: DailyResult | None, *, is_idle: bool) -> float | None:
    if day is None:
        return 0.0 if is_idle else None
    return None if day.spend_micros is None else day.spend_micros / MICROS


def _results(day: DailyResult | None, kind: str, *, is_idle: bool) -> float | None:
    if day is None:
        return 0.0 if is_idle else None
    found = day.results.get(kind)
    return None if found is None else found / MICROS
