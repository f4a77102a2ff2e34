"""Go to: a campaign, an artist or a page by a few letters, and the list of the keys."""

from collections.abc import Sequence

import streamlit as st

from lib.domain.names import folded_text
from lib.domain.status import FACTS
from lib.services.finding import MOST_CAMPAIGNS
from lib.ui import components, current_artist, keys, reads
from lib.ui.dialogs import dialog
from lib.ui.escape import esc
from lib.ui.frame import menu

_TEXT = "go-to"
_MOST_ARTISTS = 3
_CAMPAIGN = "pages/marketing/campaign.py"
_BOARD = "pages/marketing/campaign_management.py"


def button() -> None:
    """Draw the button that opens it, from any page and by its key."""
    if st.button(
        "Go to…", key="go-to-button", icon=":material/search:", shortcut=keys.GO_TO, width="stretch"
    ):
        _go_to()


@dialog("Go to", icon=":material/search:", width="medium")
def _go_to() -> None:
    text = st.text_input(
        "Campaign, artist or page",
        key=_TEXT,
        type="search",
        live=True,
        placeholder="A few letters of a campaign, an artist or a page",
        label_visibility="collapsed",
    )
    with st.container(gap="small"):  # However many there are, what comes below keeps its place.
        number = _found(text or "")
    told = {"text": (text or "").strip(), "number": number}
    components.mounted("focus")(key="go-to-focus", data=told)
    _keys()


def _found(text: str) -> int:
    """Draw what the letters may mean: pages, artists, campaigns; return how many there are."""
    words = (folded_text(text) or "").split()
    places = _pages(words)
    for place in places:
        st.page_link(place, label=place.title, icon=place.icon)
    artists = _artists(words)
    for name in artists:
        st.button(
            f"{esc(name)} · board",
            key=f"go-to-artist-{name}",
            type="tertiary",
            icon=":material/artist:",
            on_click=_to_board,
            args=(name,),
        )
    current = current_artist.current()
    found = reads.found(text, artist_id=current.id if current else None)
    for one in found.campaigns:
        label = FACTS[one.status].label
        st.page_link(
            _CAMPAIGN,
            label=f"{esc(one.name)} · {esc(one.artist)} · {one.platform.label} · {label}",
            icon=":material/ads_click:",
            query_params={"id": str(one.id)},
        )
    if found.is_more:
        st.caption(f"The first {MOST_CAMPAIGNS}; a few more letters find others.")
    number = len(places) + len(artists) + len(found.campaigns)
    if words and not number:
        st.markdown("No campaign is called so, and none of an artist who is.")
    return number


def _pages(words: Sequence[str]) -> list[st.Page]:
    """Return the pages whose title begins with the words."""
    typed = " ".join(words)
    return [
        page
        for pages in menu.pages(reads.looking()).values()
        for page in pages
        if len(typed) > 1 and page.visibility != "hidden" and page.title.lower().startswith(typed)
    ]


def _artists(words: Sequence[str]) -> list[str]:
    """Return the names of the first few artists that hold every word."""
    if not words:
        return []
    named = [
        one.name
        for one in reads.artists()
        if all(word in (folded_text(one.name) or "") for word in words)
    ]
    return named[:_MOST_ARTISTS]


def _to_board(artist: str) -> None:
    # No link: the artist of an address is bound to the field in the sidebar.
    current_artist.choose_by_name(artist)
    st.switch_page(_BOARD, query_params={})


def _keys() -> None:
    """Draw every key with what it does."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Keys**, while nothing is typed in")
        lines = [f"`{key}` {meaning}" for key, meaning in keys.MEANING.items()]
        half = (len(lines) + 1) // 2
        for column, some in zip(st.columns(2), (lines[:half], lines[half:]), strict=True):
            column.markdown("  \n".join(some))
