"""What can wait: drawn later, once the browser has drawn what the person came for.

The browser draws everything that has arrived in one go. So the first run of a session leaves out
what is slow and beside the point, and the pulse (`lib.ui.live`) asks for another run as soon as
the browser is idle: however slow it is, what was put off holds up nothing.
"""

from typing import Literal

import streamlit as st

Part = Literal["menu", "sidebar", "range", "below", "connections", "files", "keys", "views", "tour"]
COME, _WAITS = "second-go-come", "second-go-waits"


def has_come(name: Part) -> bool:
    """Return whether `name` may be drawn; the first time in a session it waits for the next run."""
    come: set[Part] = st.session_state.setdefault(COME, set())
    if name in come:
        return True
    come.add(name)
    st.session_state[_WAITS] = True
    return False


def is_asked_for() -> bool:
    """Return whether something was put off in this run; asking forgets it."""
    return bool(st.session_state.pop(_WAITS, False))
