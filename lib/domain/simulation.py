"""Invented campaigns of which the truth is known: how often the rule is right and wrong.

A campaign brings Poisson counts around its weekly rate, with weekdays up to 15 % apart, a
day-to-day wobble that lingers, and spend that is noisy by itself. Its cost per result changes
once, on day `CHANGED`, or never.

Asked is one as-of day, `ASKED`: the second on which window C holds nothing but days after the
change, and so the first on which a direction measured on new days only, two days in a row, can
be shown. The day before, `A_DAY_SOONER`, C is exactly the week since the change, but the day
that has to confirm it still has an old one in it; it is told beside.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lib.domain.naive import naive_words
from lib.domain.verdict import (
    DECLINING,
    IMPROVING,
    STEADY,
    TOO_EARLY,
    WEEK,
    Bools,
    Codes,
    DayGrid,
    Floats,
    judge,
)

WEEKLY = (7, 14, 35, 70, 210, 700)
DAYS = 60
CHANGED = 40
ASKED = CHANGED + WEEK
A_DAY_SOONER = ASKED - 1
WITHIN = 2 * WEEK  # As-of days from the change on, for `Outcome.called` and `Outcome.misled`.

WEEKDAYS, SPEND_NOISE, WOBBLE, LINGERS = 0.15, 0.12, 0.25, 0.3
_SPEND_A_DAY = 20.0
_PORTION = 250  # Campaigns judged at a time; larger arrays fall out of the processor's cache.

MOST_FALSE, MOST_WRONG, LEAST_FOUND, ENOUGH = 0.15, 0.01, 0.85, 70


class Change(StrEnum):
    """What truly happens to the cost per result."""

    NONE = "no change"
    DOUBLED = "cost × 2"
    DEARER = "cost × 1.5"
    CHEAPER = "cost × 0.7"

    @property
    def factor(self) -> float:
        return {"no change": 1.0, "cost × 2": 2.0, "cost × 1.5": 1.5, "cost × 0.7": 0.7}[self]

    @property
    def truth(self) -> np.int8:
        """The word that would be right."""
        if self.factor == 1:
            return STEADY
        return DECLINING if self.factor > 1 else IMPROVING

    @property
    def opposite(self) -> np.int8:
        """The direction that would be wrong; only of a true change."""
        return IMPROVING if self.factor > 1 else DECLINING


@dataclass(frozen=True)
class Shares:
    """Which part of the campaigns reads which word; together 1."""

    improving: float
    declining: float
    steady: float
    too_early: float

    @property
    def named(self) -> float:
        """The part for which a direction is named."""
        return self.improving + self.declining

    def of(self, word: np.int8) -> float:
        return self.improving if word == IMPROVING else self.declining


@dataclass(frozen=True)
class Outcome:
    """What became of campaigns of one rate and one change."""

    weekly: float
    change: Change
    campaigns: int
    rule: Shares
    naive: Shares
    sooner: Shares
    """The rule a day before the day that is asked for."""
    called: float | None
    """The part that reads the true direction on some as-of day within two weeks of the change;
    None without a change."""
    misled: float
    """The part that reads a false direction on some day of two weeks; after a change, from the
    day on which C is new."""
    misled_naive: float

    @property
    def wrong(self) -> float:
        """The part of truly changed campaigns that reads the opposite direction."""
        if self.change is Change.NONE:
            return 0.0
        return self.rule.of(self.change.opposite)

    @property
    def right(self) -> float:
        """The part that reads the true direction; of unchanged ones, that reads none."""
        if self.change is Change.NONE:
            return 1 - self.rule.named
        return self.rule.of(self.change.truth)


@dataclass(frozen=True)
class Requirement:
    """One thing that is asked of the rule, and what it did."""

    words: str
    limit: float
    found: float
    is_met: bool


def simulate(
    *,
    seed: int,
    campaigns: int,
    weekly: Iterable[float] = WEEKLY,
    wobble: float = WOBBLE,
) -> list[Outcome]:
    """Return the outcomes of every rate and change, each from `campaigns` invented campaigns.

    The same seed gives the same outcomes, whichever other rates are asked for.
    """
    return [
        _outcome(seed=seed, campaigns=campaigns, weekly=rate, change=change, wobble=wobble)
        for rate in weekly
        for change in Change
    ]


def draw(
    dice: np.random.Generator,
    *,
    campaigns: int,
    weekly: float,
    factor: float = 1.0,
    wobble: float = WOBBLE,
) -> DayGrid:
    """Return campaigns of `weekly` results whose cost is multiplied by `factor` on `CHANGED`."""
    weekday = dice.uniform(1 - WEEKDAYS, 1 + WEEKDAYS, (campaigns, WEEK))
    weekday /= weekday.mean(axis=1, keepdims=True)
    rate = weekly / WEEK * np.tile(weekday, DAYS // WEEK + 1)[:, :DAYS]
    rate *= _lingering(dice, campaigns, wobble)
    rate[:, CHANGED:] /= factor
    noise = dice.standard_normal((campaigns, DAYS)) * SPEND_NOISE
    spend = _SPEND_A_DAY * np.exp(noise - SPEND_NOISE**2 / 2)
    always = np.ones((campaigns, DAYS), dtype=bool)
    return DayGrid(
        spend=np.round(spend * 1e6),
        results=dice.poisson(rate).astype(np.float64) * 1e6,
        is_reported=always,
        is_whole=always,
        is_changed=~always,
        started=np.zeros(campaigns, dtype=np.int64),
        earlier=np.zeros(campaigns, dtype=np.int64),
    )


def _lingering(dice: np.random.Generator, campaigns: int, wobble: float) -> Floats:
    """Return log-normal factors of mean 1, each day's related to the day before."""
    shocks = dice.standard_normal((DAYS, campaigns))
    fresh = np.sqrt(1 - LINGERS**2)
    for day in range(1, DAYS):
        shocks[day] = LINGERS * shocks[day - 1] + fresh * shocks[day]
    return np.asarray(np.exp(wobble * shocks.T - wobble**2 / 2))


