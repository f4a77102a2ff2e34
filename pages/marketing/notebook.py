"""The notebook: ask the figures freely, and take the answer along as chart, table or file."""

import streamlit as st

from lib.ui import empty, reads
from lib.ui.ending import end_page
from lib.ui.notebook import form, view

st.title("Explore", anchor=False)

if not reads.artists():
    empty.no_artist()
    end_page()

question, place = form.question()
found = view.answered(question)
form.choices(place, question, found)

if found.answer is None:
    view.nothing(found)
    end_page()

view.sentence(found.answer)
view.chart(found.answer, as_bars=form.wants_bars())
view.table_and_files(found.answer, filters=form.filter_words(question))
