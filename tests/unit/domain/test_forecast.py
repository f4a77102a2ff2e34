from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lib.domain.forecast import forecast_total

AS_OF = date(2026, 11, 20)
DAILY = st.lists(st.integers(0, 10**9), min_size=7, max_size=28)


def forecast(daily, *, left=10, so_far=0, missing=0):
    return forecast_total(
        daily,
        so_far_micros=so_far,
        as_of=AS_OF,
        ends_on=AS_OF + timedelta(days=left),
        missing_days=missing,
    )


def test_a_spend_that_never_varies_ends_in_one_point():
    found = forecast([5_000_000] * 14, left=4, so_far=70_000_000)
    assert (found.low_micros, found.high_micros) == (90_000_000, 90_000_000)
    assert (found.ends_on, found.days) == (AS_OF + timedelta(days=4), 14)


def test_the_range_is_twice_the_error_of_the_days_that_are_left():
    # Mean 10, variance 16 · 7/6 of seven days 6, 14, …; 7 days left, so 7 + 49/7 = 14 of it.
    daily = [6e6, 14e6, 6e6, 14e6, 6e6, 14e6, 10e6]
    found = forecast(daily, left=7, so_far=100_000_000)
    error = (16e12 * 6 / 6 * 14) ** 0.5
    assert abs(found.high_micros - (170e6 + 2 * error)) < 2
    assert abs(found.low_micros - (170e6 - 2 * error)) < 2


def test_a_day_that_nobody_reported_is_as_unknown_as_one_to_come():
    daily = [6e6, 14e6, 6e6, 14e6, 6e6, 14e6, 10e6]
    some, none = forecast(daily, left=4, missing=3), forecast(daily, left=7)
    assert (some.low_micros, some.high_micros) == (none.low_micros, none.high_micros)
    assert some.missing_days == 3


def test_what_has_no_end_is_over_or_too_young_has_no_forecast():
    assert forecast_total([1.0] * 9, so_far_micros=1, as_of=AS_OF, ends_on=None) is None
    assert forecast([1.0] * 9, left=0) is None
    assert forecast([1.0] * 6) is None


@given(DAILY, st.integers(1, 60), st.integers(0, 10**12))
def test_the_end_is_never_below_what_was_spent_and_the_range_is_in_order(daily, left, so_far):
    found = forecast(daily, left=left, so_far=so_far)
    assert so_far <= found.low_micros <= found.high_micros


@given(DAILY, st.integers(1, 30))
def test_more_days_left_never_narrow_the_range(daily, left):
    shorter, longer = (forecast(daily, left=days, so_far=10**13) for days in (left, left + 5))
    width = shorter.high_micros - shorter.low_micros
    assert longer.high_micros - longer.low_micros >= width - 2
