"""The honest trend: its golden cases, its windows, its gates with their reasons and dates."""

from datetime import UTC, date, datetime, timedelta
from math import isfinite, log

import pytest

from lib.domain.learning import Learning
from lib.domain.records import Coverage
from lib.domain.run_days import DayFigures, Run
from lib.domain.running import StatusChange
from lib.domain.status import Status
from lib.domain.trend import Verdict, first_readable_on, judge_campaign, too_early_words
from lib.domain.verdict import (
    SpendWord,
    Why,
    Word,
    judge_windows,
    spend_word,
)

W = Word
UNIT = 1_000_000
START = date(2026, 6, 1)  # A Monday.
SETTLES = 3

Days = dict[date, DayFigures]


def on(age: int) -> date:
    """Return the date on which the campaign is `age` whole days old."""
    return START + timedelta(days=age)


def noon(age: int) -> datetime:
    return datetime.combine(on(age), datetime.min.time(), UTC) + timedelta(hours=12)


def a_day(spend: float = 20, results: float = 10) -> DayFigures:
    return round(spend * UNIT), round(results * UNIT)


def figures(*parts: tuple[int, DayFigures]) -> Days:
    """Return days one after another from the start: so many like this, so many like that."""
    told = [like for number, like in parts for _ in range(number)]
    return {on(age): like for age, like in enumerate(told)}


def feed(days: Days) -> list[Coverage]:
    return [Coverage(campaign_id=1, starts_on=day, ends_on=day) for day in days]


def judged(
    days: Days,
    *,
    changes: tuple[StatusChange, ...] = (),
    adjusted_at: tuple[datetime, ...] = (),
    starts_on: date | None = START,
    today: date | None = None,
    learning: Learning | None = None,
    ends_on: date | None = None,
) -> Verdict:
    """Return the verdict on the last of `days`, as it reads once that day has settled."""
    verdict = judge_campaign(
        days,
        Run(UTC, changes, starts_on=starts_on, ends_on=ends_on, adjusted_at=adjusted_at),
        feed(days),
        settle_age=SETTLES,
        today=today or max(days) + timedelta(days=SETTLES),
        learning=learning,
    )
    assert verdict is not None
    return verdict


# Two windows


@pytest.mark.parametrize(
    ("x_c", "e_c", "x_b", "e_b", "y", "m", "word", "margin"),
    [
        (70, 140, 168, 420, 0.2273, 0.2837, W.STEADY, 0.33),
        (210, 140, 420, 420, 0.4067, 0.1689, W.IMPROVING, None),
        (100, 140, 300, 420, 0.0033, 0.2305, W.STEADY, 0.26),
        (40, 140, 75, 420, 0.4758, 0.3895, W.IMPROVING, None),
        (12, 90, 66, 300, -0.4675, 0.6166, W.TOO_EARLY, None),
        (9, 63, 18, 189, 0.4321, 0.7983, W.TOO_EARLY, None),
        (0, 60, 40, 180, -3.2958, 2.8458, W.DECLINING, None),
        (3, 50, 0, 150, 3.0445, 3.0237, W.TOO_EARLY, None),
    ],
)
def test_golden_cases_of_cost_per_result(x_c, e_c, x_b, e_b, y, m, word, margin):
    found = judge_windows(x_c, e_c, x_b, e_b)
    assert (round(found.y, 4), round(found.m, 4)) == (y, m)
    assert found.word is word
    assert found.why is (Why.FEW if word is W.TOO_EARLY else None)
    if margin is not None:
        assert round(found.margin, 2) == margin


@pytest.mark.parametrize(("x_c", "word"), [(70, W.STEADY), (98, W.IMPROVING), (28, W.DECLINING)])
def test_golden_cases_of_results_a_day(x_c, word):
    assert judge_windows(x_c, 7, 168, 21).word is word


def test_a_clear_change_of_a_fifth_is_still_steady():
    found = judge_windows(12_000, 100, 30_000, 300)
    assert log(1.15) < found.y < log(1.25)
    assert found.word is W.STEADY


