"""What an artist reads in place of the names that campaigns have in the ad platforms."""

from collections.abc import Sequence

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
_ORDER = "titles-order"


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
        st.session_state.pop(_ORDER, None)
        writes.forget_unsaved_titles()
        return
    with folded:
        _caption(one, board.rows)
        if not board.rows:
            return
        place, pages = st.container(), -(-len(board.rows) // A_PAGE)
        number = 1
        if pages > 1:
            # Of another artist there may be fewer.
            number = min(st.pagination(pages, key=f"titles-page-{one.id}"), pages)
        with place:
            _form(one, _ordered(one, board.rows)[(number - 1) * A_PAGE : number * A_PAGE])


def _caption(one: Artist, rows: Sequence[BoardRow]) -> None:
    unnamed = sum(row.campaign.promotes is None for row in rows)
    st.caption(
        f"{esc(one.name)} reads what a campaign promotes, and its name in the ad platform where "
        f"that is not said: {count(unnamed)} of {count(len(rows))}. A title that names another "
        "artist of the desk is not shown; the kind of campaign stands there. Each page is saved "
        "by itself."
    )


def _ordered(one: Artist, rows: Sequence[BoardRow]) -> list[BoardRow]:
    """Return the campaigns in the order in which the panel was opened, new ones at the end.

    Nothing that is saved, here or elsewhere, moves a field away from under somebody's hands.
    """
    of, kept = st.session_state.get(_ORDER, (None, ()))
    places = {campaign_id: at for at, campaign_id in enumerate(kept)} if of == one.id else {}
    ordered = sorted(rows, key=lambda row: (places.get(row.campaign.id, len(places)), _order(row)))
    st.session_state[_ORDER] = (one.id, tuple(row.campaign.id for row in ordered))
    return ordered


def _order(row: BoardRow) -> tuple[bool, bool, str, int]:
    one = row.campaign
    return one.promotes is not None, row.status not in LIVE, one.name.casefold(), one.id


def _form(of: Artist, rows: Sequence[BoardRow]) -> None:
    titled = []
    with st.form(f"titles-form-{of.id}", border=False):
        places = [place for _ in rows[::2] for place in st.columns(2, gap="medium")]
        for row, place in zip(rows, places, strict=False):
            one = row.campaign
            words = writes.words_of(one)
            key = key_of(f"title-{one.id}", words)
            place.text_input(
                f"{esc(one.name)} · {esc(one.platform.label)}",
                words,
                key=key,
                max_chars=MOST_SIGNS,
                placeholder="Track · Title, Album · Title, Video · Title",
            )
            titled.append(Titled(one.id, one.promotes, key))
        st.form_submit_button(
            "Save titles",
            type="primary",
            icon=":material/check:",
            on_click=writes.set_titles,
            args=(tuple(titled),),
        )
