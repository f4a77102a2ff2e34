"""What a period taught: only what chance alone does not say."""

import random
from datetime import date, timedelta

from lib.domain.lessons import Lesson, LessonKind, Part, learned, stands_out
from lib.domain.metrics import Window

UNIT = 1_000_000
LAST = date(2026, 11, 22)
MONTH = Window(LAST - timedelta(days=27), LAST)


def part(title, spend, results, currency="EUR"):
    return Part(title, currency, spend * UNIT, results * UNIT)


def lessons(*parts, days=None, shares_cost=True, window=MONTH):
    return learned("saves", parts, days or {}, window=window, shares_cost=shares_cost)


def whats(found: list[Lesson]) -> list[LessonKind]:
    return [one.what for one in found]


def weeks(*results):
    """The days of whole weeks, the last one last, each day bringing a seventh."""
    first = LAST - timedelta(days=7 * len(results) - 1)
    return {
        first + timedelta(days=at): brought * UNIT // 7
        for at, brought in enumerate(each for each in results for _ in range(7))
    }


def test_a_title_that_costs_clearly_less_is_named_with_both_costs():
    (found,) = lessons(part("A", 100, 200), part("B", 100, 100), part("C", 100, 100))
    assert (found.what, found.title) == (LessonKind.CHEAPEST, "A")
    assert (found.cost_micros, found.others_cost_micros) == (500_000, 1_000_000)
    assert (found.results_micros, found.others_micros) == (200 * UNIT, 200 * UNIT)


def test_without_shared_costs_no_cost_is_compared():
    parts = part("A", 100, 200), part("B", 100, 100), part("C", 100, 100)
    found = lessons(*parts, shares_cost=False)
    assert whats(found) == [LessonKind.TOO_FEW]
    assert found[0].cost_micros is None


def test_currencies_are_not_compared():
    found = lessons(part("A", 100, 200), part("B", 900, 100, "SEK"), part("C", 900, 90, "SEK"))
    assert LessonKind.CHEAPEST not in whats(found)


def test_campaigns_for_one_title_count_together():
    parts = [part("A", 50, 100), part("A", 50, 100), part("B", 100, 100), part("C", 100, 100)]
    assert lessons(*parts)[0].results_micros == 200 * UNIT


def test_too_few_results_teach_nothing():
    assert whats(lessons(part("A", 10, 9), part("B", 100, 9))) == [LessonKind.TOO_FEW]


def test_a_single_title_is_compared_with_nothing():
    assert lessons(part("A", 100, 200)) == []


def test_more_than_half_is_most():
    (found,) = lessons(part("A", 100, 60), part("B", 100, 59), shares_cost=False)
    assert (found.what, found.title, found.others_micros) == (LessonKind.MOST, "A", 59 * UNIT)


def test_the_strongest_week_is_one_that_stands_out():
    (found,) = lessons(part("A", 1, 1), days=weeks(70, 140, 70, 70))
    assert found.what is LessonKind.STRONGEST_WEEK
    assert found.week == Window(LAST - timedelta(days=20), LAST - timedelta(days=14))
    assert (found.results_micros, found.others_micros) == (140 * UNIT, 70 * UNIT)
    assert lessons(part("A", 1, 1), days=weeks(70, 77, 70, 70)) == []


def test_a_week_with_a_gap_is_not_compared():
    days = weeks(70, 140, 70, 70)
    del days[LAST - timedelta(days=15)]
    assert lessons(part("A", 1, 1), days=days) == []


def test_the_best_of_many_equals_is_seldom_named():
    dice = random.Random(1)  # noqa: S311 - chance, not a secret
    named = 0
    for _ in range(300):
        parts = [
            part(f"{at}", 100, sum(dice.random() < 0.1 for _ in range(1000))) for at in range(8)
        ]
        named += LessonKind.CHEAPEST in whats(lessons(*parts))
    assert named <= 15  # 5 %


def test_what_stands_out_has_to_beat_a_quarter_whatever_the_counts():
    assert not stands_out(120_000, 1, 100_000, 1, among=2)
    assert stands_out(130_000, 1, 100_000, 1, among=2)
    assert not stands_out(130, 1, 100, 1, among=2)
    assert not stands_out(130, 0, 100, 1, among=2)
