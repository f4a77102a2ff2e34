"""A table as CSV and as Excel: the same cells, typed, and no text that runs."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.services.sheets import MOST_TEXT, Column, Kind, Sheet, csv_of, exact, excel_of
from tests import excel

MADE = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
COLUMNS = (
    Column("Day", Kind.DAY),
    Column("Name"),
    Column("Spend", Kind.MONEY),
    Column("Click rate", Kind.SHARE),
    Column("Made", Kind.INSTANT),
)
ROW = (date(2026, 11, 1), "Alma", 12.345678, 0.025, MADE)


def sheet(*rows, columns=COLUMNS, title="Spend by artist", about=(("Filters", "none"),)):
    return Sheet(title, columns, rows, about)


def as_rows(one):
    return list(csv.reader(io.StringIO("".join(csv_of(one)))))


def test_a_file_has_typed_cells_a_frozen_header_and_a_sheet_about_it():
    file = excel_of(sheet(ROW, (None,) * 5), made_at=MADE)
    found = excel.read(file)
    head, first, *rest = found["Spend by artist"]
    assert head == [column.name for column in COLUMNS]
    # A day is a number to Excel: so many since the end of 1899.
    assert first == [46327, "Alma", 12.345678, 0.025, 46350.5]
    assert all(value is None for row in rest for value in row)
    assert found["About"] == [["Filters", "none"]]
    page = excel.part(file, "xl/worksheets/sheet1.xml")
    assert '<pane ySplit="1"' in page
    assert 'state="frozen"' in page


def test_the_csv_has_the_same_cells():
    assert as_rows(sheet(ROW, (None,) * 5)) == [
        [column.name for column in COLUMNS],
        ["2026-11-01", "Alma", "12.345678", "0.025", "2026-11-24T12:00+00:00"],
        ["", "", "", "", ""],
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\uff1d1"]
)
def test_no_text_runs_as_a_formula(text):
    one = sheet((None, text, None, None, None), about=((text, text),), title=text)
    file = excel_of(one, made_at=MADE)
    found = excel.read(file)
    assert [row[1] for row in next(iter(found.values()))] == ["Name", text]
    assert found["About"] == [[text, text]]
    assert 'quotePrefix="1"' in excel.part(file, "xl/styles.xml")
    assert as_rows(one)[1][1] == f"'{text}"


def test_addresses_and_numbers_in_text_stay_text():
    names = ("https://example.com", "0123", "internal:Sheet1!A1", "a" * (MOST_TEXT + 5))
    file = excel_of(sheet(*(((None, name, None, None, None)) for name in names)), made_at=MADE)
    found = excel.read(file)["Spend by artist"]
    assert [row[1] for row in found[1:]] == [name[:MOST_TEXT] for name in names]


@pytest.mark.parametrize("title", ["a/b:c*d?e[f]g\\h", "x" * 60, "''", "", "История"])
def test_any_title_names_a_sheet(title):
    (name, _) = excel.read(excel_of(sheet(ROW, title=title), made_at=MADE))
    assert 0 < len(name) <= 31


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_both_files_carry_the_same_number(value):
    one = sheet((None, None, value, None, None))
    (_, row) = excel.read(excel_of(one, made_at=MADE))["Spend by artist"]
    (_, plain) = as_rows(one)
    assert (
        float(plain[2])
        == row[2]
        == float(exact(value))
        == pytest.approx(value, abs=1e-6, rel=1e-14)
    )
    assert "e" not in plain[2].lower()
