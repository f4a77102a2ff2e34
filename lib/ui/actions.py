"""The dialogs that ask before a campaign is changed, and those that explain why it cannot be.

A callback only notes which dialog is wanted (`ask`); the page draws it at its end (`dialogs`).
"""

import secrets
from datetime import datetime

import streamlit as st

from lib.domain.actions import Action, PauseReason
from lib.domain.board import BoardRow
from lib.domain.learning import ADVICE
from lib.domain.verdict import Word
from lib.services.queries import CampaignPage
from lib.ui import clock, explain, reads, verdict_words, writes
from lib.ui.escape import esc
from lib.ui.format import day, instant, money, results
from lib.ui.words import entry_words
from lib.ui.writes import Asked

ABOUT = "about"
CONFIRM = "confirm"
_WANTED = "wanted-dialog"

CONSEQUENCES: dict[Action, tuple[str, ...]] = {
    Action.PAUSE: (
        "Delivery and spend stop at once, and no new results come in.",
        "All figures and the whole history stay.",
        "A resume may start learning anew, and delivery may need some hours to get going.",
    ),
    Action.RESUME: (
        "Delivery and spend start again.",
        "Learning may start anew, and delivery may need some hours to get going.",
    ),
    Action.ARCHIVE: (
        "It moves to the folded archive under Finished; its figures and history stay.",
        "It can be unarchived at any time.",
    ),
    Action.UNARCHIVE: (
        "It comes back to the board in the status it had.",
        "It never comes back in one that spends: what was running comes back paused.",
    ),
}
ICONS: dict[Action, str] = {
    Action.PAUSE: ":material/pause:",
    Action.RESUME: ":material/play_arrow:",
    Action.ARCHIVE: ":material/inventory_2:",
    Action.UNARCHIVE: ":material/unarchive:",
}


def ask(wanted: str, campaign_id: int, seen_version: int) -> None:
    """Note which dialog the page is to open: an action, `CONFIRM` or `ABOUT`."""
    st.session_state[_WANTED] = (wanted, campaign_id, seen_version, secrets.token_hex(16))


def dialogs() -> None:
    """Open the dialog that a click asked for, at most one; call it last on a page."""
    if _WANTED not in st.session_state:
        return
    wanted, campaign_id, seen_version, request_id = st.session_state.pop(_WANTED)
    page = reads.campaign_page(campaign_id)
    if page is None:
        return
    asked = Asked(campaign_id, page.row.campaign.name, seen_version, request_id)
    if wanted == ABOUT:
        _about(page)
    elif wanted == CONFIRM:
        _carried_out(page, asked)
    elif not page.row.decisions[Action(wanted)].is_allowed:
        _refused(page, Action(wanted))
    else:
        _TITLED[Action(wanted)](page, asked)


def _decide(page: CampaignPage, asked: Asked, action: Action) -> None:
    """Draw what will happen, ask for a reason where one is due, and offer the action."""
    st.markdown(f"**{esc(page.row.campaign.name)}** · {esc(page.artist.name)}")
    st.markdown("\n".join(f"- {line}" for line in CONSEQUENCES[action]))
    _how_carried_out(page, action)
    _advice(page.row, now=clock.now())
    reason_key, note_key = f"reason-{asked.request_id}", f"note-{asked.request_id}"
    reason = _reason(reason_key, page.row) if action is Action.PAUSE else None
    st.text_area(
        "Note (optional)",
        key=note_key,
        max_chars=500,
        height=80,
        placeholder="What should whoever reads the history know?",
    )
    keys = {"note_key": note_key} | ({"reason_key": reason_key} if reason_key and reason else {})
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key=f"cancel-{action}-{asked.campaign_id}"):
            st.rerun()
        st.button(
            action.label,
            key=f"{action}-{asked.campaign_id}-confirm",
            type="primary",
            icon=ICONS[action],
            disabled=action is Action.PAUSE and reason is None,
            help="Choose a reason first." if action is Action.PAUSE and reason is None else None,
            on_click=writes.act,
            args=(action, asked),
            kwargs=keys,
        )


def _reason(key: str, row: BoardRow) -> str | None:
    reason = st.radio(
        "Why is it paused?",
        list(PauseReason),
        index=None,
        key=key,
        format_func=lambda one: one.label,
    )
    if reason is PauseReason.UNDER_PERFORMING and _is_too_early(row):
        words = f"{verdict_words.headline(row)} {verdict_words.sentence(row) or _numbers(row)}"
        st.warning(f"{esc(words)} You may pause it all the same.", icon=":material/school:")
    return reason


