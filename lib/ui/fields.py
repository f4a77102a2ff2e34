"""Fields whose value is kept elsewhere, in the URL or the database, and may change beside them.

A field that is told its value by the session state is told again in every run, and takes back
what somebody chooses meanwhile; told once, it forgets it where the browser has not drawn it yet,
in a popover that is closed. So a field begins with what is kept, and where that has changed
otherwise than by the field, there is a new one in its place.
"""

from typing import Any

import streamlit as st


def key_of(name: str, value: Any) -> str:
    """Return the key of the field `name` that is to hold `value`; begin the field with it."""
    number = st.session_state.get(f"field-{name}", 0)
    key = f"{name}-{number}"
    if key in st.session_state and st.session_state[key] != value:
        st.session_state[f"field-{name}"] = number + 1
        key = f"{name}-{number + 1}"
    return key
