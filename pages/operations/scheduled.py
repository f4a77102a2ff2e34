"""Scheduled: every pause and resume that is to come, and what became of the others."""

import streamlit as st

from lib.domain.schedule import ScheduleState
from lib.ui import reads
from lib.ui.changing import schedule_view

st.title("Scheduled changes", anchor=False)
st.caption("Pauses and resumes at a given time of the ad account; judged anew when it comes.")

scheduled = reads.scheduled()
schedule_view.worker_note(scheduled)
state = schedule_view.chosen_state(scheduled)
chosen = [one for one in scheduled if one.state is state]

if not chosen:
    schedule_view.nothing(state)
elif state is ScheduleState.COMING:
    schedule_view.coming_list(chosen)
else:
    schedule_view.settled_table(chosen)
