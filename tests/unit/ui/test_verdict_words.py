import math
from dataclasses import replace
from datetime import timedelta

import pytest

from lib.domain.actions import Circumstances
from lib.domain.board import board_row
from lib.domain.status import Status
from lib.domain.trend import Side, Sums
from lib.domain.verdict import SpendWord, Why, Word
from lib.ui import verdict_words
from tests.unit.domain.make import NOW, TODAY, a_campaign, a_trend

UNIT = 1_000_000


def row(word=Word.STEADY, why=None, *, campaign=None, **verdict):
    campaign = campaign or a_campaign()
    trend = a_trend(campaign, word=word, why=why)
    trend = replace(trend, verdict=replace(trend.verdict, **verdict))
    return board_row(
        campaign, trend=trend, last_change=None, circumstances=Circumstances(), now=NOW
    )


def sums(days, spend, results):
    return Sums(days, round(spend * UNIT), round(results * UNIT))


def test_the_sentence_names_both_costs_and_both_counts():
    found = row(Word.IMPROVING, current=sums(7, 140, 210), baseline=sums(21, 420, 420), weeks=3)
    assert verdict_words.sentence(found) == (
        "Cost per save €0.667 against €1.00 in the three weeks before (210 and 420 saves)."
    )


def test_no_results_say_above_what_the_true_cost_likely_lies():
    found = row(Word.DECLINING, current=sums(7, 60, 0), baseline=sums(21, 180, 40), weeks=3)
    assert verdict_words.sentence(found) == (
        "0 saves in the last 7 days; the true cost is likely above €20.00. "
        "It was €4.50 in the three weeks before."
    )


def test_a_baseline_without_results_reads_new_and_never_infinite():
    found = row(Word.IMPROVING, current=sums(7, 60, 30), baseline=sums(7, 60, 0), weeks=1)
    assert verdict_words.sentence(found) == (
        "Cost per save €2.00; new: there were no saves in the week before."
    )


def test_nothing_spent_says_so():
    found = row(Word.TOO_EARLY, Why.NOTHING_SPENT, current=sums(7, 0, 0))
    assert verdict_words.sentence(found) == "Nothing was spent in the last 7 days."
    found = row(Word.TOO_EARLY, Why.NOTHING_SPENT, current=sums(5, 0, 0))
    assert verdict_words.sentence(found) == (
        "Nothing was spent on the 5 of the last 7 days that can be compared."
    )


@pytest.mark.parametrize(
    ("now", "before", "change", "bought"),
    [
        ((60, 30), (120, 120), "+100 %", "50 % fewer results"),
        ((60, 0), (180, 40), "", "no saves"),
        ((60, 30), (60, 0), "", "saves where it had bought none"),
    ],
)
def test_a_window_without_results_makes_no_percentage(now, before, change, bought):
    side = Side(Word.DECLINING, None, math.log(0.5), 0.4)
    found = row(Word.DECLINING, current=sums(7, *now), baseline=sums(7, *before), cost=side)
    assert found.verdict is not None
    assert verdict_words.change_words(found.verdict) == change
    assert f"Here the same money bought {bought}." in (
        verdict_words.noise_words(found.verdict, kind="saves")
    )


def test_the_badge_says_the_same_word_as_the_cell_of_a_table():
    for word, why in ((Word.DECLINING, None), (Word.TOO_EARLY, Why.FEW)):
        badge = verdict_words.badge(row(word, why))
        assert badge is not None
        assert badge[0].lower() == word.value
    # Of what does not run, too early is no news; of what is over it would be wrong.
    for status in (Status.PAUSED, Status.ENDED):
        still = row(Word.TOO_EARLY, Why.GAP, campaign=a_campaign(status=status))
        assert verdict_words.badge(still) is None
        assert verdict_words.chips(still) == {}
    over = a_campaign(status=Status.ENDED)
    last = row(Word.STEADY, campaign=over, is_final=True)
    assert verdict_words.badge(last) == ("Steady as of 21 Nov", ":material/east:", "gray")
    assert verdict_words.chips(last) == {"→ steady": "gray", "as of 21 Nov": "gray"}


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Why.FEW, "At its end the trend could not be told: too few results to tell from chance."),
        (Why.YOUNG, "It ended before the trend could be told."),
    ],
)
def test_an_end_says_why_it_has_no_verdict(why, words):
    over = a_campaign(status=Status.ENDED)
    assert verdict_words.headline(row(Word.TOO_EARLY, why, campaign=over)) == words
    last = Side(Word.TOO_EARLY, why, None, None)
    stale = row(Word.TOO_EARLY, Why.STALE, campaign=over, last=last)
    assert verdict_words.headline(stale) == words


