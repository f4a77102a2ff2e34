"""The screen while the database cannot be reached: it says so, and comes back by itself."""

import streamlit as st


def draw() -> None:
    """Say that the database cannot be reached; what was confirmed before is kept."""
    st.warning(
        "Reconnecting… The page comes back by itself, with its filters. Nothing that was "
        "confirmed is lost; a change that was not confirmed was not made.",
        title="The database cannot be reached",
        icon=":material/cloud_off:",
    )
