from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.learning import (
    CreatedInFuture,
    early_learning,
    has_learning_badge,
    may_relearn_until,
    status_badge_label,
)
from lib.domain.records import Platform
from lib.domain.status import FACTS, Status
from tests.unit.domain.make import NOW, TODAY, a_campaign

S, P = Status, Platform
WEEK = timedelta(days=7)
LEARNS = {(platform, status) for platform in P for status in (S.ACTIVE, S.DEPLOYING)} | {
    (P.GOOGLE, S.SERVING)
}


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("status", Status)
def test_young_campaigns_learn_while_active_or_deploying_and_on_google_while_serving(
    status, platform
):
    young = a_campaign(status, platform, created_at=NOW - timedelta(days=2))
    assert (early_learning(young, now=NOW) is not None) == ((platform, status) in LEARNS)


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("status", Status)
def test_google_folds_learning_into_its_one_badge_and_the_others_show_a_second_one(
    status, platform
):
    young = a_campaign(status, platform, created_at=NOW - timedelta(days=2))
    learns = (platform, status) in LEARNS
    is_google = platform is P.GOOGLE
    label = FACTS[status].label
    assert has_learning_badge(young, now=NOW) == (learns and not is_google)
    folded = f"{label} · Learning" if learns and is_google else label
    assert status_badge_label(young, now=NOW) == folded


def test_the_three_folded_badges_read_as_the_rules_say():
    young = {"created_at": NOW - timedelta(hours=1)}
    labels = [
        status_badge_label(a_campaign(status, P.GOOGLE, **young), now=NOW)
        for status in (S.ACTIVE, S.DEPLOYING, S.SERVING)
    ]
    assert labels == ["Active · Learning", "Deploying · Learning", "Serving · Learning"]


@pytest.mark.parametrize("platform", Platform)
def test_learning_is_gone_at_exactly_seven_times_twenty_four_hours(platform):
    almost = a_campaign(S.ACTIVE, platform, created_at=NOW - WEEK + timedelta(microseconds=1))
    exactly = a_campaign(S.ACTIVE, platform, created_at=NOW - WEEK)
    assert early_learning(almost, now=NOW) is not None
    assert early_learning(exactly, now=NOW) is None
    assert status_badge_label(exactly, now=NOW) == "Active"
    assert not has_learning_badge(exactly, now=NOW)


def test_age_runs_in_elapsed_time_across_a_change_of_the_clock():
    # Berlin put its clocks back on 25 October 2026: seven dates, yet an hour more.
    created = NOW.replace(month=10, day=20)
    campaign = a_campaign(created_at=created)
    assert early_learning(campaign, now=created + WEEK - timedelta(minutes=1)) is not None
    assert early_learning(campaign, now=created + WEEK) is None


@pytest.mark.parametrize(
    ("hours", "label"),
    [
        (0, "Learning · day 1 of 7"),
        (23.99, "Learning · day 1 of 7"),
        (24, "Learning · day 2 of 7"),
        (50, "Learning · day 3 of 7"),
        (167.99, "Learning · day 7 of 7"),
    ],
)
def test_the_badge_says_the_day_and_when_it_ends(hours, label):
    created = NOW - timedelta(hours=hours)
    learning = early_learning(a_campaign(created_at=created), now=NOW)
    assert learning is not None
    assert learning.label == label
    assert learning.ends_at == created + WEEK


@pytest.mark.parametrize("status", Status)
def test_a_creation_in_the_future_is_refused_and_names_the_campaign(status):
    with pytest.raises(CreatedInFuture, match="Campaign 7 “Low Tide”"):
        early_learning(a_campaign(status, created_at=NOW + timedelta(seconds=1)), now=NOW)


def test_a_campaign_of_unknown_age_is_not_called_learning():
    assert early_learning(a_campaign(created_at=None), now=NOW) is None


def test_a_young_campaign_whose_run_is_over_no_longer_learns():
    over = a_campaign(created_at=NOW - timedelta(days=3), ends_on=TODAY - timedelta(days=1))
    assert early_learning(over, now=NOW) is None


def test_a_resume_lights_no_badge_but_is_noted_for_seven_days():
    resumed_at = NOW - WEEK + timedelta(seconds=1)
    resumed = a_campaign(resumed_at=resumed_at)
    assert early_learning(resumed, now=NOW) is None
    assert may_relearn_until(resumed_at, now=NOW) == resumed_at + WEEK
    assert may_relearn_until(NOW - WEEK, now=NOW) is None
    assert may_relearn_until(None, now=NOW) is None


@given(
    st.sampled_from(Status),
    st.sampled_from(Platform),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)),
)
def test_the_badge_stands_once_or_not_at_all(status, platform, age):
    campaign = a_campaign(status, platform, created_at=NOW - age)
    learning = early_learning(campaign, now=NOW)
    is_folded = status_badge_label(campaign, now=NOW).endswith("Learning")
    assert [is_folded, has_learning_badge(campaign, now=NOW)].count(True) == (learning is not None)
    if learning:
        assert 1 <= learning.day <= 7
        assert NOW < learning.ends_at <= NOW + WEEK
