"""The screens that say why there is nothing to see, and what to do about it."""

import streamlit as st

from lib.ui.escape import esc
from lib.ui.filtering.filter_bar import reset_button
from lib.ui.frame import demo

IMPORT_PAGE = "pages/operations/import_export.py"
BOARD_PAGE = "pages/marketing/campaign_management.py"
ROSTER_PAGE = "pages/marketing/roster.py"


def back_to_board() -> None:
    """Draw the way back: unlike the browser's Back, it keeps the board's filters."""
    st.page_link(BOARD_PAGE, label="Back to the board", icon=":material/arrow_back:")


def back_to_roster() -> None:
    """Draw the way back to the roster, whose filters it keeps likewise."""
    st.page_link(ROSTER_PAGE, label="Back to the roster", icon=":material/arrow_back:")


def no_artist() -> None:
    """Say that the desk is empty, and offer an import and the demo."""
    with st.container(border=True, horizontal_alignment="center", gap="medium"):
        st.subheader("No artist yet", icon=":material/artist:", anchor=False, width="content")
        st.markdown(
            "Import an export of Meta, Google or Spotify: its artist and campaigns appear here.",
            text_alignment="center",
        )
        with st.container(
            horizontal=True, horizontal_alignment="center", vertical_alignment="center"
        ):
            _to_import()
            demo.offer()


def _to_import() -> None:
    """Draw the way to the import as what there is to do here."""
    if st.button(
        "Import an export", key="to-import", type="primary", icon=":material/upload_file:"
    ):
        st.switch_page(IMPORT_PAGE)


def no_campaign(artist: str) -> None:
    """Say that the artist has no campaign, and offer an import."""
    with st.container(border=True, horizontal_alignment="center", gap="medium"):
        st.subheader(
            f"{esc(artist)} has no campaign yet",
            icon=":material/campaign:",
            anchor=False,
            width="content",
        )
        st.markdown(
            "Import an export of an ad platform to see this artist's campaigns.",
            text_alignment="center",
        )
        _to_import()


def nothing_matches(total: str) -> None:
    """Say that no campaign matches the filters, and offer to reset them."""
    with st.container(border=True, horizontal_alignment="center", gap="medium"):
        st.subheader(
            "Nothing matches", icon=":material/filter_alt_off:", anchor=False, width="content"
        )
        st.markdown(f"None of the {total} fits these filters.", text_alignment="center")
        reset_button("empty-reset")


def no_such_campaign(asked: int | None) -> None:
    """Say that the URL names no campaign, and show the way back."""
    which = "The address names no campaign." if asked is None else f"There is no campaign {asked}."
    with st.container(border=True, horizontal_alignment="center", gap="medium"):
        st.subheader(which, icon=":material/search_off:", anchor=False, width="content")
        st.markdown("Choose one on the board.", text_alignment="center")
        st.page_link(BOARD_PAGE, label="To the board", icon=":material/arrow_back:")
