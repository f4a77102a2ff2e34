"""Present: how it goes for the current artist, to be shown to that artist and shared."""

import streamlit as st

from lib.ui import current_artist, empty
from lib.ui.ending import end_page
from lib.ui.present import titles, view

artist = current_artist.current()

if current_artist.is_their_screen() and artist is not None:
    view.alone()
    place = st.container()
    period = view.leave()
    with place:
        view.screen(artist, period)
    end_page()

st.title("Present", anchor=False)

if artist is None:
    empty.no_artist()
    end_page()

period = view.toolbar(artist)
with st.expander("Share", icon=":material/share:"):
    view.costs(artist)
    view.links(artist)
titles.panel(artist)
view.screen(artist, period)
