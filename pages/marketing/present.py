"""Present: how it goes for the current artist, to be shown to that artist and shared."""

import streamlit as st

from lib.ui import current_artist, empty, present_view
from lib.ui.ending import end_page

artist = current_artist.current()

if present_view.is_artists_screen() and artist is not None:
    present_view.alone()
    place = st.container()
    period = present_view.leave()
    with place:
        present_view.screen(artist, period)
    end_page()

st.title("Present", anchor=False)

if artist is None:
    empty.no_artist()
    end_page()

period = present_view.toolbar(artist)
with st.expander("Share", icon=":material/share:"):
    present_view.costs(artist)
    present_view.links(artist)
present_view.screen(artist, period)
