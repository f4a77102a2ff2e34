"""Activity: every change, newest first; who, what, when and why."""

import streamlit as st

from lib.ui import activity_view, clock, downloads, reads
from lib.ui.format import MISSING, zone_name
from lib.ui.words import history_columns, history_frame

st.title("Activity", anchor=False)
st.caption(f"Every change, newest first. Times are in {zone_name(clock.zone())}.")

artists = {artist.id: artist.name for artist in reads.artists()}
narrowed = activity_view.filters(artists)
limit = activity_view.limit(narrowed)
entries = reads.activity(narrowed, limit=limit + 1)

if not entries:
    activity_view.nothing()
    st.stop()

frame = history_frame(entries[:limit], clock.zone(), artists=artists)
st.dataframe(
    frame,
    hide_index=True,
    height=min(35 * (len(frame) + 1) + 3, 640),
    placeholder=MISSING,
    column_config=history_columns(),
    alt="History of all changes",
)
activity_view.more(len(frame), has_more=len(entries) > limit)
downloads.history_button(frame)
