"""A few thousand of the hostile inputs in every run of the tests; `make fuzz` tries them all."""

import random

import pytest

from tests.fuzz import making
from tests.fuzz.__main__ import run
from tests.fuzz.trying import Broken, promise_literal


@pytest.mark.slow
def test_thousands_of_hostile_inputs_break_nothing_write_nothing_half_and_show_no_markup() -> None:
    tallies = run(count=4_000, seed=1)
    assert not [words for tally in tallies.values() for words in tally.broken]
    assert sum(tally.number for tally in tallies.values()) >= 4_000
    # Else the run proves little: something must get in, and something be refused.
    assert {"read", "refused"} <= tallies["files read"].answers.keys()
    assert {"imported", "refused"} <= tallies["files imported"].answers.keys()
    assert {"heard", "not listened to"} <= tallies["table messages"].answers.keys()
    assert {"200", "401", "405"} <= tallies["requests"].answers.keys()


@pytest.mark.parametrize("seed", [1, 7])
def test_the_same_dice_make_the_same_input(seed: int) -> None:
    one, other = random.Random(seed), random.Random(seed)  # noqa: S311 - not a secret
    assert [making.file(one) for _ in range(50)] == [making.file(other) for _ in range(50)]


@pytest.mark.parametrize(
    "typed", ["![x](http://evil.example/x)", "<b>", ":red[x]", "$x$", "www.evil.example", "a\n# b"]
)
def test_markup_that_got_through_would_be_noticed(typed: str) -> None:
    with pytest.raises(Broken):
        promise_literal(typed, typed)
