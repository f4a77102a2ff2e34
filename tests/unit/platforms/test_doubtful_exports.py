"""Doubtful cells, rows and totals: told apart from good ones, and never counted by guesswork."""

import io
import os
import time
from contextlib import suppress
from datetime import date

import pytest

from lib.domain.status import Status
from lib.platforms import (
    ColumnMapping,
    ExportRefused,
    Grain,
    MappingNeeded,
    is_video_type,
    read_export,
)
from lib.platforms.captions import fingerprint, normalised, plain
from lib.platforms.dates import Dates, declared_range, is_all_time, is_ambiguous, order_proved
from lib.platforms.figures import Figures, Misread, currency_in, evidence, is_figure
from lib.platforms.google_status import standing
from lib.platforms.layout import UnknownWord, is_said
from lib.platforms.meta import result_kind

META = "Campaign name,Day,Amount spent (EUR),Impressions,Link clicks\n"
TABLE = "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Ends\n"
DAILY_TABLE = "Campaign name,Day,Amount spent (EUR),Ends\n"
TITLED = "Campaign report\n1 October 2026 - 31 October 2026\n"
BY_AD = "Campaign name,Ad set name,Ad name,Day,Amount spent (EUR)\n"


def export_of(text, **said):
    return read_export(text.encode(), **said)


def mapping(**said):
    columns = {"campaign": "Wer", "day": "Wann", "spend": "Ausgabe"}
    fields = {"platform": "spotify", "currency": "EUR", "columns": columns}
    return ColumnMapping.model_validate(fields | said)


# Runs without an end.


@pytest.mark.parametrize(
    ("ends", "is_open", "ends_on"),
    [
        ("Ongoing", True, None),
        ("Em andamento", True, None),
        ("EN CURSO", True, None),
        ("Fortlaufend", True, None),
        ("En cours", True, None),
        ("2037-12-30", True, None),
        ("2026-11-30", False, date(2026, 11, 30)),
        ('"Nov 30, 2026, 8:00 AM"', False, date(2026, 11, 30)),
        ("", False, None),
        ("-", False, None),
    ],
)
def test_a_run_without_an_end_is_told_apart_from_an_end_that_is_not_said(ends, is_open, ends_on):
    met = export_of(TABLE + f"2026-10-01,2026-10-31,O,5.00,{ends}\n").campaigns[0]
    assert (met.is_open_ended, met.ends_on) == (is_open, ends_on)


@pytest.mark.parametrize(
    ("rows", "is_open", "ends_on"),
    [
        ("O,2026-10-01,1.00,2026-11-30\nO,2026-10-02,1.00,Ongoing\n", True, None),
        ("O,2026-10-02,1.00,Ongoing\nO,2026-10-01,1.00,2026-11-30\n", True, None),
        ("O,2026-10-01,1.00,Ongoing\nO,2026-10-02,1.00,2026-11-30\n", False, date(2026, 11, 30)),
        ("O,2026-10-01,1.00,Ongoing\nO,2026-10-01,1.00,2026-11-30\n", False, date(2026, 11, 30)),
        ("O,2026-10-01,1.00,Ongoing\nO,2026-10-02,1.00,\n", True, None),
    ],
)
def test_the_newest_day_says_whether_a_run_has_an_end(rows, is_open, ends_on):
    met = export_of(DAILY_TABLE + rows).campaigns[0]
    assert (met.is_open_ended, met.ends_on) == (is_open, ends_on)


# Cells without end.

