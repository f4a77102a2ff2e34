"""What a change of the cost per result comes from."""

from datetime import date, timedelta
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.drivers import Driver, drivers
from lib.domain.metrics import SAVES, Window
from lib.domain.records import MICROS, DailyResult

FIRST = date(2026, 11, 1)
BEFORE = Window(FIRST, FIRST + timedelta(days=6))
NOW = Window(FIRST + timedelta(days=7), FIRST + timedelta(days=13))


def day_of(window, spend, impressions, results):
    return DailyResult(
        campaign_id=1,
        day=window.first,
        spend_micros=spend,
        impressions=impressions,
        clicks=None,
        results={} if results is None else {SAVES: results * MICROS},
    )


def asked(days, eligible=None):
    among = {one.day for one in days} if eligible is None else eligible
    return drivers(days, among, NOW, BEFORE, kind=SAVES)


def found(before, now):
    return asked([day_of(BEFORE, *before), day_of(NOW, *now)])


@pytest.mark.parametrize(
    ("now", "main"),
    [
        ((20 * MICROS, 1000, 10), Driver.PRICE),
        ((10 * MICROS, 1000, 5), Driver.YIELD),
        ((14 * MICROS, 1000, 7), Driver.BOTH),
        ((10 * MICROS, 1000, 10), Driver.BOTH),
        # The price fell, and the cost rose all the same.
        ((8 * MICROS, 1000, 4), Driver.YIELD),
    ],
)
def test_what_makes_up_most_of_a_change_is_named(now, main):
    told = found((10 * MICROS, 1000, 10), now)
    assert told
    assert told.main is main
    assert told.before.price_micros == 10 * MICROS
    assert told.before.results == 10


@pytest.mark.parametrize(
    "now",
    [(MICROS, 0, 5), (MICROS, None, 5), (MICROS, 1000, 0), (MICROS, 1000, None), (None, 9, 9)],
)
def test_where_there_is_nothing_to_divide_by_nothing_is_told(now):
    assert found((MICROS, 1000, 10), now) is None


def test_only_the_days_that_the_verdict_compares_count():
    whole = [day_of(BEFORE, MICROS, 1000, 10), day_of(NOW, MICROS, 1000, 5)]
    days = {one.day for one in whole}
    dear = DailyResult(
        campaign_id=1,
        day=NOW.first + timedelta(days=1),
        spend_micros=9 * MICROS,
        impressions=1000,
        clicks=None,
        results={SAVES: 9 * MICROS},
    )
    assert asked([*whole, dear], days) == asked(whole), "a day that is not eligible"
    assert asked([*whole, dear]) == asked(whole), "a weekday that the weeks before do not have"
    idle = {*days, dear.day, dear.day - timedelta(days=7)}
    other = asked([*whole, dear], idle)
    assert other, "an idle day has no row, and its weekday counts"
    assert other != asked(whole)


NUMBERS = st.tuples(st.integers(1, 10**12), st.integers(1, 10**9), st.integers(1, 10**6))


@given(NUMBERS, NUMBERS)
def test_both_make_up_the_cost_per_result_exactly(before, now):
    told = found(before, now)
    assert told
    for mille, (spend, _, results) in ((told.before, before), (told.now, now)):
        assert isclose(mille.price_micros / mille.results, spend / results, rel_tol=1e-9)
