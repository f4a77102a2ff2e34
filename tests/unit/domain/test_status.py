from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.actions import status_now
from lib.domain.status import (
    FACTS,
    Group,
    Status,
    Tone,
    UnknownStatus,
    effective_status,
    group_of,
    parse_status,
)
from tests.rules import ENDS_BY_DATE
from tests.unit.domain.make import TODAY, a_campaign

S, G = Status, Group

# rules.md section 2, row by row and in its order.
BOARD = [
    (S.ISSUE, "Issue", G.NEEDS_ATTENTION, Tone.ISSUE),
    (S.SUBSCRIPTION_PAUSED, "Subscription Paused", G.NEEDS_ATTENTION, Tone.ATTENTION),
    (S.ACTIVE, "Active", G.LIVE, Tone.DELIVERING),
    (S.SERVING, "Serving", G.LIVE, Tone.DELIVERING),
    (S.DEPLOYING, "Deploying", G.IN_SETUP, Tone.WAITING),
    (S.UNDER_REVIEW, "Under Review", G.IN_SETUP, Tone.WAITING),
    (S.CONTENT_VALIDATION, "Content Validation", G.IN_SETUP, Tone.WAITING),
    (S.AWAITING_SMARTLINK, "Awaiting SmartLink", G.IN_SETUP, Tone.WAITING),
    (S.PAUSED, "Paused", G.PAUSED, Tone.OFF),
    (S.ENDED, "Ended", G.FINISHED, Tone.OFF),
    (S.ARCHIVED, "Archived", G.FINISHED, Tone.OFF),
]


def test_there_are_the_eleven_statuses_in_the_order_of_the_board():
    assert list(Status) == [row[0] for row in BOARD]


@pytest.mark.parametrize(("status", "label", "group", "tone"), BOARD)
def test_every_status_says_its_name_group_tone_meaning_and_what_to_check(
    status, label, group, tone
):
    facts = FACTS[status]
    assert (facts.label, facts.group, facts.tone) == (label, group, tone)
    assert group_of(status) is group
    assert facts.meaning.endswith(".")
    assert facts.check.endswith(".")


def test_the_groups_follow_the_order_of_their_statuses_and_none_is_empty():
    in_order = list(dict.fromkeys(FACTS[status].group for status in Status))
    assert in_order == list(Group)
    assert [group.label for group in Group] == [
        "Needs attention",
        "Live",
        "In setup",
        "Paused",
        "Finished",
    ]


@pytest.mark.parametrize("status", Status)
def test_only_four_statuses_end_with_their_run(status):
    yesterday = TODAY - timedelta(days=1)
    expected = S.ENDED if status in ENDS_BY_DATE else status
    assert effective_status(status, yesterday, today=TODAY) is expected


@pytest.mark.parametrize("status", Status)
def test_on_its_last_day_and_without_an_end_a_campaign_is_what_is_stored(status):
    assert effective_status(status, TODAY, today=TODAY) is status
    assert effective_status(status, None, today=TODAY) is status


@pytest.mark.parametrize(
    ("zone", "last_instant"),
    [
        ("Asia/Tokyo", datetime(2026, 11, 24, 14, 59, 59, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 25, 4, 59, 59, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 11, 25, 7, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_last_day_ends_at_midnight_of_the_accounts_zone(zone, last_instant):
    campaign = a_campaign(S.SERVING, ends_on=date(2026, 11, 24), zone=zone)
    assert status_now(campaign, now=last_instant) is S.SERVING
    assert status_now(campaign, now=last_instant + timedelta(seconds=1)) is S.ENDED


@given(st.sampled_from(Status), st.dates(), st.dates())
def test_the_effective_status_is_the_stored_one_or_ended_and_stays_ended(status, ends_on, today):
    now = effective_status(status, ends_on, today=today)
    assert now in (status, S.ENDED)
    assert effective_status(now, ends_on, today=today) is now


@pytest.mark.parametrize("status", Status)
def test_a_known_word_is_read_as_its_status(status):
    assert parse_status(status.value, record="Campaign 7") is status


@pytest.mark.parametrize("word", ["", "running", "ACTIVE", "active ", "paused by user"])
def test_an_unknown_status_names_the_record_and_assumes_nothing(word):
    with pytest.raises(UnknownStatus, match="Campaign 7 “Low Tide”") as caught:
        parse_status(word, record="Campaign 7 “Low Tide”")
    assert f"“{word}”" in str(caught.value)
