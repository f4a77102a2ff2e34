"""The history in words: what happened, by whom, when."""

from datetime import tzinfo
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.actions import PauseReason
from lib.domain.records import MICROS, HistoryEntry, Origin, Platform
from lib.domain.status import FACTS, Status
from lib.ui.format import MISSING, instant

_EVENTS = {
    "campaign:create": "Created",
    "campaign:pause": "Paused",
    "campaign:resume": "Resumed",
    "campaign:archive": "Archived",
    "campaign:unarchive": "Unarchived",
    "campaign:carried_out": "Carried out on the platform",
    "campaign:reported": "Reported by the platform",
    "campaign:restated": "Settled days restated by the platform",
    "artist:create": "Artist added",
    "billing:payment_failed": "Payment failed",
    "billing:payment_recovered": "Payment recovered",
    "connection:break": "Connection broken",
    "connection:mend": "Connection works again",
    "import:finish": "Import finished",
    "demo:load": "Demo loaded",
    "demo:start_over": "Demo started over",
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


def note_words(entry: HistoryEntry) -> str:
    """Return the note of an entry, or what its details say in a sentence, else "—"."""
    if entry.event == "campaign:restated" and entry.details:
        return _restated_words(entry.details)
    if entry.event.startswith("connection:") and entry.details:
        platform = Platform(entry.details["platform"]).label
        return f"{platform}: {entry.note}" if entry.note else platform
    return entry.note or MISSING


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
    return f"{event_words(entry.event)} by {entry.actor}, {instant(entry.at, zone)}"


def history_columns() -> dict[str, Any]:
    """Return the widths of the history's long texts, in pixels."""
    widths = {"When": 150, "Campaign": 210, "Status": 210, "Reason": 290, "Note": 420}
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
        row = {"When": instant(entry.at, zone)}
        if artists is not None:
            row["Artist"] = artists.get(entry.artist_id, MISSING)
            row["Campaign"] = entry.campaign_name or MISSING
        rows.append(
            row
            | {
                "What": event_words(entry.event),
                "Status": movement_words(entry),
                "Who": entry.actor,
                "Through": _ORIGINS[entry.origin],
                "Reason": reason_words(entry.reason),
                "Note": note_words(entry),
            }
        )
    return pd.DataFrame(rows)