def test_nothing_spent_in_a_window_cannot_be_judged():
    for windows in ((50, 0, 150, 300), (50, 100, 150, 0)):
        found = judge_windows(*windows)
        assert (found.word, found.why) == (W.TOO_EARLY, Why.NOTHING_SPENT)


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_a_sum_that_is_no_sum_is_refused(value):
    with pytest.raises(ValueError, match="finite and not negative"):
        judge_windows(10, 10, value, 10)


def test_exactly_ten_expected_results_are_enough_in_every_currency():
    # 110 results for 13,503.60 before: 1,227.60 ought to bring exactly ten.
    for currency in (1, 0.01, 7.3, 16_000):
        found = judge_windows(0, 1227.60 * currency, 110, 13_503.60 * currency)
        assert found.word is W.DECLINING


@pytest.mark.parametrize("before", [0, 1, 50])
def test_zero_results_and_a_zero_baseline_stay_finite(before):
    found = judge_windows(0, 100, before, 300)
    assert isfinite(found.y)
    assert isfinite(found.m)


# Spend


@pytest.mark.parametrize(
    ("now", "before", "word"),
    [
        (100, 100, SpendWord.STEADY),
        (109.9, 100, SpendWord.STEADY),
        (90.1, 100, SpendWord.STEADY),
        (110, 100, SpendWord.RISING),
        (90, 100, SpendWord.FALLING),
        (99, 110, SpendWord.FALLING),
        (0, 100, SpendWord.FALLING),
    ],
)
def test_spend_moves_from_a_tenth_on(now, before, word):
    assert spend_word(now / before - 1) is word


def test_spend_with_nothing_to_compare_has_no_word():
    assert spend_word(None) is None
    assert spend_word(float("nan")) is None


def test_results_that_rise_with_spend_follow_it():
    verdict = judged(figures((35, a_day(20, 20)), (7, a_day(26, 26))))
    assert (verdict.word, verdict.results.word) == (W.STEADY, W.IMPROVING)
    assert verdict.spend_word is SpendWord.RISING
    assert verdict.follows_spend


def test_a_cost_that_moves_does_not_follow_spend():
    verdict = judged(figures((35, a_day(20, 20)), (7, a_day(40, 20))))
    assert verdict.word is W.DECLINING
    assert not verdict.follows_spend
    # 280 spent on 140 results that used to cost 1 each.
    assert verdict.stake_micros == 140 * UNIT


# The windows


@pytest.mark.parametrize(
    ("age", "weeks"),
    [
        (13, 1),  # The only whole week before C is the learning week.
        (19, 1),
        (20, 1),  # Days 7–13: the first week without learning days.
        (26, 1),
        (27, 2),
        (33, 2),
        (34, 3),
        (90, 3),
    ],
)
def test_the_baseline_is_as_many_clean_weeks_as_the_age_allows(age, weeks):
    verdict = judged(figures((age + 1, a_day())))
    assert (verdict.weeks, verdict.baseline.days) == (weeks, 7 * weeks)
    c, b = verdict.windows
    assert (c.first, c.last, b.last) == (on(age - 6), on(age), on(age - 7))
    assert b.days == 7 * weeks
    assert b.first >= on(7) or age < 20


def test_learning_days_are_left_out_as_soon_as_a_week_remains():
    dear = figures((7, a_day(2000, 1)), (14, a_day()))
    assert judged(dear).baseline.spend_micros == 7 * 20 * UNIT


def test_the_windows_do_not_overlap():
    verdict = judged(figures((35, a_day(20, 10)), (7, a_day(7, 3))))
    assert verdict.current.spend_micros == 49 * UNIT
    assert verdict.baseline.spend_micros == 21 * 20 * UNIT
    assert verdict.month.spend_micros == verdict.current.spend_micros + 420 * UNIT


def test_only_weekdays_that_occur_in_both_count():
    days = figures((35, a_day(20, 10)), (7, a_day(30, 15)))
    missing_in_c = {day: one for day, one in days.items() if day != on(38)}
    verdict = judged(missing_in_c)
    assert (verdict.current.days, verdict.baseline.days) == (6, 18)
    missing_in_b = {day: one for day, one in days.items() if day not in (on(31), on(24), on(17))}
    verdict = judged(missing_in_b)
    assert (verdict.current.days, verdict.baseline.days) == (6, 18)
    assert verdict.current.spend_micros == 6 * 30 * UNIT


