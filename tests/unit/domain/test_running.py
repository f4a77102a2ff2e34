from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.metrics import Window
from lib.domain.records import Coverage
from lib.domain.running import (
    StatusChange,
    Stretch,
    covered_days,
    days,
    stopped_stretches,
    stretches,
)
from lib.domain.status import Status

S = Status
BERLIN, TOKYO, NEW_YORK = (
    ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Tokyo", "America/New_York")
)
NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 30))

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=91)).map(lambda after: OCTOBER + after)
changes = st.lists(
    st.builds(StatusChange, moments, st.sampled_from(Status)), unique_by=lambda one: one.at
)


def at(day, hour, zone=UTC):
    return datetime(2026, 11, day, hour, tzinfo=zone)


def test_a_pause_that_is_archived_meanwhile_is_one_stretch():
    told = [
        StatusChange(at(1, 0), S.ACTIVE),
        StatusChange(at(10, 12), S.PAUSED),
        StatusChange(at(11, 12), S.ARCHIVED),
        StatusChange(at(12, 12), S.PAUSED),
        StatusChange(at(13, 12), S.ACTIVE),
    ]
    assert stopped_stretches(told) == [Stretch(S.PAUSED, at(10, 12), at(13, 12))]


def test_a_pause_that_still_lasts_has_no_end():
    told = [StatusChange(at(1, 0), S.ACTIVE), StatusChange(at(28, 12), S.SUBSCRIPTION_PAUSED)]
    assert stopped_stretches(told) == [Stretch(S.SUBSCRIPTION_PAUSED, at(28, 12), None)]


def test_what_the_history_does_not_reach_back_to_is_not_called_stopped():
    assert stopped_stretches([]) == []
    assert stopped_stretches([StatusChange(at(20, 12), S.ACTIVE)]) == []


@pytest.mark.parametrize("status", Status)
def test_every_status_but_the_two_live_ones_stops_it(status):
    told = [StatusChange(at(10, 12), status), StatusChange(at(12, 12), S.ACTIVE)]
    is_live = status in (S.ACTIVE, S.SERVING)
    stopped = [] if is_live else [Stretch(status, at(10, 12), at(12, 12))]
    assert stopped_stretches(told) == stopped


@given(changes)
def test_stretches_follow_each_other_without_gap_or_overlap(told):
    found = stretches(told)
    assert [one.since for one in found] == sorted(one.at for one in told)
    for before, after in pairwise(found):
        assert before.until == after.since
    assert not found or found[-1].until is None


@given(changes)
def test_it_is_stopped_or_runs_and_never_both(told):
    for one in stretches(told):
        around = [
            stop
            for stop in stopped_stretches(told)
            if stop.since <= one.since and (stop.until is None or one.since < stop.until)
        ]
        assert len(around) == (one.status not in (S.ACTIVE, S.SERVING))


@given(st.lists(st.tuples(st.dates(), st.integers(-3, 60)), max_size=5), st.dates())
def test_a_day_is_covered_when_any_import_speaks_for_it(spans, first):
    window = Window(first, min(first, date.max - timedelta(days=30)) + timedelta(days=30))
    told = [
        Coverage(
            campaign_id=1,
            starts_on=start,
            ends_on=start + timedelta(days=min(length, (date.max - start).days)),
        )
        for start, length in spans
        if length >= 0 or start > date.min + timedelta(days=3)
    ]
    expected = {
        day
        for day in days(window.first, window.last)
        if any(span.starts_on <= day <= span.ends_on for span in told)
    }
    assert covered_days(told, window) == expected


def test_days_are_inclusive_and_none_where_the_end_comes_first():
    assert days(date(2026, 11, 24), date(2026, 11, 24)) == [date(2026, 11, 24)]
    assert days(date(2026, 11, 24), date(2026, 11, 23)) == []
