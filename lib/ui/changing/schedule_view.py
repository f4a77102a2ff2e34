"""Scheduled changes as drawn: on a campaign's page, and all of them on their own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from lib.domain.schedule import ScheduledChange, ScheduleState
from lib.services.queries import CampaignPage
from lib.ui import clock, reads
from lib.ui.changing import writes
from lib.ui.changing.schedule_dialog import NOBODY_WORKS
from lib.ui.escape import esc
from lib.ui.format import MISSING, count, day, instant, local
from lib.ui.words import reason_words

SCHEDULED_PAGE = "pages/operations/scheduled.py"
CAMPAIGN_PAGE = "pages/marketing/campaign.py"
STATE = "state"
MISSED_IS_NEWS = timedelta(days=7)
MOST_COMING = 100

ICONS = {
    ScheduleState.COMING: ":material/schedule:",
    ScheduleState.RAN: ":material/task_alt:",
    ScheduleState.MISSED: ":material/alarm_off:",
    ScheduleState.CANCELLED: ":material/event_busy:",
}


def section(page: CampaignPage) -> None:
    """Draw what is scheduled for the campaign, what was missed lately, and the way to all of it."""
    one, now = page.row.campaign, clock.now()
    scheduled, may_change = reads.scheduled(one.id), page.row.circumstances.may_change
    coming = [item for item in scheduled if item.state is ScheduleState.COMING]
    for item in coming:
        _coming(item, now=now, may_change=may_change)
    for item in scheduled:
        if item.state is ScheduleState.MISSED and now - (item.settled_at or now) < MISSED_IS_NEWS:
            st.warning(
                f"{what(item)} at {esc(when(item))}. {esc(item.why or '')}",
                title="A scheduled change was missed",
                icon=ICONS[ScheduleState.MISSED],
            )
    if coming and not reads.is_anybody_working():
        st.warning(NOBODY_WORKS, icon=":material/engineering:")
    if scheduled:
        st.page_link(SCHEDULED_PAGE, label="All scheduled changes", icon=":material/event:")


def what(item: ScheduledChange) -> str:
    """Return in Markdown what is to be done, by whom and why."""
    words = f"**{item.action.label}** scheduled by {esc(item.actor)}"
    if item.reason:
        words += f" · {esc(reason_words(item.reason))}"
    return words + (f" · “{esc(item.note)}”" if item.note else "")


def when(item: ScheduledChange) -> str:
    """Return when it is to run by the clocks of the ad account."""
    return f"{local(item.run_at, ZoneInfo(item.zone))} ({item.zone})"


def chosen_state(scheduled: Sequence[ScheduledChange]) -> ScheduleState:
    """Draw the choice of what became of them, with the count of each, and return it."""
    # The URL has the words as they are drawn, so no count stands in them.
    chosen = st.segmented_control(
        "State",
        [state.label for state in ScheduleState],
        default=ScheduleState.COMING.label,
        required=True,
        key=STATE,
        bind="query-params",
        label_visibility="collapsed",
    )
    numbers = {state: sum(one.state is state for one in scheduled) for state in ScheduleState}
    st.caption(" · ".join(f"{count(number)} {state}" for state, number in numbers.items()))
    by_label = {state.label: state for state in ScheduleState}
    return by_label.get(chosen or "", ScheduleState.COMING)


def worker_note(scheduled: Sequence[ScheduledChange]) -> None:
    """Say so where something is to come and nobody is there to run it."""
    is_coming = any(one.state is ScheduleState.COMING for one in scheduled)
    if is_coming and not reads.is_anybody_working():
        st.warning(NOBODY_WORKS, icon=":material/engineering:")


def coming_list(scheduled: Sequence[ScheduledChange]) -> None:
    """Draw what is to come, the next first, each with its campaign and the way to cancel it."""
    now, changeable = clock.now(), reads.changeable_artists()
    for item in scheduled[:MOST_COMING]:
        _coming(item, now=now, may_change=item.artist_id in changeable, is_named=True)
    if len(scheduled) > MOST_COMING:
        st.caption(f"{count(len(scheduled) - MOST_COMING)} later ones are not shown.")


def _coming(
    item: ScheduledChange, *, now: datetime, may_change: bool, is_named: bool = False
) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        words = f"{ICONS[item.state]} **{esc(when(item))}** · {what(item)}"
        if is_named:
            words = f"**{esc(item.campaign_name)}** · {esc(item.artist_name)}  \n{words}"
        if item.is_overdue(now):
            words += "  \n:orange[Its time has come, and it waits for a worker.]"
        st.markdown(words, width="stretch")
        if is_named:
            st.page_link(
                CAMPAIGN_PAGE,
                label="Open",
                icon=":material/open_in_full:",
                query_params={"id": str(item.campaign_id)},
            )
        if may_change:
            st.button(
                "Cancel it",
                key=f"cancel-schedule-{item.id}",
                icon=":material/event_busy:",
                on_click=writes.cancel_schedule,
                args=(item.id, item.campaign_name),
            )


def settled_table(scheduled: Sequence[ScheduledChange]) -> None:
    """Draw what ran, was missed or was cancelled, the newest first."""
    frame = settled_frame(scheduled)
    st.dataframe(
        frame,
        hide_index=True,
        height=min(35 * (len(frame) + 1) + 3, 640),
        placeholder=MISSING,
        alt="Scheduled changes",
        column_config={"Why": st.column_config.TextColumn("Why", width=520)},
    )


def settled_frame(scheduled: Sequence[ScheduledChange]) -> pd.DataFrame:
    """Return scheduled changes that are settled as a table of texts, one row each."""
    zone = clock.zone()
    return pd.DataFrame(
        {
            "Campaign": one.campaign_name,
            "Artist": one.artist_name,
            "What": one.action.label,
            "Was due": when(one),
            "State": one.state.label,
            "At": instant(one.settled_at, zone),
            "Scheduled by": (
                f"{one.actor}, {day(one.scheduled_at.astimezone(zone).date(), with_year=True)}"
            ),
            "Cancelled by": one.settled_by if one.state is ScheduleState.CANCELLED else None,
            "Why": one.why,
        }
        for one in scheduled
    )


def nothing(state: ScheduleState) -> None:
    """Say that there is none of these, and how one comes about."""
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader("Nothing here", icon=ICONS[state], anchor=False, width="content")
        st.markdown(
            "Open a campaign and choose “Schedule…” to pause or resume it at a given time.",
            text_alignment="center",
        )