def _outcome(*, seed: int, campaigns: int, weekly: float, change: Change, wobble: float) -> Outcome:
    dice = np.random.default_rng([seed, round(weekly * 1000), list(Change).index(change)])
    words, naive = [], []
    for done in range(0, campaigns, _PORTION):
        size = min(_PORTION, campaigns - done)
        grid = draw(dice, campaigns=size, weekly=weekly, factor=change.factor, wobble=wobble)
        found = judge(grid)
        words.append(found.word[:, CHANGED : CHANGED + WITHIN])
        naive.append(naive_words(found)[:, CHANGED : CHANGED + WITHIN])
    shown, shown_naive = np.concatenate(words), np.concatenate(naive)
    has_changed = change is not Change.NONE
    false = (change.opposite,) if has_changed else (IMPROVING, DECLINING)
    new = slice(A_DAY_SOONER - CHANGED if has_changed else 0, WITHIN)
    return Outcome(
        weekly=weekly,
        change=change,
        campaigns=campaigns,
        rule=_shares(shown[:, ASKED - CHANGED]),
        naive=_shares(shown_naive[:, ASKED - CHANGED]),
        sooner=_shares(shown[:, A_DAY_SOONER - CHANGED]),
        called=_share(np.isin(shown, change.truth).any(axis=1)) if has_changed else None,
        misled=_share(np.isin(shown[:, new], false).any(axis=1)),
        misled_naive=_share(np.isin(shown_naive[:, new], false).any(axis=1)),
    )


def _share(is_so: Bools | np.bool_) -> float:
    return float(np.mean(is_so))


def _shares(words: Codes) -> Shares:
    return Shares(*(_share(words == word) for word in (IMPROVING, DECLINING, STEADY, TOO_EARLY)))


def requirements(outcomes: Sequence[Outcome]) -> list[Requirement]:
    """Return what is asked of the rule, as far as the outcomes speak of it."""
    quiet = [one.rule.named for one in outcomes if one.change is Change.NONE]
    wrong = [one.wrong for one in outcomes if one.change is not Change.NONE]
    found = [one.right for one in outcomes if one.change is Change.DOUBLED and one.weekly >= ENOUGH]
    asked = []
    if quiet:
        words = "No change: a direction is named for at most"
        asked.append(Requirement(words, MOST_FALSE, max(quiet), max(quiet) <= MOST_FALSE))
    if wrong:
        words = "A true change: the wrong direction for at most"
        asked.append(Requirement(words, MOST_WRONG, max(wrong), max(wrong) <= MOST_WRONG))
    if found:
        words = f"Cost doubled at {ENOUGH} results a week or more: declining for at least"
        asked.append(Requirement(words, LEAST_FOUND, min(found), min(found) >= LEAST_FOUND))
    return asked
