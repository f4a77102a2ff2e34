"""A bare page with one button: what a click costs with nothing else on the page."""

import streamlit as st

st.title("Bare")


def press() -> None:
    st.session_state.presses = st.session_state.get("presses", 0) + 1


st.button("Press", on_click=press)
st.markdown(f"Pressed {st.session_state.get('presses', 0)} times.")
