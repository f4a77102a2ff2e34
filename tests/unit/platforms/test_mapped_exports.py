"""Tables of unknown form: somebody names the columns once, and is remembered by fingerprint."""

import pytest
from pydantic import ValidationError

from lib.domain.records import Platform
from lib.domain.status import Status
from lib.platforms import (
    ColumnMapping,
    ExportRefused,
    Grain,
    MappingNeeded,
    fingerprint,
    read_export,
)

GERMAN = "Wer;Wann;Ausgabe;Anzeigen\nOstra;05/10/2026;1.234,50;7\n"


@pytest.fixture
def mapping(fixture_bytes):
    return ColumnMapping.model_validate_json(fixture_bytes("spotify-report.mapping.json"))


def german(**changes):
    fields = {
        "platform": "spotify",
        "currency": "EUR",
        "date_order": "dmy",
        "decimal_mark": ",",
        "columns": {"campaign": "Wer", "day": "Wann", "spend": "Ausgabe"},
    }
    return ColumnMapping.model_validate(fields | changes)


def test_spotifys_csv_asks_for_a_mapping_and_suggests_one(fixture_bytes):
    with pytest.raises(MappingNeeded) as asked:
        read_export(fixture_bytes("spotify-report.csv"), platform=Platform.SPOTIFY)
    needed = asked.value
    assert needed.header[:2] == ("Date", "Campaign name")
    assert needed.samples[0][0] == "2026-10-01"
    assert needed.fingerprint == fingerprint(needed.header)
    assert needed.suggestions["spend"] == "Spend"
    assert needed.suggestions["currency"] == "Account currency"
    assert needed.suggestions["day"] == "Date"


def test_a_table_that_only_resembles_a_google_report_asks_for_a_mapping():
    text = (
        b"Date,Campaign,Campaign status,Impressions,Spend,Currency\n2026-10-01,O,ACTIVE,1,5,EUR\n"
    )
    with pytest.raises(MappingNeeded):
        read_export(text)


def test_a_mapped_spotify_file_is_read_and_held_back_counts_stay_unknown(fixture_bytes, mapping):
    export = read_export(fixture_bytes("spotify-report.csv"), mapping=mapping)
    assert (export.platform, export.form) == (Platform.SPOTIFY, "Spotify via mapped columns")
    assert (export.grain, export.currency) == (Grain.DAY, "EUR")
    first, second, last = export.days
    assert (first.spend_micros, first.clicks) == (44_300_000, 40)
    assert first.results == {"new listeners": 31_000_000, "clicks": 40_000_000}
    assert (second.clicks, last.results) == (None, {"clicks": 1_000_000})
    assert [met.status for met in export.campaigns] == [Status.ACTIVE, Status.ENDED]
    assert any("held back" in note for note in export.notes)


def test_a_mapping_survives_json_and_the_next_file_has_the_same_fingerprint(mapping):
    assert ColumnMapping.model_validate_json(mapping.model_dump_json()) == mapping
    assert fingerprint(["Date", "Campaign  name"]) == fingerprint(["\ufeffdate", "CAMPAIGN NAME"])
    assert fingerprint(["Spend (EUR)"]) != fingerprint(["Spend (USD)"])


def test_a_mapping_says_how_dates_and_decimals_are_written():
    export = read_export(GERMAN.encode(), mapping=german())
    assert export.days[0].day.isoformat() == "2026-10-05"
    assert export.days[0].spend_micros == 1_234_500_000
    american = read_export(GERMAN.encode(), mapping=german(date_order="mdy"))
    assert american.days[0].day.isoformat() == "2026-05-10"


def test_without_a_day_a_mapped_table_is_a_period():
    export = read_export(
        GERMAN.encode(), mapping=german(columns={"campaign": "Wer", "spend": "Ausgabe"})
    )
    assert (export.grain, export.days) == (Grain.PERIOD, ())
    assert export.period_spend == (("Ostra", 1_234_500_000),)


def test_a_mapping_that_names_absent_columns_is_refused_by_their_names():
    columns = {"campaign": "Wer", "day": "Wann", "spend": "Kosten"}
    with pytest.raises(ExportRefused, match="Kosten"):
        read_export(GERMAN.encode(), mapping=german(columns=columns))


def test_a_mapped_table_needs_a_currency_from_somewhere():
    with pytest.raises(ExportRefused, match="currency"):
        read_export(GERMAN.encode(), mapping=german(currency=None))


def test_a_mapping_must_name_campaign_and_spend():
    with pytest.raises(ValidationError, match="spend"):
        german(columns={"campaign": "Wer"})


def test_a_mapping_of_another_platform_than_expected_is_refused():
    with pytest.raises(ExportRefused, match="another platform"):
        read_export(GERMAN.encode(), mapping=german(), platform=Platform.META)


def test_a_total_of_a_mapped_table_is_left_out():
    export = read_export((GERMAN + "Total;;1.234,50;7\n").encode(), mapping=german())
    assert (export.rows_read, export.left_out_count) == (1, 1)
    assert export.file_total_micros == 1_234_500_000
