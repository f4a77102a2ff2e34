"""The activity page as drawn: its filters, its empty screen, the way to older entries."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import streamlit as st

from lib.services.activity import ActivityFilter, Among
from lib.ui import clock, reads
from lib.ui.fields import OneOf
from lib.ui.filtering import filter_bar, filters
from lib.ui.format import count
from lib.ui.words import event_words, source_words

_LIMIT = "activity-limit"


def narrowed() -> tuple[ActivityFilter, list[tuple[str, str]]]:
    """Draw the filters; return what they narrow to, as a filter and in words."""
    known = reads.activity_words()
    events = {event_words(event): event for event in known.events}
    sources = {source_words(source): source for source in known.sources}
    campaigns = _campaigns()
    campaign = OneOf(filters.CAMPAIGN, "Campaign", list(campaigns), nothing="All campaigns")
    person = OneOf(filters.PERSON, "Person", known.actors, nothing="Everyone")
    action = OneOf(filters.ACTION, "Action", list(events), nothing="All actions")
    source = OneOf(filters.SOURCE, "Where from", list(sources), nothing="From anywhere")
    more = [*([campaign] if campaigns else []), person, action, source]
    wanted = filter_bar.draw(filters.ACTIVITY, searched="Search names, notes, files", more=more)
    about = replace(wanted, text="", since=None, until=None)
    found = ActivityFilter(
        among=None if about.is_empty else Among(about, clock.reading_time()),
        campaign_id=campaigns.get(campaign.chosen),
        actor=person.chosen or None,
        event=events.get(action.chosen),
        source=sources.get(source.chosen),
        since=_midnight(wanted.since),
        until=_midnight(wanted.until + timedelta(days=1)) if wanted.until else None,
        search=wanted.text.strip(),
    )
    return found, filters.words(filters.ACTIVITY, more)


def _campaigns() -> dict[str, int]:
    """Return the campaigns of the chosen artist; of several artists there is no choice."""
    artists = filters.narrowed(filters.ACTIVITY).artists
    if len(artists) != 1:
        return {}
    return {f"{name} · {number}": number for number, name in reads.campaign_names(artists[0])}


def limit(narrowed: ActivityFilter) -> int:
    """Return how many entries to show: more after each click, anew when the filters change."""
    known = st.session_state.get(_LIMIT)
    if known is None or known[0] != narrowed:
        known = st.session_state[_LIMIT] = (narrowed, reads.PAGE_OF_HISTORY)
    return int(known[1])


def more(shown: int, *, has_more: bool) -> None:
    """Draw how many entries are shown, and the way to older ones."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{count(shown)} shown{', older ones left out' if has_more else ''}.")
        if has_more and shown < reads.MOST_OF_HISTORY:
            st.button("Show older", key="activity-more", on_click=_more)


def nothing() -> None:
    """Say that no entry matches the filters."""
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader("Nothing here", icon=":material/history:", anchor=False, width="content")
        st.markdown("No change matches these filters.", text_alignment="center")


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), clock.zone()) if day else None


def _more() -> None:
    narrowed, shown = st.session_state[_LIMIT]
    most = reads.MOST_OF_HISTORY
    st.session_state[_LIMIT] = (narrowed, min(shown + reads.PAGE_OF_HISTORY, most))
