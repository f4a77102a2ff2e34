"""The notebook: ask the figures freely, and take the answer along as chart, table or file."""

import streamlit as st

from lib.ui import empty, notebook_form, notebook_view, reads
from lib.ui.ending import end_page

st.title("Explore", anchor=False)

if not reads.artists():
    empty.no_artist()
    end_page()

question, place = notebook_form.question()
found = notebook_view.answered(question)
notebook_form.choices(place, question, found)

if found.answer is None:
    notebook_view.nothing(found)
    end_page()

notebook_view.sentence(found.answer)
notebook_view.chart(found.answer, as_bars=notebook_form.wants_bars())
notebook_view.table_and_files(found.answer, filters=notebook_form.filter_words(question))
