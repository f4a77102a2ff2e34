"""The rule written twice agrees on ten thousand invented campaigns, to the last word."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from lib.domain.learning import Learning
from lib.domain.metrics import Window
from lib.domain.records import Coverage
from lib.domain.run_days import Run, day_grid
from lib.domain.running import StatusChange
from lib.domain.status import Status
from lib.domain.trend import judge_campaign
from lib.domain.verdict import WORDS, Compared, DayGrid, Why, Word, judge, reason_of
from tests.unit.domain.rule_by_numpy import Life, Read, Rule

CAMPAIGNS, LONGEST, ASKED = 10_000, 110, 3
UNIT = 1_000_000
LAST = date(2026, 11, 20)
ZONES = [
    UTC,
    *(ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Tokyo", "America/New_York")),
]
ON, OFF = Status.ACTIVE, Status.PAUSED


def a_life(dice: np.random.Generator) -> Life:
    """Return a campaign with a start, a volume, gaps, pauses and changes of its own."""
    length = int(dice.integers(8, LONGEST))
    first = LAST - timedelta(days=length - 1)

    def instant() -> datetime:
        at = datetime.combine(first, datetime.min.time(), UTC)
        return at + timedelta(minutes=int(dice.integers(-2000, length * 1440)))

    starts_on = None
    if dice.random() < 0.6:
        starts_on = first + timedelta(days=int(dice.integers(-20, 20)))
    moved = sorted(instant() for _ in range(int(dice.choice([0, 0, 0, 1, 2, 2, 4]))))
    begins_live = bool(dice.random() < 0.7)
    return Life(
        zone=ZONES[dice.integers(len(ZONES))],
        starts_on=starts_on,
        ends_on=LAST - timedelta(days=int(dice.integers(0, 9))) if dice.random() < 0.15 else None,
        created_at=instant() if dice.random() < 0.4 else None,
        movements=[(at, begins_live ^ (number % 2 == 1)) for number, at in enumerate(moved)],
        adjusted_at=[instant() for _ in range(int(dice.choice([0, 0, 0, 1, 3])))],
        spans=spans_of(dice, first, length),
        rows=rows_of(dice, first, length),
    )


def spans_of(dice: np.random.Generator, first: date, length: int) -> list[tuple[date, date]]:
    """Return what the imports speak for: sometimes all of it, else with holes."""
    if dice.random() < 0.5:
        return [(first, LAST)]
    found, at = [], 0
    while at < length:
        until = min(at + int(dice.integers(5, 50)), length) - 1
        found.append((first + timedelta(days=at), first + timedelta(days=until)))
        at = until + 1 + int(dice.integers(0, 5))
    return found


def rows_of(
    dice: np.random.Generator, first: date, length: int
) -> dict[date, tuple[int | None, int | None]]:
    """Return days of a rate that may change once, some idle, some in part unknown."""
    rate = np.exp(dice.uniform(np.log(0.05), np.log(200), 1))[0]
    rates = np.full(length, rate)
    rates[int(dice.integers(length)) :] *= dice.choice([0.3, 0.7, 1, 1, 1.5, 3])
    counts = dice.poisson(rates * dice.lognormal(0, 0.25, length))
    spends = np.round(dice.lognormal(2, 0.2, length), 2) * (dice.random() > 0.02)
    unknown = dice.random((2, length)) < dice.choice([0, 0, 0.03])
    idle = dice.random(length) < dice.choice([0, 0, 0.1])
    return {
        first + timedelta(days=day): (
            None if unknown[0, day] else round(spends[day] * UNIT),
            None if unknown[1, day] else int(counts[day]) * UNIT,
        )
        for day in range(length)
        if not idle[day]
    }


def is_covered(life: Life, day: date) -> bool:
    return any(first <= day <= last for first, last in life.spans)


def told_to_the_desk(life: Life) -> tuple[dict, Run, list[Coverage]]:
    """Return the same campaign in the shapes of the domain."""
    run = Run(
        zone=life.zone,
        changes=tuple(StatusChange(at, ON if live else OFF) for at, live in life.movements),
        starts_on=life.starts_on,
        ends_on=life.ends_on,
        created_at=life.created_at,
        adjusted_at=tuple(life.adjusted_at),
    )
    spans = [Coverage(campaign_id=1, starts_on=one, ends_on=two) for one, two in life.spans]
    return {day: row for day, row in life.rows.items() if is_covered(life, day)}, run, spans


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    dice = np.random.default_rng(20261124)
    return [a_life(dice) for _ in range(CAMPAIGNS)]


def side_by_side(lives: list[Life]) -> DayGrid:
    """Return all campaigns as one grid whose last column is the last date."""
    window = Window(LAST - timedelta(days=LONGEST - 1), LAST)
    grids = []
    for life in lives:
        days, run, spans = told_to_the_desk(life)
        grids.append(day_grid(days, run, spans, window)[0])
    return DayGrid(
        *(
            np.concatenate([getattr(grid, name) for grid in grids])
            for name in DayGrid.__dataclass_fields__
        )
    )


def read_at(found: Compared, row: int, column: int) -> Read:
    why = reason_of(int(found.why[row, column]))
    y, m = found.y[row, column], found.m[row, column]
    is_known = bool(np.isfinite(y))
    return Read(
        WORDS[int(found.word[row, column])].value,
        why and why.value,
        float(y) if is_known else None,
        float(m) if is_known else None,
    )


def assert_same(found: Read, expected: Read, where: object) -> None:
    assert (found.word, found.why) == (expected.word, expected.why), where
    for one, other in ((found.y, expected.y), (found.m, expected.m)):
        assert (one is None) == (other is None), where
        assert one is None or other is None or abs(one - other) < 1e-9, where


def test_both_agree_on_every_word_reason_and_figure(lives):
    verdicts = judge(side_by_side(lives))
    dice = np.random.default_rng(7)
    seen: Counter[tuple[str, str | None]] = Counter()
    for row, life in enumerate(lives):
        rule = Rule(life)
        for column in {LONGEST - 1, *dice.integers(LONGEST - 60, LONGEST, ASKED - 1).tolist()}:
            a = LAST - timedelta(days=LONGEST - 1 - column)
            for found, exposure in ((verdicts.cost, "spend"), (verdicts.by_day, "days")):
                expected = rule.shown(a, exposure)
                assert_same(read_at(found, row, column), expected, (life, a, exposure))
                seen[expected.word, expected.why] += 1
    words = {*Word} - {Word.TOO_EARLY}
    reasons = {*Why} - {Why.LEARNING, Why.STALE}
    assert min(seen[word.value, None] for word in words) > 500
    assert min(seen[Word.TOO_EARLY.value, why.value] for why in reasons) > 100


def test_both_agree_on_what_a_person_reads_on_a_day(lives):
    dice = np.random.default_rng(8)
    seen: Counter[str | None] = Counter()
    for life in lives[:1500]:
        days, run, spans = told_to_the_desk(life)
        today = LAST + timedelta(days=int(dice.integers(-30, 9)))
        settles, is_learning = int(dice.choice([1, 3])), bool(dice.random() < 0.1)
        learning = Learning(3, datetime(2026, 11, 24, tzinfo=UTC)) if is_learning else None
        found = judge_campaign(days, run, spans, settle_age=settles, today=today, learning=learning)
        expected = Rule(life).now(today, settles=settles, is_learning=is_learning)
        assert (found is None) == (expected is None)
        if found is None or expected is None:
            continue
        told = Read(found.word.value, found.why and found.why.value, found.cost.y, found.cost.m)
        assert_same(told, expected, (life, today))
        seen[expected.why] += 1
    assert min(seen[why.value] for why in (Why.LEARNING, Why.STALE, Why.YOUNG, Why.GAP)) > 30
