from dataclasses import replace
from datetime import timedelta

import pytest

from lib.domain.actions import Action, Circumstances
from lib.domain.board import board_row, by_group, counts, is_stale
from lib.domain.metrics import Pacing
from lib.domain.records import BillingState, Platform
from lib.domain.status import Group, Status
from lib.domain.trend import Sums
from tests import rules
from tests.unit.domain.make import NOW, TODAY, a_campaign, a_trend

S = Status


def row(campaign, trend=None, circumstances=None):
    return board_row(
        campaign,
        trend=trend,
        last_change=None,
        circumstances=circumstances or Circumstances(),
        now=NOW,
    )


def days_ago(count):
    return TODAY - timedelta(days=count)


def test_spend_without_results_is_averaged_as_reported_until_the_run_is_over():
    one = a_campaign()
    trend = a_trend(one)
    idle = Sums(2, 0, 0)
    trend = replace(
        trend,
        week=replace(trend.week, spend_micros=70, results_micros=None),
        month=replace(trend.month, spend_micros=280, results_micros=None),
        verdict=replace(trend.verdict, week=idle, month=idle),
    )
    running = row(one, trend).averages
    assert running
    assert [(of.days, of.spend_micros, of.results_micros) for of in running] == [
        (7, 10, None),
        (28, 10, None),
    ]
    over = row(one, replace(trend, verdict=replace(trend.verdict, is_final=True))).averages
    assert over, "the windows that are kept go on behind its end"
    assert [(of.spend_micros, of.results_micros) for of in over] == [(None, None)] * 2
    assert row(one).averages is None


def test_the_groups_stand_in_their_order_and_empty_ones_are_left_out():
    rows = [row(a_campaign(status)) for status in (S.ARCHIVED, S.PAUSED, S.ISSUE)]
    assert list(by_group(rows)) == [Group.NEEDS_ATTENTION, Group.PAUSED, Group.FINISHED]


def test_every_campaign_stands_in_exactly_one_group():
    rows = [row(a_campaign(status, platform)) for status in Status for platform in Platform]
    grouped = [one for members in by_group(rows).values() for one in members]
    assert len(grouped) == len(rows)
    assert {id(one) for one in grouped} == {id(one) for one in rows}


def test_within_a_group_statuses_keep_their_order_and_names_the_alphabets():
    rows = [
        row(a_campaign(status, name=name))
        for status, name in [
            (S.SERVING, "a"),
            (S.ACTIVE, "b"),
            (S.ACTIVE, "A"),
            (S.SUBSCRIPTION_PAUSED, "a"),
            (S.ISSUE, "z"),
        ]
    ]
    groups = by_group(rows)
    found = [(one.status, one.campaign.name) for one in groups[Group.LIVE]]
    assert found == [(S.ACTIVE, "A"), (S.ACTIVE, "b"), (S.SERVING, "a")]
    assert [one.status for one in groups[Group.NEEDS_ATTENTION]] == [
        S.ISSUE,
        S.SUBSCRIPTION_PAUSED,
    ]


def test_counts_follow_the_boards_order_and_leave_zeroes_out():
    rows = [row(a_campaign(status)) for status in (S.ENDED, S.ACTIVE, S.ENDED)]
    assert list(counts(rows).items()) == [(S.ACTIVE, 1), (S.ENDED, 2)]


def test_a_row_is_grouped_and_guarded_by_its_effective_status():
    over = row(a_campaign(S.ACTIVE, ends_on=days_ago(1)))
    assert (over.status, over.group) == (S.ENDED, Group.FINISHED)
    assert over.campaign.status is S.ACTIVE
    assert over.decisions[Action.ARCHIVE].is_allowed
    assert not over.decisions[Action.PAUSE].is_allowed


def test_a_row_answers_for_every_action_under_the_artists_circumstances():
    paused = row(a_campaign(S.PAUSED), circumstances=Circumstances(billing=BillingState.FAILING))
    assert set(paused.decisions) == set(Action)
    assert "unpaid invoice" in paused.decisions[Action.RESUME].why_not
    assert paused.decisions[Action.ARCHIVE].is_allowed


@pytest.mark.parametrize("status", Status)
def test_only_what_runs_is_paced_and_can_be_stale(status):
    campaign = a_campaign(status)
    trend = a_trend(campaign, pacing=Pacing(1.0, 0.2), covered_through=days_ago(9), is_silent=True)
    found = row(campaign, trend)
    assert (found.pacing is not None) == (status in rules.SPENDS)
    assert found.is_stale == (status in rules.SPENDS)
    assert (found.silent_on is not None) == (status in rules.SPENDS)


@pytest.mark.parametrize(("platform", "oldest"), [(Platform.META, 5), (Platform.GOOGLE, 3)])
def test_figures_are_stale_two_days_after_they_should_have_settled(platform, oldest):
    campaign = a_campaign(platform=platform)
    assert not is_stale(campaign, a_trend(campaign, covered_through=days_ago(oldest)), now=NOW)
    assert is_stale(campaign, a_trend(campaign, covered_through=days_ago(oldest + 1)), now=NOW)
    assert is_stale(campaign, None, now=NOW)


@pytest.mark.parametrize("status", Status)
def test_spend_after_a_stop_is_an_alarm_where_money_must_not_go_out(status):
    stopped = NOW - timedelta(days=5)
    campaign = a_campaign(status, stopped_at=stopped)
    must_not = status in (S.PAUSED, S.SUBSCRIPTION_PAUSED, S.ARCHIVED)
    later = row(campaign, a_trend(campaign, last_spend_on=days_ago(4)))
    assert later.spent_after_stop_on == (days_ago(4) if must_not else None)
    same_day = row(campaign, a_trend(campaign, last_spend_on=days_ago(5)))
    assert same_day.spent_after_stop_on is None
    assert row(campaign).spent_after_stop_on is None


def test_the_day_of_a_stop_is_the_accounts_day():
    # 23:30 UTC on the 20th is the 21st in Berlin: spend of the 21st is the day of the pause.
    stopped = NOW.replace(day=20, hour=23, minute=30)
    next_day = stopped.date() + timedelta(days=1)
    berlin = a_campaign(S.PAUSED, stopped_at=stopped, zone="Europe/Berlin")
    new_york = a_campaign(S.PAUSED, stopped_at=stopped, zone="America/New_York")
    spent = [a_trend(one, last_spend_on=next_day) for one in (berlin, new_york)]
    assert row(berlin, spent[0]).spent_after_stop_on is None
    assert row(new_york, spent[1]).spent_after_stop_on == next_day
