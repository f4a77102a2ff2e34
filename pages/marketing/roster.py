"""The roster: every campaign of every artist, what needs attention and what has moved."""

import streamlit as st

from lib.ui import empty, reads
from lib.ui.changing import actions, bulk
from lib.ui.ending import end_page
from lib.ui.filtering import filters
from lib.ui.lists import roster_view

st.title("Roster", anchor=False)

whole = reads.roster(filters.NOTHING)
if not whole.campaigns:
    empty.no_artist()
    end_page()

st.caption(roster_view.size(whole))
roster_view.attention()
roster_view.since_last_look()
roster_view.label_spend()

st.subheader("Campaigns", anchor=False)
narrowed, order, shows_artists = roster_view.narrowed()
fitting = reads.roster(narrowed)

if fitting.campaigns:
    roster_view.totals(fitting)
if shows_artists:
    roster_view.artists(narrowed, fitting)
else:
    roster_view.campaigns(narrowed, order, whole=whole, fitting=fitting)
if not fitting.campaigns:
    roster_view.nothing_matches(whole)

actions.dialogs()
bulk.dialogs()
