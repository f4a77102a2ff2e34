"""A table as a file: CSV, and Excel with typed cells, a frozen header and a sheet about it.

One `Sheet` is what the screen shows and what both files hold, so that they cannot disagree. In
neither does text run as a formula.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lib.services.exports import as_csv, harmless

MOST_TEXT = 32_767
"""Characters: Excel takes no more in a cell."""
MOST_ROWS = 100_000
_WIDEST, _PLACES, _DIGITS = 60, 6, 15
_ABOUT = "About"


class Kind(StrEnum):
    """What a column holds; numbers are in units, shares are ratios, 0.05 for 5 %."""

    TEXT = "text"
    DAY = "day"
    INSTANT = "instant"
    COUNT = "count"
    MONEY = "money"
    COST = "cost"
    """Money for one thing: with a decimal more."""
    SHARE = "share"


_FORMATS = {
    Kind.DAY: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
    Kind.COUNT: "#,##0.######",
    Kind.MONEY: "#,##0.00",
    Kind.COST: "#,##0.000",
    Kind.SHARE: "0.00%",
}
# Where there is no fraction, "#,##0.######" would end in a lone point.
_WHOLE = "#,##0"

Value = str | int | float | date | datetime | None


@dataclass(frozen=True)
class Column:
    """A column: its name, and what it holds."""

    name: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Sheet:
    """A table as it is on the screen; instants are in the zone that `about` names.

    `about` states what the table is: filters, dates, as-of day, time zone and currency.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    about: tuple[tuple[str, str], ...]


def csv_of(sheet: Sheet) -> Iterator[str]:
    """Yield the lines of the sheet as CSV: dates in ISO form, numbers unrounded."""
    names = [column.name for column in sheet.columns]
    rows = (dict(zip(names, map(_plain, row), strict=True)) for row in sheet.rows)
    yield from as_csv(rows, names)


def excel_of(sheet: Sheet, *, made_at: datetime) -> bytes:
    """Return the sheet as an Excel file, with what it is about on a second sheet.

    Raises `ValueError` for more rows than `MOST_ROWS`.
    """
    if len(sheet.rows) > MOST_ROWS:
        raise ValueError(f"{len(sheet.rows):,} rows are too many for one file.")
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": sheet.title, "created": made_at.replace(tzinfo=None)})
    _Book(book).write(sheet)
    book.close()
    return file.getvalue()


class _Book:
    """Writes a sheet into a workbook; formats belong to the book."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "bottom": 1})
        self._quoted = book.add_format({"quote_prefix": True})
        self._whole = book.add_format({"num_format": _WHOLE})
        self._formats = {
            kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()
        }

    def write(self, sheet: Sheet) -> None:
        page = self._book.add_worksheet(_page_name(sheet.title))
        for at, column in enumerate(sheet.columns):
            page.write_string(0, at, column.name[:MOST_TEXT], self._head)
            page.set_column(at, at, _width([column.name, *(row[at] for row in sheet.rows)]))
        for number, row in enumerate(sheet.rows, start=1):
            for at, value in enumerate(row):
                self._cell(page, number, at, value, sheet.columns[at].kind)
        page.freeze_panes(1, 0)
        if sheet.rows:
            page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
        about = self._book.add_worksheet(_ABOUT)
        for number, (name, words) in enumerate(sheet.about):
            about.write_string(number, 0, name[:MOST_TEXT], self._head)
            self._text(about, number, 1, words)
        about.set_column(0, 0, _width([name for name, _ in sheet.about]))
        about.set_column(1, 1, _WIDEST)

    def _cell(self, page: Any, row: int, at: int, value: Value, kind: Kind) -> None:
        if value is None:
            page.write_blank(row, at, None)
        elif isinstance(value, str):
            self._text(page, row, at, value)
        elif isinstance(value, datetime):
            page.write_datetime(row, at, value.replace(tzinfo=None), self._formats[Kind.INSTANT])
        elif isinstance(value, date):
            page.write_datetime(row, at, value, self._formats[Kind.DAY])
        else:
            number = float(exact(value))
            is_whole = kind is Kind.COUNT and number.is_integer()
            form = self._whole if is_whole else self._formats.get(kind, self._whole)
            page.write_number(row, at, number, form)

    def _text(self, page: Any, row: int, at: int, text: str) -> None:
        # A string is never run; the prefix keeps it one when somebody edits the cell.
        form = self._quoted if harmless(text) != text else None
        page.write_string(row, at, text[:MOST_TEXT], form)


def exact(value: float) -> Decimal:
    """Return a number as both files hold it: to six decimals and as many digits as Excel keeps."""
    rounded = round(Decimal(f"{value:.{_DIGITS}g}"), _PLACES).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def _plain(value: Value) -> str | Decimal | None:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str) else exact(value)


def _page_name(title: str) -> str:
    """Return a title as Excel allows it for a sheet: 31 characters, without these seven."""
    kept = "".join(" " if letter in "[]:*?/\\" else letter for letter in title).strip(" '")
    return kept[:31].rstrip() or "Table"


def _width(values: Sequence[Value]) -> float:
    return min(max((len(str(_plain(value) or "")) for value in values), default=0) + 2, _WIDEST)
