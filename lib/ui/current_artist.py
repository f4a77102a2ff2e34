"""The current artist: chosen in the sidebar, kept in the URL, the same on every page."""

import streamlit as st

from lib.domain.records import Artist
from lib.ui import reads
from lib.ui.escape import esc

KEY, SCREEN = "artist", "screen"
_BOARD = "pages/marketing/campaign_management.py"
_OF_ALL = ("roster", "explore")
"""Pages that no choice of an artist changes, by their URL paths."""


def choose(*, page: str) -> Artist | None:
    """Draw the choice of the current artist and return it, None where there is no artist.

    On the page of one campaign (`page` is its URL path) its artist is the current one, and
    choosing another goes to that artist's board.
    """
    artists = reads.artists()
    if not artists:
        return None
    by_name = {artist.name: artist for artist in artists}
    if page == "campaign":
        _follow_campaign(by_name)
    _tell_of_nobody(by_name)
    name = st.selectbox(
        "Artist",
        list(by_name),
        key=KEY,
        bind="query-params",
        on_change=_to_board if page == "campaign" else "rerun",
    )
    if page in _OF_ALL:
        st.caption("For the board and Present; this page shows all artists.")
    return by_name.get(name or "", artists[0])


def current() -> Artist | None:
    """Return the current artist as chosen in this run."""
    by_name = {artist.name: artist for artist in reads.artists()}
    # The field is drawn after the page, so a first run finds the choice in the URL only.
    chosen = st.session_state.get(KEY) or st.query_params.get(KEY)
    return by_name.get(chosen or "") or next(iter(by_name.values()), None)


def is_their_screen() -> bool:
    """Return whether the screen is the artist's: nothing but what they are shown."""
    return bool(st.session_state.get(SCREEN, st.query_params.get(SCREEN) == "true"))


def choose_by_name(name: str) -> None:
    """Make an artist the current one; a name that is nobody's changes nothing."""
    if name in {artist.name for artist in reads.artists()}:
        st.session_state[KEY] = name


def come_back() -> None:
    """Make the artist of the address the current one, the first where it names none."""
    names = [artist.name for artist in reads.artists()]
    asked = st.query_params.get(KEY)
    if names:
        st.session_state[KEY] = asked if asked in names else names[0]


def asked_campaign() -> int | None:
    """Return the campaign id that the URL names, None where it names none."""
    word = st.query_params.get("id", "")
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else None


def _tell_of_nobody(by_name: dict[str, Artist]) -> None:
    """Say so where the address names an artist that is not there: another is chosen.

    What an address says is not said again: it may be anybody's words, and nobody's artist.
    """
    asked = st.query_params.get(KEY)
    if not asked or asked in by_name:
        return
    chosen = current()
    if chosen is not None:
        said = (
            "The artist in the address is not there, or not yours to see. "
            f"**{esc(chosen.name)}** is chosen instead."
        )
        st.toast(said, icon=":material/person_off:", duration="long")


def _follow_campaign(by_name: dict[str, Artist]) -> None:
    campaign_id = asked_campaign()
    page = reads.campaign_page(campaign_id) if campaign_id is not None else None
    if page and page.artist.name in by_name:
        st.session_state[KEY] = page.artist.name


def _to_board() -> None:
    # Streamlit leaves no parameters behind where it is told of none; where it is not told, it
    # refuses to, because the artist is bound to its field.
    st.switch_page(_BOARD, query_params={})
