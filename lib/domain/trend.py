"""What the trend of a campaign amounts to now: the stored verdict, laid over by the clock.

Everything that depends on the days alone is stored for each as-of day; learning and stale
figures depend on the moment of reading and are laid over it here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lib.domain.anomalies import OddDay
from lib.domain.learning import LEARNING_DAYS, Learning
from lib.domain.metrics import Pacing, Totals, Window, ratio_micros
from lib.domain.records import Coverage
from lib.domain.run_days import DayFigures, Run, day_grid
from lib.domain.verdict import (
    FEWEST_DATES,
    WEEK,
    WORDS,
    SpendWord,
    Verdicts,
    Why,
    Word,
    judge,
    readable_on,
    reason_of,
    spend_word,
)

STALE_AFTER_DAYS = 2
"""Beyond the settle age: by then figures should have come in."""


@dataclass(frozen=True)
class Sums:
    """Eligible days of a window and what they add up to; money and results in millionths."""

    days: int
    spend_micros: int
    results_micros: int

    @property
    def cost_micros(self) -> float | None:
        """Cost per result in micros of the currency, None at no results."""
        return ratio_micros(self.spend_micros, self.results_micros)

    @property
    def spend_a_day_micros(self) -> float | None:
        return self.spend_micros / self.days if self.days else None

    @property
    def results_a_day_micros(self) -> float | None:
        return self.results_micros / self.days if self.days else None

    @property
    def least_cost_micros(self) -> float | None:
        """At no results: the true cost is likely above this (rule of three, 95 %)."""
        return self.spend_micros / 3 if not self.results_micros and self.spend_micros else None


@dataclass(frozen=True)
class Averages:
    """What a window comes to a day, and a result; in millionths, None is unknown."""

    days: int
    spend_micros: float | None
    results_micros: float | None
    cost_micros: float | None


def averages(sums: Sums, totals: Totals | None) -> Averages:
    """Return what the eligible days of a window come to a day.

    Eligible days that were idle say nothing of the days around them, of which some figures are
    not known. Where there are no others, spend is averaged over what was reported, the `totals`
    of the same window; without these nothing is known.
    """
    is_idle = bool(sums.days) and not sums.spend_micros and not sums.results_micros
    if totals is None and is_idle:
        return Averages(sums.days, None, None, None)
    if totals is not None and totals.spend_micros and (is_idle or not sums.days):
        return Averages(totals.days, totals.spend_micros / totals.days, None, None)
    return Averages(sums.days, sums.spend_a_day_micros, sums.results_a_day_micros, sums.cost_micros)


@dataclass(frozen=True)
class Side:
    """One question judged: cost per result, or results per day."""

    word: Word
    why: Why | None
    y: float | None
    m: float | None


@dataclass(frozen=True)
class Verdict:
    """The verdict of one campaign on one as-of day, with every number behind it."""

    as_of: date
    cost: Side
    results: Side
    spend_word: SpendWord | None
    spend_change: float | None
    current: Sums
    """Window C: the last 7 dates."""
    baseline: Sums
    """Window B: `weeks` whole weeks before C."""
    weeks: int
    week: Sums
    """Eligible days among the last 7 dates, for show."""
    month: Sums
    eligible: int
    changed_on: date | None
    readable_on: date | None
    last: Side | None = None
    """Where figures are stale, or the run is over: the verdict that stood before."""
    is_final: bool = False
    """The run ended on `as_of`, and the feed reaches beyond it: nothing will move it any more."""

    @property
    def word(self) -> Word:
        """The headline: the verdict on cost per result."""
        return self.cost.word

    @property
    def why(self) -> Why | None:
        return self.cost.why

    @property
    def follows_spend(self) -> bool:
        """Whether results moved because spend did: the cost is steady, the spend is not."""
        return self.word is Word.STEADY and self.spend_word in (
            SpendWord.RISING,
            SpendWord.FALLING,
        )

    @property
    def windows(self) -> tuple[Window, Window]:
        """The dates of C and of B."""
        c = Window(self.as_of - timedelta(days=WEEK - 1), self.as_of)
        last = c.first - timedelta(days=1)
        return c, Window(last - timedelta(days=max(self.weeks, 1) * WEEK - 1), last)

    @property
    def stake_micros(self) -> float | None:
        """What C cost beyond the baseline's cost per result, where that declines."""
        if self.word is not Word.DECLINING or not self.baseline.results_micros:
            return None
        usual = self.current.results_micros * self.baseline.spend_micros
        return self.current.spend_micros - usual / self.baseline.results_micros


@dataclass(frozen=True)
class Trend:
    """What is stored of a campaign for one as-of day; see `lib.services.trend.trends`."""

    as_of: date
    covered_through: date
    kind: str
    settle_age: int
    started_on: date
    week: Totals
    month: Totals
    spend_by_day: tuple[float | None, ...]
    verdict: Verdict
    pacing: Pacing | None
    is_silent: bool
    """Nothing was spent on the last settled day that it ran whole."""
    odd_day: OddDay | None
    """The newest day of odd spend among the last 7."""
    last_spend_on: date | None


