"""The history in words: what happened, by whom, when."""

from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from lib.domain.actions import Action, PauseReason
from lib.domain.records import MICROS, HistoryEntry, Origin, Platform, Source
from lib.domain.status import FACTS, Status
from lib.services.recording import UNDO
from lib.ui.format import MISSING, day, instant, local, money

_EVENTS = {
    "campaign:create": "Created",
    "campaign:pause": "Paused",
    "campaign:resume": "Resumed",
    "campaign:archive": "Archived",
    "campaign:unarchive": "Unarchived",
    "campaign:carried_out": "Carried out on the platform",
    "campaign:reported": "Reported by the platform",
    "campaign:restated": "Settled days restated by the platform",
    "campaign:rename": "Renamed",
    "campaign:describe": "What it promotes changed",
    "campaign:budget": "Budget changed",
    "campaign:still_running": "Reported as still running",
    "campaign:subscription_pause": "Paused by billing",
    "campaign:subscription_resume": "Resumed by billing",
    "campaign:undo": "Undone",
    "schedule:create": "Change scheduled",
    "schedule:cancel": "Scheduled change cancelled",
    "schedule:miss": "Scheduled change missed",
    "artist:create": "Artist added",
    "artist:share_costs": "Costs shared with the artist",
    "artist:keep_costs": "Costs no longer shared with the artist",
    "share:create": "Share link made",
    "share:revoke": "Share link revoked",
    "billing:payment_failed": "Payment failed",
    "billing:payment_recovered": "Payment recovered",
    "connection:break": "Connection broken",
    "connection:mend": "Connection works again",
    "import:finish": "Import finished",
    "demo:load": "Demo loaded",
    "demo:start_over": "Demo started over",
}
_SOURCES = {
    Source.DESK: "Desk",
    Source.COMMAND: "Command line",
    Source.IMPORT: "Import",
    Source.BILLING: "Billing",
    Source.SCHEDULE: "Schedule",
    Source.PLATFORM: "Ad platform",
    Source.DEMO: "Demo",
}
_ORIGINS = {
    Origin.PERSON: "Person",
    Origin.IMPORT: "Import",
    Origin.PLATFORM: "Ad platform",
    Origin.SYSTEM: "System",
    Origin.BILLING: "Billing",
}


def event_words(event: str) -> str:
    """Return what an event is called on the screen; unknown ones read as they are named."""
    known = _EVENTS.get(event)
    if known:
        return known
    noun, _, verb = event.partition(":")
    if noun == "campaign" and verb in set(Status):
        return f"Became {FACTS[Status(verb)].label}"
    return f"{noun.capitalize()}: {verb.replace('_', ' ')}" if verb else event


def entry_words(entry: HistoryEntry) -> str:
    """Return what an entry is called on the screen; an undo says what it took back."""
    undone = (entry.details or {}).get("undone")
    if entry.event != UNDO or not undone:
        return event_words(entry.event)
    return f"Undone: {event_words(undone)}"


def source_words(source: Source) -> str:
    """Return where a change came in."""
    return _SOURCES[source]


def where_words(entry: HistoryEntry) -> str:
    """Return where an entry came in, and through whom where that does not say it."""
    where = source_words(entry.source)
    if entry.source is Source.DEMO:
        return f"{where} · {_ORIGINS[entry.origin]}"
    return where


def reason_words(reason: str | None) -> str:
    """Return a pause's reason in words, "—" where there is none."""
    if not reason:
        return MISSING
    return PauseReason(reason).label if reason in set(PauseReason) else reason


def movement_words(entry: HistoryEntry) -> str:
    """Return from which status to which one an entry led, "—" where it changed none."""
    if entry.to_status is None:
        return MISSING
    to = FACTS[entry.to_status].label
    if entry.from_status is None:
        return to
    # A run that was over read as Ended, whatever had been stored last.
    seen = (entry.details or {}).get("effective_from", entry.from_status)
    return f"{FACTS[Status(seen)].label} → {to}"


