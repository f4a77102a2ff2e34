"""The second passage: every row read, counted once, and summed to campaign and day."""

from datetime import date

from lib.platforms.cells import CellReader, Cells, Unreadable
from lib.platforms.dates import Dates
from lib.platforms.figures import LARGEST_COUNT, LARGEST_MONEY, LARGEST_TOTAL, Figures, Misread
from lib.platforms.layout import Aside, Layout, is_said
from lib.platforms.roster import Met, Roster
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
        self._has_subtotals = subtotals.are_possible
        self._dates = dates
        self._cells = CellReader(layout, grain=grain, figures=figures, dates=dates)
        self.roster = Roster(layout, figures=figures, dates=dates)
        self._days: list[ExportDay] = []
        self._periods: set[tuple[date, date]] = set()
        self._width = len(layout.head.header)
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
        fitted = row if len(row) == self._width else self._layout.fitted(row)
        if fitted is None:
            raise Unreadable(f"the row has {len(row)} cells where the header has {self._width}")
        aside = self._aside(line, fitted)
        if aside is not None:
            self._leave_out(line, aside, fitted)
            return
        cells = self._cells.read(fitted)
        day, period, spend, impressions, clicks, kind, results, has_unnamed = cells
        campaign = self.roster.of_row(line, fitted)
        told_on = day or date.min
        roster = self.roster
        if campaign.facts is not None and roster.facts_of(fitted) == campaign.facts:
            # The usual case, without a call: the row says what is known already.
            if told_on > campaign.told_on:
                campaign.told_on = told_on
        else:
            roster.hear(campaign, fitted, told_on)
        # From here on the row is good: nothing of an unreadable one is ever counted.
        campaign.lines += 1
        if kind:
            roster.note_kind(campaign, kind, told_on, spend)
        self.rows_read += 1
        self.unnamed_results += has_unnamed
        if results:
            self.kinds.update(results)
        if period is not None and period not in self._periods:
            self._periods.add(period)
            self._widen(*period)
        if spend is not None:
            campaign.spend = spend + (campaign.spend or 0)
        if day is None:
            return
        if day in campaign.places:
            self._add(campaign, day, cells)
        else:
            campaign.places[day] = len(self._days)
            self._days.append(ExportDay(campaign.key, day, spend, impressions, clicks, results))

    def _aside(self, line: int, row: Row) -> Aside | None:
        layout = self._layout
        aside = layout.aside(row) if len(row) == self._width else layout.set_aside(row)
        if aside is None and line > self._last_row:
            aside = layout.tail(row)
        if aside is None and self._has_subtotals:
            aside = self._subtotals.aside(row)
        return aside

    def _add(self, campaign: Met, day: date, cells: Cells) -> None:
        """Add what a further row says of a day to what the day has already."""
        _, _, spend, impressions, clicks, _, results, _ = cells
        place = campaign.places[day]
        had = self._days[place]
        summed = dict(had.results)
        for kind, number in results.items():
            summed[kind] = number + summed.get(kind, 0)
        self._days[place] = ExportDay(
            campaign.key,
            day,
            _plus(had.spend_micros, spend),
            _plus(had.impressions, impressions),
            _plus(had.clicks, clicks),
            summed,
            had.lines + 1,
        )

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
        for day in self._days:
            # A single row's figures are small enough, or would have been refused.
            if day.lines > 1 and _is_too_large(day):
                raise ExportRefused(
                    f"The figures of {day.day} for “{shortened(day.campaign_key)}” add up to more "
                    "than can be kept.",
                )
        return tuple(self._days)


def _plus(one: int | None, other: int | None) -> int | None:
    if one is None:
        return other
    return one if other is None else one + other


def _is_too_large(sums: ExportDay) -> bool:
    return (
        max(sums.spend_micros or 0, *sums.results.values(), 0) > LARGEST_MONEY
        or max(sums.impressions or 0, sums.clicks or 0) > LARGEST_COUNT
    )
