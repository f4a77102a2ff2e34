"""What the notebook answers, and what no figure can make it say."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lib.domain.answer import MOST_BARS, MOST_LINES, OTHERS, Days, Group, answer
from lib.domain.metrics import Window
from lib.domain.notebook import Grain, Measure, Question, Reach, Scale, Split

LAST = date(2026, 11, 21)  # A Saturday.
UNIT = 1_000_000
SUMS = [measure for measure in Measure if measure.is_sum]
RATIOS = [measure for measure in Measure if not measure.is_sum]


def window(days):
    return Window(LAST - timedelta(days=days - 1), LAST)


def days_of(figures, *, group_of=None, unsettled=0, kinds=None):
    """Return days from (above, below) a campaign and day; None is a day that nobody reported."""
    figures = np.array(
        [[(0, 0, 0) if cell is None else (*cell, 1) for cell in row] for row in figures],
        dtype=np.int64,
    ).reshape(len(figures), -1, 3)
    of = np.array(group_of or range(len(figures)), dtype=np.int64)
    count = int(of.max()) + 1 if len(of) else 0

    def added(values):
        found = np.zeros((count, values.shape[1]), dtype=np.int64)
        np.add.at(found, of, values)
        return found

    told = figures[:, :, 2]
    late = np.zeros_like(told)
    if unsettled:
        late[:, -unsettled:] = told[:, -unsettled:]
    return Days(
        tuple(
            Group(f"g{at}", f"Group {at}", kind=(kinds or {}).get(at, "")) for at in range(count)
        ),
        added(figures[:, :, 0]),
        added(figures[:, :, 1]),
        added(told),
        added(np.ones_like(told)),
        added(late),
        told.astype(bool),
        of,
    )


def one(grain=Grain.TOTAL, measure=Measure.SPEND, split=Split.ARTIST, **more):
    return Question(measure, split, grain, **more)


def ask(figures, question=None, **more):
    days = days_of(figures, **more)
    return answer(question or one(), window(days.told.shape[1]), days)


def test_a_day_that_nobody_reported_is_a_gap_and_a_reported_zero_is_a_zero():
    found = ask([[(5 * UNIT, 0), None, (0, 0)]], one(Grain.DAY))
    (series,) = found.series
    assert [cell.value for cell in series.cells] == [5, None, 0]
    assert [found.drawn(series, cell) for cell in series.cells] == [5, None, 0]
    assert [cell.missing for cell in series.cells] == [0, 1, 0]


def test_a_day_that_half_the_campaigns_miss_is_no_sum_in_the_chart_and_says_so_in_the_table():
    found = ask(
        [[(5 * UNIT, 0), (5 * UNIT, 0)], [(7 * UNIT, 0), None]], one(Grain.DAY), group_of=[0, 0]
    )
    (series,) = found.series
    assert [cell.value for cell in series.cells] == [12, 5]
    assert [found.drawn(series, cell) for cell in series.cells] == [12, None]
    assert [(cell.campaigns, cell.missing) for cell in series.cells] == [(2, 0), (1, 1)]


def test_where_days_are_missing_means_over_the_reported_days_are_drawn():
    found = ask([[(6 * UNIT, 0), None, (2 * UNIT, 0)], [(3 * UNIT, 0)] * 3])
    assert found.is_average
    lacking, full = sorted(found.series, key=lambda series: series.group.key)
    assert (lacking.whole.value, lacking.whole.a_day, lacking.whole.days) == (8, 4, 2)
    assert found.drawn(lacking, lacking.cells[0]) == 4
    assert found.drawn(full, full.cells[0]) == 3


def test_days_before_a_campaign_ran_are_gaps_that_lack_nothing():
    days = days_of([[None, None, (4 * UNIT, 0)], [(UNIT, 0)] * 3])
    days.expected[0, :2] = 0
    for grain in (Grain.DAY, Grain.TOTAL):
        found = answer(one(grain), window(3), days)
        late = next(series for series in found.series if series.group.key == "g0")
        assert not found.is_average
        assert (late.whole.days, late.whole.lacking, late.whole.a_day) == (1, 0, 4)
        drawn = [found.drawn(late, cell) for cell in late.cells]
        assert drawn == ([None, None, 4] if grain is Grain.DAY else [4])


def test_where_none_is_missing_sums_are_drawn():
    found = ask([[(6 * UNIT, 0)] * 3, [(3 * UNIT, 0)] * 3])
    assert not found.is_average
    assert [found.drawn(series, series.cells[0]) for series in found.series] == [18, 9]


def test_a_first_week_that_is_shorter_is_not_compared_by_its_sum():
    found = ask([[(UNIT, 0)] * 10], one(Grain.WEEK))
    assert [cell.of_days for cell in found.series[0].cells] == [3, 7]
    assert [found.drawn(found.series[0], cell) for cell in found.series[0].cells] == [1, 1]


def test_a_ratio_is_a_sum_by_a_sum_and_has_no_mean_a_day():
    found = ask([[(10 * UNIT, 1 * UNIT), (10 * UNIT, 9 * UNIT)]], one(measure=RATIOS[0]))
    cell = found.series[0].whole
    assert found.measure is Measure.COST_PER_RESULT
    assert (cell.value, cell.a_day) == (2, None)


def test_days_that_may_still_change_are_counted():
    found = ask([[(UNIT, 0)] * 5], one(Grain.DAY), unsettled=2)
    assert [cell.unsettled for cell in found.series[0].cells] == [0, 0, 0, 1, 1]
    assert found.series[0].whole.unsettled == 2


@pytest.mark.parametrize(("grain", "most"), [(Grain.DAY, MOST_LINES), (Grain.TOTAL, MOST_BARS)])
def test_beyond_the_largest_the_rest_is_one_group_and_nothing_is_lost(grain, most):
    figures = [[(number * UNIT, 0)] for number in range(40)]
    found = ask(figures, one(grain))
    assert len(found.series) == most + 1
    *kept, others = found.series
    assert [series.whole.value for series in kept] == list(range(39, 39 - most, -1))
    assert (others.group.key, others.group.folded) == (OTHERS, 40 - most)
    assert others.whole.campaigns == 40 - most
    assert sum(series.whole.value for series in found.series) == found.total.value == 780


def test_one_left_over_keeps_its_name():
    figures = [[(number * UNIT, 0)] for number in range(MOST_LINES + 1)]
    assert not [one for one in ask(figures, one(Grain.DAY)).series if one.group.key == OTHERS]


def test_kinds_and_currencies_are_never_added():
    figures = [[(number * UNIT, 0)] for number in range(40)]
    found = ask(figures, one(Grain.DAY, Measure.RESULTS, Split.KIND))
    assert found.total is None
    assert not [series for series in found.series if series.group.key == OTHERS]
    assert (len(found.series), found.hidden) == (MOST_LINES, 40 - MOST_LINES)


def test_weekdays_stand_in_their_order_each_with_its_own_days():
    found = ask([[(at * UNIT, 0) for at in range(14)]], one(split=Split.WEEKDAY))
    assert found.series[0].group.label == "Monday"
    assert [series.whole.of_days for series in found.series] == [2] * 7
    # The window ends on a Saturday: its last and its eighth last day.
    saturday = next(series for series in found.series if series.group.label == "Saturday")
    assert saturday.whole.value == 6 + 13


def test_what_is_compared_is_an_index_where_scales_differ():
    small, large = [(UNIT, 0)] * 7 + [(2 * UNIT, 0)] * 7, [(50 * UNIT, 0)] * 14
    question = one(Grain.DAY, compared=(1, 2))
    found = ask([small, large], question)
    assert found.is_index
    by_key = {series.group.key: series for series in found.series}
    assert (by_key["g0"].base, by_key["g1"].base) == (1, 50)
    drawn = [found.drawn(by_key["g0"], cell) for cell in by_key["g0"].cells]
    assert drawn == [100] * 7 + [200] * 7
    assert not ask([small, small], question).is_index
    assert ask([small, small], replace(question, scale=Scale.INDEX)).is_index
    assert not ask([small, large], replace(question, scale=Scale.UNITS)).is_index


def test_a_campaign_that_began_at_nothing_has_no_index():
    question = one(Grain.DAY, compared=(1, 2), scale=Scale.INDEX)
    found = ask([[(0, 0)] * 7 + [(UNIT, 0)], [(UNIT, 0)] * 8], question)
    nothing = next(series for series in found.series if series.group.key == "g0")
    assert [found.drawn(nothing, cell) for cell in nothing.cells] == [None] * 8


def test_no_campaign_at_all_is_an_empty_answer():
    none = np.zeros((0, 7), np.int64)
    days = Days((), none, none, none, none, none, none.astype(bool), np.zeros(0, np.int64))
    found = answer(Question(reach=Reach.WEEK), window(7), days)
    assert (found.series, found.total, found.campaigns) == ((), None, 0)


figures = st.tuples(st.integers(0, 500 * UNIT), st.integers(0, 500 * UNIT))
cells = st.one_of(st.none(), figures)


@st.composite
def labels(draw):
    """Some campaigns over some days, and the group each is in."""
    count, length = draw(st.integers(1, 12)), draw(st.integers(1, 20))
    rows = [draw(st.lists(cells, min_size=length, max_size=length)) for _ in range(count)]
    return rows, [draw(st.integers(0, count - 1)) for _ in range(count)]


def regular(group_of):
    """Return the groups numbered without a hole."""
    numbers = {of: at for at, of in enumerate(dict.fromkeys(group_of))}
    return [numbers[of] for of in group_of]


@given(label=labels(), grain=st.sampled_from(Grain), measure=st.sampled_from(SUMS))
def test_the_groups_of_any_split_add_up_to_what_is_not_split(label, grain, measure):
    rows, group_of = label
    split = ask(rows, one(grain, measure), group_of=regular(group_of))
    alone = ask(rows, one(grain, measure, Split.NONE), group_of=[0] * len(rows))
    weekdays = ask(rows, one(grain, measure, Split.WEEKDAY), group_of=[0] * len(rows))
    (whole,) = alone.series
    assert split.total == alone.total == whole.whole
    for found in (split, weekdays):
        known = [series.whole.value for series in found.series if series.whole.value is not None]
        assert sum(known) == pytest.approx(whole.whole.value or 0)
        assert sum(series.whole.missing for series in found.series) == whole.whole.missing
    assert split.campaigns == alone.campaigns == sum(s.whole.campaigns for s in split.series)


@given(label=labels(), grain=st.sampled_from(Grain), measure=st.sampled_from(Measure))
def test_a_missing_day_never_reads_as_zero(label, grain, measure):
    rows, group_of = label
    found = ask(rows, one(grain, measure), group_of=regular(group_of))
    for series in found.series:
        for cell in (*series.cells, series.whole):
            if not cell.campaigns:
                assert cell.value is None
                assert cell.a_day is None
                assert found.drawn(series, cell) is None


@given(label=labels(), measure=st.sampled_from(SUMS), at=st.integers(0, 10_000))
def test_a_mean_a_day_is_over_the_days_that_are_known(label, measure, at):
    rows, _ = label
    row = rows[0]
    kept = [at % len(row)]
    lacking = [cell if place not in kept else None for place, cell in enumerate(row)]
    assume(any(cell is not None for cell in lacking))
    found = ask([lacking], one(measure=measure)).series[0].whole
    known = [cell[0] for cell in lacking if cell is not None]
    assert found.a_day == pytest.approx(measure.figure(sum(known)) / len(known))


@given(
    label=labels(),
    grain=st.sampled_from(Grain),
    measure=st.sampled_from(Measure),
    factor=st.integers(2, 1000),
)
def test_a_larger_unit_makes_sums_larger_and_no_ratio_or_index_different(
    label, grain, measure, factor
):
    rows, group_of = label
    larger = [
        [None if cell is None else (cell[0] * factor, cell[1] * factor) for cell in row]
        for row in rows
    ]
    question = one(grain, measure, compared=(1, 2), scale=Scale.INDEX)
    for asked in (one(grain, measure), question):
        before, after = (ask(some, asked, group_of=regular(group_of)) for some in (rows, larger))
        is_scaled = measure.is_sum and not before.is_index
        for series in before.series:
            same = next(s for s in after.series if s.group == series.group)
            for cell, other in zip(series.cells, same.cells, strict=True):
                drawn, expected = after.drawn(same, other), before.drawn(series, cell)
                if expected is None:
                    assert drawn is None
                else:
                    assert drawn == pytest.approx(expected * (factor if is_scaled else 1))
                assert (cell.campaigns, cell.days) == (other.campaigns, other.days)


@given(label=labels(), measure=st.sampled_from(SUMS))
def test_days_weeks_and_the_total_are_the_same_sum(label, measure):
    rows, group_of = label
    by_grain = [ask(rows, one(grain, measure), group_of=regular(group_of)) for grain in Grain]
    for found in by_grain:
        for series in found.series:
            known = [cell.value for cell in series.cells if cell.value is not None]
            assert sum(known) == pytest.approx(series.whole.value or 0)
        assert found.total == by_grain[0].total
