"""How often a rule named a direction over past days, and how often it took its word back.

A word that is shown gives way to another where a later as-of day shows another; days on which
it is too early to tell show no word and are passed over. It flipped back where the earlier word
is shown again within `FLIP_BACK_DAYS` of the flip: then the flip told nothing that lasted.
"""

from dataclasses import dataclass, fields

import numpy as np

from lib.domain.verdict import (
    DECLINING,
    IMPROVING,
    STEADY,
    TOO_EARLY,
    Bools,
    Codes,
    Ints,
)

FLIP_BACK_DAYS = 14


@dataclass(frozen=True)
class Tally:
    """What a rule said of campaigns, counted in as-of days; tallies can be added up."""

    campaigns: int = 0
    campaigns_named: int = 0
    """Those of which a direction was named at least once."""
    improving: int = 0
    declining: int = 0
    steady: int = 0
    too_early: int = 0
    flips: int = 0
    flipped_back: int = 0
    contradicted: int = 0
    """Flips away from a direction whose opposite is shown within the same days."""

    @property
    def days(self) -> int:
        """As-of days asked."""
        return self.judged + self.too_early

    @property
    def named(self) -> int:
        """As-of days on which a direction is named."""
        return self.improving + self.declining

    @property
    def judged(self) -> int:
        """As-of days on which it is not too early to tell."""
        return self.named + self.steady

    @property
    def named_share(self) -> float | None:
        """The part of the judged days on which a direction is named, None without any."""
        return self.named / self.judged if self.judged else None

    @property
    def flipped_back_share(self) -> float | None:
        """The part of the flips that flipped back, None without any flip."""
        return self.flipped_back / self.flips if self.flips else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))


def tally(words: Codes, is_asked: Bools) -> Tally:
    """Return what was said on the days that are asked: a row a campaign, a column a day."""
    shown = np.where(is_asked, words, TOO_EARLY)
    rows, days, before = _flips(shown)
    is_known = np.isin(before, (IMPROVING, DECLINING))
    comes_back = _next_on(shown, before, rows, days) - days <= FLIP_BACK_DAYS
    turns_round = _next_on(shown, -before, rows, days) - days <= FLIP_BACK_DAYS
    is_named = np.isin(shown, (IMPROVING, DECLINING))
    return Tally(
        campaigns=int(is_asked.any(axis=1).sum()),
        campaigns_named=int(is_named.any(axis=1).sum()),
        improving=int((shown == IMPROVING).sum()),
        declining=int((shown == DECLINING).sum()),
        steady=int((shown == STEADY).sum()),
        too_early=int((is_asked & (shown == TOO_EARLY)).sum()),
        flips=len(rows),
        flipped_back=int(comes_back.sum()),
        contradicted=int((is_known & turns_round).sum()),
    )


def _flips(shown: Codes) -> tuple[Ints, Ints, Codes]:
    """Return row, day and the word before of every flip."""
    rows, days = np.nonzero(shown != TOO_EARLY)
    words = shown[rows, days]
    is_flip = np.zeros(len(rows), dtype=bool)
    is_flip[1:] = (rows[1:] == rows[:-1]) & (words[1:] != words[:-1])
    at = is_flip.nonzero()[0]
    return rows[at], days[at], words[at - 1]


def _next_on(shown: Codes, word: Codes, rows: Ints, days: Ints) -> Ints:
    """Return the first day from `days` on that shows `word`, beyond all days where none does."""
    never = shown.shape[1] + FLIP_BACK_DAYS + 1
    found = np.full(len(rows), never)
    for one in (IMPROVING, DECLINING, STEADY):
        is_asked = word == one
        if is_asked.any():
            at = np.where(shown == one, np.arange(shown.shape[1]), never)
            following = np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1]
            found[is_asked] = following[rows[is_asked], days[is_asked]]
    return found
