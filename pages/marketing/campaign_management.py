"""The board: the current artist's campaigns in the groups of their status."""

import streamlit as st

from lib.ui import connections_view, current_artist, empty, reads
from lib.ui.changing import actions, bulk
from lib.ui.ending import end_page
from lib.ui.escape import esc
from lib.ui.lists import board_view
from lib.ui.lists.campaign_cells import summary

st.title("Campaign Management", anchor=False)

artist = current_artist.current()
if artist is None:
    empty.no_artist()
    end_page()

board = reads.board(artist.id)
if board is None or not board.rows:
    empty.no_campaign(artist.name)
    end_page()

with st.container():
    board_view.warnings(board)
    board_view.alarms(board.rows)

total = summary(len(board.rows))
wanted, order = board_view.narrowed(f"**{esc(artist.name)}** · {total}")
fitting = board_view.fitting(board, wanted)

board_view.campaigns(fitting, order, wanted=wanted, artist=artist.name)
if not board_view.in_groups(fitting, wanted):
    empty.nothing_matches(total)
connections_view.section(board)

actions.dialogs()
bulk.dialogs()
