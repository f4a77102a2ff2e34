"""The roster's filters and its order: kept in the URL, carried out in SQL, reset in one click."""

from collections.abc import Sequence

import streamlit as st

from lib.domain.records import Platform
from lib.domain.status import FACTS, Status
from lib.domain.verdict import Word
from lib.services.roster import Freshness, Order, Pace, RosterFilter
from lib.ui import in_url

NOTHING = RosterFilter()

TEXT, ARTIST, STATUS, PLATFORM = "roster_q", "roster_artist", "roster_status", "roster_platform"
VERDICT, PACING, FIGURES = "roster_verdict", "roster_pacing", "roster_figures"
ORDER, SHOW = "roster_sort", "roster_show"

ORDERS = {
    "Most spend, 7 days": Order.SPEND_7,
    "Most spend, 28 days": Order.SPEND_28,
    "Most at stake": Order.STAKE,
    "Artist, then name": Order.ARTIST,
    "Name": Order.NAME,
    "Latest status": Order.STATUS_SINCE,
}
_NARROWING = (ARTIST, STATUS, PLATFORM, VERDICT, PACING, FIGURES)
CAMPAIGNS, ARTISTS = "Campaigns", "Totals per artist"
_FIGURES = {
    "Up to date": Freshness.CURRENT,
    "Old": Freshness.OLD,
    "None yet": Freshness.NONE,
}
_PACES = {
    "Under plan": Pace.UNDER,
    "On track": Pace.ON_TRACK,
    "Over plan": Pace.OVER,
    "Far off": Pace.FAR_OFF,
}
_STATUSES = {facts.label: status for status, facts in FACTS.items()}
_PLATFORMS = {platform.label: platform for platform in Platform}
_WORDS = {word.value.capitalize(): word for word in Word}


def filter_bar() -> tuple[RosterFilter, Order, bool]:
    """Draw the filters; return what they narrow to, the order, and whether artists are asked.

    The search field and the statuses are the table's own.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        # The browser draws these once they are opened: closed, they cost next to nothing.
        with st.popover(_label(), icon=":material/filter_alt:"):
            artist = _text("Artist", ARTIST, ":material/artist:", width=300)
            statuses = _several("Status", "All statuses", list(_STATUSES), STATUS)
            platforms = _several("Platform", "All platforms", list(_PLATFORMS), PLATFORM)
            verdicts = _several("Verdict", "All verdicts", list(_WORDS), VERDICT)
            paces = _several("Pacing", "Any pacing", list(_PACES), PACING)
            figures = _several("Figures", "Any figures", list(_FIGURES), FIGURES)
            order = st.selectbox(
                "Order",
                list(ORDERS),
                key=ORDER,
                bind="query-params",
                icon=":material/sort:",
            )
        show = st.segmented_control(
            "Show",
            [CAMPAIGNS, ARTISTS],
            default=CAMPAIGNS,
            required=True,
            key=SHOW,
            bind="query-params",
            label_visibility="collapsed",
        )
        if in_url.read(TEXT) or any(st.session_state.get(key) for key in _NARROWING):
            reset_button("roster-reset")
    narrowed = RosterFilter(
        text=in_url.read(TEXT),
        artist=artist,
        statuses=tuple(_STATUSES[label] for label in statuses),
        platforms=tuple(_PLATFORMS[label] for label in platforms),
        words=tuple(_WORDS[label] for label in verdicts),
        pace=tuple(_PACES[label] for label in paces),
        freshness=tuple(_FIGURES[label] for label in figures),
    )
    return narrowed, ORDERS[order or next(iter(ORDERS))], show == ARTISTS


def _label() -> str:
    chosen = sum(bool(st.session_state.get(key)) for key in _NARROWING)
    return f"Filters · {chosen}" if chosen else "Filters and order"


def chosen_statuses() -> list[str]:
    """Return the labels of the statuses that the roster is narrowed to."""
    return list(st.session_state.get(STATUS) or [])


def toggle_status(status: Status) -> None:
    """Narrow the roster to a status too, or no longer."""
    label, chosen = FACTS[status].label, chosen_statuses()
    if label in chosen:
        chosen.remove(label)
    else:
        chosen.append(label)
    st.session_state[STATUS] = chosen


def narrow_to_artist(name: str) -> None:
    """Show the campaigns of one artist."""
    st.session_state[ARTIST] = name
    st.session_state[SHOW] = CAMPAIGNS


def reset_button(key: str) -> None:
    """Draw the button that forgets every filter."""
    st.button("Reset filters", key=key, icon=":material/filter_alt_off:", on_click=_reset)


def _reset() -> None:
    search("")
    st.session_state[ARTIST] = ""
    for key in (STATUS, PLATFORM, VERDICT, PACING, FIGURES):
        st.session_state[key] = []


def search(text: str) -> None:
    """Narrow the roster to the campaigns that `text` is found in."""
    in_url.keep(TEXT, text)


def _text(label: str, key: str, icon: str, *, width: int) -> str:
    return (
        st.text_input(
            label,
            key=key,
            bind="query-params",
            icon=icon,
            placeholder=label,
            label_visibility="collapsed",
            width=width,
        )
        or ""
    )


def _several(label: str, nothing: str, options: Sequence[str], key: str) -> list[str]:
    return st.multiselect(
        label,
        options,
        key=key,
        bind="query-params",
        placeholder=nothing,
        width=300,
    )
