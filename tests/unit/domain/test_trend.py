"""What a window comes to a day, where some of its figures are not known."""

from lib.domain.metrics import Totals
from lib.domain.trend import Averages, Sums, averages

ELIGIBLE = Sums(days=5, spend_micros=50_000_000, results_micros=10_000_000)
IDLE = Sums(days=2, spend_micros=0, results_micros=0)


def reported(*, spend, results, days=7):
    return Totals(days, spend, None, None, results)


def test_averages_are_those_of_the_eligible_days():
    found = averages(ELIGIBLE, reported(spend=90_000_000, results=12_000_000))
    assert found == Averages(5, 10_000_000, 2_000_000, 5_000_000)
    assert averages(ELIGIBLE, None) == found


def test_spend_of_days_that_do_not_say_what_they_brought_is_averaged_all_the_same():
    found = averages(IDLE, reported(spend=70_000_000, results=None))
    assert found == Averages(7, 10_000_000, None, None)


def test_days_that_were_idle_brought_nothing_and_that_is_known():
    found = averages(IDLE, reported(spend=None, results=None, days=0))
    assert found == Averages(2, 0, 0, None)
    assert averages(IDLE, reported(spend=0, results=None)) == found


def test_results_of_a_day_that_did_not_run_in_full_are_no_average_of_idle_ones():
    found = averages(IDLE, reported(spend=70_000_000, results=3_000_000))
    assert found == Averages(7, 10_000_000, None, None)


def test_of_a_run_that_is_over_idle_days_alone_say_nothing():
    assert averages(IDLE, None) == Averages(2, None, None, None)


def test_of_no_day_nothing_is_known():
    assert averages(Sums(0, 0, 0), None) == Averages(0, None, None, None)
