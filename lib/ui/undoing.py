"""Undo on the screen: a slim notice after an action, and the button that takes a change back.

A toast can hold no button, so what can be undone is told by a notice below the page. It stays in
sight, on whatever page, until the next action or until it is put away.
"""

import secrets
from collections.abc import Mapping, Sequence

import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.domain.status import FACTS
from lib.services.access import NotAllowed
from lib.services.campaigns import Change
from lib.services.recording import CampaignNotFound
from lib.services.transactions import ChangeRefused
from lib.services.undoing import undo_change
from lib.ui import clock, notices, reads, signin
from lib.ui.escape import esc

MOST_AT_ONCE = 50
"""Each is a change of its own, and the page waits for all of them."""
_REQUESTS = "undo-requests"
_REFUSALS = (ChangeRefused, CampaignNotFound, DatabaseUnreachable, NotAllowed, signin.SignedOut)


def notice() -> None:
    """Draw the last change of this session with the way to take it back, while it is offered."""
    told = notices.undoable()
    if told is None:
        return
    if reads.undo_offer(told.entry_id) is None:
        # It names a campaign that whoever looks may no longer see.
        notices.forget_undoable()
        return
    with st.container(key="undo-notice", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/check_circle: {esc(told.message)}", width="content")
        button(told.entry_id, told.name, key=f"undo-{told.entry_id}")
        st.button("Dismiss", key="undo-dismiss", type="tertiary", on_click=notices.forget_undoable)


def button(entry_id: int, name: str, *, key: str) -> None:
    """Draw the button that undoes an entry of the history of the campaign called `name`."""
    st.button(
        "Undo",
        key=key,
        icon=":material/undo:",
        on_click=undo,
        args=(entry_id, name, _request(entry_id)),
    )


def undo(entry_id: int, name: str, request_id: str) -> None:
    """Take the change of an entry back, and keep what came of it for the page."""
    try:
        change = _undo(entry_id, request_id)
    except _REFUSALS as refusal:
        notices.tell_refused(str(refusal))
        return
    message = f"Undone: “{name}” is {FACTS[change.to_status].label} now."
    if change.is_to_be_carried_out:
        message += " Switch it on the ad platform too, then mark it as carried out."
    notices.tell_undoable(notices.Undoable(message, change.entry_id, name))


def undo_all(changes: Sequence[Change], names: Mapping[int, str]) -> None:
    """Take many changes back, each for itself, and keep what came of them for the page.

    `names` are those of the campaigns by their ids.
    """
    done, refused = [], []
    for one in changes:
        try:
            done.append(_undo(one.entry_id, _request(one.entry_id)))
        except (DatabaseUnreachable, signin.SignedOut) as fault:
            refused.append(f"The others were left as they are. {fault}")
            break
        except _REFUSALS as refusal:
            refused.append(f"“{names[one.campaign_id]}”: {refusal}")
    if done:
        number = "1 campaign is" if len(done) == 1 else f"{len(done)} campaigns are"
        message = f"Undone: {number} as before."
        if any(one.is_to_be_carried_out for one in done):
            message += " Switch them on the ad platform too, then mark them as carried out."
        notices.tell_done(message)
    for words in refused:
        notices.tell_refused(words)


def _undo(entry_id: int, request_id: str) -> Change:
    return undo_change(
        reads.engine(),
        entry_id,
        actor=signin.actor(),
        request_id=request_id,
        now=clock.now(),
    )


def _request(entry_id: int) -> str:
    """Return this session's request id for undoing an entry: a double click asks once."""
    requests = st.session_state.setdefault(_REQUESTS, {})
    return str(requests.setdefault(entry_id, secrets.token_hex(16)))
