from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.metrics import (
    PacingWord,
    Totals,
    Window,
    click_through_rate,
    cost_per_click_micros,
    cost_per_mille_micros,
    headline,
    pacing,
    ratio_micros,
    settle_age,
    total,
    trailing_window,
    usual_kind,
    usual_type,
)
from lib.domain.records import (
    SMART_CAMPAIGN,
    YOUTUBE_CAMPAIGN,
    BudgetPeriod,
    DailyResult,
    Platform,
)
from tests.unit.domain.make import TODAY

P = Platform
EUR = 1_000_000
MONDAY = date(2026, 11, 2)

a_day = st.builds(
    DailyResult,
    campaign_id=st.just(1),
    day=st.dates(TODAY - timedelta(days=40), TODAY),
    spend_micros=st.none() | st.integers(0, 10**12),
    impressions=st.none() | st.integers(0, 10**9),
    clicks=st.none() | st.integers(0, 10**6),
    results=st.dictionaries(st.sampled_from(["saves", "follows"]), st.integers(0, 10**12)),
)


def on(day, spend=None, **results):
    return DailyResult(
        campaign_id=1, day=day, spend_micros=spend, impressions=None, clicks=None, results=results
    )


@pytest.mark.parametrize(
    ("campaign_type", "platform", "kind"),
    [
        (SMART_CAMPAIGN, P.META, "saves"),
        (YOUTUBE_CAMPAIGN, P.GOOGLE, "views"),
        (SMART_CAMPAIGN, P.SPOTIFY, "clicks"),
        ("Performance Max", P.GOOGLE, "conversions"),
        ("Search", P.GOOGLE, "conversions"),
    ],
)
def test_a_campaign_is_bought_for_what_its_type_and_platform_say(campaign_type, platform, kind):
    assert usual_kind(campaign_type, platform) == kind


@pytest.mark.parametrize("platform", Platform)
def test_every_platform_has_its_type_and_result(platform):
    is_google = platform is P.GOOGLE
    assert usual_type(platform) == (YOUTUBE_CAMPAIGN if is_google else SMART_CAMPAIGN)
    assert usual_kind(usual_type(platform), platform) in ("saves", "views", "clicks")


@pytest.mark.parametrize(
    ("kind", "age"),
    [("views", 1), ("clicks", 1), ("saves", 3), ("follows", 3), ("conversions", 3)],
)
def test_results_count_as_final_after_their_settle_age(kind, age):
    assert settle_age(kind) == age


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from([7, 28]))
def test_a_trailing_window_is_exactly_its_dates_and_ends_on_the_as_of_day(as_of, length):
    window = trailing_window(as_of, length)
    inside = [as_of + timedelta(days=offset) for offset in range(-40, 41)]
    assert sum(day in window for day in inside) == length == window.days
    assert window.last == as_of


@given(st.lists(a_day, unique_by=lambda one: one.day))
def test_totals_are_the_same_in_any_order_and_add_up_over_split_windows(days):
    window = trailing_window(TODAY, 28)
    whole = total(days, window, kind="saves")
    assert whole == total(reversed(days), window, kind="saves")
    cut = TODAY - timedelta(days=7)
    parts = [
        total(days, half, kind="saves")
        for half in (Window(window.first, cut), Window(cut + timedelta(days=1), TODAY))
    ]
    assert whole.days == sum(part.days for part in parts)
    for name in ("spend_micros", "impressions", "clicks", "results_micros"):
        known = [value for part in parts if (value := getattr(part, name)) is not None]
        assert getattr(whole, name) == (sum(known) if known else None)


def test_results_of_another_kind_are_never_added_in():
    days = [on(TODAY, 10 * EUR, saves=4 * EUR, follows=9 * EUR)]
    assert total(days, trailing_window(TODAY, 7), kind="saves").results_micros == 4 * EUR
    assert total(days, trailing_window(TODAY, 7), kind="views").results_micros is None


def test_a_range_divides_sums_by_sums_and_never_averages_ratios():
    days = [on(MONDAY, 90 * EUR, saves=10 * EUR), on(TODAY, 10 * EUR, saves=90 * EUR)]
    totals = total(days, Window(MONDAY, TODAY), kind="saves")
    assert totals.cost_per_result_micros == EUR  # The mean of 9.00 and 0.11 would be 4.56.


def test_nothing_reported_is_unknown_and_not_zero():
    totals = total([], trailing_window(TODAY, 7), kind="saves")
    assert totals == Totals(0, None, None, None, None)
    assert totals.cost_per_result_micros is None


@pytest.mark.parametrize(
    "ratio", [ratio_micros, click_through_rate, cost_per_click_micros, cost_per_mille_micros]
)
@pytest.mark.parametrize(("above", "below"), [(5, 0), (5, None), (None, 5), (None, None), (0, 0)])
def test_nothing_to_divide_by_gives_no_value(ratio, above, below):
    assert ratio(above, below) is None


