"""What an artist reads in place of the names that campaigns have in the ad platforms."""

import streamlit as st

from lib.domain.board import BoardRow
from lib.domain.records import Artist
from lib.domain.rights import Deed
from lib.domain.status import LIVE
from lib.services.describing import MOST_SIGNS
from lib.ui import reads
from lib.ui.escape import esc
from lib.ui.fields import key_of
from lib.ui.format import count
from lib.ui.present import writes
from lib.ui.present.writes import Titled

A_PAGE = 10
_PAGE = "titles-page"


def panel(one: Artist) -> None:
    """Draw, folded, a field for each campaign; those without words of their own come first."""
    if not reads.may(Deed.CHANGE, one):
        return
    folded = st.expander(
        "Titles",
        key="titles",
        icon=":material/title:",
        on_change="rerun",
        bind="query-params",
    )
    board = reads.board(one.id) if folded.open else None
    if board is None:
        return
    with folded:
        rows = sorted(board.rows, key=_order)
        unnamed = sum(row.campaign.promotes is None for row in rows)
        st.caption(
            f"{esc(one.name)} reads what a campaign promotes, and its name in the ad platform "
            f"where that is not said: {count(unnamed)} of {count(len(rows))}."
        )
        if not rows:
            return
        pages = -(-len(rows) // A_PAGE)
        number = min(int(st.session_state.get(_PAGE, 1)), pages)
        _form(rows[(number - 1) * A_PAGE : number * A_PAGE])
        if pages > 1:
            st.pagination(pages, key=_PAGE)


def _order(row: BoardRow) -> tuple[bool, bool, str, int]:
    one = row.campaign
    return one.promotes is not None, row.status not in LIVE, one.name.casefold(), one.id


def _form(rows: list[BoardRow]) -> None:
    titled = []
    with st.form("titles-form", border=False):
        places = [place for _ in rows[::2] for place in st.columns(2, gap="medium")]
        for row, place in zip(rows, places, strict=False):
            one = row.campaign
            key = key_of(f"title-{one.id}", one.promotes or "")
            place.text_input(
                f"{esc(one.name)} · {esc(one.platform.label)}",
                one.promotes or "",
                key=key,
                max_chars=MOST_SIGNS,
                placeholder="Track · Title, Album · Title, Video · Title",
            )
            titled.append(Titled(one.id, one.name, one.promotes, key))
        st.form_submit_button(
            "Save titles",
            type="primary",
            icon=":material/check:",
            on_click=writes.set_titles,
            args=(tuple(titled),),
        )
