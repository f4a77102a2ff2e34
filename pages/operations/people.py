"""People: who may come in, what each may do and where; for admins."""

import streamlit as st

from lib.ui import people_view
from lib.ui.ending import end_page

st.title("People", anchor=False)

try:
    everybody = people_view.everybody()
except PermissionError:
    people_view.refused()
    end_page()

st.caption("Everybody who has signed in or was invited. A change holds from their next click on.")

people_view.invite()
found = people_view.search(everybody)
people_view.table(found)

chosen = people_view.choose(found)
if chosen is not None:
    people_view.roles(chosen)
    people_view.access(chosen)

people_view.history()