def test_a_weekday_stays_where_one_of_its_weeks_is_missing():
    days = figures((42, a_day()))
    del days[on(31)]
    verdict = judged(days)
    assert (verdict.current.days, verdict.baseline.days) == (7, 20)


def test_a_day_of_unknown_results_counts_neither_above_nor_below_the_line():
    days = figures((42, a_day())) | {on(40): (500 * UNIT, None), on(30): (None, 90 * UNIT)}
    verdict = judged(days)
    assert (verdict.current.days, verdict.current.spend_micros) == (6, 120 * UNIT)
    assert (verdict.baseline.days, verdict.baseline.results_micros) == (17, 170 * UNIT)


# The gates, in their order


def test_thirteen_dates_are_too_young_and_fourteen_are_not():
    young = judged(figures((13, a_day())))
    assert (young.word, young.why) == (W.TOO_EARLY, Why.YOUNG)
    assert young.readable_on == on(13) + timedelta(days=SETTLES)
    assert judged(figures((14, a_day()))).word is W.STEADY


def test_young_counts_eligible_dates_and_not_days_of_life():
    days = figures((20, a_day()))
    for age in range(7):
        del days[on(age)]
    verdict = judged(days)
    assert (verdict.why, verdict.eligible) == (Why.YOUNG, 13)
    assert verdict.readable_on == on(20) + timedelta(days=SETTLES)


def test_a_date_that_has_passed_is_not_promised():
    # With figures up to date it would be readable since long.
    days = figures((13, a_day()))
    verdict = judged(days, today=on(60))
    assert verdict.why is Why.YOUNG
    assert verdict.readable_on is None


@pytest.mark.parametrize(("missing", "why"), [(2, None), (3, Why.GAP)])
def test_c_needs_five_days(missing, why):
    days = figures((42, a_day(20, 30)))
    for age in range(36, 36 + missing):
        del days[on(age)]
    assert judged(days).why is why


@pytest.mark.parametrize(("left", "why"), [(7, None), (6, Why.GAP)])
def test_b_needs_seven_days(left, why):
    days = figures((42, a_day(20, 30)))
    for age in range(14, 35 - left):
        del days[on(age)]
    assert judged(days).why is why


def test_a_change_inside_c_is_waited_out():
    days = figures((42, a_day()))
    for age, why in ((34, None), (35, Why.CHANGED), (41, Why.CHANGED)):
        verdict = judged(days, adjusted_at=(noon(age),))
        assert verdict.why is why
        assert verdict.changed_on == on(age)
        if why:
            assert verdict.readable_on == on(age) + timedelta(days=7 + SETTLES)


def test_a_change_has_left_c_on_the_day_that_was_promised():
    changed = (noon(35),)
    promised = judged(figures((42, a_day())), adjusted_at=changed).readable_on
    assert promised is not None
    last = promised - timedelta(days=SETTLES)
    days = figures(((last - START).days, a_day()))
    assert judged(days, adjusted_at=changed).why is Why.CHANGED
    days[last] = a_day()
    assert judged(days, adjusted_at=changed).word is W.STEADY


def test_few_results_are_few_whatever_they_say():
    verdict = judged(figures((35, a_day(20, 1)), (7, a_day(5, 1))))
    assert (verdict.word, verdict.why) == (W.TOO_EARLY, Why.FEW)


def test_the_first_gate_that_applies_gives_the_reason():
    days = figures((42, a_day(20, 0)))
    assert judged(days, adjusted_at=(noon(40),)).why is Why.CHANGED
    for age in (36, 37, 38):
        del days[on(age)]
    assert judged(days, adjusted_at=(noon(40),)).why is Why.GAP
    assert judged(figures((10, a_day())), adjusted_at=(noon(9),)).why is Why.YOUNG


def test_days_before_the_history_called_it_live_are_no_days_of_its_life():
    changes = (
        StatusChange(noon(0), Status.DEPLOYING),
        StatusChange(noon(10), Status.ACTIVE),
    )
    verdict = judged(figures((24, a_day())), changes=changes)
    assert (verdict.why, verdict.eligible) == (Why.YOUNG, 13)


