"""Meta: Ads Reporting by day, the Ads Manager table, totals, levels and kinds of results."""

from datetime import date

import pytest

from lib.domain.records import BudgetPeriod, Platform
from lib.domain.status import Status
from lib.platforms import ExportRefused, Grain, read_export
from lib.platforms.meta import result_kind

HEADER = "Campaign name,Day,Delivery status,Delivery level,Amount spent (EUR),Impressions\n"


def days_of(export):
    return {(day.campaign_key, day.day.day): day for day in export.days}


def test_a_daily_report_is_read_by_campaign_and_day(read):
    export = read("meta-daily-saves.csv")
    assert (export.platform, export.form) == (Platform.META, "Meta Ads Reporting export")
    assert (export.encoding, export.delimiter) == ("UTF-8 with BOM", ",")
    assert (export.grain, export.currency) == (Grain.DAY, "EUR")
    assert (export.starts_on, export.ends_on) == (date(2026, 10, 1), date(2026, 10, 3))
    assert not export.range_is_declared
    assert export.unreadable_count == export.left_out_count == 0
    day = days_of(export)["Ostra Veld – Glass Harbour (Smart)", 3]
    assert (day.spend_micros, day.impressions) == (18_080_000, 5_120)
    assert day.results == {"saves": 41_000_000, "post saves": 6_000_000, "follows": 9_000_000}


def test_link_clicks_are_the_clicks_and_not_clicks_all(read):
    export = read("meta-daily-saves.csv")
    assert days_of(export)["Ostra Veld – Glass Harbour (Smart)", 3].clicks == 212
    assert "Clicks are Meta's link clicks." in export.notes


def test_clicks_all_stand_in_where_the_file_has_no_link_clicks():
    export = read_export(
        b"Campaign name,Day,Amount spent (EUR),Clicks (all)\nOstra,2026-10-01,1.50,7\n"
    )
    assert export.days[0].clicks == 7
    assert "all clicks" in export.notes[0]


def test_a_file_without_results_says_what_its_campaigns_count_as(read):
    export = read_export(b"Campaign name,Day,Amount spent (EUR)\nOstra,2026-10-01,1.50\n")
    assert any("counts as bought for saves" in note for note in export.notes)
    for columns in ("Results", "Saves"):
        named = read_export(
            f"Campaign name,Day,Amount spent (EUR),{columns}\nOstra,2026-10-01,1.50,7\n".encode()
        )
        assert not any("bought for saves" in note for note in named.notes)
    assert not any("bought for saves" in note for note in read("meta-daily-saves.csv").notes)


def test_saves_of_the_post_are_not_saves_of_the_music(read):
    quiet = days_of(read("meta-daily-saves.csv"))['Halden & Moss: "Paper Lungs"\n\nthe remix', 2]
    assert quiet.results["post saves"] == 1_000_000
    assert quiet.results["saves"] == 0


def test_blank_results_are_unknown_and_never_zero(read):
    day = days_of(read("meta-daily-saves.csv"))["Neon Quarry – Slow Elevator", 2]
    assert day.results == {}


def test_results_may_come_on_a_day_without_spend(read):
    day = days_of(read("meta-daily-saves.csv"))["Neon Quarry – Slow Elevator", 3]
    assert day.spend_micros == 0
    assert day.results["saves"] == 2_000_000


def test_the_headline_kind_is_the_one_named_on_the_latest_day(read):
    kinds = {met.name: met.headline_kind for met in read("meta-daily-saves.csv").campaigns}
    assert kinds["Ostra Veld – Glass Harbour (Smart)"] == "saves"


def test_among_several_kinds_of_one_day_the_one_with_most_spend_is_the_headline():
    body = "A,2026-10-01,Saves,1,2.00\nA,2026-10-01,Link clicks,1,3.00\nB,2026-10-01,Saves,1,1\n"
    body += "B,2026-10-01,Link clicks,1,1\n"
    export = read_export(
        ("Campaign name,Day,Result type,Results,Amount spent (EUR)\n" + body).encode()
    )
    assert [met.headline_kind for met in export.campaigns] == ["link clicks", "link clicks"]


