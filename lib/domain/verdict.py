"""The honest trend: the last 7 days against the whole weeks before them, or "too early to tell".

The rule is written once, over arrays: a row a campaign, a column a day. One campaign is an
array of one row, so the screens, the backtest and the simulation cannot disagree. Windows C
(the last 7 dates) and B (the weeks before) do not overlap; only weekdays that occur in both
count; a direction must beat 25 % and the noise of the counts, on two as-of days in a row.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

WEEK, MONTH = 7, 28
LEAST_CHANGE = float(np.log(1.25))
MOST_NOISE_OF_STEADY = float(np.log(1.5))
FEWEST_RESULTS = 10
FEWEST_DATES = 14
FEWEST_IN_C, FEWEST_IN_B = 5, 7
MOST_WEEKS = 3
CLEAR_OF_LEARNING = 20  # The age, in whole days, at which B holds a week without learning days.
STEADY_SPEND = 0.10
_ROUNDING = 1e-9  # Exactly ten results, or a tenth less spend, must not hang on the last bit.
_PRIOR = 0.5  # Half a result in each window keeps the logarithm finite at zero.


class Word(StrEnum):
    """A verdict in a word."""

    IMPROVING = "improving"
    DECLINING = "declining"
    STEADY = "steady"
    TOO_EARLY = "too early"


class Why(StrEnum):
    """Why it is too early to tell; the first that applies, in this order."""

    LEARNING = "learning"
    YOUNG = "young"
    GAP = "gap"
    STALE = "stale"
    CHANGED = "changed"
    NOTHING_SPENT = "nothing_spent"
    FEW = "few"
    LEARNING_WEEK = "learning_week"
    """The only baseline is the learning week, against which everything looks better."""
    UNCONFIRMED = "unconfirmed"
    """A direction that has not held on two as-of days in a row yet."""


class SpendWord(StrEnum):
    """What spend does: accounting, not a sample, so there is no noise to beat."""

    STEADY = "steady"
    RISING = "rising"
    FALLING = "falling"


TOO_EARLY, IMPROVING, STEADY, DECLINING = np.int8(0), np.int8(1), np.int8(2), np.int8(-1)
WORDS = {0: Word.TOO_EARLY, 1: Word.IMPROVING, 2: Word.STEADY, -1: Word.DECLINING}
NO_REASON = np.int8(-1)
REASONS = tuple(Why)


@dataclass(frozen=True)
class Judgement:
    """Two windows judged: the word, the change `y` on the log scale, and the noise `m`."""

    word: Word
    why: Why | None
    y: float
    m: float

    @property
    def margin(self) -> float:
        """How far a steady figure may truly have moved: 0.33 reads "± 33 %"."""
        return float(np.expm1(self.m))


@dataclass(frozen=True)
class Compared:
    """Windows judged side by side; codes as in `WORDS` and `REASONS`."""

    word: Codes
    why: Codes
    y: Floats
    m: Floats


def compare(x_c: Floats, e_c: Floats, x_b: Floats, e_b: Floats) -> Compared:
    """Judge results `x` over exposure `e` (spend or days) of the windows C against B.

    y = ln((x_c + ½) / e_c) − ln((x_b + ½) / e_b); m = 2 · √(1/(x_c + ½) + 1/(x_b + ½)).
    A window without exposure, or with a negative sum, cannot be judged.
    """
    is_judged = (e_c > 0) & (e_b > 0) & (x_c >= 0) & (x_b >= 0)
    x_c, e_c, x_b, e_b = (np.where(is_judged, value, 1.0) for value in (x_c, e_c, x_b, e_b))
    y = np.log((x_c + _PRIOR) / e_c) - np.log((x_b + _PRIOR) / e_b)
    m = 2 * np.sqrt(1 / (x_c + _PRIOR) + 1 / (x_b + _PRIOR))
    limit = np.maximum(LEAST_CHANGE, m)
    is_few = np.maximum(x_c, x_b / e_b * e_c) < FEWEST_RESULTS - _ROUNDING
    word = np.select([y > limit, y < -limit, m <= MOST_NOISE_OF_STEADY], [1, -1, 2], 0)
    # Where hardly anything was spent in one window, the half results alone can point the other
    # way than the figures do; a direction that its own figures contradict is no direction.
    is_borne_out = y * (x_c * e_b - x_b * e_c) >= 0
    is_judged_by_counts = is_judged & ~is_few & (is_borne_out | (word == STEADY))
    word = np.where(is_judged_by_counts, word, 0).astype(np.int8)
    why = np.where(word == TOO_EARLY, _code(Why.FEW), NO_REASON)
    why = np.where(is_judged, why, _code(Why.NOTHING_SPENT)).astype(np.int8)
    nan = np.where(is_judged, 0.0, np.nan)
    return Compared(word, why, y + nan, m + nan)


def judge_windows(x_c: float, e_c: float, x_b: float, e_b: float) -> Judgement:
    """Judge two windows given as numbers: results `x` over spend or days `e`, C against B.

    The gates that need days, and the confirmation, are `judge`'s. Raises `ValueError` for a
    number that is negative or not finite.
    """
    given = [float(value) for value in (x_c, e_c, x_b, e_b)]
    if not all(np.isfinite(value) and value >= 0 for value in given):
        raise ValueError(f"Sums of a window are finite and not negative, not {given}.")
    found = compare(*(np.array([value]) for value in given))
    return _judgement(found, 0)


@dataclass(frozen=True)
class DayGrid:
    """The days of campaigns side by side: a row a campaign, a column a date, no gaps.

    `spend` and `results` are in millionths, NaN where unknown or missing; a covered day
    without a row holds zeros. `started` is the column of the first day of the run, negative
    where it lies before the grid; `earlier` counts the eligible dates before the grid.
    """

    spend: Floats
    results: Floats
    is_reported: Bools
    is_whole: Bools
    """Whether the campaign ran the whole day: not started, paused or resumed within it."""
    is_changed: Bools
    """Whether it was resumed or unarchived, or its budget changed, on that day."""
    started: Ints
    earlier: Ints

    @property
    def is_eligible(self) -> Bools:
        """A ratio uses the same days above and below the line: both must be known."""
        known = np.isfinite(self.spend) & np.isfinite(self.results)
        return self.is_reported & self.is_whole & known


@dataclass(frozen=True)
class Sums:
    """Sums over a window, one value a campaign and as-of day."""

    days: Floats
    spend: Floats
    results: Floats


@dataclass(frozen=True)
class Verdicts:
    """What stands on each as-of day: arrays of the grid's shape, column a as-of day."""

    word: Codes
    why: Codes
    cost: Compared
    by_day: Compared
    """Results per day, judged like cost per result with days as exposure."""
    spend_change: Floats
    """Change of the mean spend a day; NaN where there is none to compare with."""
    c: Sums
    b: Sums
    weeks: Ints
    week: Sums
    """The eligible days among the last 7 dates, for show."""
    month: Sums
    eligible: Ints
    """Eligible dates since the start, up to and with the as-of day."""
    age: Ints
    """Whole days since the start of the run, negative before it."""


