"""The first passage over a file: what holds for all of it must be settled before any row is read.

The decimal mark, the order of dates, the one currency, whether a row is a day or a period.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lib.platforms.dates import is_ambiguous, order_proved
from lib.platforms.figures import currency_in, evidence, is_figure
from lib.platforms.layout import Layout
from lib.platforms.shapes import DecimalMark, ExportRefused, Grain, shortened
from lib.platforms.subtotals import Subtotals
from lib.platforms.text import Records, Row

_FIGURES = ("spend", "impressions", "clicks", "results", "budget")
_DATES = ("day", "starts", "ends")
_HOPELESS = 1_000
_REMEMBERED = 200_000
_LONGEST = 60
"""No longer cell proves how this file writes numbers or dates."""
# One odd cell among many does not decide for the file: its own row is unreadable then.
_ODD_ONE_IN = 20


@dataclass(slots=True)
class Survey:
    """What the file as a whole turned out to be."""

    layout: Layout
    subtotals: Subtotals
    rows: int = 0
    last_row: int = 0
    """The line of the last campaign's row: what calls itself a total below it is one."""
    campaign_rows: int = 0
    wrong_width: int = 0
    hopeless: int = 0
    marks: Counter[str] = field(default_factory=Counter)
    mark_seen: dict[str, tuple[int, str]] = field(default_factory=dict)
    unproved: tuple[int, str] | None = None
    orders: dict[str, tuple[int, str]] = field(default_factory=dict)
    unordered: tuple[int, str] | None = None
    only_values: dict[str, tuple[int, str]] = field(default_factory=dict)
    one_day: int = 0
    several_days: int = 0
    _cells: dict[str, DecimalMark | None] = field(default_factory=dict)
    _dates: set[str] = field(default_factory=set)
    _single: dict[str, int] = field(default_factory=dict)
    _usual: dict[str, str] = field(default_factory=dict)
    """What a column that has one value only was last found to say."""
    _width: int = 0
    _has_dimensions: bool = False
    _dated: tuple[int, ...] = ()
    _period: tuple[int, int] | None = None
    _used: tuple[int, ...] = ()
    _counted: tuple[int, ...] = ()

    @property
    def mark(self) -> str:
        """Return the file's decimal mark. Raises `ExportRefused` where it cannot be known."""
        if self.layout.mark:
            return self.layout.mark
        most = self.marks.most_common()
        if len(most) == 2 and most[1][1] * _ODD_ONE_IN > most[0][1]:
            raise self._two_marks()
        if most:
            return most[0][0]
        if self.unproved and self.layout.likely_mark is None:
            line, cell = self.unproved
            raise ExportRefused(
                "It cannot be told whether this file writes decimals with a point or a comma.",
                expected="at least one number that can be read in one way only, such as 1234.50",
                found=f"“{shortened(cell)}” in line {line}, and nothing clearer",
            )
        return self.layout.likely_mark or "."

    @property
    def order(self) -> str:
        """Return the file's order of dates. Raises `ExportRefused` where it cannot be known."""
        if self.layout.order:
            return self.layout.order
        if len(self.orders) > 1:
            (line, cell), (other_line, other) = self.orders.values()
            raise ExportRefused(
                "The dates of this file are written in two orders.",
                expected="one order throughout, best year-month-day",
                found=f"“{shortened(cell)}” in line {line} and “{shortened(other)}” in line "
                f"{other_line}",
            )
        if self.orders:
            return next(iter(self.orders))
        if self.unordered:
            line, cell = self.unordered
            raise ExportRefused(
                "It cannot be told whether the day or the month comes first in this file's dates.",
                expected="dates as year-month-day, or at least one day after the 12th",
                found=f"“{shortened(cell)}” in line {line}",
            )
        return "ymd"

    @property
    def grain(self) -> Grain:
        """Return what a row speaks of. Raises `ExportRefused` where rows differ in it."""
        if "day" in self.layout.columns:
            return Grain.DAY
        if self.one_day and self.several_days:
            raise ExportRefused(
                "Some rows of this file cover one day and others several, and it has no “Day” "
                "column.",
                expected="a report broken down by day",
                found=f"{self.one_day:,} rows of one day, {self.several_days:,} of several",
            )
        return Grain.DAY if self.one_day else Grain.PERIOD

    def currency(self) -> str:
        """Return the one currency of the file. Raises `ExportRefused` where there is none."""
        stated = self.only_values.get("currency")
        code = stated[1] if stated else self.layout.currency
        if code is None:
            raise ExportRefused(
                "The file does not say in which currency its money is.",
                expected="a currency in the caption, as in “Amount spent (EUR)”, or a currency "
                "column",
                found=f"the caption “{self.layout.caption('spend')}”",
            )
        return code

    def see(self, line: int, row: Row) -> None:
        """Take one record into account."""
        layout = self.layout
        self.rows += 1
        if len(row) == self._width:
            aside = layout.aside(row)
        else:
            fitted = layout.fitted(row)
            if fitted is None:
                self._widths()
                return
            row = fitted
            aside = layout.set_aside(row)
        if aside is not None and aside.total is None:
            return
        if layout.repeated:
            self._compare_repeated(line, row)
        for name, index in self._single.items():
            cell = row[index]
            if cell and cell != self._usual.get(name):
                self._one_only(name, line, cell.strip())
                self._usual[name] = cell
        if aside is not None:
            self._see_figures(line, row)
            return
        self.campaign_rows += 1
        if self.hopeless == self.campaign_rows - 1:
            self._hope(line, row)
        self._see_figures(line, row)
        self._see_dates(line, row)
        if layout.tail(row) is None:
            self.last_row = line
            if self._has_dimensions:
                self.subtotals.see(row)

    def _widths(self) -> None:
        self.wrong_width += 1
        if self.wrong_width == self.rows == _HOPELESS:
            raise ExportRefused(
                f"None of the first {_HOPELESS:,} rows has as many cells as the header.",
                expected=f"{len(self.layout.head.header)} cells in each row",
            )

    def _hope(self, line: int, row: Row) -> None:
        """End the reading where none of the first rows has numbers in its number columns."""
        if all(is_figure(row[index]) for index in self._counted):
            return
        self.hopeless += 1
        if self.hopeless >= _HOPELESS:
            index = next(i for i in self._counted if not is_figure(row[i]))
            raise ExportRefused(
                f"None of the first {_HOPELESS:,} rows can be read.",
                expected=f"numbers in the column “{self.layout.head.header[index]}”",
                found=f"“{shortened(row[index])}” in line {line}",
            )

    def _compare_repeated(self, line: int, row: Row) -> None:
        for name, (first, *others) in self.layout.repeated.items():
            for other in others:
                if row[first] != row[other]:
                    raise ExportRefused(
                        f"The column “{self.layout.caption(name)}” stands in this file twice, and "
                        f"the two differ in line {line}.",
                        expected="each needed column once",
                        found=f"“{shortened(row[first])}” and “{shortened(row[other])}”",
                    )

    def _one_only(self, name: str, line: int, value: str) -> None:
        """Refuse a second currency, or a second account whose campaigns could share names."""
        if name == "currency":
            if value in {"", "-", "--"}:
                return
            if not (len(value) == 3 and value.isascii() and value.isupper() and value.isalpha()):
                raise ExportRefused(
                    f"Line {line} does not name a currency.",
                    expected="a code of three letters, such as EUR",
                    found=f"“{shortened(value)}”",
                )
        first_line, first = self.only_values.setdefault(name, (line, value))
        if first == value or not value:
            return
        what = "mixed currencies" if name == "currency" else "several ad accounts"
        cure = "one file per currency" if name == "currency" else "a “Campaign ID” column"
        raise ExportRefused(
            f"The file has {what}: they are never added up.",
            expected=f"one {name} throughout; export {cure}",
            found=f"“{shortened(first)}” in line {first_line}, “{shortened(value)}” in line {line}",
        )

    def _see_figures(self, line: int, row: Row) -> None:
        cells = self._cells
        for index in self._used:
            cell = row[index]
            try:
                proved = cells[cell]
            except KeyError:
                if len(cell) > _LONGEST and len(cell := cell.strip()) > _LONGEST:
                    continue
                if len(cells) > _REMEMBERED:
                    cells.clear()
                proved = cells[cell] = self._see_cell(line, cell, index)
            if proved:
                self.marks[proved] += 1

    def _see_cell(self, line: int, cell: str, index: int) -> DecimalMark | None:
        """Return the decimal mark that a cell proves; note where it was first met."""
        number, code = currency_in(cell)
        if code and index == self.layout.columns.get("spend"):
            self._one_only("currency", line, code)
        proved = evidence(number)
        if proved:
            self.mark_seen.setdefault(proved, (line, cell))
        elif self.unproved is None and any(mark in number for mark in ".,"):
            self.unproved = (line, cell)
        return proved

    def _see_dates(self, line: int, row: Row) -> None:
        for index in self._dated:
            cell = row[index]
            if cell not in self._dates:
                self._see_date(line, cell)
        if self._period:
            starts, ends = self._period
            if row[starts] == row[ends]:
                self.one_day += 1
            else:
                self.several_days += 1

    def _see_date(self, line: int, cell: str) -> None:
        if len(cell) > _LONGEST and len(cell := cell.strip()) > _LONGEST:
            return
        if len(self._dates) >= _REMEMBERED:
            self._dates.clear()
        self._dates.add(cell)
        if proved := order_proved(cell):
            self.orders.setdefault(proved, (line, cell))
        elif self.unordered is None and is_ambiguous(cell):
            self.unordered = (line, cell)

    def _two_marks(self) -> ExportRefused:
        (line, cell), (other_line, other) = self.mark_seen.values()
        return ExportRefused(
            "The numbers of this file are written in two ways.",
            expected="one decimal mark throughout; export the file again",
            found=f"“{shortened(cell)}” in line {line} and “{shortened(other)}” in line "
            f"{other_line}",
        )