def _is_too_early(row: BoardRow) -> bool:
    return row.learning is not None or row.verdict is None or row.verdict.word is Word.TOO_EARLY


def _numbers(row: BoardRow) -> str:
    """Return the figures on which a campaign would be judged so early."""
    if row.week is None:
        return "No figures have come in yet."
    one = row.campaign
    return (
        f"Over the last 7 days it spent {money(row.week.spend_micros, one.currency)} for "
        f"{results(row.week.results_micros)} {one.headline_kind}, on {row.week.days} reported "
        "days."
    )


def _how_carried_out(page: CampaignPage, action: Action) -> None:
    capability = page.capabilities[action]
    if not capability.instruction:
        return
    if capability.is_carried_out:
        st.caption(capability.instruction)
        return
    st.warning(capability.instruction, icon=":material/front_hand:")
    if capability.link:
        st.link_button(f"Open {capability.manager}", capability.link, icon=":material/open_in_new:")


def _advice(row: BoardRow, *, now: datetime) -> None:
    if row.learning:
        ends = instant(row.learning.ends_at, clock.zone())
        st.info(f"{ADVICE} Its learning ends {ends}.", icon=":material/school:")
    if row.last_change and (now - row.last_change.at).days < 7:
        st.caption(
            f"The last change was made within 7 days: {entry_words(row.last_change)} by "
            f"{esc(row.last_change.actor)}, {instant(row.last_change.at, clock.zone())}. One "
            "change at a time shows best what it did."
        )


@st.dialog("Pause campaign", icon=ICONS[Action.PAUSE])
def _pause(page: CampaignPage, asked: Asked) -> None:
    _decide(page, asked, Action.PAUSE)


@st.dialog("Resume campaign", icon=ICONS[Action.RESUME])
def _resume(page: CampaignPage, asked: Asked) -> None:
    _decide(page, asked, Action.RESUME)


@st.dialog("Archive campaign", icon=ICONS[Action.ARCHIVE])
def _archive(page: CampaignPage, asked: Asked) -> None:
    _decide(page, asked, Action.ARCHIVE)


@st.dialog("Unarchive campaign", icon=ICONS[Action.UNARCHIVE])
def _unarchive(page: CampaignPage, asked: Asked) -> None:
    _decide(page, asked, Action.UNARCHIVE)


_TITLED = {
    Action.PAUSE: _pause,
    Action.RESUME: _resume,
    Action.ARCHIVE: _archive,
    Action.UNARCHIVE: _unarchive,
}


@st.dialog("Not possible now", icon=":material/block:")
def _refused(page: CampaignPage, action: Action) -> None:
    """Say why an action is not to be had, and what to do instead."""
    st.markdown(f"**{esc(page.row.campaign.name)}** · {esc(page.artist.name)}")
    st.markdown(f"**{action.label}**: {esc(page.row.decisions[action].why_not)}")
    possible = [one.action.label for one in page.row.decisions.values() if one.is_allowed]
    st.caption(f"Possible now: {', '.join(possible)}." if possible else "No action is possible.")
    if st.button("Close", key=f"close-{action}-{page.row.campaign.id}"):
        st.rerun()


@st.dialog("Mark as carried out", icon=":material/task_alt:")
def _carried_out(page: CampaignPage, asked: Asked) -> None:
    """Ask whether the pending decision was carried out on the platform."""
    row = page.row
    st.markdown(f"**{esc(row.campaign.name)}** · {esc(page.artist.name)}")
    switched = "off" if row.campaign.pending_action == Action.PAUSE else "on"
    st.markdown(
        f"Confirm that the campaign has been switched {switched} on {row.campaign.platform.label}."
        " Nothing is sent there; the history keeps that you said so."
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key=f"cancel-carried-out-{asked.campaign_id}"):
            st.rerun()
        st.button(
            "It is switched " + switched,
            key=f"carried-out-{asked.campaign_id}-confirm",
            type="primary",
            icon=":material/task_alt:",
            on_click=writes.confirm_carried_out,
            args=(asked,),
        )


@st.dialog("About this status", icon=":material/help:", width="medium")
def _about(page: CampaignPage) -> None:
    """Explain a campaign's status: what it means, since when, what to do, what was reported."""
    st.markdown(f"**{esc(page.row.campaign.name)}** · {esc(page.artist.name)}")
    explain.status(page, now=clock.reading_time())
    st.caption(f"Campaign id {page.row.campaign.id} · as of {day(clock.now().date())}")
