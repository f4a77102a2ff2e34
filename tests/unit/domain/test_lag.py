"""Completeness by age, the settle age it implies, and when neither is known."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.lag import (
    FEWEST_DAYS,
    SPEND,
    CompletenessCurve,
    DayShares,
    Point,
    SettleAges,
    completeness,
    day_shares,
    default_age,
    ends_higher,
    is_too_small,
    settle_age_from,
)
from lib.domain.records import MICROS, Platform

META, GOOGLE = Platform.META, Platform.GOOGLE


def day(*seen: tuple[int, int]) -> DayShares:
    found = day_shares(seen)
    assert found is not None
    return found


def curve_of(days: Iterable[DayShares], kind: str = "saves") -> CompletenessCurve:
    return completeness(META, kind, list(days))


def measured(
    shares: dict[int, float], *, kind: str = "saves", days: int = FEWEST_DAYS, reference: int = 28
) -> CompletenessCurve:
    points = tuple(Point(age, share, days) for age, share in sorted(shares.items()))
    return CompletenessCurve(META, kind, points, reference, days)


# One day


def test_a_share_is_what_was_said_then_over_what_was_said_last():
    assert day((1, 72), (2, 88), (30, 100)) == DayShares(30, 100, ((1, 0.72), (2, 0.88)))


def test_the_newest_observation_is_the_final_value_in_whichever_order_they_come():
    assert day((40, 50), (1, 25), (28, 40)) == DayShares(40, 50, ((1, 0.5), (28, 0.8)))


def test_of_two_observations_of_one_day_the_later_import_counts():
    assert day((1, 10), (1, 40), (30, 80)).shares == ((1, 0.5),)


@pytest.mark.parametrize("seen", [[], [(3, 10)], [(3, 10), (3, 12)]])
def test_a_day_that_was_seen_once_has_no_shares(seen):
    assert day_shares(seen) is None


@pytest.mark.parametrize("final", [0, -5])
def test_a_day_that_ends_at_nothing_has_no_shares(final):
    assert day_shares([(1, 10), (30, final)]) is None


def test_a_day_that_began_at_nothing_was_known_to_no_part():
    assert day((1, 0), (30, 80)).shares == ((1, 0.0),)


def test_a_day_of_few_results_says_too_little_and_spend_is_no_count():
    few, enough = day((1, 1), (30, 9 * MICROS)), day((1, 1), (30, 10 * MICROS))
    assert is_too_small("conversions", few)
    assert not is_too_small("conversions", enough)
    assert not is_too_small(SPEND, few)


# The curve


def followed(*firsts: int) -> list[DayShares]:
    return [day((1, first), (2, 96), (28, 100)) for first in firsts]


def test_completeness_is_the_median_over_days_and_says_over_how_many():
    curve = curve_of(followed(*range(60, 80), 90))
    assert curve.points == (Point(1, 0.70, 21), Point(2, 0.96, 21), Point(28, 1.0, 21))
    assert (curve.reference_age, curve.days, curve.is_conclusive) == (28, 21, True)
    assert settle_age_from(curve) == 2


def test_of_an_even_number_of_days_the_two_in_the_middle_are_averaged():
    curve = curve_of(followed(*[60] * 10, *[70] * 10))
    assert curve.points[0] == Point(1, 0.65, 20)


def test_nineteen_days_decide_nothing_and_twenty_do():
    assert not curve_of(followed(*[72] * 19)).is_conclusive
    assert curve_of(followed(*[72] * 20)).is_conclusive


def test_one_huge_restatement_does_not_move_the_median():
    odd = [day((1, 1), (28, 1_000_000)), day((1, 1_000_000), (28, 1))]
    assert curve_of(followed(*[72] * 21) + odd).points[0].share == 0.72


def test_only_days_followed_to_the_reference_age_count_once_there_are_enough():
    young = [day((1, 50), (10, 100)) for _ in range(500)]
    curve = curve_of(followed(*[72] * 20) + young)
    assert curve.points[0] == Point(1, 0.72, 20)
    assert curve.reference_age == 28


def test_without_old_observations_the_curve_is_preliminary_and_decides_nothing():
    days = [day((1, 50), (2, 99), (4, 100)) for _ in range(30)]
    curve = curve_of(days)
    # At the age of 2 the newest figures are not three days further on.
    assert curve.points == (Point(1, 0.5, 30),)
    assert (curve.reference_age, curve.is_conclusive) == (4, False)
    assert settle_age_from(curve) is None
    assert ends_higher(curve, 1) is None


def test_a_few_old_days_among_young_ones_leave_the_curve_preliminary():
    curve = curve_of(followed(*[72] * 5) + [day((1, 72), (9, 100)) for _ in range(40)])
    assert curve.points[0] == Point(1, 0.72, 45)
    assert (curve.reference_age, curve.is_conclusive) == (9, False)


def test_of_nothing_there_is_an_empty_curve():
    curve = curve_of([])
    assert (curve.points, curve.days, curve.is_conclusive) == ((), 0, False)
    assert settle_age_from(curve) is None


# The settle age


@pytest.mark.parametrize(
    ("shares", "age"),
    [
        ({1: 0.72, 2: 0.88, 3: 0.96, 4: 0.985}, 3),
        ({1: 0.95}, 1),
        ({1: 0.9499, 2: 0.95}, 2),
        ({1: 0.96, 2: 0.94, 3: 0.97}, 1),  # The smallest age, although the next one dips.
        ({1: 1.2, 2: 1.0}, 1),  # Figures that go down are known early enough.
        ({0: 0.99, 1: 0.5, 2: 0.97}, 2),  # Today is not over, whatever it shows.
        ({1: 0.5, 2: 0.6, 3: 0.7, 14: 0.9}, 28),  # By then it is what it ends at.
        (dict.fromkeys(range(1, 28), 0.9), 28),
    ],
)
def test_the_settle_age_is_the_smallest_at_which_95_per_cent_are_known(shares, age):
    assert settle_age_from(measured(shares)) == age


@pytest.mark.parametrize(
    ("kind", "shares", "age"),
    [
        ("clicks", {7: 1.0}, None),  # Nothing is known of younger ages: 1 may be right.
        ("saves", {1: 0.7, 7: 0.97}, None),  # So may 3, between the two.
        ("saves", {1: 0.7, 2: 0.97}, 2),
        ("saves", {2: 0.97}, 2),
        ("saves", {4: 0.8, 7: 0.97}, 7),  # 3 is contradicted: four days are too few.
        ("saves", {3: 0.8, 5: 0.97}, 5),
        ("saves", {3: 0.97}, 3),
        (SPEND, {1: 0.5, 2: 0.99}, 2),
    ],
)
def test_ages_nobody_measured_leave_the_default_as_long_as_it_is_not_contradicted(
    kind, shares, age
):
    assert settle_age_from(measured(shares, kind=kind)) == age


def test_an_age_seen_on_too_few_days_does_not_count():
    few, enough = Point(1, 0.99, FEWEST_DAYS - 1), Point(2, 0.97, FEWEST_DAYS)
    curve = CompletenessCurve(META, "saves", (few, enough), 28, 40)
    assert settle_age_from(curve) == 2
    assert ends_higher(curve, 1) is None


@given(
    st.dictionaries(st.integers(0, 28), st.floats(0, 1.5), max_size=29),
    st.sampled_from(["saves", "clicks", SPEND]),
)
def test_the_settle_age_is_never_today_and_always_an_age_that_is_known_to_suffice(shares, kind):
    age = settle_age_from(measured(shares, kind=kind))
    if age is not None:
        assert 1 <= age <= 28
        assert age == 28 or shares[age] >= 0.95
        assert all(share < 0.95 for young, share in shares.items() if 1 <= young < age)


# What it says of a day that is not complete


def test_a_young_day_usually_ends_higher_by_what_is_missing():
    curve = measured({1: 0.8, 2: 0.855, 3: 0.995, 4: 1.0, 5: 1.1, 6: 0.0})
    assert ends_higher(curve, 1) == pytest.approx(0.25)
    assert ends_higher(curve, 2) == pytest.approx(0.1696, abs=1e-4)
    # Less than 1 %, nothing, a figure that goes down, one that began at nothing, an unknown age.
    assert [ends_higher(curve, age) for age in (3, 4, 5, 6, 7)] == [None] * 5


# The lookup


@pytest.mark.parametrize(
    ("kind", "age"),
    [(SPEND, 1), ("clicks", 1), ("views", 1), ("saves", 3), ("follows", 3), ("purchases", 3)],
)
def test_the_defaults_hold_until_something_was_measured(kind, age):
    assert default_age(kind) == age
    assert SettleAges().of(META, kind) == age


def test_a_measured_age_holds_for_its_platform_and_kind_only():
    ages = SettleAges({(META, "saves"): 5})
    assert ages.of(META, "saves") == 5
    assert ages.of(GOOGLE, "saves") == 3
    assert ages.of(META, "follows") == 3


def test_a_ratio_waits_for_the_later_of_results_and_spend():
    ages = SettleAges({(META, SPEND): 4, (META, "saves"): 2, (GOOGLE, "views"): 6})
    assert ages.for_ratio(META, "saves") == 4
    assert ages.for_ratio(GOOGLE, "views") == 6
    assert ages.for_ratio(Platform.SPOTIFY, "clicks") == 1