def test_delivery_words_become_statuses_and_are_kept(read):
    met = {met.name: met for met in read("meta-daily-saves.csv").campaigns}
    assert [each.status for each in met.values()] == [Status.ACTIVE, Status.PAUSED, Status.ISSUE]
    assert met['Halden & Moss: "Paper Lungs"\n\nthe remix'].status_words == ("not_delivering",)


def test_line_breaks_in_a_name_are_kept_and_lines_are_physical(read):
    export = read("meta-daily-saves.csv")
    assert export.campaigns[-1].name == 'Halden & Moss: "Paper Lungs"\n\nthe remix'
    assert export.campaigns[-1].first_line == 7
    assert export.line_count == 9


def test_the_grand_total_in_the_first_row_is_never_counted(read):
    export = read("meta-daily-grand-total.csv")
    assert [(row.line, "grand total" in row.reason) for row in export.left_out] == [(2, True)]
    assert export.file_total_micros == 128_900_000_000
    assert sum(day.spend_micros for day in export.days) == 128_900_000_000
    assert (export.starts_on, export.ends_on) == (date(2026, 10, 1), date(2026, 10, 31))
    assert export.range_is_declared


def test_a_total_that_disagrees_with_the_rows_is_said():
    body = HEADER + ",,,,9.00,1\nA,2026-10-01,active,campaign,5.00,1\n"
    assert any("own total" in note for note in read_export(body.encode()).notes)


def test_rows_by_ad_are_summed_and_say_nothing_of_the_campaigns_status(read):
    export = read("meta-ad-level-daily.csv")
    first = export.days[0]
    assert (first.spend_micros, first.impressions, first.clicks) == (28_630_000, 2_695, 69)
    assert first.results == {
        "website purchases": 1_000_000,
        "purchases": 1_000_000,
        "landing page views": 50_000_000,
    }
    assert (first.lines, export.campaigns[0].status) == (4, None)
    assert "5 rows summed to 2 campaign days." in export.notes


def test_a_month_in_one_row_is_a_period_and_gives_no_day(read):
    export = read("meta-ads-manager-table.csv")
    assert (export.form, export.grain) == ("Meta Ads Manager table", Grain.PERIOD)
    assert export.days == ()
    assert (export.starts_on, export.ends_on) == (date(2026, 10, 1), date(2026, 10, 31))
    assert dict(export.period_spend)["Saltwick – Tidal Rooms"] == 63_990_000


def test_a_period_says_what_a_campaign_is(read):
    active, paused, ended = read("meta-ads-manager-table.csv").campaigns
    assert (active.status, paused.status, ended.status) == (
        Status.ACTIVE,
        Status.PAUSED,
        Status.ENDED,
    )
    assert (active.budget_micros, active.budget_period) == (18_000_000, BudgetPeriod.DAILY)
    assert (paused.budget_micros, paused.budget_period) == (None, None)
    assert (ended.budget_micros, ended.budget_period) == (400_000_000, BudgetPeriod.TOTAL)
    assert (active.ends_on, ended.ends_on) == (None, date(2026, 10, 9))
    assert (active.headline_kind, ended.headline_kind) == ("link clicks", "leads")
    assert {met.platform_type for met in (active, paused, ended)} == {None}


def test_rows_of_one_day_each_are_days_even_without_a_day_column():
    export = read_export(
        b"Campaign name,Amount spent (EUR),Reporting starts,Reporting ends\n"
        b"A,1.00,2026-10-01,2026-10-01\nA,2.00,2026-10-02,2026-10-02\n"
    )
    assert [day.day.day for day in export.days] == [1, 2]