# The clock


def test_learning_comes_first_and_names_its_day():
    learning = Learning(day=5, ends_at=noon(7))
    verdict = judged(figures((5, a_day())), learning=learning)
    assert (verdict.word, verdict.why) == (W.TOO_EARLY, Why.LEARNING)
    assert (verdict.results.word, verdict.results.why) == (W.TOO_EARLY, Why.LEARNING)
    assert verdict.readable_on == on(13) + timedelta(days=SETTLES)


@pytest.mark.parametrize(("late", "is_stale"), [(0, False), (2, False), (3, True)])
def test_figures_are_stale_from_the_third_day_on(late, is_stale):
    days = figures((42, a_day()))
    verdict = judged(days, today=on(41 + SETTLES + late))
    assert (verdict.why is Why.STALE) is is_stale
    assert verdict.as_of == on(41)
    if is_stale:
        assert verdict.last is not None
        assert verdict.last.word is W.STEADY
        assert verdict.readable_on is None


def test_stale_comes_after_gap_and_before_changed():
    days = figures((42, a_day()))
    late = on(60)
    assert judged(days, today=late, adjusted_at=(noon(40),)).why is Why.STALE
    for age in (36, 37, 38):
        del days[on(age)]
    assert judged(days, today=late).why is Why.GAP


def test_the_as_of_day_is_the_last_settled_one_that_the_feed_covers():
    days = figures((42, a_day()))
    assert judged(days, today=on(42)).as_of == on(42 - SETTLES)
    assert judged(days, today=on(50)).as_of == on(41)


def test_what_is_not_settled_does_not_count():
    days = figures((42, a_day()), (SETTLES, a_day(20, 0)))
    assert judged(days, today=on(44)) == judged(figures((42, a_day())), today=on(44))


@pytest.mark.parametrize("today", [START, on(SETTLES - 1)])
def test_before_the_first_settled_day_there_is_no_verdict(today):
    days = figures((2, a_day()))
    run = Run(UTC, starts_on=START)
    found = judge_campaign(days, run, feed(days), settle_age=SETTLES, today=today)
    assert found is None
    assert judge_campaign({}, run, [], settle_age=SETTLES, today=on(50)) is None


def test_the_earliest_readable_day_of_a_new_campaign():
    assert first_readable_on(START, settle_age=SETTLES) == on(13 + SETTLES)
    assert first_readable_on(START, settle_age=SETTLES, ends_on=on(13)) == on(13 + SETTLES)
    assert first_readable_on(START, settle_age=SETTLES, ends_on=on(12)) is None


def test_a_run_that_ends_before_it_can_be_told_is_promised_no_day():
    days = figures((9, a_day()))
    assert judged(days, ends_on=on(13)).readable_on == on(13 + SETTLES)
    assert judged(days, ends_on=on(12)).readable_on is None
    learning = Learning(3, noon(7))
    young = figures((3, a_day()))
    assert judged(young, ends_on=on(13), learning=learning).readable_on == on(13 + SETTLES)
    assert judged(young, ends_on=on(12), learning=learning).readable_on is None


def test_a_feed_that_ends_before_the_start_is_waited_for_from_the_start_on():
    days = {on(age): a_day() for age in range(-9, -3)}
    assert judged(days).readable_on == on(13 + SETTLES)
    assert judged(days, learning=Learning(3, noon(7))).readable_on == on(13 + SETTLES)


def test_a_change_that_has_not_settled_yet_is_waited_for_too():
    days = figures((42, a_day()))
    verdict = judged(days, adjusted_at=(noon(38), noon(43)))
    assert (verdict.why, verdict.changed_on) == (Why.CHANGED, on(43))
    assert verdict.readable_on == on(50 + SETTLES)
    # What else it waits for comes sooner.
    turned = figures((41, a_day()), (1, a_day(20, 900)))
    assert judged(turned).readable_on == on(42 + SETTLES)
    assert judged(turned, adjusted_at=(noon(43),)).readable_on == on(50 + SETTLES)


