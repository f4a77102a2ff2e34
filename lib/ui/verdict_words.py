"""The verdict in words: for a table's cell, for a badge, and the sentence of the screen.

Three separate things, so that no single one has to be understood: the word, the arrow of the
number (cost per result up or down), and the colour of its goodness. Spend has no goodness.
"""

import math
from datetime import date, datetime

from lib.domain.board import RUNS_ON, BoardRow
from lib.domain.drivers import Driver, Drivers
from lib.domain.learning import LEARNING_DAYS
from lib.domain.records import MICROS
from lib.domain.status import Group
from lib.domain.trend import Side, Verdict, too_early_words
from lib.domain.verdict import (
    FEWEST_DATES,
    FEWEST_RESULTS,
    LEAST_CHANGE,
    WEEK,
    SpendWord,
    Why,
    Word,
)
from lib.ui.badges import Colour
from lib.ui.format import a_day, day, day_before, money, one_of, percent, results, unit_cost

# A falling cost is good, a rising one is not; the arrow is the number's, the colour the goodness.
ARROWS = {Word.IMPROVING: "↓", Word.DECLINING: "↑", Word.STEADY: "→", Word.TOO_EARLY: "◔"}
COLOURS: dict[Word, Colour] = {
    Word.IMPROVING: "green",
    Word.DECLINING: "orange",
    Word.STEADY: "gray",
    Word.TOO_EARLY: "blue",
}
ICONS = {
    Word.IMPROVING: ":material/south_east:",
    Word.DECLINING: ":material/north_east:",
    Word.STEADY: ":material/east:",
    Word.TOO_EARLY: ":material/hourglass_top:",
}
_WITH_DIGITS = 10
_SPEND = {SpendWord.RISING: "rising", SpendWord.FALLING: "falling", SpendWord.STEADY: "steady"}
_WEEKS = {1: "the week", 2: "the two weeks", 3: "the three weeks"}
RULE = f"""
- **What is compared.** The last 7 days against the one to three whole weeks before them. The
  two do not overlap: if they did, a doubling would show as +60 % only. Only weekdays that both
  have count, and only days that ran in full and whose figures have settled.
- **What counts as a change.** Cost per result must have moved by more than 25 %, and by more
  than chance alone moves it with so few or so many results; and that on two days in a row.
  Smaller moves read *steady*, with the range in which the truth may lie.
- **When it is too early.** In the first {LEARNING_DAYS} days; with fewer than {FEWEST_DATES}
  full days; with gaps; within 7 days of a resume or a budget change; with fewer than
  {FEWEST_RESULTS} results; while the only comparison is the learning week. The date on which
  it can be read stands beside it.
- **Spend is not judged.** More or less of it is neither good nor bad; whether it goes out as
  planned is what pacing says.
"""


# Reasons that more days of the same would not have lifted.
_NOT_BY_TIME = frozenset({Why.GAP, Why.NOTHING_SPENT, Why.FEW})


def is_shown(row: BoardRow) -> bool:
    """Return whether the campaign's verdict is worth showing: named, or still to come."""
    if row.verdict is not None and (_is_named(row.verdict.cost) or _is_named(row.verdict.last)):
        return True
    return row.status in RUNS_ON


def _is_named(side: Side | None) -> bool:
    return side is not None and side.word is not Word.TOO_EARLY


def chips(row: BoardRow) -> dict[str, Colour]:
    """Return the chips of a table's cell, each with its colour: the verdict, then when."""
    if not is_shown(row):
        return {}
    verdict = row.verdict
    if verdict is None or verdict.word is Word.TOO_EARLY:
        return _too_early_chips(row)
    word = verdict.word
    return {f"{ARROWS[word]} {word.value}": COLOURS[word]}


def _too_early_chips(row: BoardRow) -> dict[str, Colour]:
    verdict = row.verdict
    if verdict is not None and verdict.last and _is_named(verdict.last):
        last = verdict.last.word
        return {
            f"{ARROWS[last]} {last.value}": "gray",
            f"as of {day_before(verdict.as_of, row.now)}": "gray",
        }
    found: dict[str, Colour] = {f"◔ too early: {short_reason(row)}": "blue"}
    if row.readable_on:
        found[f"readable on {day(row.readable_on)}"] = "gray"
    return found