def survey(records: Records, layout: Layout) -> Survey:
    """Return what holds for the whole file, from one passage over its records."""
    columns = layout.columns
    seen = Survey(layout=layout, subtotals=Subtotals(layout))
    seen._used = tuple(  # noqa: SLF001 - it is made here and nowhere else
        dict.fromkeys(
            [columns[name] for name in _FIGURES if name in columns] + list(layout.kinds.values())
        )
    )
    seen._width = len(layout.head.header)  # noqa: SLF001
    seen._has_dimensions = seen.subtotals.has_dimensions  # noqa: SLF001
    seen._dated = tuple(columns[name] for name in _DATES if name in columns)  # noqa: SLF001
    if "starts" in columns and "ends" in columns and "day" not in columns:
        seen._period = columns["starts"], columns["ends"]  # noqa: SLF001
    # A budget may be a text, “Using ad set budget”; all other figures are numbers or blank.
    seen._counted = tuple(i for i in seen._used if i != columns.get("budget"))  # noqa: SLF001
    single = ["currency"] if "campaign_id" in columns else ["currency", "account"]
    seen._single = {name: columns[name] for name in single if name in columns}  # noqa: SLF001
    if layout.currency:
        seen.only_values["currency"] = (layout.head.line, layout.currency)
    for line, row in records:
        if line > layout.head.line and row:
            seen.see(line, row)
    if seen.subtotals.are_possible:
        seen.subtotals.settle(_rows(records, seen), _rows(records, seen))
    return seen


def _rows(records: Records, seen: Survey) -> Iterator[Row]:
    """Return the campaigns' rows of the file, from one more passage over its records."""
    layout = seen.layout
    for line, row in records:
        fitted = layout.fitted(row) if line > layout.head.line and row else None
        if fitted is None or layout.set_aside(fitted):
            continue
        if layout.tail(fitted) is None:
            yield fitted
