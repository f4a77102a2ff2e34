"""The guardrails warn and never block; each says exactly when it speaks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain import guardrails
from lib.domain.actions import Action, Circumstances, PauseReason, judge_action, resume_guards
from lib.domain.board import board_row
from lib.domain.metrics import Totals
from lib.domain.records import (
    BillingState,
    BudgetPeriod,
    ConnectionState,
    HistoryEntry,
    Origin,
    Platform,
    Source,
)
from lib.domain.status import LIVE, Status
from lib.domain.trend import Sums
from lib.domain.verdict import Why, Word
from tests.unit.domain.make import NOW, TODAY, a_campaign, a_trend

S = Status
UNIT = 1_000_000
BROKEN = Circumstances(connection=ConnectionState.BROKEN)


def a_row(
    status=S.ACTIVE, *, word=Word.STEADY, why=None, circumstances=None, has_trend=True, **fields
):
    campaign = a_campaign(status, **fields)
    return board_row(
        campaign,
        trend=a_trend(campaign, word=word, why=why) if has_trend else None,
        last_change=None,
        circumstances=circumstances or Circumstances(),
        now=NOW,
    )


def an_entry(before=S.ACTIVE, after=S.PAUSED, *, ago=timedelta(days=1), **fields):
    return HistoryEntry.model_validate(
        {
            "id": 3,
            "artist_id": 1,
            "campaign_id": 7,
            "version": 2,
            "at": NOW - ago,
            "actor": "Bob",
            "origin": Origin.PERSON,
            "source": Source.DESK,
            "event": "campaign:pause",
            "from_status": before,
            "to_status": after,
            "reason": None,
            "note": None,
        }
        | fields
    )


def test_a_change_counts_for_seven_days_to_the_second():
    week = timedelta(days=7)
    just = an_entry(ago=week - timedelta(seconds=1))
    assert guardrails.recent_change([just], now=NOW) is just
    assert guardrails.recent_change([an_entry(ago=week)], now=NOW) is None
    assert guardrails.recent_change([], now=NOW) is None


def test_of_several_changes_the_last_one_is_named():
    first, last = an_entry(ago=timedelta(days=3)), an_entry(ago=timedelta(hours=2), id=9)
    for entries in ([last, first], [first, last]):
        assert guardrails.recent_change(entries, now=NOW) == last


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(None, S.ACTIVE, event="campaign:create"),
        an_entry(None, None, event="schedule:create", version=None),
        an_entry(None, None, event="campaign:restated", version=None, origin=Origin.IMPORT),
        an_entry(None, None, event="campaign:carried_out", version=None),
        an_entry(S.ACTIVE, S.SERVING, event="campaign:serving", origin=Origin.PLATFORM),
        an_entry(S.UNDER_REVIEW, S.ACTIVE, event="campaign:active", origin=Origin.PLATFORM),
        an_entry(S.DEPLOYING, S.ACTIVE, event="campaign:reported", origin=Origin.IMPORT),
        an_entry(S.ACTIVE, S.ENDED, event="campaign:reported", origin=Origin.IMPORT),
    ],
    ids=lambda entry: f"{entry.event} {entry.origin}",
)
def test_what_the_platform_does_by_itself_and_what_is_only_news_is_no_change(entry):
    assert not guardrails.is_change(entry)


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(),
        an_entry(S.PAUSED, S.ACTIVE, event="campaign:resume", source=Source.SCHEDULE),
        an_entry(S.ISSUE, S.ARCHIVED, event="campaign:archive"),
        an_entry(S.ACTIVE, S.PAUSED, event="campaign:reported", origin=Origin.IMPORT),
        an_entry(S.ACTIVE, S.SUBSCRIPTION_PAUSED, event="campaign:x", origin=Origin.BILLING),
        an_entry(None, None, event="campaign:budget", version=None, origin=Origin.IMPORT),
    ],
    ids=lambda entry: f"{entry.event} {entry.origin}",
)
def test_what_a_person_or_billing_did_and_a_new_budget_is_a_change(entry):
    assert guardrails.is_change(entry)


@given(
    st.sampled_from(Status),
    st.sampled_from(Action),
    st.sampled_from([None, *PauseReason]),
    st.sampled_from(Word),
    st.booleans(),
    st.booleans(),
    st.integers(0, 20),
    st.sampled_from(Platform),
)
def test_whatever_the_guardrails_say_they_change_no_decision(
    status, action, reason, word, is_broken, has_trend, age, platform
):
    row = a_row(
        status,
        platform=platform,
        word=word,
        circumstances=BROKEN if is_broken else None,
        has_trend=has_trend,
        created_at=NOW - timedelta(days=age),
    )
    recent = guardrails.recent_change([an_entry(ago=timedelta(days=age))], now=NOW)
    before = row.decisions[action]
    found = guardrails.cautions(row, recent=recent, reason=reason)
    guardrails.suggests_pause(row)
    guardrails.spend_a_day(row, action)
    assert row.decisions[action] == before
    assert bool(found) == bool(found.learning or found.recent or found.is_too_early)
    assert (found.learning is None) == (row.learning is None)
    assert not found.is_too_early or reason is PauseReason.UNDER_PERFORMING


@pytest.mark.parametrize("word", Word)
def test_under_performing_is_too_early_exactly_while_nobody_can_tell(word):
    why = Why.FEW if word is Word.TOO_EARLY else None
    row = a_row(word=word, why=why)
    for reason in PauseReason:
        found = guardrails.cautions(row, recent=None, reason=reason)
        expected = word is Word.TOO_EARLY and reason is PauseReason.UNDER_PERFORMING
        assert found.is_too_early == expected


def test_without_figures_and_while_learning_nobody_can_tell():
    assert guardrails.is_too_early_to_judge(a_row(has_trend=False))
    assert guardrails.is_too_early_to_judge(a_row(created_at=NOW - timedelta(days=2)))


@pytest.mark.parametrize("status", Status)
def test_only_what_runs_on_a_broken_connection_is_suggested_to_be_paused(status):
    assert guardrails.suggests_pause(a_row(status, circumstances=BROKEN)) == (status in LIVE)
    assert not guardrails.suggests_pause(a_row(status))


def test_a_pause_stops_what_was_measured_and_a_resume_starts_what_the_budget_says():
    daily = {"budget_micros": 20 * UNIT, "budget_period": BudgetPeriod.DAILY}
    measured = guardrails.spend_a_day(a_row(**daily), Action.PAUSE)
    assert measured == guardrails.SpendADay(UNIT, is_measured=True)
    resumed = guardrails.spend_a_day(a_row(S.PAUSED, **daily), Action.RESUME)
    assert resumed == guardrails.SpendADay(20 * UNIT, is_measured=False)
    assert guardrails.spend_a_day(a_row(has_trend=False, **daily), Action.PAUSE) == resumed


def test_a_total_budget_names_no_days_share_and_archiving_moves_no_money():
    total = {"budget_micros": 20 * UNIT, "budget_period": BudgetPeriod.TOTAL}
    assert guardrails.spend_a_day(a_row(S.PAUSED, **total), Action.RESUME) is None
    assert guardrails.spend_a_day(a_row(S.PAUSED), Action.RESUME) is None
    for action in (Action.ARCHIVE, Action.UNARCHIVE):
        assert guardrails.spend_a_day(a_row(), action) is None


def test_days_whose_spend_is_unknown_are_no_zero():
    campaign = a_campaign()
    trend = a_trend(campaign)
    blank = type(trend)(**{**vars(trend), "week": Totals(7, None, None, None, None)})
    row = board_row(campaign, trend=blank, last_change=None, circumstances=Circumstances(), now=NOW)
    assert guardrails.spend_a_day(row, Action.PAUSE) is None


def test_a_pause_stops_what_a_full_day_costs_where_there_is_one():
    campaign = a_campaign()
    trend = a_trend(campaign)
    # 7 reported days, two of them in part: 5 full ones of 1 each.
    partly = replace(
        trend,
        week=replace(trend.week, spend_micros=6 * UNIT),
        verdict=replace(trend.verdict, week=Sums(5, 5 * UNIT, 5 * UNIT)),
    )
    none_full = replace(partly, verdict=replace(partly.verdict, week=Sums(0, 0, 0)))
    for known, micros in ((partly, UNIT), (none_full, 6 * UNIT / 7)):
        row = board_row(
            campaign, trend=known, last_change=None, circumstances=Circumstances(), now=NOW
        )
        found = guardrails.spend_a_day(row, Action.PAUSE)
        assert found is not None
        assert found.micros == micros


@given(st.lists(st.tuples(st.sampled_from(["EUR", "USD", "JPY"]), st.booleans()), max_size=20))
def test_currencies_are_never_added_up_and_the_unknown_is_counted(made):
    rows = [a_row(currency=currency, has_trend=has) for currency, has in made]
    found = guardrails.affected(rows, Action.PAUSE)
    assert found.unknown == sum(not has for _, has in made)
    for currency, micros in found.by_currency.items():
        assert micros == UNIT * sum(one == (currency, True) for one in made)
    assert set(found.by_currency) == {currency for currency, has in made if has}


@given(
    st.sampled_from(BillingState),
    st.sampled_from(ConnectionState),
    st.booleans(),
    st.sampled_from(Origin),
)
def test_a_resume_is_refused_with_the_sentence_of_every_guard_that_fails(
    billing, connection, is_over, origin
):
    ends_on = TODAY - timedelta(days=1) if is_over else None
    paused = a_campaign(S.PAUSED, ends_on=ends_on, status_origin=origin)
    circumstances = Circumstances(billing, connection)
    guards = resume_guards(paused, circumstances=circumstances, now=NOW)
    decision = judge_action(paused, Action.RESUME, circumstances=circumstances, now=NOW)
    assert [guard.holds for guard in guards] == [
        billing is BillingState.IN_ORDER,
        connection is ConnectionState.LIVE,
        not is_over,
        origin in (Origin.PERSON, Origin.IMPORT),
    ]
    assert decision.is_allowed == all(guard.holds for guard in guards)
    for guard in guards:
        assert (guard.words in decision.why_not) == (not guard.holds)
    assert len({guard.words for guard in guards}) == 4