def badge(row: BoardRow) -> tuple[str, str, Colour] | None:
    """Return words, icon and colour of the verdict's badge, None where there is none to show.

    The same word as in a table's cell: a verdict that stays as the last one says of which day.
    """
    verdict = row.verdict
    if verdict is not None and verdict.last and _is_named(verdict.last):
        last = verdict.last.word
        return (
            f"{last.value.capitalize()} as of {day_before(verdict.as_of, row.now)}",
            ICONS[last],
            "gray",
        )
    word = verdict.word if verdict else Word.TOO_EARLY
    if word is Word.TOO_EARLY and (row.group is Group.FINISHED or not is_shown(row)):
        return None
    return word.value.capitalize(), ICONS[word], COLOURS[word]


def short(row: BoardRow) -> str:
    """Return the verdict on one line: "too early: day 3 of 7, readable on 2 Dec"."""
    return ", ".join(chips(row)).replace("◔ ", "")


def short_reason(row: BoardRow) -> str:
    """Return why it is too early, in two or three words."""
    verdict = row.verdict
    if row.learning:
        return f"day {row.learning.day} of {LEARNING_DAYS}"
    if verdict is None or verdict.why is None:
        return "no figures"
    if verdict.why is Why.YOUNG:
        return f"{verdict.eligible} of {FEWEST_DATES} days"
    if verdict.why is Why.CHANGED:
        return f"changed {day(verdict.changed_on)}"
    return {
        Why.GAP: "gaps",
        Why.STALE: "old figures",
        Why.NOTHING_SPENT: "no spend",
        Why.FEW: f"few {row.campaign.headline_kind}"[:18],
        Why.LEARNING_WEEK: "first weeks",
        Why.UNCONFIRMED: "1 more day",
    }.get(verdict.why, "")


def headline(row: BoardRow, *, changed_by: str = "") -> str:
    """Return the reason in a full sentence where it is too early, else an empty text.

    `changed_by` names who made the change that the verdict waits for.
    """
    verdict = row.verdict
    if verdict is None:
        return "Too early to tell: no figures have settled yet." + _readable(row.readable_on)
    if verdict.word is not Word.TOO_EARLY or verdict.why is None:
        return ""
    if row.group is Group.FINISHED:
        return _at_the_end(verdict, now=row.now)
    reason = too_early_words(verdict.why)
    if row.learning:
        reason = f"day {row.learning.day} of {LEARNING_DAYS} of the learning period"
    elif verdict.why is Why.YOUNG:
        reason = f"{verdict.eligible} of {FEWEST_DATES} full days of figures are there"
    elif verdict.why is Why.CHANGED:
        reason = f"changed on {day(verdict.changed_on)}" + (
            f" by {changed_by}" if changed_by else ""
        )
    elif verdict.why is Why.STALE:
        reason = f"no figures since {day_before(verdict.as_of, row.now)}"
        if verdict.last and _is_named(verdict.last):
            reason += f"; the verdict was {verdict.last.word.value} then"
    elif verdict.why is Why.UNCONFIRMED:
        reason = f"it points to {_points_to(verdict)}, which has to hold a second day"
    return f"Too early to tell: {reason}." + _readable(row.readable_on)


def _at_the_end(verdict: Verdict, *, now: datetime) -> str:
    last = verdict.last or verdict.cost
    if _is_named(last):
        return f"At its end, on {day_before(verdict.as_of, now)}, it was {last.word.value}."
    if last.why in _NOT_BY_TIME:
        return f"At its end the trend could not be told: {too_early_words(last.why)}."
    return "It ended before the trend could be told."


def _points_to(verdict: Verdict) -> str:
    return Word.IMPROVING.value if (verdict.cost.y or 0) > 0 else Word.DECLINING.value


def _readable(on: date | None) -> str:
    return f" Readable on {day(on)}." if on else ""


def sentence(row: BoardRow) -> str:
    """Return the numbers behind the verdict: cost against cost, with the counts.

    "Cost per save €0.67 against €1.00 in the three weeks before (210 and 420 saves)."
    """
    one = row.campaign
    return sentence_of(row.verdict, kind=one.headline_kind, currency=one.currency)


def sentence_of(verdict: Verdict | None, *, kind: str, currency: str) -> str:
    """Return the same of a verdict that stands without its campaign."""
    if verdict is None or not verdict.current.days or not verdict.baseline.days:
        return ""
    now, before = verdict.current, verdict.baseline
    if not now.spend_micros:
        days = "in the last 7 days"
        if now.days < WEEK:
            days = f"on the {now.days} of the last 7 days that can be compared"
        return f"Nothing was spent {days}."
    if not now.results_micros:
        above = unit_cost(now.least_cost_micros, currency)
        return f"0 {kind} in the last 7 days; the true cost is likely above {above}." + (
            f" It was {unit_cost(before.cost_micros, currency)} in {before_words(verdict)}."
            if before.results_micros
            else ""
        )
    new = unit_cost(now.cost_micros, currency)
    if not before.results_micros:
        return (
            f"Cost per {one_of(kind)} {new}; new: there were no {kind} in {before_words(verdict)}."
        )
    return (
        f"Cost per {one_of(kind)} {new} against {unit_cost(before.cost_micros, currency)} in "
        f"{before_words(verdict)} ({results(now.results_micros)} and "
        f"{results(before.results_micros)} {kind})."
    )


