"""The history in words."""

from datetime import UTC, datetime

from lib.domain.records import HistoryEntry, Origin, Source
from lib.ui.words import event_words, note_words


def restated(**details: object) -> HistoryEntry:
    said = {"days": 3, "first": "2026-06-01", "last": "2026-06-04"} | details
    return HistoryEntry(
        id=1,
        artist_id=1,
        campaign_id=1,
        version=None,
        at=datetime(2026, 7, 1, tzinfo=UTC),
        actor="Alice",
        origin=Origin.IMPORT,
        source=Source.DESK,
        event="campaign:restated",
        from_status=None,
        to_status=None,
        reason=None,
        note=None,
        details=said,
    )


def test_restated_days_say_what_changed_and_nothing_that_did_not():
    entry = restated(
        spend_before=1_024_500_000,
        spend_after=35_750_000,
        results_before=36_000_000,
        results_after=36_000_000,
    )
    assert event_words(entry.event) == "Settled days restated by the platform"
    assert note_words(entry) == (
        "3 settled days (2026-06-01 to 2026-06-04): spend 1,024.50 → 35.75"
    )


def test_a_single_restated_day_with_unknown_results_reads_as_one():
    entry = restated(
        days=1,
        last="2026-06-01",
        spend_before=1_000_000,
        spend_after=2_000_000,
        results_before=None,
        results_after=None,
    )
    assert note_words(entry) == "1 settled day (2026-06-01): spend 1 → 2"
