"""The activity page as drawn: its filters, its empty screen, the way to older entries."""

import streamlit as st

from lib.services.queries import ActivityFilter
from lib.ui import reads
from lib.ui.format import count
from lib.ui.words import event_words

ARTIST, PERSON, ACTION = "by_artist", "person", "action"
_LIMIT = "activity-limit"


def filters(artists: dict[int, str]) -> ActivityFilter:
    """Draw the filters and return what they narrow to."""
    people, events = reads.activity_words()
    by_name = {name: artist_id for artist_id, name in artists.items()}
    by_words = {event_words(event): event for event in events}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        artist = _choice("All artists", list(by_name), ARTIST)
        person = _choice("Everyone", people, PERSON)
        action = _choice("All actions", list(by_words), ACTION)
        if artist or person or action:
            st.button(
                "Reset", key="activity-reset", icon=":material/filter_alt_off:", on_click=_reset
            )
    return ActivityFilter(
        artist_id=by_name.get(artist or ""),
        actor=person,
        event=by_words.get(action or ""),
    )


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
        if has_more:
            st.button("Show older", key="activity-more", on_click=_more)


def nothing() -> None:
    """Say that no entry matches the filters."""
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader("Nothing here", icon=":material/history:", anchor=False, width="content")
        st.markdown("No change matches these filters.", text_alignment="center")


def _choice(placeholder: str, options: list[str], key: str) -> str | None:
    return st.selectbox(
        placeholder,
        options,
        index=None,
        key=key,
        bind="query-params",
        placeholder=placeholder,
        label_visibility="collapsed",
        width=240,
    )


def _more() -> None:
    narrowed, shown = st.session_state[_LIMIT]
    most = reads.MOST_OF_HISTORY
    st.session_state[_LIMIT] = (narrowed, min(shown + reads.PAGE_OF_HISTORY, most))


def _reset() -> None:
    for key in (ARTIST, PERSON, ACTION):
        st.session_state[key] = None