def before_words(verdict: Verdict) -> str:
    """Return what the weeks are called that the last 7 days are compared with."""
    return f"{_WEEKS.get(verdict.weeks, 'the weeks')} before"


def results_sentence(row: BoardRow) -> str:
    """Return what the results do, and whether they only follow the spend."""
    verdict, kind = row.verdict, row.campaign.headline_kind
    if verdict is None or not verdict.current.days or not verdict.baseline.days:
        return ""
    now, before = (
        a_day(sums.results_a_day_micros or 0) for sums in (verdict.current, verdict.baseline)
    )
    words = f"{kind[:1].upper()}{kind[1:]} a day: {now} against {before}"
    if verdict.results.word is not Word.TOO_EARLY:
        words += f", {results_word(verdict.results)}"
    if verdict.follows_spend and verdict.results.word in (Word.IMPROVING, Word.DECLINING):
        words += "; they follow the spend"
    return f"{words}."


def results_word(side: Side) -> str:
    """Return what more or fewer results a day are called: not a cost, so not "improving"."""
    return {Word.IMPROVING: "more", Word.DECLINING: "fewer", Word.STEADY: "steady"}.get(
        side.word, ""
    )


def spend_sentence(row: BoardRow) -> str:
    """Return what the spend does, in neutral words."""
    verdict = row.verdict
    if verdict is None or verdict.spend_word is None or verdict.spend_change is None:
        return ""
    change = percent(abs(verdict.spend_change))
    if verdict.spend_word is SpendWord.STEADY:
        return f"Spend a day: steady (within {change})."
    sign = "+" if verdict.spend_change > 0 else "−"
    return f"Spend a day: {_SPEND[verdict.spend_word]} ({sign}{change})."


_DRIVERS = {
    Driver.PRICE: "It comes mostly from the price of impressions",
    Driver.YIELD: "It comes mostly from what impressions bring",
    Driver.BOTH: "It comes from both the price of impressions and what they bring",
}


def drivers_sentence(found: Drivers, *, kind: str, currency: str) -> str:
    """Return what a change of the cost comes from, with the numbers of both windows."""
    now, before = found.now, found.before
    return (
        f"{_DRIVERS[found.main]}: 1,000 of them cost {money(now.price_micros, currency)} against "
        f"{money(before.price_micros, currency)} and brought {_few(now.results)} against "
        f"{_few(before.results)} {kind}."
    )


def _few(number: float) -> str:
    return f"{number:.2g}" if number < _WITH_DIGITS else a_day(number * MICROS)


def change_words(verdict: Verdict) -> str:
    """Return by how much the cost changed: "−33 %"; of a steady one its noise: "± 28 %".

    Where one window brought no result there is no cost to set against the other: the half
    results of the rule alone would make the number.
    """
    side = verdict.cost
    if side.y is None or side.m is None or not _has_both(verdict):
        return ""
    if side.word is Word.STEADY:
        return f"± {percent(math.expm1(side.m))}"
    change = math.expm1(-side.y)
    return f"{'+' if change > 0 else '−'}{percent(abs(change))}"


def _has_both(verdict: Verdict) -> bool:
    return bool(verdict.current.results_micros and verdict.baseline.results_micros)


def noise_words(verdict: Verdict, *, kind: str) -> str:
    """Return what chance alone may do with counts like these, and what has happened."""
    side = verdict.cost
    if side.y is None or side.m is None:
        return "Nothing was spent in one of the two windows, so there is nothing to compare."
    chance, counts = (percent(math.expm1(value)) for value in (side.m, max(LEAST_CHANGE, side.m)))
    moved = f"{percent(abs(math.expm1(side.y)))} {'more' if side.y >= 0 else 'fewer'} results"
    if not verdict.current.results_micros:
        moved = f"no {kind}"
    elif not verdict.baseline.results_micros:
        moved = f"{kind} where it had bought none"
    return (
        f"Only weekdays that both windows have are compared. Chance alone can move results per "
        f"amount spent by {chance} with counts like these, so a change counts from {counts} "
        f"on. Here the same money bought {moved}."
    )
