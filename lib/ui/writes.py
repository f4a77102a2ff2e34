"""Every write of the screens: called from a button's `on_click`, so the page drawn next shows it.

Each asks anew who is acting, carries the version the person was looking at and a request id
made when the dialog opened. Nothing of Streamlit is called between the check and the commit: a
second click would abort the code there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.domain.actions import Action, PauseReason
from lib.domain.status import FACTS
from lib.services import campaigns
from lib.services.access import NotAllowed
from lib.services.campaigns import Change, ChangeRefused
from lib.services.recording import CampaignNotFound
from lib.ui import clock, notices, reads, signin

_DONE = {
    Action.PAUSE: "Paused",
    Action.RESUME: "Resumed",
    Action.ARCHIVE: "Archived",
    Action.UNARCHIVE: "Unarchived",
}
_VERBS: dict[Action, Callable[..., Change]] = {
    Action.PAUSE: campaigns.pause_campaign,
    Action.RESUME: campaigns.resume_campaign,
    Action.ARCHIVE: campaigns.archive_campaign,
    Action.UNARCHIVE: campaigns.unarchive_campaign,
}


@dataclass(frozen=True)
class Asked:
    """What a person is asked about: the campaign as drawn and the request that may follow."""

    campaign_id: int
    name: str
    seen_version: int
    request_id: str


def act(action: Action, asked: Asked, *, reason_key: str = "", note_key: str = "") -> None:
    """Do `action` with what the dialog's fields say, and keep what came of it for the page."""
    reason = st.session_state.get(reason_key) if reason_key else None
    note = str(st.session_state.get(note_key) or "") if note_key else ""
    details: dict[str, Any] = {"note": note}
    if action is Action.PAUSE:
        details["reason"] = PauseReason(reason) if reason else ""

    def work() -> str:
        change = _VERBS[action](
            reads.engine(),
            asked.campaign_id,
            actor=signin.actor(),
            seen_version=asked.seen_version,
            request_id=asked.request_id,
            now=clock.now(),
            **details,
        )
        where = f" It is {FACTS[change.to_status].label} now."
        if change.is_to_be_carried_out:
            where += " Switch it on the ad platform too, then mark it as carried out."
        return f"{_DONE[action]} “{asked.name}”.{where}"

    _tell(work)
    # Closes the dialog: the page that is drawn next shows the change, and it is drawn once.
    st.rerun()


def confirm_carried_out(asked: Asked) -> None:
    """Record that the person carried the pending decision out on the ad platform."""

    def work() -> str:
        campaigns.confirm_carried_out(
            reads.engine(),
            asked.campaign_id,
            actor=signin.actor(),
            seen_version=asked.seen_version,
            request_id=asked.request_id,
            now=clock.now(),
        )
        return f"Marked “{asked.name}” as carried out."

    _tell(work)
    st.rerun()


def _tell(work: Callable[[], str]) -> None:
    try:
        notices.tell_done(work())
    except (
        ChangeRefused,
        CampaignNotFound,
        DatabaseUnreachable,
        NotAllowed,
        signin.SignedOut,
    ) as refusal:
        notices.tell_refused(str(refusal))
