"""Figures and dates: what is written comes back exactly, or is refused."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.platforms.dates import Dates, declared_range, is_ambiguous, order_proved
from lib.platforms.figures import Figures, Misread, evidence

AMOUNTS = st.decimals(0, 1_000_000_000, places=6, allow_nan=False)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
SEPARATORS = {".": [",", "\u00a0", "\u202f", "'", " ", ""], ",": [".", "\u00a0", "\u2009", "’", ""]}


def grouped(amount, *, mark, separator):
    whole, _, decimals = f"{amount:,.6f}".partition(".")
    return whole.replace(",", separator) + mark + decimals


@given(AMOUNTS, st.sampled_from(".,"), st.data())
def test_money_comes_back_exactly_whatever_its_separators(amount, mark, data):
    separator = data.draw(st.sampled_from(SEPARATORS[mark]))
    cell = grouped(amount, mark=mark, separator=separator)
    micros = Figures(mark).money(cell)
    assert micros is not None
    assert Decimal(micros) / 10**6 == amount


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_misreading(text):
    for mark in ".,":
        try:
            micros = Figures(mark).money(text)
        except Misread:
            continue
        assert micros is None or 0 <= micros < 2**63


@given(st.integers(0, 10**12), st.sampled_from(".,"))
def test_the_proof_of_a_mark_never_names_the_other_one(number, mark):
    cell = grouped(Decimal(number) / 100, mark=mark, separator="." if mark == "," else ",")
    assert evidence(cell) in (mark, None)
    assert evidence(cell.rstrip("0")) in (mark, None)


@pytest.mark.parametrize(
    ("cell", "proved"),
    [
        ("12.34", "."),
        ("12,34", ","),
        ("1,234,567", "."),
        ("1.234.567", ","),
        ("0.123", "."),
        ("1234,567", ","),
        ("1,234.5", "."),
        ("1 234,5", ","),
        ("4,17%", ","),
        ("1,234", None),
        ("1.234", None),
        ("1234", None),
        ("1,2,3", None),
        ("v1.5", None),
        ("", None),
    ],
)
def test_only_what_can_be_read_in_one_way_proves_the_decimal_mark(cell, proved):
    assert evidence(cell) == proved


@pytest.mark.parametrize(
    "cell", ["1,23", "12,345,6", "1,2345", ",5", "1.", "1..2", "1 23", "0,123"]
)
def test_thousands_stand_in_proper_groups_of_three_or_not_at_all(cell):
    with pytest.raises(Misread):
        Figures(".").money(cell)


@pytest.mark.parametrize("cell", ["NAN", "INF", "EUR", "nan", "Infinity", "+5", "0x10", "1_000"])
def test_words_for_numbers_are_none(cell):
    with pytest.raises(Misread):
        Figures(".").money(cell)


@given(DAYS)
def test_a_day_comes_back_however_it_is_written(day):
    assert Dates("ymd").read(day.isoformat()) == day
    assert Dates("dmy").read(f"{day.day}/{day.month}/{day.year}") == day
    assert Dates("mdy").read(f"{day.month}/{day.day}/{day.year}") == day
    assert Dates("ymd").read(f"{day:%A, {day.day} %B %Y}") == day
    assert Dates("ymd").read(f"{day:%b} {day.day}, {day.year}") == day
    assert Dates("ymd").read(f"{day.isoformat()}T00:00:00Z") == day


@given(DAYS, DAYS)
def test_a_range_line_comes_back(one, other):
    first, last = sorted((one, other))
    text = f"{first:%B} {first.day}, {first.year} - {last:%B} {last.day}, {last.year}"
    assert declared_range(text) == (first, last)


@given(DAYS)
def test_a_proved_order_is_the_right_one(day):
    for order, text in (("dmy", f"{day:%d/%m/%Y}"), ("mdy", f"{day:%m/%d/%Y}")):
        proved = order_proved(text)
        assert proved in (order, None)
        if proved is None:
            assert is_ambiguous(text) is (day.day != day.month)


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_a_misreading(text):
    with suppress(Misread):
        assert date(2000, 1, 1) <= Dates("dmy").read(text) <= date(2100, 12, 31)