def test_days_and_periods_in_one_file_are_refused():
    with pytest.raises(ExportRefused, match="others several"):
        read_export(
            b"Campaign name,Amount spent (EUR),Reporting starts,Reporting ends\n"
            b"A,1.00,2026-10-01,2026-10-01\nA,2.00,2026-10-01,2026-10-31\n"
        )


def test_no_data_available_is_an_empty_export_and_no_error(read):
    export = read("meta-no-data.csv")
    assert (export.campaigns, export.days, export.unreadable_count) == ((), (), 0)
    assert any("nothing to import" in note for note in export.notes)


def test_an_export_without_the_campaigns_name_is_refused_by_that_name():
    with pytest.raises(ExportRefused, match="Campaign name"):
        read_export(b"Ad name,Amount spent (EUR),Reporting starts,Reporting ends\n")


def test_a_rename_shows_as_another_campaign_with_the_same_days(read):
    before, after = read("meta-renamed-before.csv"), read("meta-renamed-after.csv")
    old = {(day.day, day.spend_micros) for day in before.days}
    new = {(day.day, day.spend_micros) for day in after.days}
    assert before.campaigns[0].key != after.campaigns[0].key
    assert old < new


def test_ids_are_the_key_and_stay_text():
    export = read_export(
        b"Campaign ID,Campaign name,Day,Amount spent (EUR)\n"
        b"120224907266750075,Old name,2026-10-01,1\n120224907266750075,New name,2026-10-02,1\n"
    )
    assert [met.key for met in export.campaigns] == ["120224907266750075"]
    assert len(export.days) == 2


def test_an_unknown_delivery_word_makes_the_row_unreadable():
    body = HEADER + "A,2026-10-01,sleeping,campaign,5.00,1\nB,2026-10-01,active,campaign,5.00,1\n"
    export = read_export(body.encode())
    assert [met.name for met in export.campaigns] == ["B"]
    (row,) = export.unreadable
    assert row.line == 2
    assert "sleeping" in row.reason
    assert "“A”" in row.reason


def test_an_unreadable_row_leaves_no_trace_in_range_or_sums():
    body = HEADER + "A,2026-10-09,active,campaign,x,1\nB,2026-10-01,active,campaign,5.00,1\n"
    export = read_export(body.encode())
    assert (export.starts_on, export.ends_on) == (date(2026, 10, 1), date(2026, 10, 1))
    assert [day.campaign_key for day in export.days] == ["B"]


@pytest.mark.parametrize(
    ("caption", "spend"),
    [
        ("Nome da campanha;Dia;Valor usado (BRL);Impressões", "1.234,56"),
        ("Nombre de la campaña;Día;Importe gastado (EUR);Impresiones", "1.234,56"),
        ("Kampagnenname;Tag;Ausgegebener Betrag (EUR);Impressionen", "1.234,56"),
        ("Nom de la campagne;Jour;Montant dépensé (EUR);Impressions", "1 234,56"),
        ("campaign  NAME;day;Amount\u00a0spent (EUR);impressions", "1,234.56"),
    ],
)
def test_captions_of_other_languages_and_spreadsheets_are_known(caption, spend):
    export = read_export(f"{caption}\nOstra;2026-10-01;{spend};10\n".encode())
    assert export.days[0].spend_micros == 1_234_560_000
    assert export.days[0].impressions == 10


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Website purchases", "website purchases"),
        ("actions:lead", "leads"),
        ("reach", "reach"),
        ("actions:offsite_conversion.fb_pixel_complete_registration", None),
        (
            "actions:onsite_conversion.messaging_conversation_started_7d",
            "messaging conversations started",
        ),
        ("actions:offsite_conversion.fb_pixel_custom_thing", "custom thing"),
        ("mixed", None),
        ("", None),
        ("-", None),
    ],
)
def test_result_kinds_are_readable(words, kind):
    if kind is None and words.startswith("actions"):
        kind = "website registrations completed"
    assert result_kind(words) == kind
