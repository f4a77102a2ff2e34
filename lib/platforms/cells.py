"""One row taken apart: its day, its figures, its results; or why it cannot be read."""

from collections.abc import Callable, Mapping
from datetime import date
from operator import itemgetter
from typing import Any

from lib.platforms.dates import Dates
from lib.platforms.figures import Figures, Misread, misread
from lib.platforms.layout import LONGEST_WORD, Layout
from lib.platforms.shapes import Grain
from lib.platforms.text import Row

_DATES = ("day", "starts", "ends")
_LONGEST = 500
_REMEMBERED = 100_000


class Unreadable(Exception):
    """This row cannot be read; the message is the reason."""


Cells = tuple[
    date | None,
    tuple[date, date] | None,
    int | None,
    int | None,
    int | None,
    str | None,
    Mapping[str, int],
    bool,
]
"""What one row says of one campaign and day; None is unknown, never zero.

Its day; the first and last day that it speaks for, None where it does not say; spend,
impressions, clicks; the kind of result that it names; its results by kind, shared by rows with
the same ones, so that nobody changes them; whether some results have no kind. A plain tuple:
there is one for each row of the file.
"""


class CellReader:
    """Takes the rows of one file apart; the same texts are worked out once only."""

    def __init__(self, layout: Layout, *, grain: Grain, figures: Figures, dates: Dates) -> None:
        self._layout = layout
        self._columns = columns = layout.columns
        self._grain = grain
        self._figures = figures
        self._dates = dates
        self._when = cells_of(tuple(columns[name] for name in _DATES if name in columns))
        self._spend, self._impressions, self._clicks = (
            columns.get(name) for name in ("spend", "impressions", "clicks")
        )
        self._whens: dict[tuple[str, ...], tuple[date | None, tuple[date, date] | None]] = {}
        names = ("result_kind", "results")
        indexes = [columns[name] for name in names if name in columns]
        self._what = cells_of((*indexes, *layout.kinds.values()))
        self._whats: dict[tuple[str, ...], tuple[str | None, Mapping[str, int], bool]] = {}

    def read(self, row: Row) -> Cells:
        """Return the cells of a row as values. Raises `Unreadable`."""
        layout, figures = self._layout, self._figures
        when = self._when(row)
        found = self._whens.get(when)
        if found is None:
            found = self._day(row)
            _remember(self._whens, when, found)
        # A figure is looked up right here: a call for each would cost more than the rest.
        index = self._spend
        spend = figures.moneys.get(row[index]) if index is not None else None
        if spend is None:
            spend = figure(layout, figures.money, row, "spend")
        index = self._impressions
        impressions = figures.counts.get(row[index]) if index is not None else None
        if impressions is None:
            impressions = figure(layout, figures.count, row, "impressions")
        index = self._clicks
        clicks = figures.counts.get(row[index]) if index is not None else None
        if clicks is None:
            clicks = figure(layout, figures.count, row, "clicks")
        what = self._what(row)
        brought = self._whats.get(what)
        if brought is None:
            brought = self._results(row)
            _remember(self._whats, what, brought)
        day, period = found
        kind, results, has_unnamed = brought
        return day, period, spend, impressions, clicks, kind, results, has_unnamed

    def _results(self, row: Row) -> tuple[str | None, Mapping[str, int], bool]:
        """Return the kind that the row names, its results by kind, and if some have no kind."""
        results = figure(self._layout, self._figures.results, row, "results")
        kind = None
        if "result_kind" in self._columns:
            kind = self._kind(row[self._columns["result_kind"]])
        found = self._extra_results(row, kind)
        if kind and results is not None:
            found[kind] = results
        return kind, found, bool(results and not kind)

    def _kind(self, words: str) -> str | None:
        if len(words) > LONGEST_WORD and len(words.strip()) > LONGEST_WORD:
            raise Unreadable(f"the kind of result is longer than {LONGEST_WORD} characters")
        return self._layout.kind(words)

    def _day(self, row: Row) -> tuple[date | None, tuple[date, date] | None]:
        """Return the row's day, None for a period, and the days that the row speaks for."""
        columns = self._columns
        day = self._date(row, "day") if "day" in columns else None
        period = None
        if "starts" in columns and "ends" in columns:
            starts, ends = period = self._date(row, "starts"), self._date(row, "ends")
            if ends < starts:
                raise Unreadable(f"the reported period ends on {ends}, before its start {starts}")
            if day is None and self._grain is Grain.DAY:
                day = starts
            if day is not None and not starts <= day <= ends:
                raise Unreadable(f"the day {day} is outside its reported period {starts} – {ends}")
        declared = self._layout.declared
        if day is not None and declared and not declared[0] <= day <= declared[1]:
            raise Unreadable(
                f"the day {day} is outside the file's own range {declared[0]} – {declared[1]}"
            )
        return day, period or (None if day is None else (day, day))

    def _date(self, row: Row, name: str) -> date:
        cell = row[self._columns[name]]
        try:
            return self._dates.read(cell)
        except Misread as error:
            raise Unreadable(misread(self._layout.caption(name), cell, error)) from None

    def _extra_results(self, row: Row, kind: str | None) -> dict[str, int]:
        """Return the results that have columns of their own; the named kind is not doubled."""
        found: dict[str, int] = {}
        for extra, index in self._layout.kinds.items():
            if extra == kind:
                continue
            try:
                number = self._figures.results(row[index])
            except Misread as error:
                caption = self._layout.head.header[index]
                raise Unreadable(misread(caption, row[index], error)) from None
            if number is not None:
                found[extra] = number
        return found


def cells_of(columns: tuple[int, ...]) -> Callable[[Row], tuple[str, ...]]:
    """Return what picks these cells out of a row, always as a tuple."""
    if not columns:
        return lambda row: ()  # noqa: ARG005 - nothing to pick
    if len(columns) == 1:
        only = columns[0]
        return lambda row: (row[only],)
    return itemgetter(*columns)


def _remember(memory: dict[tuple[str, ...], Any], cells: tuple[str, ...], value: object) -> None:
    """Keep what cells of usual length mean, and forget all before they fill the memory."""
    if sum(map(len, cells)) > _LONGEST:
        return
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[cells] = value


def figure(layout: Layout, read: Callable[[str], int | None], row: Row, name: str) -> int | None:
    """Return the figure of a field; None where the file has no such column."""
    index = layout.columns.get(name)
    if index is None:
        return None
    try:
        return read(row[index])
    except Misread as error:
        raise Unreadable(misread(layout.caption(name), row[index], error)) from None