@pytest.mark.parametrize(
    ("word", "chip", "colour"),
    [
        (Word.IMPROVING, "↓ improving", "green"),
        (Word.DECLINING, "↑ declining", "orange"),
        (Word.STEADY, "→ steady", "gray"),
    ],
)
def test_word_arrow_and_colour_are_three_things(word, chip, colour):
    assert verdict_words.chips(row(word)) == {chip: colour}


def test_a_learning_campaign_says_which_day_it_is_and_when_it_can_be_read():
    learning = a_campaign(created_at=NOW - timedelta(days=2, hours=3))
    found = row(Word.TOO_EARLY, Why.YOUNG, campaign=learning, eligible=0)
    assert verdict_words.short(found) == "too early: day 3 of 7, readable on 8 Dec"
    assert verdict_words.headline(found) == (
        "Too early to tell: day 3 of 7 of the learning period. Readable on 8 Dec."
    )


@pytest.mark.parametrize("why", [why for why in Why if why is not Why.LEARNING])
def test_every_reason_has_its_words(why):
    found = row(Word.TOO_EARLY, why, changed_on=TODAY - timedelta(days=4), eligible=9)
    assert verdict_words.short_reason(found)
    assert verdict_words.headline(found).startswith("Too early to tell: ")


def test_a_change_names_who_made_it():
    found = row(
        Word.TOO_EARLY,
        Why.CHANGED,
        changed_on=TODAY - timedelta(days=4),
        readable_on=TODAY + timedelta(days=6),
    )
    assert verdict_words.headline(found, changed_by="Mara") == (
        "Too early to tell: changed on 20 Nov by Mara. Readable on 30 Nov."
    )


def test_stale_figures_keep_the_last_verdict_greyed_with_its_date():
    campaign = a_campaign()
    trend = a_trend(
        campaign,
        as_of=TODAY - timedelta(days=9),
        covered_through=TODAY - timedelta(days=9),
        word=Word.DECLINING,
    )
    found = board_row(
        campaign, trend=trend, last_change=None, circumstances=Circumstances(), now=NOW
    )
    assert verdict_words.chips(found) == {"↑ declining": "gray", "as of 15 Nov": "gray"}
    assert verdict_words.headline(found) == (
        "Too early to tell: no figures since 15 Nov; the verdict was declining then."
    )


def test_what_is_over_is_not_called_too_early():
    ended = a_campaign(Status.ENDED)
    found = row(Word.TOO_EARLY, Why.GAP, campaign=ended)
    assert verdict_words.chips(found) == {}
    assert "Too early" not in verdict_words.headline(found)


def test_spend_is_neutral_and_results_that_follow_it_say_so():
    side = Side(Word.IMPROVING, None, 0.5, 0.2)
    found = row(
        Word.STEADY,
        results=side,
        spend_word=SpendWord.RISING,
        spend_change=0.62,
        current=sums(7, 70, 140),
        baseline=sums(21, 130, 250),
        weeks=3,
    )
    assert verdict_words.spend_sentence(found) == "Spend a day: rising (+62 %)."
    assert verdict_words.results_sentence(found) == (
        "Saves a day: 20 against 11.9, more; they follow the spend."
    )
    assert "good" not in verdict_words.spend_sentence(found)
