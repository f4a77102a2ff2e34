"""The notebook's answers on both databases, against sums by hand and the maintained summary."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from lib.db.engine import writing
from lib.db.tables import daily_result, organization
from lib.domain.answer import MOST_BARS, OTHERS
from lib.domain.notebook import Because, Grain, Measure, Question, Reach, Split
from lib.domain.records import Platform
from lib.domain.rights import FULL, NOTHING
from lib.domain.status import Status
from lib.services import notebook, queries
from lib.services.notebook import TooMuchAsked
from tests.cast import add_artist, add_campaign
from tests.reported import report

MADE = timedelta(days=60)
RUN = dict.fromkeys(range(1, 41), (10, 2))
TOTAL = Question(grain=Grain.TOTAL)


@pytest.fixture
def alma(engine, now):
    return add_artist(engine, now=now, name="Alma Värn")


@pytest.fixture
def add(engine, now):
    """A function that adds a campaign that was made 60 days ago, with figures."""

    def one(artist_id, days=None, *, covered=None, **columns):
        columns = {"created_at": now - MADE} | columns
        campaign_id = add_campaign(engine, artist_id, now=now - MADE, **columns)
        if days:
            report(engine, campaign_id, days, now=now, covered=covered)
        return campaign_id

    return one


@pytest.fixture
def ask(engine, now):
    """A function that asks as somebody who may see everything."""
    return lambda question=TOTAL: notebook.ask(engine, question, rights=FULL, now=now)


def labels(found):
    return [series.group.label for series in found.answer.series]


def values(found):
    return [series.whole.value for series in found.answer.series]


def test_an_empty_desk_and_one_without_figures_have_no_answer(ask, alma, add):
    assert (ask().answer, ask().fitting) == (None, 0)
    add(alma)
    found = ask()
    assert (found.answer, found.fitting, found.campaigns) == (None, 1, ())


def test_the_window_ends_on_the_newest_as_of_day_and_later_days_of_others_are_unsettled(
    ask, alma, add, now
):
    add(alma, RUN)  # Saves settle in three days,
    add(alma, RUN, platform=Platform.GOOGLE)  # views in one.
    found = ask(Question(split=Split.PLATFORM)).answer
    assert found.window.last == now.date() - timedelta(days=1)
    by_label = {series.group.label: series for series in found.series}
    assert [cell.unsettled for cell in by_label["Meta"].cells] == [0] * 26 + [1, 1]
    assert not any(cell.unsettled for cell in by_label["Google (YouTube)"].cells)
    alone = ask(Question(platforms=(Platform.META,))).answer
    assert alone.window.last == now.date() - timedelta(days=3)
    assert alone.total.unsettled == 0


def test_idle_days_are_zero_missing_days_are_gaps_and_blank_ones_are_unknown(
    ask, alma, add, engine, now
):
    days = dict.fromkeys(range(10, 25), (10, 2))
    one = add(alma, days, covered=(24, 8))  # Nine and eight days ago it was idle.
    report(engine, one, {3: (10, 2), 4: (10, 2)}, now=now)  # Then nobody knows, up to five.
    with writing(engine) as db:
        blank = daily_result.c.day == now.date() - timedelta(days=12)
        db.execute(update(daily_result).where(blank).values(spend_micros=None))
    (series,) = ask(Question(reach=Reach.WEEK)).answer.series
    assert [cell.value for cell in series.cells] == [0, 0, None, None, None, 10, 10]
    (series,) = ask(Question(Measure.SPEND, reach=Reach.MONTH)).answer.series
    by_day = dict(zip(ages(28, 3), series.cells, strict=True))
    assert by_day[12].value is None
    assert (by_day[12].missing, by_day[7].missing, by_day[8].missing) == (1, 1, 0)
    assert series.whole.value == 14 * 10 + 2 * 10
    assert series.whole.a_day == series.whole.value / (14 + 2 + 2)


def ages(length, last):
    return range(last + length - 1, last - 1, -1)


def test_money_of_two_currencies_is_not_added_and_what_is_left_out_is_said(ask, alma, add):
    add(alma, RUN)
    add(alma, RUN)
    add(alma, RUN, currency="USD")
    found = ask()
    assert (found.answer.question.currency, found.answer.campaigns) == ("EUR", 2)
    assert found.answer.total.value == 2 * 28 * 10
    assert [(one.because, one.of) for one in found.answer.left_out] == [(Because.CURRENCY, "USD")]
    split = ask(Question(split=Split.CURRENCY, grain=Grain.TOTAL)).answer
    assert {one.group.currency: one.whole.value for one in split.series} == {
        "EUR": 560,
        "USD": 280,
    }
    assert split.total is None


def test_results_are_of_one_kind_and_a_cost_is_of_the_campaigns_bought_for_it(ask, alma, add):
    add(alma, dict.fromkeys(range(3, 41), (10, 2)))
    add(alma, dict.fromkeys(range(3, 41), (9, 30)), platform=Platform.GOOGLE)
    saves = ask(Question(Measure.COST_PER_RESULT, grain=Grain.TOTAL, kind="saves")).answer
    assert saves.total.value == 5
    assert [one.of for one in saves.left_out] == ["views"]
    kinds = ask(Question(Measure.COST_PER_RESULT, Split.KIND, Grain.TOTAL)).answer
    assert {one.group.kind: one.whole.value for one in kinds.series} == {"saves": 5, "views": 0.3}
    bought = ask(Question(Measure.COST_PER_RESULT, Split.BUYING, Grain.TOTAL)).answer
    assert {one.group.label: one.whole.value for one in bought.series} == {
        "Meta · saves": 5,
        "Google (YouTube) · views": 0.3,
    }
    assert bought.total is None


@pytest.mark.parametrize("measure", [Measure.SPEND, Measure.RESULTS])
@pytest.mark.parametrize(
    "split", [one for one in Split if one is not Split.CURRENCY and not one.is_by_kind]
)
def test_every_split_adds_up_to_the_same(ask, engine, now, alma, add, split, measure):
    bruno = add_artist(engine, now=now, name="Bruno")
    add(alma, RUN, locations=["DE", "FR"])
    add(alma, RUN, locations=["FR", "DE"], status=Status.PAUSED)
    add(alma, {**RUN, 5: (70, 1)}, locations=[], campaign_type="Sales")
    add(bruno, RUN, covered=(60, 1))
    unsplit = ask(Question(measure, grain=Grain.TOTAL)).answer
    found = ask(Question(measure, split, Grain.TOTAL)).answer
    assert found.total == unsplit.total == unsplit.series[0].whole
    assert sum(values(ask(Question(measure, split, Grain.TOTAL)))) == unsplit.total.value
    by_day = ask(Question(measure, split, Grain.DAY)).answer
    assert by_day.total == unsplit.total


def test_places_in_any_order_are_one_group_and_a_campaign_counts_once(ask, alma, add):
    add(alma, RUN, locations=["DE", "FR"])
    add(alma, RUN, locations=["FR", "DE"])
    add(alma, RUN, locations=[])
    found = ask(Question(split=Split.LOCATION, grain=Grain.TOTAL))
    assert dict(zip(labels(found), values(found), strict=True)) == {
        "DE, FR": 560,
        "no location named": 280,
    }


def test_filters_narrow_by_artist_status_platform_and_type(ask, engine, now, alma, add):
    bruno = add_artist(engine, now=now, name="Bruno")
    add(alma, RUN)
    add(bruno, RUN, status=Status.PAUSED)
    add(bruno, RUN, platform=Platform.GOOGLE, campaign_type="Search")
    over = add(bruno, RUN, ends_on=now.date() - timedelta(days=20))
    assert over
    for question, fitting in (
        (Question(artists=(bruno,)), 3),
        (Question(statuses=(Status.PAUSED,)), 1),
        (Question(statuses=(Status.ENDED,)), 1),  # As it is now, not as it is stored.
        (Question(platforms=(Platform.GOOGLE,)), 1),
        (Question(types=("Search",)), 1),
        (Question(artists=(4711,)), 0),
        (Question(artists=(alma,), statuses=(Status.PAUSED,)), 0),
    ):
        found = ask(question)
        assert found.fitting == fitting
        assert (found.answer.campaigns if found.answer else 0) == fitting
    assert notebook.campaign_types(engine, rights=FULL, now=now) == (
        "Search",
        "Smart Campaign",
    )


def test_campaigns_that_are_compared_are_the_chosen_ones_and_no_others(ask, alma, add):
    first, second, third = (add(alma, RUN, name=name) for name in ("Ant", "Bee", "Cat"))
    found = ask(Question(compared=(first, third, 4711)))
    assert sorted(labels(found)) == ["Ant", "Cat"]
    assert [number for number, _ in found.campaigns] == [first, second, third]
    # One alone is no comparison: the other is not there for whoever asks.
    assert ask(Question(compared=(first, 4711))).answer.campaigns == 3


def test_campaigns_of_one_name_are_told_apart(ask, alma, add):
    numbers = [add(alma, RUN, name="Same") for _ in range(2)]
    assert sorted(labels(ask(Question(split=Split.CAMPAIGN)))) == [f"Same · {n}" for n in numbers]


def test_of_many_campaigns_the_largest_have_bars_and_the_rest_is_added_up(ask, alma, add):
    for number in range(MOST_BARS + 5):
        add(alma, {3: (number + 1, 1)}, name=f"Campaign {number + 1}")
    found = ask(Question(split=Split.CAMPAIGN, grain=Grain.TOTAL))
    *kept, others = found.answer.series
    assert labels(found)[:2] == [f"Campaign {MOST_BARS + 5}", f"Campaign {MOST_BARS + 4}"]
    assert len(kept) == MOST_BARS
    assert (others.group.key, others.group.folded, others.whole.value) == (OTHERS, 5, 15)
    assert others.whole.campaigns == 5


def test_campaigns_that_neither_ran_nor_reported_then_are_said(ask, alma, add, now):
    add(alma, RUN)
    add(
        alma,
        dict.fromkeys(range(50, 58), (10, 2)),
        ends_on=now.date() - timedelta(days=50),
        starts_on=now.date() - timedelta(days=57),
    )
    found = ask().answer
    assert found.campaigns == 1
    assert [(one.because, one.campaigns) for one in found.left_out] == [(Because.NOT_THEN, 1)]
    assert ask(Question(reach=Reach.WHOLE, grain=Grain.TOTAL)).answer.campaigns == 2


def test_a_campaign_that_newer_exports_do_not_hold_leaves_no_gap_behind_its_last_figures(
    ask, alma, add
):
    for _ in range(3):
        add(alma, RUN)
    add(alma, dict.fromkeys(range(20, 41), (10, 2)))
    found = ask(Question(grain=Grain.DAY)).answer
    (series,) = found.series
    assert all(one.is_whole for one in series.cells), "the others say what there is to be said"
    assert {one.value for one in series.cells[-10:]} == {30}
    assert [(one.because, one.campaigns) for one in found.left_out] == [(Because.UNHEARD, 1)]
    for grain in (Grain.DAY, Grain.TOTAL):
        narrowed = ask(Question(grain=grain, statuses=(Status.ACTIVE,))).answer
        assert narrowed.left_out == found.left_out, "whatever is asked for"


def test_what_is_asked_for_alone_to_its_own_last_day_has_nothing_left_out(ask, alma, add):
    for _ in range(3):
        add(alma, RUN)
    one = add(alma, dict.fromkeys(range(20, 41), (10, 2)), campaign_type="Other")
    found = ask(Question(types=("Other",), grain=Grain.DAY)).answer
    assert one
    assert not found.left_out
    assert all(cell.is_whole for cell in found.series[0].cells)


def test_a_campaign_exported_alone_silences_no_other(ask, alma, add):
    for _ in range(4):
        add(alma, dict.fromkeys(range(10, 41), (100, 2)))
    add(alma, RUN)
    found = ask(Question(grain=Grain.DAY)).answer
    assert not found.left_out
    assert not found.series[0].cells[-1].is_whole


def test_an_account_that_was_not_exported_lately_is_missing_and_not_silent(
    ask, engine, now, alma, add
):
    add(alma, RUN)
    add(add_artist(engine, now=now, name="Bruno"), dict.fromkeys(range(20, 41), (10, 2)))
    found = ask(Question(grain=Grain.DAY)).answer
    assert not found.left_out
    assert not found.series[0].cells[-1].is_whole


def test_a_chosen_first_day_and_the_whole_run(ask, alma, add, now):
    add(alma, RUN)
    since = now.date() - timedelta(days=9)
    assert ask(Question(reach=Reach.SINCE, since=since)).answer.window.first == since
    whole = ask(Question(reach=Reach.WHOLE)).answer
    assert whole.window.first == now.date() - timedelta(days=40)
    assert ask(Question(reach=Reach.SINCE, since=date(1900, 1, 1))).answer.window.days < 4000


def test_what_nobody_may_see_is_not_there(engine, now, alma, add):
    one, two = add(alma, RUN), add(alma, RUN)
    found = notebook.ask(engine, Question(compared=(one, two)), rights=NOTHING, now=now)
    assert (found.answer, found.fitting, found.campaigns) == (None, 0, ())
    assert not found.kinds
    assert notebook.campaign_types(engine, rights=NOTHING, now=now) == ()


def test_a_label_that_was_started_over_is_in_no_answer(ask, engine, now, add):
    add(add_artist(engine, now=now, is_demo=True), RUN)
    assert ask().answer.campaigns == 1
    with writing(engine) as db:
        db.execute(update(organization).values(retired_at=now))
    assert ask().answer is None


def test_more_than_can_be_added_up_is_refused_with_what_to_do(ask, alma, add, monkeypatch):
    add(alma, RUN)
    monkeypatch.setattr(notebook, "MOST_CAMPAIGN_DAYS", 20)
    with pytest.raises(TooMuchAsked, match=r"28 days .* Choose a shorter window"):
        ask()
    assert ask(Question(reach=Reach.WEEK)).answer


@pytest.mark.parametrize("length", [7, 28])
def test_a_campaign_reads_as_on_the_board(ask, engine, now, alma, add, length):
    """The same days, the same sums: what an import restated or left blank included."""
    add(alma, {age: (age, 3) for age in range(3, 41)}, covered=(45, 1))
    add(alma, {age: (2 * age, 1) for age in range(3, 12)})
    board = queries.board(engine, alma, rights=FULL, now=now)
    assert board is not None
    for measure in (Measure.SPEND, Measure.RESULTS, Measure.COST_PER_RESULT):
        found = ask(Question(measure, Split.CAMPAIGN, Grain.TOTAL, Reach(str(length)))).answer
        by_key = {series.group.key: series.whole for series in found.series}
        for row in board.rows:
            assert row.as_of == found.window.last
            totals = row.week if length == 7 else row.month
            cell = by_key[str(row.campaign.id)]
            assert cell.value == measure.figure(*figures_of(totals, measure))
            assert totals is not None
            assert (cell.days, cell.missing) == (totals.days, 0)


def figures_of(totals, measure):
    parts = [one for one in (measure.above, measure.below) if one]
    names = {"spend": "spend_micros", "results": "results_micros"}
    return [getattr(totals, names[part.value]) for part in parts]
