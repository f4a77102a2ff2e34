"""Undo on the screen: a slim notice after an action, and the button that takes a change back.

A toast can hold no button, so what can be undone is told by a notice below the page. It stays in
sight, on whatever page, until the next action or until it is put away.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st
from sqlalchemy.exc import DBAPIError

from lib.db.engine import DatabaseUnreachable
from lib.domain.status import FACTS
from lib.services.access import AccessEnded, NotAllowed
from lib.services.campaigns import Change
from lib.services.recording import CampaignNotFound
from lib.services.transactions import ChangeRefused
from lib.services.undoing import undo_change
from lib.ui import clock, notices, reads, signin
from lib.ui.escape import esc

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 50
"""Each is a change of its own, and the page waits for all of them."""
_MOST_TOLD = 3
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
    done: list[Change] = []
    refused: list[str] = []
    fault = ""
    for one in changes:
        try:
            done.append(_undo(one.entry_id, _request(one.entry_id)))
        except (AccessEnded, DatabaseUnreachable, signin.SignedOut) as ended:
            fault = str(ended)
            break
        except DBAPIError:
            logger.exception("An undo of many has failed")
            fault = "The database has failed."
            break
        except _REFUSALS as refusal:
            refused.append(f"“{names[one.campaign_id]}”: {refusal}")
    if done:
        notices.tell_done(_done_words(done))
    left = len(changes) - len(done)
    if left:
        told = refused[:_MOST_TOLD]
        if fault:
            told.append(fault)
        elif left > len(told):
            told.append(f"And {left - len(told)} more.")
        notices.tell_refused(
            " ".join(told), title=f"{left} of {len(changes)} were left as they are"
        )


def _done_words(done: Sequence[Change]) -> str:
    now = Counter(FACTS[one.to_status].label for one in done)
    parts = [
        f"{number} {'is' if number == 1 else 'are'} {label} now" for label, number in now.items()
    ]
    message = f"Undone: {', '.join(parts)}."
    if any(one.is_to_be_carried_out for one in done):
        message += " Switch them on the ad platform too, then mark them as carried out."
    return message


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