LONG = {
    "spaces in a number": "1" + " " * 100_000 + "x",
    "digits": "9" * 100_000,
    "spaces": " " * 100_000,
    "brackets": "(" * 100_000,
    "brackets and an end": "(" * 99_999 + ")",
    "spaces before a bracket": "a" + " " * 99_998 + "(",
    "accents": "a" + "\u0301\u0327" * 50_000,
    "months": "May " * 25_000,
    "underscores": "a_1" * 33_333,
    "semicolons": "".join(f"{number};" for number in range(16_000)),
}
READERS = {
    "currency": currency_in,
    "evidence": evidence,
    "figure": is_figure,
    "money": Figures(".").money,
    "count": Figures(",").count,
    "results": Figures(".").results,
    "date": Dates("dmy").read,
    "order": order_proved,
    "ambiguous": is_ambiguous,
    "range": declared_range,
    "all time": is_all_time,
    "state": lambda cell: standing(state=cell, serving="", reasons=""),
    "serving": lambda cell: standing(state="", serving=cell, reasons=""),
    "reasons": lambda cell: standing(state="", serving="", reasons=cell),
    "dash": is_said,
    "caption": normalised,
    "caption with currency": plain,
    "header": lambda cell: fingerprint([cell]),
    "kind": result_kind,
    "video": is_video_type,
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize("cell", LONG.values(), ids=LONG)
def test_a_hundred_thousand_characters_in_a_cell_cost_no_time(reader, cell):
    started = time.perf_counter()
    with suppress(Misread, UnknownWord):
        reader(cell)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("cell", LONG.values(), ids=LONG)
@pytest.mark.parametrize("column", range(9))
def test_a_file_with_a_cell_without_end_is_read_or_refused_at_once(column, cell):
    head = "Campaign status,Campaign,Status,Status reasons,Cost,Clicks,Day,Location,Currency code\n"
    row = ["Enabled", "O", "Eligible", "", "5.00", "1", "2026-10-01", "Lisbon", "EUR"]
    good = ",".join(row) + "\n"
    row[column] = cell
    started = time.perf_counter()
    with suppress(ExportRefused):
        export_of(head + good + ",".join(row) + "\n")
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("cell", LONG.values(), ids=LONG)
def test_a_caption_without_end_is_read_or_refused_at_once(cell):
    started = time.perf_counter()
    with pytest.raises(ExportRefused):
        export_of(f"{cell},b,c\n{cell},2,3\n")
    assert time.perf_counter() - started < 2


# Types and kinds.


@pytest.mark.parametrize(
    ("word", "is_video"),
    [
        ("Video", True),
        ("In-stream video", True),
        ("Vídeo", True),
        ("VIDE\u0301O", True),
        ("Campagne Vidéo", True),
        ("Search", False),
        ("", False),
    ],
)
def test_a_video_is_a_video_in_every_language(word, is_video):
    assert is_video_type(word) is is_video


def test_the_type_itself_stays_as_the_file_writes_it(read):
    assert read("google-campaign-report-pt-br.csv").campaigns[0].platform_type == "Vídeo"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Compras", "purchases"),
        ("Compras no site", "website purchases"),
        ("Cliques no link", "link clicks"),
        ("Landingpage-Aufrufe", "landing page views"),
        ("Ouvintes novos", "ouvintes novos"),
    ],
)
def test_one_result_has_one_name_in_all_languages(words, kind):
    assert result_kind(words) == kind


# Mapped tables.


def test_the_result_of_spotify_is_the_mapped_clicks():
    text = "Wer;Wann;Ausgabe;Klicks\nO;2026-10-05;1,50;7\n"
    columns = {"campaign": "Wer", "day": "Wann", "spend": "Ausgabe", "clicks": "Klicks"}
    said = mapping(columns=columns)
    assert export_of(text, mapping=said).days[0].results == {"clicks": 7_000_000}
    meta = mapping(columns=columns, platform="meta")
    assert export_of(text, mapping=meta).days[0].results == {}


def test_clicks_that_a_mapping_names_itself_stay_as_it_says():
    text = "Wer;Wann;Ausgabe;Klicks;Andere\nO;2026-10-05;1,50;7;9\n"
    columns = {"campaign": "Wer", "day": "Wann", "spend": "Ausgabe", "clicks": "Klicks"}
    said = mapping(columns=columns, result_kinds={"Clicks": "Andere"})
    day = export_of(text, mapping=said).days[0]
    assert (day.clicks, day.results) == (7, {"clicks": 9_000_000})


def test_without_a_decimal_mark_in_the_mapping_the_file_has_to_prove_it():
    head = "Wer;Wann;Ausgabe\n"
    with pytest.raises(ExportRefused, match="point or a comma"):
        export_of(head + "O;2026-10-25;5,500\n", mapping=mapping())
    export = export_of(head + "O;2026-10-25;5,500\nO;2026-10-26;5,50\n", mapping=mapping())
    assert [day.spend_micros for day in export.days] == [5_500_000, 5_500_000]
    said = mapping(decimal_mark=".")
    assert export_of(head + "O;2026-10-25;5,500\n", mapping=said).days[0].spend_micros == 55 * 10**8


