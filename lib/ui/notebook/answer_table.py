"""An answer as a table: one sheet for the screen, the CSV and the Excel file."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from lib.domain.answer import BASE_DAYS, OTHERS, Answer, Cell, Group, Series
from lib.domain.metrics import Window
from lib.domain.notebook import Because, Grain, LeftOut, Measure, Part, Split, Unit
from lib.domain.records import MICROS
from lib.services.sheets import Column, Kind, Sheet, Value
from lib.ui.format import MISSING, count, day, money, one_of, share, unit_cost

_TOTAL = "Total"
INDEX, CAMPAIGNS, WHOLE, OF, LACKING, UNSETTLED = (
    "Index",
    "Campaigns",
    "Days with figures",
    "Of days",
    "Missing days",
    "Unsettled days",
)
HELP = {
    INDEX: f"100 is what the campaign had over its first {BASE_DAYS} days with figures.",
    CAMPAIGNS: "How many campaigns reported at least one of these days.",
    WHOLE: "Days with figures from nearly all: of those that ran, at most 5 % are missing.",
    OF: "The dates that the figure asks for.",
    LACKING: "Days of single campaigns that ran and that nobody reported, added up.",
    UNSETTLED: "Days whose figures the platform may still change.",
}


TOGETHER = Group(_TOTAL, _TOTAL)


class Line(NamedTuple):
    """A row of the table: when, whose, and the figure."""

    bucket: Window
    group: Group
    cell: Cell
    drawn: float | None
    """What the chart shows."""


def measure_words(answer: Answer) -> str:
    """Return what is measured, with its result kind where there is one."""
    measure, kind = answer.measure, answer.question.kind
    if not measure.counts_results or not kind:
        return measure.label
    return kind.capitalize() if measure is Measure.RESULTS else f"Cost per {one_of(kind)}"


def title(answer: Answer) -> str:
    """Return what the answer is: "Spend by artist, day by day"."""
    split = answer.question.split_by
    by = "" if split is Split.NONE else f" by {split.label.lower()}"
    grain = {Grain.DAY: ", day by day", Grain.WEEK: ", week by week", Grain.TOTAL: ""}
    return f"{measure_words(answer)}{by}{grain[answer.grain]}"


def unit_words(answer: Answer) -> str:
    """Return what the axis says: the measure with its unit, or what an index stands for."""
    words = measure_words(answer)
    if answer.is_index:
        return f"{words}, {index_words()}"
    if answer.is_average:
        words += " a day"
    is_money = answer.measure.unit is Unit.MONEY
    return f"{words}, {answer.question.currency or 'each in its currency'}" if is_money else words


def index_words() -> str:
    """Return what an index of 100 is."""
    return f"100 = each campaign’s first {BASE_DAYS} days with figures"


def figure_words(answer: Answer, group: Group, value: float | None) -> str:
    """Return a figure of the measure with its unit, "—" where there is none."""
    if value is None:
        return MISSING
    if answer.measure.unit is Unit.SHARE:
        return share(value)
    if answer.measure.unit is Unit.COUNT:
        return count(round(value, 1))
    currency = group.currency or answer.question.currency
    words = money if answer.measure is Measure.SPEND else unit_cost
    return words(value * MICROS, currency)


def drawn_words(answer: Answer, group: Group, value: float | None) -> str:
    """Return what the chart shows of a figure."""
    if answer.is_index and value is not None:
        return count(round(value, 1))
    return figure_words(answer, group, value)


def group_words(group: Group) -> str:
    """Return what a group is called; what the largest leave is counted."""
    if group.key == OTHERS and group.folded:
        return f"All others ({count(group.folded)})"
    return group.label


def left_out_words(one: LeftOut) -> str:
    """Return what is left out and why: "12 campaigns in USD"."""
    campaigns = f"{count(one.campaigns)} campaign{'' if one.campaigns == 1 else 's'}"
    whose = "its" if one.campaigns == 1 else "their"
    return {
        Because.CURRENCY: f"{campaigns} in {one.of}",
        Because.KIND: f"{campaigns} bought for {one.of}",
        Because.NO_FIGURES: f"{campaigns} without any figures",
        Because.NOT_THEN: f"{campaigns} that neither ran nor reported then",
        Because.UNHEARD: f"{campaigns} after {whose} last figures, as newer exports of the same "
        "account hold none",
    }[one.because]


def lines(answer: Answer) -> Iterator[Line]:
    """Yield the rows, date by date and group by group; of a total the sum of all comes last."""
    for at, bucket in enumerate(answer.buckets):
        for series in answer.series:
            cell = series.cells[at]
            # A first or last week may hold none of a weekday.
            if cell.of_days:
                yield Line(bucket, series.group, cell, answer.drawn(series, cell))
    is_all = answer.grain is Grain.TOTAL and len(answer.series) > 1
    if is_all and answer.total is not None:
        whole = Series(TOGETHER, (answer.total,), answer.total, None)
        yield Line(answer.window, TOGETHER, answer.total, answer.drawn(whole, answer.total))


def sheet(answer: Answer, *, about: tuple[tuple[str, str], ...]) -> Sheet:
    """Return the answer as a table; `about` states what it is."""
    columns = _columns(answer)
    return Sheet(
        title=title(answer),
        columns=tuple(column for column, _ in columns),
        rows=tuple(tuple(of(line) for _, of in columns) for line in lines(answer)),
        about=about,
    )


def cells(answer: Answer, line: Line) -> list[str]:
    """Return what a person reads in a row, column by column."""
    return [_words(answer, line.group, column, of(line)) for column, of in _columns(answer)]


def _words(answer: Answer, group: Group, column: Column, value: Value) -> str:
    if value is None or value == "":
        return MISSING
    if isinstance(value, date):
        return day(value, with_year=True)
    if isinstance(value, str):
        return value
    if column.name == INDEX or column.kind is Kind.COUNT:
        return count(round(value, 1))
    return figure_words(answer, group, float(value))


def _columns(answer: Answer) -> list[tuple[Column, Callable[[Line], Value]]]:
    """Return the columns, each with how a line's cell is found."""
    question, measure, split = answer.question, answer.measure, answer.question.split_by
    figure = _kind_of(measure)
    found: list[tuple[Column, Callable[[Line], Value]]] = []
    if answer.grain is Grain.DAY:
        found.append((Column("Day", Kind.DAY), lambda line: line.bucket.first))
    else:
        found.append((Column("From", Kind.DAY), lambda line: line.bucket.first))
        found.append((Column("To", Kind.DAY), lambda line: line.bucket.last))
    if split is not Split.NONE:
        found.append((Column(split.label), lambda line: group_words(line.group)))
    found.append((Column(measure_words(answer), figure), lambda line: line.cell.value))
    if measure.is_sum and answer.grain is not Grain.DAY:
        found.append((Column("Mean a day", figure), lambda line: line.cell.a_day))
    if answer.is_index:
        found.append((Column(INDEX, Kind.COUNT), lambda line: line.drawn))
    if Part.SPEND in (measure.above, measure.below) and split is not Split.CURRENCY:
        found.append((Column("Currency"), lambda _: question.currency))
    if measure.counts_results and not split.is_by_kind:
        found.append((Column("Result kind"), lambda _: question.kind))
    return [
        *found,
        (Column(CAMPAIGNS, Kind.COUNT), lambda line: line.cell.campaigns),
        (Column(WHOLE, Kind.COUNT), lambda line: line.cell.days),
        (Column(OF, Kind.COUNT), lambda line: line.cell.of_days),
        (Column(LACKING, Kind.COUNT), lambda line: line.cell.missing),
        (Column(UNSETTLED, Kind.COUNT), lambda line: line.cell.unsettled),
    ]


def _kind_of(measure: Measure) -> Kind:
    if measure.unit is Unit.SHARE:
        return Kind.SHARE
    if measure.unit is Unit.COUNT:
        return Kind.COUNT
    return Kind.MONEY if measure is Measure.SPEND else Kind.COST
