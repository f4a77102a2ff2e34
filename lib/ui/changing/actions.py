"""The dialogs that ask before a campaign is changed, and those that explain why it cannot be.

A callback only notes which dialog is wanted (`ask`); the page draws it at its end (`dialogs`).
"""

import secrets

import streamlit as st

from lib.domain.actions import Action, resume_guards
from lib.domain.status import Status
from lib.services.describing import MOST_SIGNS
from lib.services.queries import CampaignPage
from lib.ui import clock, components, explain, reads, second_go
from lib.ui.changing import guardrails, schedule_dialog, writes
from lib.ui.changing.writes import Asked
from lib.ui.dialogs import dialog, ending, footer
from lib.ui.escape import esc
from lib.ui.format import day
from lib.ui.keys import PAUSE

ABOUT = "about"
CONFIRM = "confirm"
SCHEDULE = "schedule"
DESCRIBE = "describe"
_WANTED = "wanted-dialog"

ICONS: dict[Action, str] = {
    Action.PAUSE: ":material/pause:",
    Action.RESUME: ":material/play_arrow:",
    Action.ARCHIVE: ":material/inventory_2:",
    Action.UNARCHIVE: ":material/unarchive:",
}


def ask(wanted: str, campaign_id: int, seen_version: int) -> None:
    """Note which dialog the page is to open: an action, or one of the words above."""
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
    elif wanted == SCHEDULE:
        schedule_dialog.schedule(page, asked)
    elif wanted == DESCRIBE:
        _describe(page, asked)
    elif not page.row.decisions[Action(wanted)].is_allowed:
        _refused(page, Action(wanted))
    else:
        _TITLED[Action(wanted)](page, asked)


def keys(page: CampaignPage) -> None:
    """Let a key press the button that pauses the campaign; call it last on its page.

    Streamlit's own `shortcut` would write the key into the button's name.
    """
    if page.row.decisions[Action.PAUSE].is_allowed and second_go.has_come("keys"):
        button = f"{Action.PAUSE}-{page.row.campaign.id}"
        components.mounted("keys")(key="keys", data={"keys": {PAUSE.lower(): button}})


def _decide(page: CampaignPage, asked: Asked, action: Action) -> None:
    """Draw what will happen, ask for a reason where one is due, and offer the action."""
    st.markdown(f"**{esc(page.row.campaign.name)}** · {esc(page.artist.name)}")
    guardrails.consequences(action, [page.row])
    if action is Action.RESUME:
        _guards(page)
    guardrails.how_carried_out(page.capabilities[action])
    guardrails.advice(page, action, now=clock.now())
    reason_key, note_key = f"reason-{asked.request_id}", f"note-{asked.request_id}"
    reason = guardrails.reason(reason_key, [page.row]) if action is Action.PAUSE else None
    guardrails.note(note_key)
    keys = {"note_key": note_key} | ({"reason_key": reason_key} if reason_key and reason else {})
    footer(
        action.label,
        key=f"{action}-{asked.campaign_id}",
        icon=ICONS[action],
        lacking=guardrails.lacking(action, reason),
        on_click=writes.act,
        args=(action, asked),
        kwargs=keys,
    )


def _guards(page: CampaignPage) -> None:
    """Draw each condition of a resume with whether it holds."""
    row = page.row
    guards = resume_guards(row.campaign, circumstances=row.circumstances, now=clock.now())
    signs = {True: ":material/check:", False: ":material/close:"}
    st.markdown("  \n".join(f"{signs[one.holds]} {esc(one.words)}" for one in guards))


@dialog("Pause campaign", icon=ICONS[Action.PAUSE])
def _pause(page: CampaignPage, asked: Asked) -> None:
    _decide(page, asked, Action.PAUSE)


@dialog("Resume campaign", icon=ICONS[Action.RESUME])
def _resume(page: CampaignPage, asked: Asked) -> None:
    _decide(page, asked, Action.RESUME)


@dialog("Archive campaign", icon=ICONS[Action.ARCHIVE])
def _archive(page: CampaignPage, asked: Asked) -> None:
    _decide(page, asked, Action.ARCHIVE)


@dialog("Unarchive campaign", icon=ICONS[Action.UNARCHIVE])
def _unarchive(page: CampaignPage, asked: Asked) -> None:
    _decide(page, asked, Action.UNARCHIVE)


_TITLED = {
    Action.PAUSE: _pause,
    Action.RESUME: _resume,
    Action.ARCHIVE: _archive,
    Action.UNARCHIVE: _unarchive,
}


@dialog("Not possible now", icon=":material/block:")
def _refused(page: CampaignPage, action: Action) -> None:
    """Say why an action is not to be had, and what to do instead."""
    st.markdown(f"**{esc(page.row.campaign.name)}** · {esc(page.artist.name)}")
    st.markdown(f"**{action.label}**: {esc(page.row.decisions[action].why_not)}")
    if action is Action.RESUME and page.row.campaign.status is Status.PAUSED:
        _guards(page)
    possible = [one.action.label for one in page.row.decisions.values() if one.is_allowed]
    st.caption(f"Possible now: {', '.join(possible)}." if possible else "No action is possible.")
    ending("Close", key=f"close-{action}-{page.row.campaign.id}")


@dialog("Mark as carried out", icon=":material/task_alt:")
def _carried_out(page: CampaignPage, asked: Asked) -> None:
    """Ask whether the pending decision was carried out on the platform."""
    row = page.row
    st.markdown(f"**{esc(row.campaign.name)}** · {esc(page.artist.name)}")
    switched = "off" if row.campaign.pending_action == Action.PAUSE else "on"
    st.markdown(
        f"Confirm that the campaign has been switched {switched} on {row.campaign.platform.label}."
        " Nothing is sent there; the history keeps that you said so."
    )
    footer(
        "It is switched " + switched,
        key=f"carried-out-{asked.campaign_id}",
        icon=":material/task_alt:",
        on_click=writes.confirm_carried_out,
        args=(asked,),
    )


@dialog("What it promotes", icon=":material/edit:")
def _describe(page: CampaignPage, asked: Asked) -> None:
    """Ask what the campaign promotes, in words that its artist knows."""
    one = page.row.campaign
    st.markdown(f"**{esc(one.name)}** · {esc(page.artist.name)}")
    key = f"promotes-{asked.request_id}"
    st.text_input(
        "Promotes",
        one.promotes or "",
        key=key,
        max_chars=MOST_SIGNS,
        placeholder="Track · Title, Album · Title, Video · Title",
    )
    st.caption(
        f"{esc(page.artist.name)} reads this in place of the campaign’s name: on Present, by link "
        "and in reports; words that name another artist of the desk are not shown there. Searches "
        "find it. Nothing is sent to the ad platform."
    )
    footer(
        "Save",
        key=f"describe-{asked.campaign_id}",
        icon=":material/check:",
        on_click=writes.describe,
        args=(asked, one.promotes, key),
    )


@dialog("About this status", icon=":material/help:", width="medium")
def _about(page: CampaignPage) -> None:
    """Explain a campaign's status: what it means, since when, what to do, what was reported."""
    st.markdown(f"**{esc(page.row.campaign.name)}** · {esc(page.artist.name)}")
    explain.status(page, now=clock.reading_time())
    st.caption(f"Campaign id {page.row.campaign.id} · as of {day(clock.now().date())}")
