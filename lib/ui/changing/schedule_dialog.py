"""The dialog in which a pause or a resume is scheduled, in the time of the ad account."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from lib.domain.actions import Action, judge_action
from lib.domain.schedule import FURTHEST_AHEAD, SCHEDULABLE, Moment, moment
from lib.services.queries import CampaignPage
from lib.ui import clock, reads
from lib.ui.changing import guardrails, writes
from lib.ui.changing.writes import Asked
from lib.ui.dialogs import dialog, footer
from lib.ui.escape import esc
from lib.ui.format import local, zone_name

FIRST, SECOND = "the first time", "the second time"
NOBODY_WORKS = (
    "Nobody runs scheduled changes at the moment. Whoever runs this desk starts the worker with "
    "`make worker`; until then nothing that is scheduled will happen."
)


@dataclass(frozen=True)
class Keys:
    """Under which keys the dialog's fields stand."""

    action: str
    day: str
    time: str
    fold: str
    reason: str
    note: str


@dialog("Schedule a change", icon=":material/schedule:")
def schedule(page: CampaignPage, asked: Asked) -> None:
    """Ask what is to be done and when, and say what will come of it."""
    one, keys = page.row.campaign, _keys(asked.request_id)
    st.markdown(f"**{esc(one.name)}** · {esc(page.artist.name)}")
    action = Action(
        st.segmented_control(
            "What is to be done?",
            [choice.value for choice in SCHEDULABLE],
            default=_likelier(page).value,
            required=True,
            key=keys.action,
            format_func=lambda word: Action(word).label,
        )
    )
    found = _moment(page, keys)
    if found is not None:
        _outlook(page, action, found)
    guardrails.consequences(action, [page.row])
    guardrails.how_carried_out(page.capabilities[action])
    guardrails.advice(page, action, now=clock.now())
    reason = guardrails.reason(keys.reason, [page.row]) if action is Action.PAUSE else None
    guardrails.note(keys.note)
    if not reads.is_anybody_working():
        st.warning(NOBODY_WORKS, icon=":material/engineering:")
    lacking = "Choose a day and a time." if found is None else ""
    footer(
        f"Schedule the {action.value}",
        key=f"schedule-{asked.campaign_id}",
        icon=":material/schedule:",
        lacking=lacking or guardrails.lacking(action, reason),
        on_click=_schedule,
        args=(asked, keys, one.zone),
    )


def _schedule(asked: Asked, keys: Keys, zone: str) -> None:
    """Do what the fields say by now."""
    fields = st.session_state
    writes.schedule(
        asked,
        Action(fields[keys.action]),
        chosen_moment(keys, zone),
        fields.get(keys.reason),
        str(fields.get(keys.note) or ""),
        zone,
    )


def chosen_moment(keys: Keys, zone: str) -> Moment | None:
    """Return the moment that the dialog's fields say, None while a field is empty."""
    on, at = st.session_state.get(keys.day), st.session_state.get(keys.time)
    if not isinstance(on, date) or not isinstance(at, time):
        return None
    is_second = st.session_state.get(keys.fold) == SECOND
    return moment(datetime.combine(on, at), ZoneInfo(zone), is_second=is_second)


def _keys(request_id: str) -> Keys:
    return Keys(
        *(f"{name}-{request_id}" for name in ("action", "day", "time", "fold", "reason", "note"))
    )


def _likelier(page: CampaignPage) -> Action:
    return Action.RESUME if page.row.decisions[Action.RESUME].is_allowed else Action.PAUSE


def _moment(page: CampaignPage, keys: Keys) -> Moment | None:
    """Ask for the day and the time in the account's zone, and say what is odd about them."""
    one = page.row.campaign
    today = one.today(clock.now())
    left, right = st.columns(2)
    left.date_input(
        "Day",
        value=None,
        min_value=today,
        max_value=today + FURTHEST_AHEAD - timedelta(days=1),
        key=keys.day,
        format="YYYY-MM-DD",
    )
    right.time_input("Time", value=time(0, 0), key=keys.time, step=timedelta(minutes=5))
    st.caption(f"In the time of the ad account: {esc(zone_name(one.tzinfo))} ({esc(one.zone)}).")
    found = chosen_moment(keys, one.zone)
    if found is not None and found.is_twice:
        st.radio(
            "Clocks go back in that night, and this time comes twice. Which is meant?",
            [FIRST, SECOND],
            key=keys.fold,
        )
        found = chosen_moment(keys, one.zone)
    return found


def _outlook(page: CampaignPage, action: Action, found: Moment) -> None:
    """Draw when it will run and what the rules would say of it, as things stand."""
    one, now, own = page.row.campaign, clock.now(), clock.zone()
    if found.is_skipped:
        st.warning(
            "Clocks go forward over this time in that night. It will run at the moment of the "
            "jump.",
            icon=":material/update:",
        )
    if found.at <= now:
        st.warning("This moment has passed. Choose a later one.", icon=":material/history:")
        return
    words = f"It will run on **{esc(local(found.at, one.tzinfo))}**"
    if found.at.astimezone(own).utcoffset() != found.at.astimezone(one.tzinfo).utcoffset():
        words += f", that is {esc(local(found.at, own))} for you"
    st.markdown(
        f"{words}. It is judged anew then, by how the campaign stands by that time; what the "
        "rules refuse then, or what is more than a day late, is not done and reported as missed."
    )
    decision = judge_action(one, action, circumstances=page.row.circumstances, now=found.at)
    if not decision.is_allowed:
        st.info(
            f"As the campaign stands now, it would be refused: {esc(decision.why_not)}",
            icon=":material/block:",
        )
