"""Every write of the screens: called from a button's `on_click`, so the page drawn next shows it.

Each asks anew who is acting, carries the version the person was looking at and a request id
made when the dialog opened. Nothing of Streamlit is called between the check and the commit: a
second click would abort the code there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.domain.actions import Action, PauseReason
from lib.domain.records import ConnectionState, Platform
from lib.domain.schedule import Moment
from lib.domain.status import FACTS
from lib.services import bulk, campaigns, connections, describing
from lib.services.access import NotAllowed
from lib.services.bulk import Preview, Result
from lib.services.campaigns import Change
from lib.services.connections import ConnectionNotFound
from lib.services.recording import CampaignNotFound
from lib.services.scheduling import schedules
from lib.services.scheduling.reads import ScheduleNotFound
from lib.services.transactions import ChangeRefused
from lib.ui import clock, notices, reads, signin
from lib.ui.format import local

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
_REFUSALS = (
    ChangeRefused,
    CampaignNotFound,
    ConnectionNotFound,
    ScheduleNotFound,
    DatabaseUnreachable,
    NotAllowed,
    signin.SignedOut,
)


@dataclass(frozen=True)
class Asked:
    """What a person is asked about: the campaign as drawn and the request that may follow."""

    campaign_id: int
    name: str
    seen_version: int
    request_id: str


@dataclass(frozen=True)
class LinkAsked:
    """What a person is asked about: a connection as drawn, its next state, the request."""

    artist_id: int
    artist: str
    platform: Platform
    seen: ConnectionState
    to: ConnectionState
    request_id: str


def act(action: Action, asked: Asked, *, reason_key: str = "", note_key: str = "") -> None:
    """Do `action` with what the dialog's fields say, and keep what came of it for the page."""
    reason = st.session_state.get(reason_key) if reason_key else None
    note = str(st.session_state.get(note_key) or "") if note_key else ""
    details: dict[str, Any] = {"note": note}
    if action is Action.PAUSE:
        details["reason"] = PauseReason(reason) if reason else ""

    def work() -> notices.Undoable:
        change = _VERBS[action](
            reads.engine(),
            asked.campaign_id,
            actor=signin.actor(),
            seen_version=asked.seen_version,
            request_id=asked.request_id,
            now=clock.now(),
            **details,
        )
        label = FACTS[change.to_status].label
        where = "" if label == _DONE[action] else f" It is {label} now."
        if change.is_to_be_carried_out:
            where += " Switch it on the ad platform too, then mark it as carried out."
        message = f"{_DONE[action]} “{asked.name}”.{where}"
        return notices.Undoable(message, change.entry_id, asked.name)

    _tell(work)


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


def describe(asked: Asked, seen: str | None, words_key: str) -> None:
    """Record what the person says that the campaign promotes."""
    words = str(st.session_state.get(words_key) or "")

    def work() -> str:
        said = describing.describe_campaign(
            reads.engine(),
            asked.campaign_id,
            words,
            seen=seen,
            actor=signin.actor(),
            request_id=asked.request_id,
            now=clock.now(),
        )
        if not said.is_changed:
            return f"What “{asked.name}” promotes is as it was."
        if said.promotes is None:
            return f"“{asked.name}” promotes nothing named any more."
        return f"“{asked.name}” promotes “{said.promotes}” now."

    _tell(work)


def set_connection(asked: LinkAsked, note_key: str) -> None:
    """Record that a connection is broken, or works again."""
    note = str(st.session_state.get(note_key) or "")

    def work() -> str:
        connections.set_connection(
            reads.engine(),
            asked.artist_id,
            asked.platform,
            asked.to,
            seen=asked.seen,
            actor=signin.actor(),
            request_id=asked.request_id,
            now=clock.now(),
            note=note,
        )
        return f"{asked.platform.label} of “{asked.artist}” is marked as {asked.to.label.lower()}."

    _tell(work)


def schedule(
    asked: Asked, action: Action, moment: Moment | None, reason: str | None, note: str, zone: str
) -> None:
    """Schedule `action` for the moment that the dialog's fields say."""

    def work() -> str:
        if moment is None:
            raise schedules.NotSchedulable("Choose a day and a time.")
        made = schedules.schedule_change(
            reads.engine(),
            asked.campaign_id,
            action,
            run_at=moment.at,
            reason=PauseReason(reason) if reason and action is Action.PAUSE else None,
            note=note,
            actor=signin.actor(),
            seen_version=asked.seen_version,
            request_id=asked.request_id,
            now=clock.now(),
        )
        when = local(made.run_at, ZoneInfo(zone))
        return f"Scheduled the {action.value} of “{asked.name}” for {when}."

    _tell(work)


def cancel_schedule(schedule_id: int, name: str) -> None:
    """Cancel a scheduled change; a second click says the same as the first."""

    def work() -> str:
        actor = signin.actor()
        one = schedules.cancel_schedule(
            reads.engine(),
            schedule_id,
            actor=actor,
            request_id=f"cancel-{schedule_id}-{sha256(actor.name.encode()).hexdigest()[:32]}",
            now=clock.now(),
        )
        return f"Cancelled the scheduled {one.action.value} of “{name}”."

    _tell(work)


def act_on_many(
    previewed: Preview, request_id: str, *, reason_key: str, note_key: str, told_key: str
) -> None:
    """Do a bulk as it was previewed, and keep what became of each campaign for the page."""
    reason = st.session_state.get(reason_key)
    note = str(st.session_state.get(note_key) or "")

    def work() -> list[Result]:
        return bulk.apply(
            reads.engine(),
            previewed.changing,
            previewed.action,
            actor=signin.actor(),
            request_id=request_id,
            now=clock.now(),
            reason=PauseReason(reason) if reason else None,
            note=note,
        )

    try:
        # Asked before: what becomes of the campaigns may name them to nobody else.
        mine = reads.rights()
        st.session_state[told_key] = (previewed, work(), mine)
    except _REFUSALS as refusal:
        notices.tell_refused(str(refusal))


def _tell(work: Callable[[], str | notices.Undoable]) -> None:
    try:
        done = work()
    except _REFUSALS as refusal:
        notices.tell_refused(str(refusal))
        return
    if isinstance(done, notices.Undoable):
        notices.tell_undoable(done)
    else:
        notices.tell_done(done)