def test_without_an_order_of_dates_in_the_mapping_the_file_has_to_prove_it():
    head = "Wer;Wann;Ausgabe\n"
    with pytest.raises(ExportRefused, match="day or the month"):
        export_of(head + "O;05/06/2026;5\n", mapping=mapping())
    export = export_of(head + "O;05/06/2026;5\nO;25/06/2026;5\n", mapping=mapping())
    assert [day.day for day in export.days] == [date(2026, 6, 5), date(2026, 6, 25)]
    said = mapping(date_order="mdy")
    assert export_of(head + "O;05/06/2026;5\n", mapping=said).days[0].day == date(2026, 5, 6)


def test_a_mapping_remembered_with_its_mark_and_order_is_still_understood():
    saved = '{"platform": "spotify", "currency": null, "date_order": "ymd", "decimal_mark": ".", '
    saved += '"columns": {"campaign": "Wer", "spend": "Ausgabe"}, "result_kinds": {}}'
    said = ColumnMapping.model_validate_json(saved)
    assert (said.date_order, said.decimal_mark) == ("ymd", ".")
    assert ColumnMapping.model_validate_json(mapping().model_dump_json()).decimal_mark is None


# The decimal mark.


def test_a_column_that_nobody_reads_proves_no_decimal_mark():
    head = TITLED + "Campaign,Day,Cost,Currency code,Conversions,Search lost IS\n"
    export = export_of(head + 'O,2026-10-01,5,EUR,"4,778","0,99"\n')
    assert export.decimal_mark == "."
    assert export.days[0].results == {"conversions": 4_778_000_000}


def test_a_column_that_is_read_proves_the_mark_even_under_english_captions():
    head = TITLED + "Campaign,Day,Cost,Currency code,Conversions\n"
    export = export_of(head + 'O,2026-10-01,"5,25",EUR,"1.004,50"\n')
    assert export.days[0].spend_micros == 5_250_000


# Days.


@pytest.mark.parametrize(
    "cell",
    [
        "Week of May 13, 2024",
        "May 13, 2024 - May 19, 2024",
        "May 2024",
        "2024-05",
        "Q2 2024",
        "2024-W20",
        "KW 20 2024",
        "Semana de 13 de mayo de 2024",
        "from May 13, 2024",
        "13 May 2024 (partial)",
        "Yesterday, 13 May 2024",
        "13 May 2024 08:00",
        "13:May:2024",
    ],
)
def test_a_week_a_month_or_anything_around_a_day_is_no_day(cell):
    for order in ("ymd", "dmy", "mdy"):
        with pytest.raises(Misread):
            Dates(order).read(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "Thu, 5 Feb 2026",
        "qui., 5 de fev. de 2026",
        "jueves, 5 de febrero de 2026",
        "Donnerstag, 5. Februar 2026",
        "jeu. 5 févr. 2026",
        "quinta-feira, 5 de fevereiro de 2026",
        "5-Feb-2026",
        "Feb 5th, 2026",
    ],
)
def test_a_day_with_its_weekday_is_that_day(cell):
    assert Dates("ymd").read(cell) == date(2026, 2, 5)


def test_march_and_tuesday_are_told_apart_though_spanish_shortens_both_alike():
    assert Dates("ymd").read("mar., 5 de mayo de 2026") == date(2026, 5, 5)
    assert Dates("ymd").read("mar. 5, 2026") == date(2026, 3, 5)


def test_a_weekly_file_is_refused_as_what_it_is():
    with pytest.raises(ExportRefused, match="a week, a month or a quarter"):
        export_of(META + 'O,"Week of May 13, 2024",5.00,1,1\n')


# Names.


@pytest.mark.parametrize("is_backwards", [False, True])
def test_the_name_on_the_newest_day_is_the_campaigns(is_backwards):
    head = "Campaign ID,Campaign name,Day,Amount spent (EUR)\n"
    rows = ["71,Old,2026-10-01,1\n", "71,Middle,2026-10-02,1\n", "71,New,2026-10-03,1\n"]
    export = export_of(head + "".join(reversed(rows) if is_backwards else rows))
    assert [(met.key, met.name) for met in export.campaigns] == [("71", "New")]


def test_the_last_line_names_a_campaign_of_a_period():
    head = "Campaign ID,Campaign name,Amount spent (EUR)\n"
    assert export_of(head + "71,Old,1\n71,New,1\n").campaigns[0].name == "New"


def test_a_row_that_cannot_be_read_renames_nothing():
    head = "Campaign ID,Campaign name,Day,Amount spent (EUR)\n"
    export = export_of(head + "71,Old,2026-10-01,1\n71,New,2026-10-02,x\n")
    assert export.campaigns[0].name == "Old"


