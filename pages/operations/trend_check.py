"""Trend check: how the verdict is found, and how often it would have been right."""

import streamlit as st

from lib.ui import current_artist, trend_check

st.title("Trend check", anchor=False)
st.caption(
    "How the desk decides that a campaign improves or declines, what that would have said about "
    "your own past, and how often it is right where the truth is known."
)

st.subheader("The rule", anchor=False)
trend_check.rule()

st.subheader("On your own past", anchor=False)
trend_check.past(trend_check.ask_scope(current_artist.current()))

st.subheader("On invented campaigns", anchor=False)
trend_check.invented()
