"""The kinds of day: from history, dates and coverage, in the ad account's own zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from lib.domain.metrics import Window
from lib.domain.records import Coverage
from lib.domain.run_days import (
    DayKind,
    Run,
    Told,
    adjustments,
    dates,
    day_grid,
    kinds_of_days,
    mark,
    missing_between,
    run_of,
    start_of,
)
from lib.domain.running import StatusChange, stopped_stretches, stretches
from lib.domain.status import Status
from tests.unit.domain.make import NOW, a_campaign

K, S = DayKind, Status
BERLIN, TOKYO, NEW_YORK = (
    ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Tokyo", "America/New_York")
)
FIRST = date(2026, 10, 20)
TEN = dates(FIRST, 10)
SHORT = {K.REPORTED: "r", K.MISSING: "m", K.NOT_RUNNING: "-", K.PARTIAL: "p", K.UNSETTLED: "u"}


def covered(first: int = 20, last: int = 29) -> list[Coverage]:
    return [Coverage(campaign_id=1, starts_on=date(2026, 10, first), ends_on=date(2026, 10, last))]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


def kinds(run: Run, spans: list[Coverage] | None = None, *, as_of: int = 29) -> str:
    """Return the kinds of 20 to 29 October, a letter a day."""
    marks = mark(run, covered() if spans is None else spans, FIRST, 10)
    found = kinds_of_days(marks, as_of=date(2026, 10, as_of))
    return "".join(SHORT[one] for one in found)


def paused(since: datetime, until: datetime | None = None) -> tuple[StatusChange, ...]:
    """Return a history that was live since September, paused for a while."""
    told = (
        StatusChange(datetime(2026, 9, 1, tzinfo=UTC), S.ACTIVE),
        StatusChange(since, S.PAUSED),
    )
    return told if until is None else (*told, StatusChange(until, S.ACTIVE))


def test_a_day_that_the_feed_covers_and_that_ran_whole_is_reported():
    assert kinds(Run(UTC, starts_on=date(2026, 9, 1))) == "rrrrrrrrrr"


def test_a_day_that_no_import_speaks_for_is_missing():
    spans = covered(20, 22) + covered(25, 26)
    assert kinds(Run(UTC, starts_on=date(2026, 9, 1)), spans) == "rrrmmrrmmm"


def test_days_after_the_as_of_day_are_unsettled():
    assert kinds(Run(UTC, starts_on=date(2026, 9, 1)), as_of=26) == "rrrrrrruuu"
    marks = mark(Run(UTC), covered(), FIRST, 10)
    assert set(kinds_of_days(marks, as_of=None)) == {K.UNSETTLED}


def test_before_the_start_and_after_the_end_it_does_not_run():
    run = Run(UTC, starts_on=date(2026, 10, 22), ends_on=date(2026, 10, 27))
    assert kinds(run) == "--rrrrrr--"


def test_without_a_start_it_starts_with_what_the_first_import_speaks_for():
    assert kinds(Run(UTC), covered(23, 29)) == "---rrrrrrr"


def test_without_a_start_and_without_imports_it_starts_on_the_day_it_was_made():
    run = Run(BERLIN, created_at=at(21, 23))
    assert start_of(run, [], []) == date(2026, 10, 22)
    assert start_of(Run(UTC), [], []) == date.max


def test_the_day_on_which_it_was_made_is_partial():
    made = at(22, 15)
    assert kinds(Run(UTC, starts_on=date(2026, 10, 22), created_at=made)) == "--prrrrrrr"
    # Made the day before it starts: the first day runs whole.
    assert kinds(Run(UTC, starts_on=date(2026, 10, 23), created_at=made)) == "---rrrrrrr"


def test_a_pause_makes_its_ends_partial_and_what_lies_between_not_running():
    assert kinds(Run(UTC, paused(at(22, 15), at(25, 9)))) == "rrp--prrrr"


def test_a_pause_and_a_resume_on_one_day_make_it_partial():
    assert kinds(Run(UTC, paused(at(22, 9), at(22, 15)))) == "rrprrrrrrr"


def test_a_pause_that_lasts_reaches_to_the_end():
    assert kinds(Run(UTC, paused(at(26, 9)))) == "rrrrrrp---"


def test_not_running_is_said_before_missing_and_unsettled():
    run = Run(UTC, paused(at(22, 15), at(25, 9)))
    assert kinds(run, covered(20, 22), as_of=21) == "rru--mmmmm"


@pytest.mark.parametrize("stopped", [S.PAUSED, S.SUBSCRIPTION_PAUSED, S.ENDED, S.ARCHIVED, S.ISSUE])
def test_every_status_that_does_not_run_stops_it(stopped):
    told = (
        StatusChange(at(1, 0), S.SERVING),
        StatusChange(at(22, 15), stopped),
        StatusChange(at(24, 9), S.ACTIVE),
    )
    assert kinds(Run(UTC, told)) == "rrp-prrrrr"


def test_a_movement_between_two_live_statuses_changes_nothing():
    told = (StatusChange(at(1, 0), S.SERVING), StatusChange(at(22, 15), S.ACTIVE))
    assert kinds(Run(UTC, told)) == "rrrrrrrrrr"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [(UTC, "rrp-prrrrr"), (BERLIN, "rrp--prrrr"), (TOKYO, "rrrp-prrrr"), (NEW_YORK, "rrp-prrrrr")],
)
def test_a_day_is_the_accounts_day(zone, expected):
    assert kinds(Run(zone, paused(at(22, 16), at(24, 22, 30)))) == expected


def test_the_day_the_clocks_go_back_is_one_day():
    # 25 October 2026 has 25 hours in Berlin: from 22:00 to 23:00 UTC.
    assert kinds(Run(BERLIN, paused(at(24, 22), at(25, 22, 59)))) == "rrrrrprrrr"
    assert kinds(Run(BERLIN, paused(at(24, 21, 59), at(25, 23)))) == "rrrrp-prrr"


def test_the_day_the_clocks_go_forward_is_one_day():
    # 29 March 2026 has 23 hours in Berlin: from 23:00 to 22:00 UTC.
    def in_march(first: datetime, last: datetime) -> str:
        told = (
            StatusChange(datetime(2026, 2, 1, tzinfo=UTC), S.ACTIVE),
            StatusChange(first, S.PAUSED),
            StatusChange(last, S.ACTIVE),
        )
        day = date(2026, 3, 28)
        spans = [Coverage(campaign_id=1, starts_on=day, ends_on=date(2026, 3, 30))]
        found = kinds_of_days(mark(Run(BERLIN, told), spans, day, 3), as_of=date(2026, 3, 30))
        return "".join(SHORT[one] for one in found)

    march = datetime(2026, 3, 28, tzinfo=UTC)
    assert in_march(march.replace(hour=23), march.replace(day=29, hour=21, minute=59)) == "rpr"
    assert in_march(march.replace(hour=22), march.replace(day=29, hour=22)) == "p-p"


def test_it_starts_when_the_history_first_calls_it_live():
    told = (
        StatusChange(at(19, 9), S.UNDER_REVIEW),
        StatusChange(at(21, 9), S.DEPLOYING),
        StatusChange(at(23, 9), S.ACTIVE),
    )
    run = Run(UTC, told, starts_on=date(2026, 10, 20))
    assert start_of(run, covered(), stopped_stretches(told)) == date(2026, 10, 23)
    assert kinds(run) == "---prrrrrr"


def test_a_first_day_that_ran_for_a_part_is_the_first_day():
    told = (
        StatusChange(at(20, 9), S.ACTIVE),
        StatusChange(at(20, 15), S.PAUSED),
        StatusChange(at(24, 9), S.ACTIVE),
    )
    run = Run(UTC, told, starts_on=date(2026, 10, 20))
    assert start_of(run, covered(), stopped_stretches(told)) == date(2026, 10, 20)
    assert kinds(run) == "p---prrrrr"


def test_what_was_never_live_never_started():
    told = (StatusChange(at(19, 9), S.AWAITING_SMARTLINK),)
    run = Run(UTC, told, starts_on=date(2026, 10, 20))
    assert start_of(run, covered(), stopped_stretches(told)) == date.max
    assert kinds(run) == "----------"


@pytest.mark.parametrize(
    ("event", "before", "after", "expected"),
    [
        ("campaign:budget", None, None, True),
        ("campaign:unarchive", S.ARCHIVED, S.PAUSED, True),
        ("campaign:resume", S.PAUSED, S.ACTIVE, True),
        ("campaign:reported", S.ISSUE, S.SERVING, True),
        ("billing:payment_recovered", S.SUBSCRIPTION_PAUSED, S.ACTIVE, True),
        ("campaign:pause", S.ACTIVE, S.PAUSED, False),
        ("campaign:reported", S.ACTIVE, S.SERVING, False),
        ("campaign:reported", S.UNDER_REVIEW, S.ACTIVE, False),
        ("campaign:create", None, S.ACTIVE, False),
    ],
)
def test_a_resume_an_unarchive_and_a_budget_are_changes(event, before, after, expected):
    assert adjustments([Told(NOW, event, before, after)]) == ((NOW,) if expected else ())


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ((S.ACTIVE, S.PAUSED, S.UNDER_REVIEW, S.ACTIVE), [3]),
        ((S.SERVING, S.ENDED, S.UNDER_REVIEW, S.DEPLOYING, S.SERVING), [4]),
        ((S.ACTIVE, S.ISSUE, S.UNDER_REVIEW, S.ACTIVE, S.SERVING), [3]),
        ((S.PAUSED, S.UNDER_REVIEW, S.ACTIVE), [2]),
        ((S.UNDER_REVIEW, S.ACTIVE), []),
        ((S.DEPLOYING, S.ISSUE, S.UNDER_REVIEW, S.ACTIVE), []),
        ((S.ACTIVE, S.UNDER_REVIEW, S.ACTIVE), []),
    ],
)
def test_a_start_after_a_stop_is_a_change_whatever_stood_in_between(course, expected):
    told = [
        Told(at(20 + number, 9), "campaign:reported", before, after)
        for number, (before, after) in enumerate(pairwise([None, *course]))
    ]
    assert adjustments(told) == tuple(at(20 + number, 9) for number in expected)


def test_a_change_is_marked_on_the_accounts_day():
    for zone, column in ((UTC, 3), (BERLIN, 4), (NEW_YORK, 3)):
        run = Run(zone, adjusted_at=(at(23, 22, 30),))
        marks = mark(run, covered(), FIRST, 10)
        assert marks.is_changed.nonzero()[0].tolist() == [column]
    outside = mark(Run(UTC, adjusted_at=(at(19, 9), NOW)), covered(), FIRST, 10)
    assert not outside.is_changed.any()


def test_a_covered_day_without_a_row_is_zero_and_a_missing_one_is_unknown():
    spans = covered(20, 24)
    days = {TEN[0]: (5, 7), TEN[1]: (None, 3), TEN[2]: (4, None)}
    grid, _ = day_grid(days, Run(UTC), spans, Window(FIRST, TEN[-1]))
    nan = np.nan
    np.testing.assert_array_equal(grid.spend[0], [5, nan, 4, 0, 0, *[nan] * 5])
    np.testing.assert_array_equal(grid.results[0], [7, 3, nan, 0, 0, *[nan] * 5])
    assert grid.is_reported[0].tolist() == [True] * 5 + [False] * 5
    assert grid.is_eligible[0].tolist() == [True, False, False, True, True] + [False] * 5


def test_rows_outside_of_the_window_are_left_out():
    days = {FIRST - timedelta(days=1): (9, 9), TEN[-1] + timedelta(days=1): (9, 9)}
    grid, _ = day_grid(days, Run(UTC), covered(), Window(FIRST, TEN[-1]))
    assert grid.spend.sum() == 0


def test_the_status_is_the_last_entrys_though_its_clock_was_behind():
    told = [
        Told(at(20, 0), "campaign:create", after=S.ACTIVE),
        Told(at(23, 12, 1), "campaign:pause", S.ACTIVE, S.PAUSED),
        Told(at(23, 12), "campaign:resume", S.PAUSED, S.ACTIVE),
    ]
    run = run_of(a_campaign(starts_on=FIRST, zone="UTC"), told)
    last = stretches(run.changes)[-1]
    assert (last.status, last.since, last.until) == (S.ACTIVE, at(23, 12, 1), None)
    assert kinds(run) == "rrrprrrrrr"


def test_a_run_is_what_the_campaign_and_its_history_say():
    told = [
        Told(NOW, "campaign:create", after=S.ACTIVE),
        Told(NOW + timedelta(days=1), "campaign:budget"),
    ]
    run = run_of(a_campaign(starts_on=FIRST, ends_on=TEN[-1]), told)
    assert run.zone == BERLIN
    assert (run.starts_on, run.ends_on) == (FIRST, TEN[-1])
    assert run.changes == (StatusChange(NOW, S.ACTIVE),)
    assert run.adjusted_at == (NOW + timedelta(days=1),)
    assert run.created_at == NOW - timedelta(days=40)


def test_a_day_is_live_for_pacing_when_it_was_reported_running_and_started():
    changes = (
        StatusChange(datetime(2026, 11, 1, tzinfo=UTC), Status.ACTIVE),
        StatusChange(datetime(2026, 11, 27, 12, tzinfo=UTC), Status.PAUSED),
    )
    spans = [Coverage(campaign_id=1, starts_on=date(2026, 11, 25), ends_on=date(2026, 12, 9))]

    def live(run, covered):
        marks = mark(run, covered, date(2026, 11, 24), 7)
        return int((marks.is_covered & marks.is_running).sum())

    assert live(Run(zone=UTC, changes=changes), spans) == 3
    assert live(Run(zone=UTC, changes=changes, starts_on=date(2026, 11, 27)), spans) == 1
    assert live(Run(zone=UTC, changes=changes), []) == 0


def test_the_days_between_two_dates_that_no_span_holds_are_counted():
    first, last = date(2026, 6, 1), date(2026, 6, 30)

    def missing(*spans: tuple[int, int]) -> int:
        held = [
            Coverage(
                campaign_id=1,
                starts_on=first + timedelta(days=start),
                ends_on=first + timedelta(days=end),
            )
            for start, end in spans
        ]
        return missing_between(first, last, held)

    assert missing() == 30
    assert missing((0, 29)) == missing((-9, 40)) == missing((9, 29), (-3, 15)) == 0
    assert missing((5, 9)) == 25
    assert missing((20, 24), (5, 9), (7, 8)) == 20
    assert missing((-9, -2)) == missing((30, 44)) == 30
    assert missing((-5, 0), (29, 31)) == 28
    assert missing_between(last, first, []) == 0
