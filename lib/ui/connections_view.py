"""How the current artist is connected and paid: folded on the board, and set from there."""

import secrets

import streamlit as st

from lib.domain.records import BillingState, ConnectionState
from lib.services.connections import LinkStanding
from lib.services.queries import Board
from lib.ui import clock, reads, second_go
from lib.ui.changing import writes
from lib.ui.changing.writes import LinkAsked
from lib.ui.dialogs import dialog, footer
from lib.ui.escape import esc
from lib.ui.format import instant

_BROKEN, _LIVE = ConnectionState.BROKEN, ConnectionState.LIVE
_LOOKS = {_LIVE: (":material/link:", "green"), _BROKEN: (":material/link_off:", "orange")}


def section(board: Board) -> None:
    """Draw, folded, each platform's connection with the way to set it, and the billing."""
    if not second_go.has_come("connections"):
        return
    broken = [link.platform.label for link in board.connections if link.state is _BROKEN]
    words = f"{' and '.join(broken)} broken" if broken else "all working"
    folded = st.expander(
        f"Connections · {words}",
        key="connections",
        icon=_LOOKS[_BROKEN if broken else _LIVE][0],
        on_change="rerun",
        bind="query-params",
    )
    if not folded.open:
        return
    may_change = board.artist.id in reads.changeable_artists()
    with folded:
        for link in reads.connections(board.artist.name):
            _link(link, may_change=may_change)
        st.caption(_billing_words(board.billing))


def _link(link: LinkStanding, *, may_change: bool) -> None:
    icon, colour = _LOOKS[link.state]
    to = _LIVE if link.state is _BROKEN else _BROKEN
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{link.platform.label}**", width=160)
        st.badge(link.state.label, icon=icon, color=colour, width=110)  # type: ignore[arg-type]
        st.markdown(_since(link), width="stretch")
        if may_change and st.button(
            f"Mark as {to.label.lower()}",
            key=f"connection-{link.artist_id}-{link.platform}",
            icon=_LOOKS[to][0],
        ):
            _ask(link, to, secrets.token_hex(16))


def _since(link: LinkStanding) -> str:
    if link.changed_at is None:
        return "since it was made"
    words = f"since {instant(link.changed_at, clock.zone())} · {esc(link.changed_by or '')}"
    return f"{words} · “{esc(link.note)}”" if link.note else words


def _billing_words(billing: BillingState) -> str:
    state = "a payment has failed" if billing is BillingState.FAILING else "in order"
    return f"Billing: {state}. It is set by the billing system, or by a command."


@dialog("Set a connection", icon=":material/link:")
def _ask(link: LinkStanding, to: ConnectionState, request_id: str) -> None:
    st.markdown(
        f"**{link.platform.label}** of **{esc(link.artist)}**: {link.state.label} → {to.label}"
    )
    st.markdown(
        "Nothing can be resumed on it until it works again, and what runs there is shown under "
        "Needs attention. Nothing is paused by this."
        if to is _BROKEN
        else "Campaigns can be resumed on it again. Nothing is resumed by this."
    )
    note_key = f"note-{request_id}"
    st.text_area("Note (optional)", key=note_key, max_chars=500, height=80)
    asked = LinkAsked(link.artist_id, link.artist, link.platform, link.state, to, request_id)
    footer(
        f"Mark as {to.label.lower()}",
        key=f"connection-{request_id}",
        on_click=writes.set_connection,
        args=(asked, note_key),
    )