def test_what_a_campaign_ended_with_stays_however_far_the_feed_reaches():
    days = figures((35, a_day()), (7, a_day(20, 1)), (30, a_day(0, 0)))
    end = judged(days, ends_on=on(41), today=on(41 + SETTLES))
    assert (end.as_of, end.word, end.is_final) == (on(41), W.DECLINING, False)
    later = judged(days, ends_on=on(41))
    assert (later.as_of, later.why, later.is_final) == (on(41), Why.STALE, True)
    assert (later.current, later.week, later.month) == (end.current, end.week, end.month)
    assert later.last is not None
    assert later.last.word is W.DECLINING


# Directions


def test_a_direction_is_shown_on_its_second_day():
    before, after = (35, a_day(20, 20)), a_day(40, 20)
    words = []
    for number in range(1, 8):
        verdict = judged(figures(before, (number, after)))
        words.append((verdict.word, verdict.why))
    first = words.index((W.TOO_EARLY, Why.UNCONFIRMED))
    assert {word for word, _ in words[:first]} == {W.STEADY}
    assert {word for word, _ in words[first + 1 :]} == {W.DECLINING}
    unconfirmed = judged(figures(before, (first + 1, after)))
    assert unconfirmed.readable_on == unconfirmed.as_of + timedelta(days=1 + SETTLES)


def test_a_direction_that_turns_round_has_to_hold_again():
    quiet, good = a_day(20, 20), a_day(20, 200)
    swing = figures((35, quiet), (6, good), (1, a_day(9000, 1)))
    assert judged({day: one for day, one in swing.items() if day < on(41)}).word is W.IMPROVING
    verdict = judged(swing)
    assert verdict.cost.y is not None
    assert verdict.cost.y < 0
    assert (verdict.word, verdict.why) == (W.TOO_EARLY, Why.UNCONFIRMED)


@pytest.mark.parametrize("age", range(13, 20))
def test_nothing_improves_against_the_learning_week(age):
    days = figures((13, a_day(20, 10)), (age - 12, a_day(20, 400)))
    verdict = judged(days)
    assert verdict.cost.y is not None
    assert verdict.cost.y > log(1.25)
    assert (verdict.word, verdict.why) == (W.TOO_EARLY, Why.LEARNING_WEEK)
    assert (verdict.results.word, verdict.results.why) == (W.TOO_EARLY, Why.LEARNING_WEEK)
    # If it still improves against the first clean week, that has to hold a second day.
    assert verdict.readable_on == on(21) + timedelta(days=SETTLES)


def test_against_the_learning_week_it_may_decline_or_be_steady():
    assert judged(figures((7, a_day(20, 40)), (8, a_day(20, 10)))).word is W.DECLINING
    assert judged(figures((15, a_day(20, 40)))).word is W.STEADY


def test_a_clean_week_may_show_an_improvement_from_its_second_day_on():
    days = figures((14, a_day(20, 10)), (7, a_day(20, 40)))
    assert judged(days).why is Why.UNCONFIRMED
    assert judged(days | {on(21): a_day(20, 40)}).word is W.IMPROVING


# What is shown


def test_without_results_the_cost_is_unknown_and_likely_above_a_third_of_the_spend():
    verdict = judged(figures((35, a_day(20, 10)), (7, a_day(20, 0))))
    assert verdict.word is W.DECLINING
    assert verdict.current.cost_micros is None
    assert verdict.current.least_cost_micros == 140 * UNIT / 3
    assert verdict.baseline.least_cost_micros is None


def test_a_baseline_without_results_is_never_an_infinite_change():
    verdict = judged(figures((35, a_day(20, 0)), (7, a_day(20, 10))))
    assert verdict.baseline.cost_micros is None
    assert verdict.cost.y is not None
    assert isfinite(verdict.cost.y)
    assert verdict.stake_micros is None


def test_a_campaign_that_never_spent_has_nothing_to_compare():
    verdict = judged(figures((42, a_day(0, 0))))
    assert (verdict.word, verdict.why) == (W.TOO_EARLY, Why.NOTHING_SPENT)
    assert (verdict.cost.y, verdict.cost.m, verdict.spend_change) == (None, None, None)
    assert verdict.spend_word is None
    assert verdict.current.least_cost_micros is None


@pytest.mark.parametrize("why", Why)
def test_every_reason_has_its_plain_words(why):
    assert too_early_words(why)
