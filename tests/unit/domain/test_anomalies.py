from datetime import date, timedelta

import numpy as np
import pytest

from lib.domain.anomalies import floor_micros, odd_days, usual_spend
from lib.domain.verdict import DayGrid

FIRST = date(2026, 9, 1)
UNIT = 1_000_000


def grid_of(spend, *, whole=None, reported=None):
    values = np.array([spend], dtype=float) * UNIT
    ones = np.ones(values.shape, dtype=bool)
    return DayGrid(
        spend=values,
        results=values,
        is_reported=ones if reported is None else np.array([reported]),
        is_whole=ones if whole is None else np.array([whole]),
        is_changed=~ones,
        started=np.zeros(1, dtype=np.int64),
        earlier=np.zeros(1, dtype=np.int64),
    )


def odd(spend, *, currency="EUR", back=0, **marks):
    as_of = FIRST + timedelta(days=len(spend) - 1 - back)
    return odd_days(grid_of(spend, **marks), first=FIRST, as_of=as_of, currency=currency)


def test_the_usual_is_the_mean_of_the_same_weekday_of_the_last_four_weeks():
    spend = [10.0] * 36
    spend[0], spend[7], spend[14], spend[21], spend[28] = 4, 8, 12, 16, 20
    usual = usual_spend(grid_of(spend))[0]
    assert np.isnan(usual[27])
    assert (usual[28], usual[35]) == (10 * UNIT, 14 * UNIT)


def test_twice_or_half_the_usual_is_odd_only_beyond_it():
    for value, is_odd in ((21, True), (20, False), (5, False), (4.9, True), (0, True)):
        found = odd([10.0] * 28 + [value])
        assert bool(found) == is_odd, value
        if found:
            (one,) = found
            assert (one.day, one.usual_micros) == (FIRST + timedelta(days=28), 10 * UNIT)


def test_a_difference_below_the_floor_is_not_worth_a_word():
    assert not odd([2.0] * 28 + [6.0]), "three times as much, but four euros"
    assert not odd([300.0] * 28 + [900.0], currency="JPY"), "about four euros in yen"
    assert odd([300.0] * 28 + [1200.0], currency="JPY")
    assert floor_micros("EUR") == 5 * UNIT


@pytest.mark.parametrize("mark", ["whole", "reported"])
def test_days_that_did_not_run_in_full_or_are_missing_are_neither_odd_nor_usual(mark):
    spend = [10.0] * 28 + [50.0]
    marks = [True] * 29
    marks[28] = False
    assert not odd(spend, **{mark: marks})
    # A missing week is made up for by an older one.
    spend, marks = [10.0] * 35 + [50.0], [True] * 36
    spend[28], marks[28] = 999.0, False
    (one,) = odd(spend, **{mark: marks})
    assert one.usual_micros == 10 * UNIT


def test_unsettled_days_are_not_called_odd():
    assert not odd([10.0] * 28 + [50.0], back=1)
