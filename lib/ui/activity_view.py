"""The activity page as drawn: its filters, its empty screen, the way to older entries."""

from datetime import date, datetime, time, timedelta

import streamlit as st

from lib.services.activity import LONGEST_SEARCH, ActivityFilter
from lib.ui import clock, reads
from lib.ui.format import count
from lib.ui.words import event_words, source_words

SEARCH, ARTIST, CAMPAIGN, PERSON = "search", "by_artist", "by_campaign", "person"
ACTION, SOURCE, FROM, UNTIL = "action", "source", "from", "until"
_LIMIT = "activity-limit"


def filters(artists: dict[int, str]) -> ActivityFilter:
    """Draw the filters and return what they narrow to."""
    words = reads.activity_words()
    by_name = {name: artist_id for artist_id, name in artists.items()}
    by_words = {event_words(event): event for event in words.events}
    by_source = {source_words(source): source for source in words.sources}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        search = _search()
        artist_id = by_name.get(_choice("All artists", list(by_name), ARTIST) or "")
        campaign_id = _campaign(artist_id)
        person = _choice("Everyone", list(words.actors), PERSON)
        action = _choice("All actions", list(by_words), ACTION)
        source = _choice("From anywhere", list(by_source), SOURCE)
        first, last = _day("From", FROM), _day("Until", UNTIL)
        if any((search, artist_id, person, action, source, first, last)):
            st.button(
                "Reset", key="activity-reset", icon=":material/filter_alt_off:", on_click=_reset
            )
    return ActivityFilter(
        artist_id=artist_id,
        campaign_id=campaign_id,
        actor=person,
        event=by_words.get(action or ""),
        source=by_source.get(source or ""),
        since=_midnight(first),
        until=_midnight(last + timedelta(days=1)) if last and last < date.max else None,
        search=search,
    )


def filter_words() -> list[tuple[str, str]]:
    """Return the filters that narrow, each with what it is set to."""
    keys = (SEARCH, ARTIST, CAMPAIGN, PERSON, ACTION, SOURCE, FROM, UNTIL)
    labels = ("Search", "Artist", "Campaign", "Person", "Action", "Where from", "From", "Until")
    chosen = [(label, st.session_state.get(key)) for label, key in zip(labels, keys, strict=True)]
    return [(label, str(value)) for label, value in chosen if value]


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


def _search() -> str:
    text = st.text_input(
        "Search",
        key=SEARCH,
        bind="query-params",
        type="search",
        placeholder="Search names, notes, files",
        label_visibility="collapsed",
        max_chars=LONGEST_SEARCH,
        width=240,
    )
    return (text or "").strip()


def _campaign(artist_id: int | None) -> int | None:
    """Return the chosen campaign of the chosen artist; without an artist there is no choice."""
    if artist_id is None:
        return None
    by_label = {f"{name} · {number}": number for number, name in reads.campaign_names(artist_id)}
    return by_label.get(_choice("All campaigns", list(by_label), CAMPAIGN) or "")


def _choice(placeholder: str, options: list[str], key: str) -> str | None:
    return st.selectbox(
        placeholder,
        options,
        index=None,
        key=key,
        bind="query-params",
        placeholder=placeholder,
        label_visibility="collapsed",
        width=200,
    )


def _day(label: str, key: str) -> date | None:
    """Return a chosen date, in the zone in which the instants are shown."""
    day: date | None = st.date_input(
        label,
        value=None,
        key=key,
        bind="query-params",
        format="DD.MM.YYYY",
        help=f"{label} this day on" if key == FROM else "Up to the end of this day",
        width=150,
    )
    return day


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), clock.zone()) if day else None


def _more() -> None:
    narrowed, shown = st.session_state[_LIMIT]
    most = reads.MOST_OF_HISTORY
    st.session_state[_LIMIT] = (narrowed, min(shown + reads.PAGE_OF_HISTORY, most))


def _reset() -> None:
    st.session_state[SEARCH] = ""
    for key in (ARTIST, CAMPAIGN, PERSON, ACTION, SOURCE, FROM, UNTIL):
        st.session_state[key] = None