def judge(grid: DayGrid) -> Verdicts:
    """Judge every campaign on every as-of day of the grid.

    Learning and stale figures depend on the clock and are laid over by `lib.domain.trend`;
    every other gate, the baseline of the learning week and the confirmation are in here.
    """
    usable = grid.is_eligible
    masked = Sums(
        usable.astype(np.float64),
        np.where(usable, grid.spend, 0.0),
        np.where(usable, grid.results, 0.0),
    )
    age = np.arange(usable.shape[1])[None, :] - grid.started[:, None]
    clean = np.clip((age - 13) // WEEK, 0, MOST_WEEKS)
    weeks = np.where(clean > 0, clean, np.clip((age - 6) // WEEK, 0, 1))
    c, b = _windows(masked, weeks)
    cost = compare(c.results / 1e6, c.spend / 1e6, b.results / 1e6, b.spend / 1e6)
    by_day = compare(c.results / 1e6, c.days, b.results / 1e6, b.days)
    eligible = grid.earlier[:, None] + np.cumsum(usable, axis=1, dtype=np.int64)
    gate = np.select(
        [
            eligible < FEWEST_DATES,
            (c.days < FEWEST_IN_C) | (b.days < FEWEST_IN_B),
            rolling(grid.is_changed.astype(np.float64), WEEK) > 0,
        ],
        [_code(Why.YOUNG), _code(Why.GAP), _code(Why.CHANGED)],
        NO_REASON,
    ).astype(np.int8)
    cost, by_day = (_confirmed(found, gate, is_clean=clean > 0) for found in (cost, by_day))
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (c.spend / c.days) / (b.spend / b.days) - 1
    return Verdicts(
        word=cost.word,
        why=cost.why,
        cost=cost,
        by_day=by_day,
        spend_change=np.where(np.isfinite(change), change, np.nan),
        c=c,
        b=b,
        weeks=weeks,
        week=_rolled(masked, WEEK),
        month=_rolled(masked, MONTH),
        eligible=eligible,
        age=age,
    )


def _windows(masked: Sums, weeks: Ints) -> tuple[Sums, Sums]:
    """Return the sums of C and B: only weekdays on which both have an eligible day."""
    here = masked.days > 0
    before = c = b = Sums(*(np.zeros_like(masked.days) for _ in range(3)))
    for number in range(1, MOST_WEEKS + 1):
        before = Sums(
            before.days + shifted(masked.days, number * WEEK),
            before.spend + shifted(masked.spend, number * WEEK),
            before.results + shifted(masked.results, number * WEEK),
        )
        is_chosen = weeks == number
        if is_chosen.any():
            is_kept = here & (before.days > 0)
            c = _chosen(is_chosen, _rolled(masked, WEEK, is_kept), c)
            b = _chosen(is_chosen, _rolled(before, WEEK, is_kept), b)
    return c, b


def _chosen(is_chosen: Bools, one: Sums, other: Sums) -> Sums:
    return Sums(
        np.where(is_chosen, one.days, other.days),
        np.where(is_chosen, one.spend, other.spend),
        np.where(is_chosen, one.results, other.results),
    )


def _rolled(sums: Sums, length: int, is_kept: Bools | None = None) -> Sums:
    kept = 1.0 if is_kept is None else is_kept
    return Sums(
        rolling(sums.days * kept, length),
        rolling(sums.spend * kept, length),
        rolling(sums.results * kept, length),
    )


def _confirmed(found: Compared, gate: Codes, *, is_clean: Bools) -> Compared:
    """Return the comparison behind its gates, with directions only where they have held."""
    word = np.where(gate == NO_REASON, found.word, TOO_EARLY)
    why = np.where(gate == NO_REASON, found.why, gate)
    is_unfair = (word == IMPROVING) & ~is_clean
    word = np.where(is_unfair, TOO_EARLY, word)
    why = np.where(is_unfair, _code(Why.LEARNING_WEEK), why)
    before = np.zeros_like(word)
    before[:, 1:] = word[:, :-1]
    is_new = np.isin(word, (IMPROVING, DECLINING)) & (before != word)
    return Compared(
        np.where(is_new, TOO_EARLY, word).astype(np.int8),
        np.where(is_new, _code(Why.UNCONFIRMED), why).astype(np.int8),
        found.y,
        found.m,
    )


def rolling(values: Floats, length: int) -> Floats:
    """Return the sum of each value and the `length` − 1 before it, along the columns.

    Exact for whole numbers below 2^53, which sums of millionths are.
    """
    total = np.cumsum(values, axis=1)
    rolled = total.copy()
    rolled[:, length:] -= total[:, :-length]
    return rolled


def shifted(values: Floats, by: int) -> Floats:
    """Return the values moved `by` columns to the right, zeros filling up."""
    moved = np.zeros_like(values)
    if by < values.shape[1]:
        moved[:, by:] = values[:, :-by]
    return moved


def spend_word(change: float | None) -> SpendWord | None:
    """Return what a change of the mean daily spend is called."""
    if change is None or not np.isfinite(change):
        return None
    if abs(change) < STEADY_SPEND - _ROUNDING:
        return SpendWord.STEADY
    return SpendWord.RISING if change > 0 else SpendWord.FALLING


def readable_on(
    why: Why | None,
    *,
    as_of: date,
    settle_age: int,
    started_on: date,
    eligible: int,
    changed_on: date | None,
    ends_on: date | None = None,
) -> date | None:
    """Return the date on which the gate lifts if every day to come counts, None if unknown.

    A change after the as-of day is known already and will be waited for; a run that ends
    before its figures could be told never will be.
    """
    lifts = _lifts(why, as_of, started_on=started_on, eligible=eligible, changed_on=changed_on)
    if lifts is None:
        return None
    if changed_on is not None:
        lifts = max(lifts, changed_on + timedelta(days=WEEK))
    if ends_on is not None and lifts > ends_on:
        return None
    return lifts + timedelta(days=settle_age)


def _lifts(
    why: Why | None, as_of: date, *, started_on: date, eligible: int, changed_on: date | None
) -> date | None:
    """Return the as-of day on which the gate lifts."""
    if started_on == date.max:  # Nobody knows when it will have begun.
        return None
    if why in (Why.YOUNG, Why.LEARNING):
        # The feed may end before the start.
        counted = max(as_of, started_on - timedelta(days=1))
        return counted + timedelta(days=max(FEWEST_DATES - eligible, 0))
    if why is Why.CHANGED and changed_on is not None:
        return changed_on + timedelta(days=WEEK)
    if why is Why.UNCONFIRMED:
        return as_of + timedelta(days=1)
    if why is Why.LEARNING_WEEK:
        # Improving, and that has to hold a second day against the weeks that are clear of it.
        return started_on + timedelta(days=CLEAR_OF_LEARNING + 1)
    return None


def reason_of(code: int) -> Why | None:
    """Return the reason that a code stands for."""
    return None if code == NO_REASON else REASONS[code]


def _judgement(found: Compared, row: int) -> Judgement:
    return Judgement(
        WORDS[int(found.word[row])],
        reason_of(int(found.why[row])),
        float(found.y[row]),
        float(found.m[row]),
    )


def _code(why: Why) -> np.int8:
    return np.int8(REASONS.index(why))
