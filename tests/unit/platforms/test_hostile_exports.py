"""Files that no platform wrote, or that something happened to: refused, or the row named."""

import codecs
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib.domain.records import Platform
from lib.platforms import ExportFile, ExportRefused, MappingNeeded, read_export
from lib.platforms.shapes import MOST_LISTED

META = "Campaign name,Day,Amount spent (EUR),Impressions,Link clicks\n"
GOOD = "Ostra,2026-10-01,5.00,100,7\n"
GOOGLE = "Campaign report\nAll time\nCampaign status,Campaign,Cost,Currency code,Clicks\n"

REFUSED = {
    "nothing": (b"", "empty"),
    "only spaces": (b" \r\n\n", "empty"),
    "a workbook": (b"PK\x03\x04rest", "spreadsheets are not read"),
    "an old workbook": (b"\xd0\xcf\x11\xe0rest", "spreadsheets are not read"),
    "a pdf": (b"%PDF-1.7", "PDF"),
    "a png": (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
    "a jpeg": (b"\xff\xd8\xff\xe0", "JPEG"),
    "a gzip": (b"\x1f\x8b\x08\x00", "gzip"),
    "a database": (b"SQLite format 3\0", "database"),
    "utf-32": (codecs.BOM_UTF32_LE + "a,b".encode("utf-32-le"), "UTF-32"),
    "json": (b'[\n  {"campaign_id": "1", "spend": "5"}\n]', "JSON"),
    "a json object": (b'{"data": [], "paging": {}}', "JSON"),
    "html": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    "yaml": (b"openapi: 3.0.3\ninfo:\n  title: x\npaths:\n  /a: {}\nservers:\n", "YAML"),
    "prose": (b"Dear label,\nplease find attached nothing.\n", "not a table"),
    "one column": (b"Campaign name\nOstra\n", "not a table"),
    "a NUL": ((META + "Os\0tra,2026-10-01,5,1,1\n").encode(), "NUL"),
    "utf-16 without its mark": (META.encode("utf-16-le"), "byte-order mark"),
    "utf-16 cut in two": (codecs.BOM_UTF16_LE + META.encode("utf-16-le")[:-1], "damaged"),
    "an unclosed quote": ((META + GOOD + '"Ostra,2026-10-01,5,1,1\n').encode(), "line 3"),
    "a stray quote": ((META + '"Ostra"x,2026-10-01,5,1,1\n').encode(), "line 2"),
    "mixed encodings": (META.encode() + "Östra,2026-10-01,5,1,1\n".encode() + b"\xd6s,a,b,c,d\n",
                        "mixes encodings"),
    "bytes of no encoding": (META.encode() + b"\x81\x8d,2026-10-01,5,1,1\n", "not valid UTF-8"),
    "no currency": (b"Campaign name,Day,Amount spent\nOstra,2026-10-01,5\n", "currency"),
    "two currencies in captions": (
        b"Campaign name,Day,Amount spent (EUR),Cost per result (USD)\nO,2026-10-01,5,1\n", "mixed"),
    "two currencies in a column": (
        (GOOGLE + "Enabled,A,1,EUR,1\nEnabled,B,1,USD,1\n").encode(), "mixed currencies.*line 5"),
    "a currency column against the caption": (
        b"Campaign name,Day,Currency,Amount spent (EUR)\nO,2026-10-01,USD,5\n", "mixed currencies"),
    "two currencies in cells": (
        b"Campaign name,Day,Amount spent\nO,2026-10-01,EUR 5\nO,2026-10-02,USD 5\n", "mixed"),
    "a currency that is none": ((GOOGLE + "Enabled,A,1,euros,1\n").encode(), "name a currency"),
    "no spend column": (b"Campaign name,Day,Reporting starts,Reporting ends\nO,a,b,c\n", "spent"),
    "no campaign column": (
        b"Campaign status,Impr.,Cost,Currency code\nEnabled,1,5,EUR\n", "“Campaign”"),
    "ambiguous dates": ((META + "Ostra,05/06/2026,5.00,1,1\n").encode(), "day or the month"),
    "dates in two orders": (
        (META + "O,25/06/2026,5.00,1,1\nO,06/25/2026,5.00,1,1\n").encode(), "two orders"),
    "numbers in two ways": (
        (META + "O,2026-10-01,1.50,1,1\n" + 'O,2026-10-02,"1,50",1,1\n').encode(), "two ways"),
    "an unprovable thousand in another language": (
        b"Kampagnenname,Tag,Ausgegebener Betrag (EUR)\nO,2026-10-01,1.234\n", "decimals"),
    "an unprovable thousand after semicolons": (
        b"Campaign name;Day;Amount spent (EUR)\nO;2026-10-01;1,234\n", "decimals"),
    "only unreadable rows": ((META + "Ostra,2026-10-01,NaN,1,1\n").encode(), "line 2.*NaN"),
    "a needed caption twice": (
        b"Campaign name,Day,Amount spent (EUR),Amount spent (EUR)\nO,2026-10-01,5,6\n", "twice"),
    "several accounts without ids": (
        b"Account name,Campaign name,Day,Amount spent (EUR)\nA,O,2026-10-01,5\nB,O,2026-10-01,5\n",
        "ad accounts"),
    "a line without end": ((META + "a" * 300_000).encode(), "longer than"),
    "a cell without end": ((META + '"' + "a\n" * 100_000).encode(), "never closed"),
    "sums past any money": (
        (META + "O,2026-10-01,600000000,1,1\n" * 2).encode(), "add up to more than can be kept"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_understood_is_refused_with_its_reason(data, says):
    with pytest.raises(ExportRefused, match=f"(?s){says}") as refused:
        read_export(data)
    assert not isinstance(refused.value, MappingNeeded)
    assert "Nothing was read" in str(refused.value)
    assert refused.value.reason


UNREADABLE = {
    "a word for spend": ("O,2026-10-02,five,1,1", "Amount spent"),
    "not a number": ("O,2026-10-02,NaN,1,1", "not a number"),
    "infinity": ("O,2026-10-02,inf,1,1", "not a number"),
    "an exponent": ("O,2026-10-02,1e308,1,1", "exponent"),
    "a spreadsheet's exponent": ("O,2026-10-02,1.23E+05,1,1", "exponent"),
    "a spreadsheet's error": ("O,2026-10-02,#DIV/0!,1,1", "spreadsheet"),
    "negative spend": ("O,2026-10-02,-5.00,1,1", "negative"),
    "negative impressions": ("O,2026-10-02,5.00,-1,1", "negative"),
    "a fraction of a click": ("O,2026-10-02,5.00,1,1.5", "whole number"),
    "seven decimals": ("O,2026-10-02,5.0000001,1,1", "decimals"),
    "past 64 bits": ("O,2026-10-02,9223372036855,1,1", "larger"),
    "a number without end": ("O,2026-10-02," + "9" * 400 + ",1,1", "not a number"),
    "groups of two": ('O,2026-10-02,"1,23,456.00",1,1', "decimal point"),
    "a comma for decimals among points": ('O,2026-10-02,"5,1",1,1', "decimal point"),
    "two points": ("O,2026-10-02,1.2.3,1,1", "decimal point"),
    "digits of another script": ("O,2026-10-02,\u0665,1,1", "not a number"),
    "a formula": ("O,2026-10-02,=1+1,1,1", "not a number"),
    "no day": ("O,,5.00,1,1", "blank"),
    "the 30th of February": ("O,2026-02-30,5.00,1,1", "calendar"),
    "month 13": ("O,2026-13-01,5.00,1,1", "calendar"),
    "the year 1999": ("O,1999-12-31,5.00,1,1", "2000"),
    "the year 2101": ("O,2101-01-01,5.00,1,1", "2100"),
    "the year 9999": ("O,9999-01-01,5.00,1,1", "2100"),
    "a serial number for a date": ("O,46300,5.00,1,1", "not a date"),
    "an hour of a day": ("O,2026-10-02T05:00:00Z,5.00,1,1", "not a date"),
    "no name": (",2026-10-02,5.00,1,1", "no campaign name"),
    "a bell in the name": ("O\x07,2026-10-02,5.00,1,1", "control"),
    "a name without end": ("O" * 501 + ",2026-10-02,5.00,1,1", "longer"),
    "too few cells": ("O,2026-10-02,5.00,1", "4 cells"),
    "too many cells": ("O,2026-10-02,5.00,1,1,9", "6 cells"),
    "shifted cells": ("O,5.00,2026-10-02,1,1", "not a date"),
    "a lone carriage return": ("O,2026-10-02\r,5.00,1,1", "cells"),
}


@pytest.mark.parametrize(("row", "says"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_kept(row, says):
    marked = GOOD.replace("100", '"1,234,567"').replace("5.00", "5.05")
    export = read_export((META + marked * 40 + row + "\n").encode())
    assert export.rows_read == 40
    assert [day.spend_micros for day in export.days] == [40 * 5_050_000]
    assert export.unreadable[0].line == 42
    assert says in export.unreadable[0].reason


@pytest.mark.parametrize("unknown", ["", "-", " --", "--", "—", "< 10%", "> 90%"])
def test_what_says_unknown_is_none_and_never_zero(unknown):
    day = read_export((META + f"O,2026-10-01,5.00,{unknown},0\n").encode()).days[0]
    assert (day.impressions, day.clicks) == (None, 0)


def test_an_id_that_a_spreadsheet_spoilt_is_no_id():
    head = "Campaign ID," + META
    export = read_export((head + "1.20225E+17," + GOOD + "'120225000000000007," + GOOD).encode())
    assert "spreadsheet" in export.unreadable[0].reason
    assert export.campaigns[0].external_id == "120225000000000007"


def test_accents_composed_in_two_ways_are_one_campaign():
    rows = "Caf\u00e9,2026-10-01,5,1,1\nCafe\u0301,2026-10-01,5,1,1\n"
    export = read_export((META + rows).encode())
    assert len(export.campaigns) == len(export.days) == 1


def test_windows_text_with_a_known_header_is_read_with_a_note():
    export = read_export((META + "Café Ördög,2026-10-01,5.00,1,1\n").encode("cp1252"))
    assert export.campaigns[0].name == "Café Ördög"
    assert export.encoding == "Windows-1252"
    assert any("Windows-1252" in note for note in export.notes)


def test_windows_text_of_unknown_form_is_refused_and_not_mapped():
    with pytest.raises(ExportRefused, match=r"[Ll]ine 2") as refused:
        read_export("Wer,Wann,Was\nÖ,b,c\n".encode("cp1252"))
    assert not isinstance(refused.value, MappingNeeded)


def test_a_bad_byte_far_down_is_named_by_its_line():
    rows = GOOD * 30_000 + "Östra,2026-10-01,5,1,1\n"
    with pytest.raises(ExportRefused, match=r"mixes encodings|30003"):
        read_export((META + rows).encode() + b"\xff\x81,2026-10-01,5,1,1\n")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends_all_read_alike(codec, delimiter, end):
    text = (META + GOOD + "Ördög,2026-10-02,6.25,1,1\n").replace(",", delimiter)
    export = read_export(text.replace("\n", end).encode(codec))
    assert [day.spend_micros for day in export.days] == [5_000_000, 6_250_000]


def test_blank_lines_and_blank_cells_at_the_end_do_no_harm():
    export = read_export((META + "\n" + GOOD.strip() + ",,\n\n").encode())
    assert (export.rows_read, export.unreadable_count) == (1, 0)


def test_a_currency_glued_to_the_money_is_understood():
    export = read_export(b"Campaign name,Day,Amount spent\nO,2026-10-01,EUR 5.50\n")
    assert (export.currency, export.days[0].spend_micros) == ("EUR", 5_500_000)


def test_an_identical_column_twice_is_read_once():
    export = read_export(
        b"Campaign name,Day,Amount spent (EUR),Amount spent (EUR)\nO,2026-10-01,5,5\n"
    )
    assert export.days[0].spend_micros == 5_000_000


def test_a_value_over_12_settles_the_order_of_all_dates():
    rows = "O,05/06/2026,5.00,1,1\nO,25/06/2026,5.00,1,1\n"
    assert [d.day.isoformat() for d in read_export((META + rows).encode()).days] == [
        "2026-06-05",
        "2026-06-25",
    ]


def test_a_file_of_another_platform_than_expected_is_refused():
    with pytest.raises(ExportRefused, match="another platform"):
        read_export((META + GOOD).encode(), platform=Platform.GOOGLE)


def test_only_some_unreadable_rows_are_listed_and_all_are_counted():
    export = read_export((META + GOOD + "O,x,5,1,1\n" * (MOST_LISTED + 5)).encode())
    assert len(export.unreadable) == MOST_LISTED
    assert export.unreadable_count == MOST_LISTED + 5


@pytest.mark.parametrize("row", ["a,b\n", "O,2026-10-01,five,1,1\n"])
def test_a_thousand_rows_without_one_good_end_the_reading(row):
    class Counting(io.BytesIO):
        taken = 0

        def read1(self, size=-1):
            got = super().read1(size)
            self.taken += len(got)
            return got

    stream = Counting((META + row * 500_000).encode())
    with pytest.raises(ExportRefused, match="None of the first"):
        read_export(stream)
    assert stream.taken < 1_000_000


def test_more_lines_than_any_export_are_refused(monkeypatch):
    monkeypatch.setattr("lib.platforms.text._MOST_LINES", 10)
    with pytest.raises(ExportRefused, match="more than 10 lines"):
        read_export((META + GOOD * 20).encode())


def test_a_stream_is_read_from_its_start_and_left_open():
    stream = io.BytesIO((META + GOOD).encode())
    stream.read(5)
    assert read_export(stream).rows_read == 1
    assert not stream.closed
    assert read_export(stream).rows_read == 1


def test_a_stream_that_cannot_be_rewound_is_read_too():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    assert read_export(Pipe((META + GOOD).encode())).rows_read == 1


def _given_up_or_read(data):
    try:
        export = read_export(data)
    except ExportRefused:
        return
    assert isinstance(export, ExportFile)
    for day in export.days:
        assert day.spend_micros is None or 0 <= day.spend_micros < 2**63


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2_000))
@example(b"\xff\xfe")
@example(b"\xff\xfeA")
@example(b"\xef\xbb\xbf")
@example(b'"')
@example(b"a,b,c\r\n1")
def test_arbitrary_bytes_give_an_export_or_a_refusal_and_nothing_else(data):
    _given_up_or_read(data)


CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "Ostra",
            "2026-10-01",
            "01/02/2026",
            "5.00",
            "1.234,50",
            "1,234",
            " --",
            '"',
            "Total:",
            "Total: Campaigns",
            "EUR",
            "USD",
            "active",
            "campaign",
            "Enabled",
            "Ended",
            "NaN",
            "1e9",
            "\r",
            "\0",
            "\u2028",
            "No data available.",
        ]
    ),
    st.text(max_size=8),
)
CAPTIONS = st.sampled_from(
    ["Campaign name", "Campaign", "Day", "Amount spent (EUR)", "Cost", "Currency code", "Impr.",
     "Campaign status", "Status", "Results", "Result type", "Reporting starts", "Reporting ends",
     "Delivery level", "Delivery status", "Budget", "Ends", "Campaign ID", "Row Type", "x", ""]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    header=st.lists(CAPTIONS, min_size=1, max_size=9),
    rows=st.lists(st.lists(CELLS, max_size=9), max_size=6),
    above=st.sampled_from(["", "Report\nAll time\n", "sep=,\n"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_tables_of_familiar_pieces_in_any_order_never_break_the_reading(header, rows, above, codec):
    body = "\n".join(",".join(row) for row in [header, *rows])
    _given_up_or_read((above + body).encode(codec, "ignore"))
