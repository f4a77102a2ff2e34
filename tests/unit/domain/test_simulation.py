"""How good the trend's rule must be, on campaigns of which the truth is known."""

import numpy as np
import pytest

from lib.domain.naive import naive_words
from lib.domain.simulation import (
    CHANGED,
    DAYS,
    ENOUGH,
    WEEKLY,
    Change,
    draw,
    requirements,
    simulate,
)
from lib.domain.verdict import DECLINING, IMPROVING, STEADY, TOO_EARLY, judge

SEEDS = (11, 12, 13)


@pytest.fixture(scope="module", params=SEEDS)
def outcomes(request):
    return simulate(seed=request.param, campaigns=2000)


def test_the_rule_is_as_good_as_it_must_be(outcomes):
    found = requirements(outcomes)
    assert [one.limit for one in found] == [0.15, 0.01, 0.85]
    assert not [one for one in found if not one.is_met]


def test_without_a_change_few_are_named_at_every_rate(outcomes):
    quiet = {one.weekly: one.rule.named for one in outcomes if one.change is Change.NONE}
    assert tuple(quiet) == WEEKLY
    assert max(quiet.values()) <= 0.15


def test_a_true_change_is_hardly_ever_called_its_opposite(outcomes):
    changed = [one for one in outcomes if one.change is not Change.NONE]
    assert len(changed) == 3 * len(WEEKLY)
    assert max(one.wrong for one in changed) <= 0.01


def test_a_doubled_cost_is_called(outcomes):
    doubled = [one for one in outcomes if one.change is Change.DOUBLED and one.weekly >= ENOUGH]
    assert min(one.rule.declining for one in doubled) >= 0.85
    assert min(one.called or 0 for one in doubled) >= 0.95


def test_the_naive_rule_misleads_as_often_as_is_told(outcomes):
    quiet = {one.weekly: one.naive.named for one in outcomes if one.change is Change.NONE}
    for weekly, named in ((7, 0.77), (70, 0.51), (700, 0.39)):
        assert quiet[weekly] == pytest.approx(named, abs=0.03)


def test_shares_add_up_to_all(outcomes):
    for one in outcomes:
        for shares in (one.rule, one.naive, one.sooner):
            total = shares.improving + shares.declining + shares.steady + shares.too_early
            assert total == pytest.approx(1)


def test_the_same_seed_gives_the_same_outcomes_whatever_else_is_asked():
    alone = simulate(seed=5, campaigns=300, weekly=[35])
    among = simulate(seed=5, campaigns=300, weekly=[7, 35])
    assert alone == among[len(Change) :]
    assert alone != simulate(seed=6, campaigns=300, weekly=[35])


def test_campaigns_are_drawn_as_described():
    grid = draw(np.random.default_rng(3), campaigns=20_000, weekly=70, factor=2)
    spend, results = grid.spend / 1e6, grid.results / 1e6
    assert spend.shape == (20_000, DAYS)
    assert results[:, :CHANGED].mean() == pytest.approx(10, rel=0.01)
    assert results[:, CHANGED:].mean() == pytest.approx(5, rel=0.01)
    assert np.log(spend).std() == pytest.approx(0.12, rel=0.02)
    assert (results % 1 == 0).all()


def test_days_wobble_and_the_wobble_lingers():
    grid = draw(np.random.default_rng(4), campaigns=4000, weekly=7e6)
    # So many results leave no chance in the counts; a week apart there is one weekday.
    logs = np.log(grid.results[:, :CHANGED])
    weekly = logs[:, 7:] - logs[:, :-7]
    assert weekly.std() == pytest.approx(0.25 * np.sqrt(2), rel=0.02)
    same = logs - logs.mean(axis=1, keepdims=True)
    by_weekday = np.stack([same[:, day:35:7].mean(axis=1) for day in range(7)])
    spread = by_weekday.std(axis=0).mean()
    assert 0.09 < spread < 0.16
    rest = same[:, :35] - np.tile(by_weekday.T, 5)
    assert np.corrcoef(rest[:, 1:].ravel(), rest[:, :-1].ravel())[0, 1] > 0.2


def test_without_wobble_only_chance_is_left():
    (one, *_) = simulate(seed=9, campaigns=2000, weekly=[700], wobble=0)
    assert one.rule.named < 0.02


def test_a_rate_that_is_not_asked_for_has_no_requirement():
    found = requirements(simulate(seed=1, campaigns=50, weekly=[7]))
    assert len(found) == 2


def test_the_naive_rule_says_nothing_before_its_28_days_and_without_results():
    grid = draw(np.random.default_rng(1), campaigns=50, weekly=700)
    words = naive_words(judge(grid))
    assert (words[:, :27] == TOO_EARLY).all()
    assert (words[:, 27:] != TOO_EARLY).all()
    grid.results[:, -7:] = 0
    assert (naive_words(judge(grid))[:, -1] == TOO_EARLY).all()


def test_the_naive_rule_compares_averages_that_overlap():
    grid = draw(np.random.default_rng(1), campaigns=3, weekly=700)
    grid.spend[:] = 10e6
    grid.results[:] = 10e6
    grid.results[:, -7:] = np.array([[8e6], [10e6], [20e6]])
    # 8, 10 and 20 a day against 9.5, 10 and 12.5.
    assert naive_words(judge(grid))[:, -1].tolist() == [DECLINING, STEADY, IMPROVING]