def verdict_at(
    found: Verdicts,
    row: int,
    column: int,
    *,
    as_of: date,
    settle_age: int,
    started_on: date,
    changed_on: date | None,
    ends_on: date | None,
) -> Verdict:
    """Return the verdict of a row of the grid on the as-of day of `column`."""
    why = reason_of(int(found.why[row, column]))
    change = float(found.spend_change[row, column])
    eligible = int(found.eligible[row, column])
    return Verdict(
        as_of=as_of,
        cost=_side(found.cost, row, column),
        results=_side(found.by_day, row, column),
        spend_word=spend_word(change),
        spend_change=change if change == change else None,
        current=_sums(found.c, row, column),
        baseline=_sums(found.b, row, column),
        weeks=int(found.weeks[row, column]),
        week=_sums(found.week, row, column),
        month=_sums(found.month, row, column),
        eligible=eligible,
        changed_on=changed_on,
        readable_on=readable_on(
            why,
            as_of=as_of,
            settle_age=settle_age,
            started_on=started_on,
            eligible=eligible,
            changed_on=changed_on,
            ends_on=ends_on,
        ),
    )


def judge_campaign(
    days: Mapping[date, DayFigures],
    run: Run,
    spans: Sequence[Coverage],
    *,
    settle_age: int,
    today: date,
    learning: Learning | None = None,
) -> Verdict | None:
    """Judge one campaign by its days as of `today`, None where no day is settled yet.

    `days` maps a date to spend in micros and results in millionths; the feed covers `spans`.
    """
    covered = max((span.ends_on for span in spans), default=None)
    if covered is None:
        return None
    as_of = min(covered, today - timedelta(days=settle_age))
    first = min([*days, *(span.starts_on for span in spans)])
    if as_of < first:
        return None
    # Behind its end the windows would fill with days that did not run.
    is_final = run.ends_on is not None and first <= run.ends_on < as_of
    if is_final:
        assert run.ends_on is not None  # noqa: S101 - it is final
        as_of = run.ends_on
    grid, marks = day_grid(days, run, spans, Window(first, as_of))
    verdict = verdict_at(
        judge(grid),
        0,
        (as_of - first).days,
        as_of=as_of,
        settle_age=settle_age,
        started_on=marks.started_on,
        changed_on=run.changed_on,
        ends_on=run.ends_on,
    )
    return verdict_now(
        replace(verdict, is_final=is_final),
        learning=learning,
        today=today,
        settle_age=settle_age,
        started_on=marks.started_on,
        ends_on=run.ends_on,
    )


def verdict_now(
    verdict: Verdict,
    *,
    learning: Learning | None,
    today: date,
    settle_age: int,
    started_on: date,
    ends_on: date | None,
) -> Verdict:
    """Return the verdict with the gates that the clock decides: learning, then stale figures.

    What stood at the end of a run that is over is told like what stood before figures went stale.
    Where figures lag behind, a date that has passed is not promised: newer figures lift the gate.
    """
    if verdict.readable_on is not None and verdict.readable_on <= today:
        verdict = replace(verdict, readable_on=None)
    if learning is not None:
        readable = readable_on(
            Why.LEARNING,
            as_of=verdict.as_of,
            settle_age=settle_age,
            started_on=started_on,
            eligible=verdict.eligible,
            changed_on=verdict.changed_on,
            ends_on=ends_on,
        )
        return _gated(verdict, Why.LEARNING, readable)
    if verdict.why in (Why.YOUNG, Why.GAP):
        return verdict
    is_stale = verdict.as_of < today - timedelta(days=settle_age + STALE_AFTER_DAYS)
    if verdict.is_final or is_stale:
        return replace(_gated(verdict, Why.STALE, None), last=verdict.cost)
    return verdict


def first_readable_on(
    started_on: date, *, settle_age: int, ends_on: date | None = None
) -> date | None:
    """Return when a campaign without any settled day can be judged at the earliest.

    None where its run is shorter than that.
    """
    return readable_on(
        Why.YOUNG,
        as_of=started_on - timedelta(days=1),
        settle_age=settle_age,
        started_on=started_on,
        eligible=0,
        changed_on=None,
        ends_on=ends_on,
    )


def too_early_words(why: Why) -> str:
    """Return the reason in plain words, without its dates."""
    return _PLAIN[why]


_PLAIN = {
    Why.LEARNING: f"the platform is still learning (the first {LEARNING_DAYS} days)",
    Why.YOUNG: f"fewer than {FEWEST_DATES} full days of figures",
    Why.GAP: "too many days of the last weeks are missing or did not run in full",
    Why.STALE: "no new figures have come in",
    Why.CHANGED: "it was changed within the last 7 days",
    Why.NOTHING_SPENT: "nothing was spent in one of the two windows",
    Why.FEW: "too few results to tell from chance",
    Why.LEARNING_WEEK: "still measured against the learning week",
    Why.UNCONFIRMED: "it points in a direction that has to hold a second day",
}


def _gated(verdict: Verdict, why: Why, readable: date | None) -> Verdict:
    return replace(
        verdict,
        cost=replace(verdict.cost, word=Word.TOO_EARLY, why=why),
        results=replace(verdict.results, word=Word.TOO_EARLY, why=why),
        readable_on=readable,
    )


def _side(found: object, row: int, column: int) -> Side:
    y, m = float(found.y[row, column]), float(found.m[row, column])  # type: ignore[attr-defined]
    is_known = y == y
    return Side(
        WORDS[int(found.word[row, column])],  # type: ignore[attr-defined]
        reason_of(int(found.why[row, column])),  # type: ignore[attr-defined]
        y if is_known else None,
        m if is_known else None,
    )


def _sums(found: object, row: int, column: int) -> Sums:
    return Sums(
        int(found.days[row, column]),  # type: ignore[attr-defined]
        round(found.spend[row, column]),  # type: ignore[attr-defined]
        round(found.results[row, column]),  # type: ignore[attr-defined]
    )
