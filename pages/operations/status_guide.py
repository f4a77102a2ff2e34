"""The status guide: every status, badge, action and figure, from the tables of the rules."""

import streamlit as st

from lib.ui import guide

st.title("Status guide", anchor=False)
st.caption("Generated from the rules that the desk itself follows.")

st.subheader("Statuses", anchor=False)
guide.statuses()

st.subheader("Badges", anchor=False)
guide.badges_table()

st.subheader("What you may do", anchor=False)
guide.actions_table()

st.subheader("Pausing and its reasons", anchor=False)
guide.pausing()

st.subheader("Who else moves a campaign", anchor=False)
guide.movements()

st.subheader("Verdicts", anchor=False)
guide.verdicts()

st.subheader("Figures", anchor=False)
guide.figures()
