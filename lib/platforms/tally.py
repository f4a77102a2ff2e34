"""The second passage: every row read, counted once, and summed to campaign and day."""

from datetime import date

from lib.platforms.cells import CellReader, Cells, Unreadable
from lib.platforms.dates import Dates
from lib.platforms.figures import LARGEST_COUNT, LARGEST_MONEY, LARGEST_TOTAL, Figures, Misread
from lib.platforms.layout import Aside, Layout, is_said
from lib.platforms.roster import Roster
from lib.platforms.shapes import (
    MOST_LISTED,
    ExportDay,
    ExportRefused,
    FileTotal,
    Grain,
    LeftOut,
    shortened,
)
from lib.platforms.subtotals import Subtotals
from lib.platforms.text import Row


class _Day:
    __slots__ = ("clicks", "impressions", "lines", "results", "spend")

    def __init__(self) -> None:
        self.spend: int | None = None
        self.impressions: int | None = None
        self.clicks: int | None = None
        self.results: dict[str, int] = {}
        self.lines = 0


class Tally:
    """Takes the rows of one file one by one, and says in the end what they amount to."""

    def __init__(
        self,
        layout: Layout,
        *,
        grain: Grain,
        figures: Figures,
        dates: Dates,
        last_row: int,
        subtotals: Subtotals,
    ) -> None:
        self._layout = layout
        self._columns = layout.columns
        self._figures = figures
        self._total_figures = Figures(figures.mark, largest_money=LARGEST_TOTAL)
        self._last_row = last_row
        self._subtotals = subtotals
        self._dates = dates
        self._cells = CellReader(layout, grain=grain, figures=figures, dates=dates)
        self.roster = Roster(layout, figures=figures, dates=dates)
        self._days: dict[tuple[str, date], _Day] = {}
        self.left_out: list[LeftOut] = []
        self.left_out_count = 0
        self.unreadable: list[LeftOut] = []
        self.unreadable_count = 0
        self.totals: list[FileTotal] = []
        self.listed_total: int | None = None
        self.rows_read = 0
        self.first_day: date | None = None
        self.last_day: date | None = None
        self.is_range_declared = layout.declared is not None
        self.kinds: set[str] = set()
        self.unnamed_results = 0

    @property
    def has_suppressed(self) -> bool:
        """Say whether the platform held back a count somewhere."""
        return self._figures.has_suppressed

    def take(self, line: int, row: Row) -> None:
        """Count one record, or list it with the reason why it was not counted."""
        try:
            self._take(line, row)
        except Unreadable as reason:
            self.unreadable_count += 1
            if len(self.unreadable) < MOST_LISTED:
                self.unreadable.append(LeftOut(line, str(reason)))
            elif not self.rows_read:
                raise ExportRefused(
                    f"None of the first {MOST_LISTED:,} rows can be read.",
                    found=f"in line {self.unreadable[0].line}: {self.unreadable[0].reason}",
                ) from None

    def _take(self, line: int, row: Row) -> None:
        fitted = self._layout.fitted(row)
        if fitted is None:
            width = len(self._layout.head.header)
            raise Unreadable(f"the row has {len(row)} cells where the header has {width}")
        aside = self._aside(line, fitted)
        if aside is not None:
            self._leave_out(line, aside, fitted)
            return
        cells = self._cells.read(fitted)
        campaign = self.roster.of_row(line, fitted)
        told_on = cells.day or date.min
        self.roster.hear(campaign, fitted, told_on)
        # From here on the row is good: nothing of an unreadable one is ever counted.
        campaign.lines += 1
        self.roster.note_kind(campaign, cells.kind, told_on, cells.spend)
        self.rows_read += 1
        self.unnamed_results += cells.has_unnamed_results
        self.kinds.update(cells.results)
        if cells.period is not None:
            self._widen(*cells.period)
        if cells.spend is not None:
            campaign.spend = cells.spend + (campaign.spend or 0)
        if cells.day is not None:
            self._add(campaign.key, cells.day, cells)

    def _aside(self, line: int, row: Row) -> Aside | None:
        aside = self._layout.set_aside(row)
        if aside is None and line > self._last_row:
            aside = self._layout.tail(row)
        return aside or self._subtotals.aside(row)

    def _add(self, key: str, day: date, cells: Cells) -> None:
        counted = self._days.get((key, day))
        if counted is None:
            counted = self._days[(key, day)] = _Day()
        counted.lines += 1
        if cells.spend is not None:
            counted.spend = cells.spend + (counted.spend or 0)
        if cells.impressions is not None:
            counted.impressions = cells.impressions + (counted.impressions or 0)
        if cells.clicks is not None:
            counted.clicks = cells.clicks + (counted.clicks or 0)
        for kind, number in cells.results.items():
            counted.results[kind] = number + counted.results.get(kind, 0)

    def _widen(self, first: date, last: date) -> None:
        """Take days into the file's range; a row of several days declares them all."""
        self.is_range_declared |= first != last
        if self.first_day is None or first < self.first_day:
            self.first_day = first
        if self.last_day is None or last > self.last_day:
            self.last_day = last

    def _leave_out(self, line: int, aside: Aside, row: Row) -> None:
        self.left_out_count += 1
        if len(self.left_out) < MOST_LISTED:
            self.left_out.append(LeftOut(line, aside.reason))
        if aside.total is None or "spend" not in self._columns:
            return
        try:
            spend = self._total_figures.money(row[self._columns["spend"]])
            self._take_total_range(row)
        except Misread:
            return
        if spend is not None and len(self.totals) < MOST_LISTED:
            self.totals.append(FileTotal(aside.total, spend))
            if aside.is_of_listed_rows and self.listed_total is None:
                self.listed_total = spend

    def _take_total_range(self, row: Row) -> None:
        """Take the range that a total row speaks for: the range of the whole report."""
        columns = self._columns
        if "starts" not in columns or "ends" not in columns:
            return
        if is_said(row[columns["starts"]]) and is_said(row[columns["ends"]]):
            starts = self._dates.read(row[columns["starts"]])
            ends = self._dates.read(row[columns["ends"]])
            if starts <= ends:
                self._widen(starts, ends)
                self.is_range_declared = True

    def days(self) -> tuple[ExportDay, ...]:
        """Return the sums by campaign and day. Raises `ExportRefused` for sums past any money."""
        found = []
        for (key, day), sums in self._days.items():
            if _is_too_large(sums):
                raise ExportRefused(
                    f"The figures of {day} for “{shortened(key)}” add up to more than can be kept.",
                )
            found.append(
                ExportDay(
                    key, day, sums.spend, sums.impressions, sums.clicks, sums.results, sums.lines
                )
            )
        return tuple(found)


def _is_too_large(sums: _Day) -> bool:
    return (
        max(sums.spend or 0, *sums.results.values(), 0) > LARGEST_MONEY
        or max(sums.impressions or 0, sums.clicks or 0) > LARGEST_COUNT
    )
