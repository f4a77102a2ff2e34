"""One campaign: what it is, how it does, what may be done and what was done."""

import streamlit as st

from lib.ui import clock, current_artist, empty, explain, reads
from lib.ui.campaign import campaign_view, trend_view, verdict_view
from lib.ui.changing import actions, schedule_view
from lib.ui.ending import end_page
from lib.ui.escape import esc
from lib.ui.lists import neighbours

now = clock.reading_time()
asked = current_artist.asked_campaign()
page = reads.campaign_page(asked) if asked is not None else None

if page is None:
    empty.back_to_board()
    empty.no_such_campaign(asked)
    end_page()

neighbours.way(page)
st.title(esc(page.row.campaign.name), anchor=False)
campaign_view.heading(page)
explain.standing(page, now=now)
with st.container():
    explain.alerts(page, now=now)

st.subheader("Actions", anchor=False)
campaign_view.action_buttons(page)
schedule_view.section(page)

st.subheader("How it does", anchor=False)
verdict_view.verdict(page)
verdict_view.windows(page)
verdict_view.pacing(page)
trend_view.chart(page, now=now)
campaign_view.below(page)

actions.dialogs()
actions.keys(page)