# Subtotals.


def test_a_row_without_an_ad_name_beside_ads_of_its_day_is_a_subtotal():
    rows = ",,,,3.00\nO,S,,2026-10-01,3.00\nO,S,A,2026-10-01,1.00\nO,S,B,2026-10-01,2.00\n"
    export = export_of(BY_AD + rows)
    assert [day.spend_micros for day in export.days] == [3_000_000]
    assert [row.line for row in export.left_out] == [2, 3]
    assert "no ad name while others" in export.left_out[1].reason
    assert not export.is_total_contradicted


def test_subtotals_of_every_level_are_left_out_whatever_their_order():
    rows = ["O,,,2026-10-01,3.00\n", "O,S,,2026-10-01,3.00\n", "O,S,A,2026-10-01,3.00\n"]
    for order in (rows, rows[::-1], rows[1:] + rows[:1]):
        export = export_of(BY_AD + "".join(order))
        assert [day.spend_micros for day in export.days] == [3_000_000]
        assert export.left_out_count == 2


def test_a_row_without_an_ad_name_counts_where_its_day_has_no_ads():
    rows = "O,S,,2026-10-01,3.00\nO,S,A,2026-10-02,1.00\nP,S,,2026-10-02,4.00\nO,T,,2026-10-02,5\n"
    export = export_of(BY_AD + rows)
    assert export.left_out_count == 0
    assert [day.spend_micros for day in export.days] == [3_000_000, 6_000_000, 4_000_000]


@pytest.mark.parametrize("caption", ["Age", "Gender", "Country", "Device", "Network", "Idade"])
@pytest.mark.parametrize("blank", ["", "All"])
def test_a_breakdowns_own_sum_is_a_subtotal(caption, blank):
    head = f"Campaign name,Day,{caption},Amount spent (EUR)\n"
    rows = f"O,2026-10-01,{blank},3.00\nO,2026-10-01,x,1.00\nO,2026-10-01,y,2.00\n"
    assert [day.spend_micros for day in export_of(head + rows).days] == [3_000_000]


def test_subtotals_of_a_period_are_left_out_too():
    head = "Campaign ID,Campaign name,Ad name,Amount spent (EUR)\n"
    export = export_of(head + "71,O,,3.00\n71,O,A,1.00\n71,O,B,2.00\n")
    assert (export.grain, dict(export.period_spend)) == (Grain.PERIOD, {"71": 3_000_000})


def test_too_many_rows_that_may_be_subtotals_are_refused(monkeypatch):
    monkeypatch.setattr("lib.platforms.subtotals._MOST_COARSE", 2)
    rows = "".join(f"O,S{number},,2026-10-01,1\n" for number in range(3))
    with pytest.raises(ExportRefused, match="subtotals"):
        export_of(BY_AD + rows + "O,S1,A,2026-10-01,1\n")


@pytest.mark.parametrize(("total", "is_contradicted"), [("9.00", True), ("5.02", False)])
def test_a_total_that_contradicts_the_rows_is_said_first(total, is_contradicted):
    export = export_of(META + f",,{total},1,1\nO,2026-10-01,5.00,1,1\n")
    assert export.is_total_contradicted is is_contradicted
    assert ("contradicts" in export.notes[0]) is is_contradicted
    assert any("own total" in note for note in export.notes)


def test_a_total_larger_than_any_cell_of_a_campaign_is_still_compared():
    rows = "".join(f"O,2026-10-0{day},900000000,1,1\n" for day in range(1, 4))
    export = export_of(META + ",,2700000000,1,1\n" + rows)
    assert export.file_total_micros == 2_700_000_000 * 10**6
    assert not export.is_total_contradicted


# Lengths and sizes.

UNREADABLE = {
    "a name": ("Campaign name", "N" * 501, "name is longer"),
    "a type": ("Campaign type", "T" * 101, "longer than 100"),
    "a kind": ("Result type", "K" * 101, "longer than 100"),
    "an id": ("Campaign ID", "7" * 101, "id is longer"),
    "spend": ("Amount spent (EUR)", "1000000000.01", "larger"),
    "impressions": ("Impressions", "1000000000001", "larger"),
    "results": ("Results", "1000000000.5", "larger"),
}
FULL = {
    "Campaign ID": "7" * 100,
    "Campaign name": "N" * 500,
    "Campaign type": "Smart",
    "Day": "2026-10-01",
    "Result type": "K" * 100,
    "Results": "1000000000",
    "Amount spent (EUR)": "1000000000.00",
    "Impressions": "1000000000000",
}


