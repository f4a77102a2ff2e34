"""Google Ads: campaign reports, the report editor, editable downloads, statuses, totals."""

from datetime import date

import pytest

from lib.domain.records import BudgetPeriod, Platform
from lib.domain.status import Status
from lib.platforms import ExportRefused, Grain, read_export
from lib.platforms.google_status import standing
from lib.platforms.layout import UnknownWord

REPORT = "Campaign report\n1 October 2026 - 31 October 2026\n"


def test_a_utf16_report_with_tabs_is_recognised_by_its_content(read):
    export = read("google-campaign-report-utf16.csv")
    assert (export.platform, export.form) == (Platform.GOOGLE, "Google Ads campaign report")
    assert (export.encoding, export.delimiter) == ("UTF-16 LE with BOM", "\t")
    assert (export.grain, export.days) == (Grain.PERIOD, ())
    assert (export.starts_on, export.ends_on) == (date(2026, 10, 1), date(2026, 10, 31))
    assert export.range_is_declared


def test_total_rows_are_left_out_and_only_the_listed_one_is_the_files_total(read):
    export = read("google-campaign-report-utf16.csv")
    assert [row.line for row in export.left_out] == [9, 10, 11]
    assert [total.label for total in export.totals] == [
        "Total: Campaigns",
        "Total: Account",
        "Total: Video",
    ]
    spend = sum(spend or 0 for _, spend in export.period_spend)
    assert spend == export.file_total_micros == 1_551_100_000
    assert export.totals[1].spend_micros == 1_560_400_000


def test_status_type_and_budget_come_from_the_report(read):
    campaigns = read("google-campaign-report-utf16.csv").campaigns
    assert [met.status for met in campaigns] == [
        Status.ACTIVE,
        Status.ENDED,
        Status.PAUSED,
        Status.PAUSED,
        Status.ISSUE,
    ]
    video, ended, *_ = campaigns
    assert (video.platform_type, video.budget_micros) == ("Video", 15_000_000)
    assert video.budget_period is BudgetPeriod.DAILY
    assert ended.budget_period is BudgetPeriod.TOTAL
    assert (video.platform_status, video.serving_status) == ("Enabled", "Eligible (Learning)")


def test_three_downloads_of_the_same_days_are_restated(read):
    first, second, third = (read(f"google-daily-snapshot-{n}.csv") for n in (1, 2, 3))

    def day(export, campaign, number):
        return next(
            d for d in export.days if d.campaign_key.startswith(campaign) and d.day.day == number
        )

    assert day(first, "Saltwick", 2).spend_micros == 1_390_000
    assert day(second, "Saltwick", 2).spend_micros == 10_370_000
    assert day(third, "Ostra", 3).results["conversions"] == 2_250_000
    assert third.ends_on == date(2026, 10, 4)
    assert {met.platform_type for met in first.campaigns} == {"In-stream video"}
    assert {met.platform_type for met in second.campaigns} == {None}


def test_views_and_subscribers_are_kinds_of_their_own(read):
    day = read("google-daily-snapshot-1.csv").days[0]
    assert day.results == {
        "conversions": 1_000_000,
        "views": 1_204_000_000,
        "subscribers": 3_000_000,
    }


def test_a_portuguese_report_has_commas_for_decimals_and_points_in_counts_only(read):
    export = read("google-campaign-report-pt-br.csv")
    assert (export.decimal_mark, export.currency) == (",", "BRL")
    assert (export.starts_on, export.ends_on) == (date(2026, 10, 5), date(2026, 10, 15))
    assert dict(export.period_spend)["Ostra Veld – Porto de Vidro"] == 7_890_580_000
    assert [met.status for met in export.campaigns] == [
        Status.ACTIVE,
        Status.PAUSED,
        Status.ARCHIVED,
    ]
    assert export.campaigns[1].budget_period is BudgetPeriod.TOTAL
    assert len(export.totals) == 2


def test_segments_are_summed_and_a_repeated_budget_is_not(read):
    export = read("google-editable-by-network-utf16.csv")
    first = export.campaigns[0]
    assert (first.key, first.external_id) == ("23000000000000007", "23000000000000007")
    assert (first.budget_micros, first.locations) == (25_000_000, ("United Kingdom",))
    assert dict(export.period_spend)[first.key] == 83_320_000
    assert (export.starts_on, export.range_is_declared) == (None, False)


