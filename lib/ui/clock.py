"""The only place that reads the real clock, and the zone in which a person reads instants."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st


def now() -> datetime:
    """Return this instant, for writes."""
    return datetime.now(UTC)


def reading_time() -> datetime:
    """Return the end of this minute, for cached reads.

    A minute is what a cached read may be off by; its end, because nothing that is recorded
    by now may lie in the future of what reads it.
    """
    return now().replace(second=0, microsecond=0) + timedelta(minutes=1)


def zone() -> ZoneInfo:
    """Return the zone of the person's browser, UTC where it does not tell one."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