def row_of(cells):
    return ",".join(cells.values()) + "\n"


@pytest.mark.parametrize(("column", "cell", "says"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_no_database_can_keep_makes_the_row_unreadable(column, cell, says):
    if column == "Campaign type":
        head, rows = "Campaign,Campaign type,Day,Cost,Currency code\n", "O,Video,2026-10-01,5,EUR\n"
        export = export_of(TITLED + head + rows + f"O,{cell},2026-10-02,5,EUR\n")
    else:
        head = ",".join(FULL) + "\n"
        export = export_of(head + row_of(FULL) + row_of(FULL | {column: cell}))
    assert (export.rows_read, export.unreadable_count) == (1, 1)
    assert says in export.unreadable[0].reason


@pytest.mark.parametrize("code", ["EURO", "eur", "€", "E1R"])
def test_a_currency_is_three_letters_or_the_file_is_refused(code):
    with pytest.raises(ExportRefused, match=r"name a currency"):
        export_of(TITLED + f"Campaign,Day,Cost,Currency code\nO,2026-10-01,5,{code}\n")


def test_spaces_around_a_foreign_currency_do_not_hide_it():
    rows = "O,2026-10-01,5.00,1,1\nO,2026-10-02,USD 5.00" + " " * 100 + ",1,1\n"
    with pytest.raises(ExportRefused, match="mixed currencies"):
        export_of(META + rows)


# Google's words.


@pytest.mark.parametrize(
    "serving",
    [
        "Limited by budget",
        "Bid strategy learning",
        "Bid strategy limited",
        "Eligible (Limited by budget)",
        "Eligible (Limited)",
        "Limitada pelo orçamento",
        "Qualificada (limitada pelo orçamento)",
        "Estratégia de lances em aprendizado",
    ],
)
def test_a_limited_or_learning_campaign_is_active(serving):
    found = standing(state="Enabled", serving=serving, reasons="")
    assert (found.status, found.serving_status) == (Status.ACTIVE, serving)


def test_a_broken_bid_strategy_is_an_issue():
    found = standing(state="Enabled", serving="Bid strategy misconfigured", reasons="")
    assert found.status is Status.ISSUE


# Google's totals.


@pytest.mark.parametrize(
    "label",
    ["Total: Travel", "Total: Vídeo", "Total: Générique", "Total: Campanhas", "Total: Kampagnen"],
)
def test_below_the_last_campaign_of_a_titled_report_every_total_is_one(label):
    head = TITLED + "Campaign,Cost,Currency code\n"
    export = export_of(head + f"O,5.00,EUR\nP,6.00,EUR\n{label},11.00,EUR\nTotal: Account,11,EUR\n")
    assert dict(export.period_spend) == {"O": 5_000_000, "P": 6_000_000}
    assert [total.label for total in export.totals] == [label, "Total: Account"]


def test_above_the_last_campaign_a_total_of_nothing_known_is_a_campaigns_name():
    head = TITLED + "Campaign,Cost,Currency code\n"
    export = export_of(head + "Total: Eclipse,5.00,EUR\nP,6.00,EUR\nTotal: Campaigns,11,EUR\n")
    assert [met.name for met in export.campaigns] == ["Total: Eclipse", "P"]


# Streams.


def test_a_pipe_is_read_like_a_file():
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as sink:
        sink.write((META + "O,2026-10-01,5.00,1,1\n").encode())
    with os.fdopen(reading, "rb") as pipe:
        assert read_export(pipe).rows_read == 1


@pytest.mark.parametrize("is_pipe", [False, True])
def test_more_bytes_than_the_caller_allows_are_refused(is_pipe):
    class Stream(io.BytesIO):
        def seekable(self):
            return not is_pipe

    data = (META + "O,2026-10-01,5.00,1,1\n").encode()
    assert read_export(Stream(data), most_bytes=len(data)).rows_read == 1
    with pytest.raises(ExportRefused, match="too large"):
        read_export(Stream(data), most_bytes=len(data) - 1)
    with pytest.raises(ExportRefused, match="too large") as refused:
        read_export(data, most_bytes=len(data) - 1)
    assert not isinstance(refused.value, MappingNeeded)
