"""Activity: every change, newest first; who, what, when, why and from where."""

import streamlit as st

from lib.ui import activity_view, clock, downloads, history_table, reads
from lib.ui.ending import end_page
from lib.ui.format import zone_name
from lib.ui.lists import taking

st.title("Activity", anchor=False)
st.caption(f"Every change, newest first. Times are in {zone_name(clock.zone())}.")

artists = {artist.id: artist.name for artist in reads.artists()}
narrowed, words = activity_view.narrowed()
limit = activity_view.limit(narrowed)
entries = reads.activity(narrowed, limit=limit + 1)

if not entries:
    activity_view.nothing()
    end_page()

shown = entries[:limit]
history_table.draw(shown, key="activity", alt="History of all changes", artists=artists)
activity_view.more(len(shown), has_more=len(entries) > limit)
taking.activity(shown, artists=artists, narrowed=words)
downloads.history_button(narrowed)
