"""What may be asked, and how a question is made honest before it is answered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.metrics import SAVES, VIEWS, Window
from lib.domain.notebook import (
    LONGEST,
    Because,
    Bought,
    Feed,
    Grain,
    Measure,
    Part,
    Question,
    Reach,
    Split,
    Unit,
    buckets,
    common_as_of,
    resolved,
    window_of,
)

AS_OF = date(2026, 11, 21)
STARTED = date(2026, 3, 1)
EUR_SAVES, USD_SAVES, EUR_VIEWS = Bought("EUR", SAVES), Bought("USD", SAVES), Bought("EUR", VIEWS)


@pytest.mark.parametrize("measure", Measure)
def test_every_measure_has_a_name_a_unit_and_no_value_where_there_is_nothing_to_divide_by(measure):
    assert measure.label
    assert measure.unit in Unit
    if measure.is_sum:
        assert measure.figure(0) == 0
    else:
        assert measure.figure(3_000_000, 0) is None


@pytest.mark.parametrize(
    ("measure", "above", "below", "value"),
    [
        (Measure.SPEND, 12_500_000, 0, 12.5),
        (Measure.RESULTS, 3_500_000, 0, 3.5),
        (Measure.IMPRESSIONS, 700, 0, 700),
        (Measure.COST_PER_RESULT, 10_000_000, 4_000_000, 2.5),
        (Measure.CLICK_RATE, 5, 200, 0.025),
        (Measure.COST_PER_CLICK, 10_000_000, 4, 2.5),
        (Measure.COST_PER_MILLE, 10_000_000, 4_000, 2.5),
    ],
)
def test_a_measure_is_sums_divided_by_sums(measure, above, below, value):
    assert measure.figure(above, below) == value


def test_money_of_one_currency_is_asked_for_unless_it_is_split_by_currency():
    found = [EUR_SAVES, EUR_SAVES, USD_SAVES, EUR_VIEWS, None]
    question, left = resolved(Question(Measure.SPEND), found)
    assert (question.currency, question.kind) == ("EUR", "")
    assert [(one.because, one.campaigns, one.of) for one in left] == [
        (Because.NO_FIGURES, 1, ""),
        (Because.CURRENCY, 1, "USD"),
    ]
    question, left = resolved(Question(Measure.SPEND, Split.CURRENCY), found)
    assert question.currency == ""
    assert [one.because for one in left] == [Because.NO_FIGURES]
    assert not question.adds_up


def test_results_of_one_kind_are_asked_for_unless_they_are_split_by_kind():
    found = [EUR_SAVES, EUR_SAVES, EUR_VIEWS]
    question, left = resolved(Question(Measure.RESULTS), found)
    assert question.kind == SAVES
    assert [(one.because, one.of) for one in left] == [(Because.KIND, VIEWS)]
    question, left = resolved(Question(Measure.RESULTS, Split.KIND), found)
    assert question.kind == ""
    assert not left
    assert not question.adds_up


def test_a_kind_or_currency_that_nothing_has_is_ignored_and_a_known_one_holds():
    found = [EUR_SAVES, EUR_SAVES, USD_SAVES, EUR_VIEWS]
    assert resolved(Question(Measure.RESULTS, kind="sheep"), found)[0].kind == SAVES
    assert resolved(Question(Measure.RESULTS, kind=VIEWS), found)[0].kind == VIEWS
    assert resolved(Question(currency="XXX"), found)[0].currency == "EUR"
    # Impressions need no kind; one that is named narrows them all the same.
    question, left = resolved(Question(Measure.IMPRESSIONS, kind=VIEWS), found)
    assert question.kind == VIEWS
    assert [(one.because, one.campaigns) for one in left] == [(Because.KIND, 3)]


def test_the_currency_is_chosen_among_campaigns_of_the_chosen_kind():
    found = [EUR_VIEWS, EUR_VIEWS, EUR_VIEWS, USD_SAVES]
    question, _ = resolved(Question(Measure.COST_PER_RESULT, kind=SAVES), found)
    assert question.currency == "USD"


def test_campaigns_that_are_compared_are_of_one_kind_whatever_is_measured():
    question, left = resolved(
        Question(Measure.IMPRESSIONS, compared=(1, 2, 3)), [EUR_SAVES, EUR_SAVES, EUR_VIEWS]
    )
    assert question.kind == SAVES
    assert question.split_by is Split.CAMPAIGN
    assert [(one.because, one.campaigns) for one in left] == [(Because.KIND, 1)]


def test_one_campaign_alone_is_no_comparison():
    assert Question(Measure.SPEND, Split.ARTIST, compared=(1,)).split_by is Split.ARTIST


@pytest.mark.parametrize(
    ("reach", "days"), [(Reach.WEEK, 7), (Reach.MONTH, 28), (Reach.QUARTER, 90)]
)
def test_a_window_has_exactly_so_many_dates_and_ends_on_the_as_of_day(reach, days):
    window = window_of(Question(reach=reach), as_of=AS_OF, started_on=STARTED)
    assert (window.days, window.last) == (days, AS_OF)


def feed(as_of=AS_OF, covered=None, started=STARTED, until=date.max):
    return Feed(as_of, covered or as_of, started, until)


def test_the_as_of_day_is_the_newest_that_nearly_all_have_reported():
    tomorrow = AS_OF + timedelta(days=1)
    some = [feed() for _ in range(30)]
    assert common_as_of([feed(), feed(as_of=tomorrow)]) == AS_OF
    assert common_as_of([*some, feed(as_of=tomorrow)]) == AS_OF
    # Settled later than others, but reported as far: its last days are unsettled, not missing.
    assert common_as_of([*some, feed(AS_OF - timedelta(days=2), covered=AS_OF)]) == AS_OF
    # One of thirty that lags, or several that are over, keep nobody.
    assert common_as_of([*some, feed(AS_OF - timedelta(days=5))]) == AS_OF
    over = feed(AS_OF - timedelta(days=5), until=AS_OF - timedelta(days=5))
    assert common_as_of([feed(), over, over]) == AS_OF


def test_where_many_lag_the_as_of_day_is_the_newest():
    ancient = feed(AS_OF - timedelta(days=90))
    assert common_as_of([feed(), ancient]) == AS_OF


def test_the_whole_run_begins_with_the_earliest_run():
    window = window_of(Question(reach=Reach.WHOLE), as_of=AS_OF, started_on=STARTED)
    assert window == Window(STARTED, AS_OF)
    ancient = window_of(Question(reach=Reach.WHOLE), as_of=AS_OF, started_on=date(1900, 1, 1))
    assert ancient.days == LONGEST


@pytest.mark.parametrize("since", [None, AS_OF + timedelta(days=1)])
def test_a_first_day_that_cannot_be_asks_for_28_days(since):
    window = window_of(Question(reach=Reach.SINCE, since=since), as_of=AS_OF, started_on=STARTED)
    assert (window.days, window.last) == (28, AS_OF)


def test_a_chosen_first_day_begins_the_window():
    question = Question(reach=Reach.SINCE, since=date(2026, 11, 1))
    assert window_of(question, as_of=AS_OF, started_on=STARTED) == Window(date(2026, 11, 1), AS_OF)


def test_weekdays_lie_a_week_apart():
    assert Question(split=Split.WEEKDAY, grain=Grain.DAY).grain_of is Grain.WEEK
    assert Question(split=Split.WEEKDAY, grain=Grain.TOTAL).grain_of is Grain.TOTAL


@given(length=st.integers(1, 400), grain=st.sampled_from(Grain))
def test_what_a_window_is_cut_into_holds_each_date_once(length, grain):
    window = Window(AS_OF - timedelta(days=length - 1), AS_OF)
    cut = buckets(window, grain)
    assert [day for one in cut for day in _dates(one)] == _dates(window)
    if grain is Grain.WEEK:
        assert all(one.days == 7 for one in cut[1:])


def _dates(window):
    return [window.first + timedelta(days=at) for at in range(window.days)]


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("split", Split)
def test_no_question_adds_currencies_or_kinds(measure, split):
    question = Question(measure, split)
    if Part.SPEND in (measure.above, measure.below):
        assert question.needs_currency or not question.adds_up
    if measure.counts_results:
        assert question.needs_kind or not question.adds_up