def test_the_ratios_are_what_their_names_say():
    assert click_through_rate(3, 200) == 0.015
    assert cost_per_click_micros(9 * EUR, 3) == 3 * EUR
    assert cost_per_mille_micros(9 * EUR, 3000) == 3 * EUR
    assert ratio_micros(9 * EUR, 3 * EUR) == 3 * EUR
    assert ratio_micros(0, 3 * EUR) == 0


@given(st.integers(0, 10**15), st.integers(1, 10**15))
def test_cost_per_result_is_the_exact_quotient(spend, results):
    exact = Fraction(spend, results) * EUR
    value = ratio_micros(spend, results)
    assert value == pytest.approx(float(exact), rel=1e-12)


def test_the_headline_is_what_the_newest_export_names_and_else_the_tables():
    named = {MONDAY: "conversions", MONDAY - timedelta(days=9): "saves"}
    assert headline(named, campaign_type=SMART_CAMPAIGN, platform=P.META) == "conversions"
    assert headline({}, campaign_type=SMART_CAMPAIGN, platform=P.META) == "saves"


def daily(spend, *, live=7, starts_on=MONDAY, ends_on=None, budget=10 * EUR):
    return pacing(
        budget_micros=budget,
        period=BudgetPeriod.DAILY,
        starts_on=starts_on,
        ends_on=ends_on,
        as_of=TODAY,
        spend_7_micros=spend,
        days_live_in_7=live,
        spend_so_far_micros=None,
    )


@pytest.mark.parametrize(
    ("euros", "word"),
    [(55, "under"), (56, "on track"), (70, "on track"), (84, "on track"), (85, "over")],
)
def test_an_open_ended_daily_budget_is_on_track_within_a_fifth(euros, word):
    found = daily(euros * EUR)
    assert found is not None
    assert found.word == word
    assert found.tolerance == 0.20


def test_only_days_on_which_it_was_live_are_expected_to_spend():
    found = daily(30 * EUR, live=3)
    assert found is not None
    assert found.ratio == 1
    assert daily(30 * EUR, live=0) is None


@pytest.mark.parametrize(
    ("length", "tolerance"),
    [(23, 0.05), (46, 0.15), (2300, 0.248)],
)
def test_the_tolerance_narrows_from_a_quarter_to_a_twentieth_over_the_run(length, tolerance):
    starts_on = TODAY - timedelta(days=22)
    ends_on = starts_on + timedelta(days=length - 1)
    found = daily(70 * EUR, starts_on=starts_on, ends_on=ends_on)
    assert found is not None
    assert found.tolerance == pytest.approx(tolerance)


def whole(spend, *, starts_on=MONDAY, ends_on=date(2026, 12, 17), as_of=TODAY, missing=0):
    return pacing(
        budget_micros=460 * EUR,
        period=BudgetPeriod.TOTAL,
        starts_on=starts_on,
        ends_on=ends_on,
        as_of=as_of,
        spend_7_micros=None,
        days_live_in_7=7,
        spend_so_far_micros=spend,
        missing_days=missing,
    )


@pytest.mark.parametrize(
    ("euros", "word"),
    [
        (195, PacingWord.UNDER),
        (196, PacingWord.ON_TRACK),
        (230, PacingWord.ON_TRACK),
        (264, PacingWord.ON_TRACK),
        (265, PacingWord.OVER),
    ],
)
def test_a_total_budget_is_judged_by_the_share_of_the_run_that_has_elapsed(euros, word):
    # 23 of 46 days: half of 460 was planned, and 15 % is the band in the middle of a run.
    found = whole(euros * EUR)
    assert found is not None
    assert found.word is word


def test_nothing_is_planned_for_days_that_nobody_reported():
    # 10 a day as planned, of which 9 of the 23 days are known.
    found = whole(90 * EUR, missing=14)
    assert found is not None
    assert found.ratio == pytest.approx(1)
    assert found.tolerance == pytest.approx(0.15)
    assert whole(0, missing=23) is None


def test_where_the_plan_is_not_known_there_is_no_pacing():
    assert daily(None) is None
    assert daily(70 * EUR, budget=None) is None
    assert daily(70 * EUR, budget=0) is None
    assert whole(None) is None
    assert whole(1, ends_on=None) is None
    assert whole(1, starts_on=None) is None
    assert whole(1, as_of=None) is None
    assert whole(1, as_of=MONDAY - timedelta(days=1)) is None
    assert whole(1, ends_on=MONDAY - timedelta(days=1)) is None


def test_after_its_end_the_whole_budget_was_planned():
    found = whole(460 * EUR, as_of=date(2027, 1, 1))
    assert found is not None
    assert (found.ratio, found.tolerance) == (1, pytest.approx(0.05))