def change_words(entry: HistoryEntry) -> str:
    """Return what was before and what is after, "—" where an entry changed nothing of the kind."""
    details = entry.details or {}
    if entry.to_status is None and {"before", "after"} <= details.keys():
        before, after = (_value(details[key], details.get("currency")) for key in _BOTH)
        return f"{before} → {after}"
    return movement_words(entry)


_BOTH = ("before", "after")


def _value(value: Any, currency: str | None) -> str:
    """Return what was, or is: a name, or the amount of a budget in millionths."""
    if isinstance(value, int):
        return money(value, currency) if currency else _amount(value)
    return str(value) if value is not None else MISSING


def note_words(entry: HistoryEntry) -> str:
    """Return the note of an entry, or what its details say in a sentence, else "—"."""
    details = entry.details or {}
    if entry.event == "campaign:restated" and details:
        return _restated_words(details)
    if entry.event.startswith("schedule:") and details:
        return _schedule_words(details, entry.note)
    if entry.event.startswith("connection:") and details:
        platform = Platform(details["platform"]).label
        return f"{platform}: {entry.note}" if entry.note else platform
    file = details.get("file") if entry.event == "import:finish" else None
    said = [entry.note or file, details.get("changed_since")]
    return " · ".join(words for words in said if words) or MISSING


def who_words(entry: HistoryEntry, zone: tzinfo) -> str:
    """Return who made a change; of a scheduled one also when they scheduled it."""
    scheduled_at = (entry.details or {}).get("scheduled_at")
    if entry.source is not Source.SCHEDULE or not scheduled_at:
        return entry.actor
    on = datetime.fromisoformat(scheduled_at).astimezone(zone).date()
    return f"{entry.actor}, scheduled on {day(on, with_year=True)}"


def _schedule_words(details: dict[str, Any], note: str | None) -> str:
    run_at = local(datetime.fromisoformat(details["run_at"]), ZoneInfo(details["zone"]))
    said = [
        f"{Action(details['action']).label} at {run_at}",
        reason_words(details["reason"]) if details.get("reason") else "",
        note or "",
        details.get("why", ""),
    ]
    return " · ".join(words for words in said if words)


def _restated_words(details: dict[str, Any]) -> str:
    days, first, last = details["days"], details["first"], details["last"]
    which = f"1 settled day ({first})" if days == 1 else f"{days} settled days ({first} to {last})"
    changes = [
        f"{what} {_amount(details[f'{what}_before'])} → {_amount(details[f'{what}_after'])}"
        for what in ("spend", "results")
        if details[f"{what}_before"] != details[f"{what}_after"]
    ]
    return f"{which}: {', '.join(changes) or 'single days changed, their sums did not'}"


def _amount(micros: int | None) -> str:
    return MISSING if micros is None else f"{micros / MICROS:,.2f}".removesuffix(".00")


def last_change_words(entry: HistoryEntry | None, zone: tzinfo) -> str:
    """Return who did what and when."""
    if entry is None:
        return MISSING
    return f"{entry_words(entry)} by {who_words(entry, zone)}, {instant(entry.at, zone)}"


def history_columns() -> dict[str, Any]:
    """Return the widths of the history's long texts, in pixels."""
    widths = {
        "When": 140,
        "Who": 110,
        "Artist": 120,
        "Campaign": 190,
        "What": 120,
        "Reason": 200,
        "Change": 190,
        "Note": 420,
    }
    return {name: st.column_config.TextColumn(name, width=width) for name, width in widths.items()}


def history_frame(
    entries: list[HistoryEntry] | tuple[HistoryEntry, ...],
    zone: tzinfo,
    *,
    artists: dict[int, str] | None = None,
) -> pd.DataFrame:
    """Return the history as a table of texts, one row an entry; `artists` adds their names."""
    rows = []
    for entry in entries:
        row = {"When": instant(entry.at, zone), "Who": who_words(entry, zone)}
        if artists is not None:
            row["Artist"] = artists.get(entry.artist_id, MISSING)
            row["Campaign"] = entry.campaign_name or MISSING
        rows.append(
            row
            | {
                "What": entry_words(entry),
                "Reason": reason_words(entry.reason),
                "Change": change_words(entry),
                "Note": note_words(entry),
                "From": where_words(entry),
            }
        )
    return pd.DataFrame(rows)
