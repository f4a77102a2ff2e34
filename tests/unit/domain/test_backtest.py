"""What is counted over past days: days, flips, and flips that were taken back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.backtest import FLIP_BACK_DAYS, Tally, tally

CODES = {"i": 1, "d": -1, "s": 2, ".": 0}


def counted(*lives: str, asked: str = "") -> Tally:
    """Return the tally of campaigns told a letter a day; a space in `asked` is not asked."""
    width = max(map(len, lives))
    words = np.array([[CODES[one] for one in life.ljust(width, ".")] for life in lives], np.int8)
    is_asked = np.array([[letter != " " for letter in asked.ljust(width, "x")]] * len(lives))
    return tally(words, is_asked)


def test_days_are_counted_by_their_word():
    found = counted("..ssii", "ddd...")
    assert (found.campaigns, found.campaigns_named, found.days) == (2, 2, 12)
    assert (found.improving, found.declining, found.steady, found.too_early) == (2, 3, 2, 5)
    assert (found.named, found.judged) == (5, 7)
    assert found.named_share == pytest.approx(5 / 7)


def test_days_that_are_not_asked_do_not_count():
    found = counted("iisdd", asked="  x  ")
    assert (found.days, found.steady, found.flips) == (1, 1, 0)
    assert counted("iisdd", asked="     ") == Tally()


@pytest.mark.parametrize(
    ("life", "flips", "back"),
    [
        ("sssss", 0, 0),
        ("ssiii", 1, 0),
        ("ssiss", 2, 1),
        ("sisis", 4, 3),
        ("s..i..s", 2, 1),  # Days too early are passed over, whatever they hide.
        ("s....s", 0, 0),
        ("sids", 3, 1),  # The steady word comes back by way of another.
        ("isd", 2, 0),
    ],
)
def test_a_flip_flipped_back_where_the_earlier_word_is_shown_again(life, flips, back):
    found = counted(life)
    assert (found.flips, found.flipped_back) == (flips, back)


@pytest.mark.parametrize(("after", "back"), [(FLIP_BACK_DAYS, 1), (FLIP_BACK_DAYS + 1, 0)])
def test_it_flipped_back_within_fourteen_days_of_the_flip(after, back):
    life = "s" + "i" * after + "s"
    assert counted(life).flipped_back == back
    assert counted("si" + "." * (after - 1) + "s").flipped_back == back


@pytest.mark.parametrize(
    ("life", "turned"),
    [("iid", 1), ("issd", 1), ("iss" + "s" * FLIP_BACK_DAYS + "d", 0), ("sis", 0), ("dsi", 1)],
)
def test_a_direction_is_contradicted_by_its_opposite(life, turned):
    assert counted(life).contradicted == turned


def test_one_campaign_does_not_flip_another():
    assert counted("...i", "d...", "i...").flips == 0


def test_nothing_asked_has_no_shares():
    assert (Tally().named_share, Tally().flipped_back_share) == (None, None)


def by_hand(words: list[list[int]]) -> tuple[int, int, int]:
    """Return flips, flips back and contradictions, day by day."""
    flips = back = turned = 0
    for life in words:
        shown = [(day, word) for day, word in enumerate(life) if word]
        for at in range(1, len(shown)):
            day, word = shown[at]
            before = shown[at - 1][1]
            if word == before:
                continue
            flips += 1
            soon = [later for on, later in shown[at:] if on - day <= FLIP_BACK_DAYS]
            back += before in soon
            turned += before in (1, -1) and -before in soon
    return flips, back, turned


grids = st.integers(1, 45).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, -1]), min_size=width, max_size=width),
        min_size=1,
        max_size=6,
    )
)


@given(grids)
def test_arrays_count_what_a_person_counts(words):
    codes = np.array(words, np.int8)
    found = tally(codes, np.ones(codes.shape, dtype=bool))
    assert (found.flips, found.flipped_back, found.contradicted) == by_hand(words)
    alone = [
        tally(codes[row : row + 1], np.ones((1, codes.shape[1]), bool)) for row in range(len(words))
    ]
    assert sum(alone, Tally()) == found
