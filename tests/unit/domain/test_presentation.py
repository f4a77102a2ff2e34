"""How it goes for one artist: what is added, what is a gap, and what is not told."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lib.domain.actions import Action, Circumstances
from lib.domain.board import board_row
from lib.domain.lessons import LessonKind
from lib.domain.metrics import Window
from lib.domain.presentation import (
    CampaignTold,
    ComingKind,
    DayState,
    DayTold,
    Period,
    Planned,
    title_of,
)
from lib.domain.presenting import present
from lib.domain.records import Coverage, Platform
from lib.domain.run_days import Run, mark
from lib.domain.status import Status
from lib.domain.verdict import SpendWord, Why, Word
from tests.unit.domain.make import NOW, TODAY, a_campaign, a_trend

UNIT = 1_000_000
AS_OF = TODAY - timedelta(days=3)
BERLIN = ZoneInfo("Europe/Berlin")


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


LONG_AGO = ago(100)


def told(
    *,
    title="Track · Low Tide",
    days=None,
    covered=None,
    status=Status.ACTIVE,
    trend=None,
    starts_on=LONG_AGO,
    **fields,
):
    """A campaign whose days, by how long before the as-of day, brought so many results."""
    one = a_campaign(status, starts_on=starts_on, **fields)
    days = {ago(at): brought for at, brought in (days or {}).items()}
    first, last = covered or (ago(100), AS_OF + timedelta(days=2))
    spans = [Coverage(campaign_id=one.id, starts_on=first, ends_on=last)]
    run = Run(zone=one.tzinfo, starts_on=one.starts_on, ends_on=one.ends_on)
    return CampaignTold(
        row=board_row(
            one,
            trend=trend or a_trend(one),
            last_change=None,
            circumstances=Circumstances(),
            now=NOW,
        ),
        title=title,
        days={
            day: DayTold(2 * brought * UNIT, {one.headline_kind: brought * UNIT})
            for day, brought in days.items()
        },
        marks=mark(run, spans, ago(100), 104),
    )


def shown(*campaigns, period=Period.WEEK, shares_cost=True, planned=()):
    return present("Ida Falk", campaigns, planned, period=period, shares_cost=shares_cost, now=NOW)


def test_a_period_ends_on_the_as_of_day_and_has_exactly_its_dates():
    one = told(days={-1: 100, 0: 5, 6: 7, 7: 100})
    (kind,) = shown(one).kinds
    assert kind.window == Window(ago(6), AS_OF)
    assert kind.results_micros == 12 * UNIT
    assert [kind.points[at].results_micros for at in (0, 6)] == [7 * UNIT, 5 * UNIT]


@pytest.mark.parametrize(("period", "days"), [(Period.WEEK, 7), (Period.MONTH, 28)])
def test_periods_have_their_lengths(period, days):
    (kind,) = shown(told(days={0: 1}), period=period).kinds
    assert len(kind.points) == kind.window.days == days


def test_the_whole_run_begins_with_its_first_day():
    (kind,) = shown(told(days={0: 1, 40: 2}, starts_on=ago(40)), period=Period.WHOLE).kinds
    assert kind.window == Window(ago(40), AS_OF)
    assert kind.results_micros == 3 * UNIT


def test_kinds_and_currencies_are_never_added():
    video = {"platform": Platform.GOOGLE, "id": 9, "currency": "USD"}
    kinds = shown(
        told(days={0: 5}),
        told(days={0: 4}, id=8, currency="GBP"),
        told(days={2: 700}, **video),
    ).kinds
    by_name = {one.kind: one for one in kinds}
    assert by_name["saves"].results_micros == 9 * UNIT
    assert [
        (one.currency, one.spend_micros, one.results_micros) for one in by_name["saves"].bought
    ] == [
        ("EUR", 10 * UNIT, 5 * UNIT),
        ("GBP", 8 * UNIT, 4 * UNIT),
    ]
    assert by_name["views"].results_micros == 700 * UNIT
    assert [one.currency for one in by_name["views"].bought] == ["USD"]


def without_results(**more):
    """A campaign that spent, and of which nobody says what that brought."""
    one = told(days=dict.fromkeys(range(5), 1), **more)
    return replace(one, days={on: DayTold(2 * UNIT, {}) for on in one.days})


def test_nothing_known_is_not_told_as_nothing():
    (kind,) = shown(without_results()).kinds
    assert (kind.results_micros, kind.bought) == (None, ())
    (kind,) = shown(without_results(), told(days={0: 3}, id=8)).kinds
    assert kind.results_micros == 3 * UNIT, "what is known is told, and the gaps with it"
    assert kind.incomplete == 5


def test_spend_that_nobody_knows_the_results_of_bought_none_and_teaches_nothing():
    costly = replace(
        without_results(id=9), days={ago(0): DayTold(500 * UNIT, {})}, title="Track · Blank"
    )
    cheap = [told(days=dict.fromkeys(range(7), 30), id=at, title=f"Track {at}") for at in (7, 8)]
    found = shown(*cheap, costly)
    assert [one.cost_micros for one in found.kinds[0].bought] == [2 * UNIT]
    assert LessonKind.CHEAPEST not in {one.what for one in found.lessons}


def test_nothing_on_all_days_but_one_is_nothing():
    quiet = told(days=dict.fromkeys(range(6), 0), covered=(ago(5), AS_OF))
    (kind,) = shown(quiet).kinds
    assert (kind.results_micros, kind.incomplete) == (0, 1)


def test_what_is_over_and_told_nothing_is_left_out():
    over = without_results(status=Status.ENDED, ends_on=ago(0))
    assert not shown(over).kinds


def test_a_missing_day_is_a_gap_an_idle_one_a_zero_and_a_part_says_so():
    whole = told(days={0: 5, 2: 6}, covered=(ago(3), AS_OF))
    late = told(days={}, covered=(ago(1), AS_OF), id=8)
    alone = {one.day: one for one in shown(whole).kinds[0].points}
    assert (alone[ago(1)].results_micros, alone[ago(1)].state) == (0, DayState.WHOLE)
    assert (alone[ago(4)].results_micros, alone[ago(4)].state) == (None, DayState.MISSING)
    both = shown(whole, late).kinds[0]
    states = {one.day: one.state for one in both.points}
    assert states[ago(0)] is DayState.WHOLE
    assert states[ago(2)] is DayState.PART
    assert states[ago(5)] is DayState.MISSING
    assert both.incomplete == 5
    assert both.results_micros == 11 * UNIT


def test_a_day_on_which_nothing_ran_is_no_gap():
    (kind,) = shown(told(days={0: 5}, starts_on=ago(2))).kinds
    assert [one.state for one in kind.points][:4] == [DayState.IDLE] * 4
    assert kind.incomplete == 0


def test_an_ended_kind_is_not_shown_where_nothing_ran_in_the_period():
    ended = told(days={60: 5}, status=Status.ENDED, ends_on=ago(50))
    assert shown(ended).kinds == ()
    (kind,) = shown(ended, period=Period.QUARTER).kinds
    assert kind.results_micros == 5 * UNIT


def test_a_campaign_whose_figures_stopped_does_not_hold_the_others_back():
    late = told(days={20: 3}, id=8)
    stale = a_trend(late.row.campaign, as_of=ago(20), covered_through=ago(20))
    late = replace(late, row=replace(late.row, trend=stale, verdict=stale.verdict, is_stale=True))
    (kind,) = shown(told(days={0: 5}), late).kinds
    assert kind.window.last == AS_OF
    assert kind.results_micros == 5 * UNIT
    assert kind.points[-1].state is DayState.PART
    (alone,) = shown(late).kinds
    assert alone.window.last == ago(20)


def test_without_shared_costs_no_amount_is_left_in_the_record():
    one = told(days={0: 5, 1: 9}, budget_micros=77_777_777)
    free = shown(one, shares_cost=False)
    assert free.kinds[0].bought == ()
    (running,) = free.running
    assert running.verdict is not None
    sums = (running.verdict.current, running.verdict.baseline, running.verdict.week)
    assert {each.spend_micros for each in sums} == {0}
    assert running.judged == running.verdict.results
    assert running.verdict.spend_word is None
    assert "77777777" not in repr(free)
    priced = shown(one).running[0].verdict
    assert priced is not None
    assert priced.spend_word is SpendWord.STEADY


def test_the_date_of_a_cost_that_cannot_be_judged_is_not_said_of_results():
    one = told(days={0: 5})
    trend = a_trend(one.row.campaign, word=Word.TOO_EARLY, why=Why.FEW)
    results = replace(trend.verdict.results, why=Why.YOUNG)
    verdict = replace(trend.verdict, results=results, readable_on=TODAY)
    one = replace(one, row=replace(one.row, verdict=verdict, readable_on=TODAY))
    assert shown(one).running[0].readable_on == TODAY
    assert shown(one, shares_cost=False).running[0].readable_on is None


def test_what_runs_what_stands_still_and_what_comes():
    tomorrow, later = TODAY + timedelta(days=1), TODAY + timedelta(days=90)
    runs = told(title="runs", days={0: 1}, ends_on=tomorrow)
    far = told(title="far", days={0: 2}, id=8, ends_on=later)
    to_come = told(title="to come", id=9, starts_on=tomorrow)
    in_setup = told(title="in setup", id=10, status=Status.DEPLOYING, starts_on=None)
    paused = told(title="paused", id=11, status=Status.PAUSED)
    issue = told(title="issue", id=12, status=Status.ISSUE)
    at = datetime(2026, 11, 26, 23, 30, tzinfo=BERLIN)
    plan = Planned(11, Action.RESUME, at, BERLIN)
    found = shown(runs, far, to_come, in_setup, paused, issue, planned=[plan])
    assert [one.title for one in found.running] == ["far", "runs"]
    assert found.on_hold == 2
    assert [(one.what, one.title, one.on) for one in found.coming] == [
        (ComingKind.ENDS, "runs", tomorrow),
        (ComingKind.STARTS, "to come", tomorrow),
        (ComingKind.RESUMES, "paused", at.date()),
        (ComingKind.STARTS, "in setup", None),
    ]


def test_nothing_internal_is_in_the_record():
    one = told(
        days={0: 5},
        name="Internal name // do not show",
        external_id="ext-4711",
        platform_note="note of the platform",
    )
    said = repr(shown(one))
    for inside in ("Internal name", "ext-4711", "note of the platform", "campaign_id", "actor"):
        assert inside not in said


@pytest.mark.parametrize(
    ("name", "promotes", "title"),
    [
        ("LT_de_v2", "Track · Low Tide", "Track · Low Tide"),
        ("Low Tide DACH", None, "Low Tide DACH"),
        ("Low Tide feat. BRUNO  Bystander", None, "Smart Campaign"),
        ("x", "Bruno-Bystander remix", "Smart Campaign"),
        ("Brunos Bystanders", None, "Brunos Bystanders"),
        ("Ida Falk & Band live", None, "Ida Falk & Band live"),
        ("Falk solo", None, "Smart Campaign"),
        (" ", None, "Smart Campaign"),
    ],
)
def test_a_title_names_no_other_artist(name, promotes, title):
    others = ["Bruno Bystander", "Falk", "!!"]
    assert title_of(name, promotes, "Smart Campaign", artist="Ida Falk", others=others) == title
