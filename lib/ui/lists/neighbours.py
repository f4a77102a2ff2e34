"""The campaigns before and after the one that is open, in the order in which they were shown."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from lib.services.queries import CampaignPage
from lib.ui import empty, keys, reads, second_go

_SHOWN = "shown-campaigns"
_CAMPAIGN = "pages/marketing/campaign.py"


@dataclass(frozen=True)
class _Shown:
    """The campaigns of a list, in its order, and whether it stands on the roster."""

    ids: tuple[int, ...] = ()
    is_of_roster: bool = False


def keep(ids: Iterable[int], *, is_of_roster: bool = False) -> None:
    """Keep the order of what a list shows, for the pages that are opened from it."""
    st.session_state[_SHOWN] = _Shown(tuple(dict.fromkeys(ids)), is_of_roster)


def _shown() -> _Shown:
    kept = st.session_state.get(_SHOWN)
    return kept if isinstance(kept, _Shown) else _Shown()


def way(page: CampaignPage) -> None:
    """Draw the way back to where it was opened, and to the campaigns beside this one there."""
    shown = _shown()
    with st.container(horizontal=True, vertical_alignment="center"):
        if shown.is_of_roster and page.row.campaign.id in shown.ids:
            empty.back_to_roster()
        else:
            empty.back_to_board()
        st.space("stretch")
        if not second_go.has_come("way"):
            second_go.reserve()
            return
        for label, icon, key, by in (
            ("Previous", ":material/chevron_left:", keys.PREVIOUS, -1),
            ("Next", ":material/chevron_right:", keys.NEXT, 1),
        ):
            st.button(
                label,
                key=f"neighbour-{by}",
                icon=icon,
                shortcut=key,
                type="tertiary",
                on_click=_go,
                args=(page.row.campaign.id, page.artist.id, by),
            )


def _go(campaign_id: int, artist_id: int, by: int) -> None:
    """Open the neighbour; after the last comes the first."""
    shown = _shown().ids
    if campaign_id not in shown:
        # Opened by a link: the artist's board as it is without filters.
        board = reads.board(artist_id)
        shown = tuple(row.campaign.id for row in board.rows) if board else ()
    if campaign_id in shown:
        other = shown[(shown.index(campaign_id) + by) % len(shown)]
        st.switch_page(_CAMPAIGN, query_params={"id": str(other)})
