"""The board: the current artist's campaigns in the groups of their status."""

import streamlit as st

from lib.ui import actions, board_view, current_artist, empty, filters, reads
from lib.ui.board import summary
from lib.ui.escape import esc

st.title("Campaign Management", anchor=False)

artist = current_artist.current()
if artist is None:
    empty.no_artist()
    st.stop()

board = reads.board(artist.id)
if board is None or not board.rows:
    empty.no_campaign(artist.name)
    st.stop()

st.caption(
    f"**{esc(artist.name)}** · {summary(len(board.rows))}. A click on a name opens the campaign."
)
board_view.warnings(board)

board_view.alarms(board.rows)

narrowed, order = filters.filter_bar(board.rows)
shown = [row for row in board.rows if narrowed.matches(row)]

if shown:
    board_view.table(shown, order, chosen=board_view.group_choice(shown))
else:
    empty.nothing_matches(summary(len(board.rows)))

actions.dialogs()
