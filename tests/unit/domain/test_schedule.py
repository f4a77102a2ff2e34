"""When a clock in the account's zone shows a time: also where clocks jump and where they repeat."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.schedule import LATE_AFTER, Moment, is_late, moment

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = sorted(available_timezones() - {"localtime"})


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def wall(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return what a clock on the wall shows: it knows no zone."""
    return at(year, month, day, hour, minute).replace(tzinfo=None)


def test_release_night_is_the_midnight_of_the_account():
    assert moment(wall(2026, 11, 27), BERLIN) == Moment(at(2026, 11, 26, 23))
    assert moment(wall(2026, 11, 27), NEW_YORK) == Moment(at(2026, 11, 27, 5))


@pytest.mark.parametrize("minute", [0, 1, 30, 59])
def test_a_time_that_clocks_jump_over_is_the_moment_of_the_jump(minute):
    skipped = wall(2027, 3, 28, 2, minute)
    assert moment(skipped, BERLIN) == Moment(at(2027, 3, 28, 1), is_skipped=True)
    assert moment(skipped, BERLIN, is_second=True).at == at(2027, 3, 28, 1)


def test_the_minutes_around_the_jump_are_as_ever():
    assert moment(wall(2027, 3, 28, 1, 59), BERLIN) == Moment(at(2027, 3, 28, 0, 59))
    assert moment(wall(2027, 3, 28, 3, 0), BERLIN) == Moment(at(2027, 3, 28, 1))


def test_a_time_that_comes_twice_is_the_first_unless_the_second_is_asked_for():
    twice = wall(2026, 10, 25, 2, 30)
    assert moment(twice, BERLIN) == Moment(at(2026, 10, 25, 0, 30), is_twice=True)
    assert moment(twice, BERLIN, is_second=True) == Moment(at(2026, 10, 25, 1, 30), is_twice=True)


def test_a_whole_day_that_was_skipped_is_the_moment_of_the_jump():
    # Samoa went from the 29th to the 31st of December 2011.
    found = moment(wall(2011, 12, 30, 12), ZoneInfo("Pacific/Apia"))
    assert found == Moment(at(2011, 12, 30, 10), is_skipped=True)


@given(
    st.datetimes(wall(2026, 1, 1), wall(2030, 1, 1)).map(
        lambda one: one.replace(second=0, microsecond=0)
    ),
    st.sampled_from(ZONES),
    st.booleans(),
)
def test_the_clock_shows_what_was_wanted_or_has_just_jumped_over_it(wanted, name, is_second):
    zone = ZoneInfo(name)
    found = moment(wanted, zone, is_second=is_second)
    shown = found.at.astimezone(zone).replace(tzinfo=None)
    just_before = (found.at - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    if found.is_skipped:
        assert just_before < wanted < shown or wanted == shown
        assert shown - just_before > timedelta(seconds=1)
    else:
        assert shown == wanted
    if found.is_twice:
        other = moment(wanted, zone, is_second=not is_second)
        assert other.at.astimezone(zone).replace(tzinfo=None) == wanted
        assert (found.at > other.at) == is_second


@given(
    st.lists(
        st.datetimes(wall(2026, 1, 1), wall(2028, 1, 1)).map(
            lambda one: one.replace(second=0, microsecond=0)
        ),
        min_size=2,
        max_size=2,
    ),
    st.sampled_from(ZONES),
)
def test_what_the_clock_shows_on_the_way_forward_is_never_later_than_the_next(times, name):
    earlier, later = sorted(times)
    zone = ZoneInfo(name)
    if later - earlier > timedelta(hours=25):
        assert moment(earlier, zone).at <= moment(later, zone).at


def test_a_day_late_is_in_time_and_a_second_more_is_not():
    due = at(2026, 11, 24, 12)
    assert not is_late(due, now=due)
    assert not is_late(due, now=due + LATE_AFTER)
    assert is_late(due, now=due + LATE_AFTER + timedelta(seconds=1))