def test_rows_of_other_types_in_an_editable_download_are_left_out():
    export = read_export(
        b"Row Type,Campaign status,Campaign,Cost,Currency code,Campaign ID\n"
        b"Campaign,Enabled,Ostra,5.00,EUR,71\nAd group,Enabled,Ostra,5.00,EUR,71\n"
    )
    assert dict(export.period_spend) == {"71": 5_000_000}
    assert export.left_out[0].line == 3


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("All time", (None, None)),
        ('"January 20, 2026 - January 21, 2026"', (date(2026, 1, 20), date(2026, 1, 21))),
        ("27 January 2026 - 23 February 2026", (date(2026, 1, 27), date(2026, 2, 23))),
        ("5 de maio de 2026 - 15 de maio de 2026", (date(2026, 5, 5), date(2026, 5, 15))),
        ("1 de enero de 2026 - 2 de diciembre de 2026", (date(2026, 1, 1), date(2026, 12, 2))),
        ("1. März 2026 – 2. Oktober 2026", (date(2026, 3, 1), date(2026, 10, 2))),
        ("1 août 2026 - 3 août 2026", (date(2026, 8, 1), date(2026, 8, 3))),
        ("4 June 2026", (date(2026, 6, 4), date(2026, 6, 4))),
        ("a range in some other tongue", (None, None)),
    ],
)
def test_the_range_above_the_header_is_read_in_many_tongues(line, expected):
    body = f"Campaign report\n{line}\nCampaign status,Campaign,Cost,Currency code\n"
    export = read_export((body + "Enabled,Ostra,5.00,EUR\n").encode())
    assert (export.starts_on, export.ends_on) == expected
    assert export.range_is_declared is (expected[0] is not None)


def test_a_day_outside_the_files_own_range_is_unreadable():
    body = REPORT + "Campaign,Day,Cost,Currency code,Impr.\n"
    body += "Ostra,2026-10-01,5.00,EUR,1\nOstra,2026-11-01,5.00,EUR,1\n"
    export = read_export(body.encode())
    assert len(export.days) == 1
    assert "outside the file's own range" in export.unreadable[0].reason


def test_a_campaign_may_really_be_called_total_something():
    body = REPORT + "Campaign,Day,Cost,Currency code\nTotal: Eclipse,2026-10-01,5.00,EUR\n"
    export = read_export((body + "Total: Campaigns,,5.00,EUR\n").encode())
    assert [met.name for met in export.campaigns] == ["Total: Eclipse"]
    assert export.left_out_count == 1
    body = REPORT + "Campaign status,Campaign,Cost,Currency code\nEnabled,Total: Account,5,EUR\n"
    assert read_export(body.encode()).campaigns[0].name == "Total: Account"


def test_a_header_without_rows_is_an_empty_export_even_without_cost():
    export = read_export(
        b"Campaign report\nAll time\nCampaign status,Campaign,Currency code,Budget\n"
    )
    assert export.campaigns == ()
    assert any("nothing to import" in note for note in export.notes)


def test_rows_without_a_cost_column_are_refused_by_its_name():
    with pytest.raises(ExportRefused, match="Cost"):
        read_export(
            b"Campaign report\nAll time\nCampaign status,Campaign,Currency code\nEnabled,A,EUR\n"
        )


@pytest.mark.parametrize(
    ("state", "serving", "reasons", "status"),
    [
        ("Removed", "Ended", "", Status.ARCHIVED),
        ("Enabled", "Ended", "campaign ended; unknown", Status.ENDED),
        ("Paused", "Paused", "campaign paused; most ads disapproved", Status.PAUSED),
        ("Enabled", "Not eligible", "All ad groups paused; All ads paused", Status.PAUSED),
        ("Enabled", "Not eligible", "All ads paused; most ads disapproved", Status.ISSUE),
        ("Enabled", "Not eligible", "most ads under review", Status.UNDER_REVIEW),
        ("Enabled", "Not eligible", "No ad groups; unknown", Status.ISSUE),
        ("Enabled", "Eligible", "most ads disapproved", Status.ISSUE),
        ("Enabled", "Eligible (Limited)", "some ads disapproved", Status.ACTIVE),
        ("Enabled", "Eligible (Limited)", "limited by budget; unknown", Status.ACTIVE),
        ("Enabled", "Eligible", "account suspended", Status.ISSUE),
        ("Enabled", "Eligible", "bidding strategy misconfigured", Status.ISSUE),
        ("Enabled", "Under review", "", Status.UNDER_REVIEW),
        ("Enabled", "Pending", "", Status.DEPLOYING),
        ("ENABLED", "eligible (learning)", "bidding strategy learning", Status.ACTIVE),
        ("Enabled", "", "", Status.ACTIVE),
        (" --", " --", "", None),
    ],
)
def test_three_columns_of_words_make_one_status(state, serving, reasons, status):
    assert standing(state=state, serving=serving, reasons=reasons).status is status


def test_an_unknown_status_word_is_never_read_as_another():
    with pytest.raises(UnknownWord, match="Dreaming"):
        standing(state="Enabled", serving="Dreaming", reasons="")


def test_the_status_of_an_ad_group_is_not_the_campaigns():
    body = REPORT + "Ad group,Campaign,Campaign status,Status,Cost,Currency code\n"
    export = read_export((body + "One,Ostra,Enabled,Not eligible,5,EUR\n").encode())
    assert export.campaigns[0].status is Status.ACTIVE
    assert export.campaigns[0].serving_status is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('Date,Clicks,Impr.,Cost\n"Thu, 5 Feb 2026",5,70,US$50.00\n', "card"),
        ("Campaign Name,Cost,Clicks,CTR\nOstra,R$ 12.28,4,1%\n", "card"),
        ("Campaign\tLabels\tNetworks\tBudget\tAd Group\tMax CPC\nOstra\t\t\t5\t\t\n", "Editor"),
    ],
)
def test_other_downloads_of_google_are_refused_with_their_name(text, reason):
    with pytest.raises(ExportRefused, match=reason):
        read_export(text.encode())
