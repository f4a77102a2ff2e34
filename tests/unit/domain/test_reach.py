"""How far the exports of an account reach: where at least half of what is live has figures."""

from datetime import date, timedelta

import pytest

from lib.domain.reach import UNHEARD_AFTER, is_unheard, reach

META, GOOGLE = (1, "meta"), (1, "google")
LAST = date(2026, 11, 29)


def ago(days):
    return LAST - timedelta(days=days)


@pytest.mark.parametrize(
    ("live", "reached"),
    [
        ([(0, 1)], 0),
        ([(0, 1), (9, 1)], 0),
        ([(0, 1), (9, 2)], 9),
        ([(0, 15), (60, 1)], 0),
        ([(0, 1), (9, 9)], 9),
        ([(0, 2), (1, 2), (40, 4)], 1),
    ],
)
def test_at_least_half_of_the_live_campaigns_have_reached_it(live, reached):
    found = reach((META, ago(days), number) for days, number in live)
    assert found == {META: ago(reached)}


def test_accounts_are_apart():
    found = reach([(META, ago(0), 1), (GOOGLE, ago(20), 5)])
    assert found == {META: ago(0), GOOGLE: ago(20)}
    assert reach([]) == {}


def test_who_lags_by_a_week_is_waited_for():
    edge = LAST - UNHEARD_AFTER
    assert not is_unheard(edge, of_account=LAST)
    assert is_unheard(edge - timedelta(days=1), of_account=LAST)
