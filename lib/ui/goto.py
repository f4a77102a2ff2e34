"""Go to: any campaign by typing a few letters of it or of its artist, and the list of the keys."""

import streamlit as st

from lib.domain.status import FACTS
from lib.ui import components, reads
from lib.ui.dialogs import dialog
from lib.ui.escape import esc

KEY, NEXT, PREVIOUS, PAUSE = "Ctrl+K", "J", "K", "P"
_TEXT = "go-to"
_CAMPAIGN = "pages/marketing/campaign.py"
_KEYS = {
    "Ctrl K": "this list",
    "↓ Enter": "in this list: go down, open",
    "/": "search the board or the roster",
    NEXT: "next campaign",
    PREVIOUS: "previous campaign",
    PAUSE: "pause the campaign that is open",
    "Esc": "close",
}


def button() -> None:
    """Draw the button that opens it, from any page and by its key."""
    if st.button(
        "Go to…", key="go-to-button", icon=":material/search:", shortcut=KEY, width="stretch"
    ):
        _go_to()


@dialog("Go to", icon=":material/search:", width="medium")
def _go_to() -> None:
    text = st.text_input(
        "Campaign or artist",
        key=_TEXT,
        type="search",
        live=True,
        placeholder="A few letters of a campaign or its artist",
        label_visibility="collapsed",
    )
    found = reads.found(text or "")
    for one in found:
        label = FACTS[one.status].label
        st.page_link(
            _CAMPAIGN,
            label=f"{esc(one.name)} · {esc(one.artist)} · {one.platform.label} · {label}",
            icon=":material/ads_click:",
            query_params={"id": str(one.id)},
        )
    if (text or "").strip() and not found:
        st.markdown("No campaign is called so, and none of an artist who is.")
    components.mounted("focus")(key="go-to-focus", data={"text": (text or "").strip()})
    _keys()


def _keys() -> None:
    """Draw every key with what it does."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Keys**, while nothing is typed in")
        lines = [f"`{key}` {meaning}" for key, meaning in _KEYS.items()]
        half = (len(lines) + 1) // 2
        for column, some in zip(st.columns(2), (lines[:half], lines[half:]), strict=True):
            column.markdown("  \n".join(some))
