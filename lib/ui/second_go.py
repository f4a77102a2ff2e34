"""What can wait: drawn later, once the browser has drawn what the person came for.

The browser draws everything that has arrived in one go. So the first run of a session leaves out
what is slow and beside the point, and the pulse (`lib.ui.live`) asks for another run as soon as
the browser is idle: however slow it is, what was put off holds up nothing.
"""

from typing import Literal

import streamlit as st

Part = Literal[
    "actions",
    "bar",
    "below",
    "connections",
    "files",
    "keys",
    "menu",
    "range",
    "sidebar",
    "tour",
    "way",
]
COME, _WAITS, _ASKED = "second-go-come", "second-go-waits", "second-go-asked"
_BUTTON = 40  # pixels high


def has_come(name: Part) -> bool:
    """Return whether `name` may be drawn; the first time in a session it waits for the next run."""
    come: set[Part] = st.session_state.setdefault(COME, set())
    if name in come:
        return True
    come.add(name)
    st.session_state[_WAITS] = True
    return False


def asked_for() -> int:
    """Return 0 where nothing was put off in this run, else how often it was; asking forgets it.

    A number, since one run that asks after another has to look different to the browser.
    """
    if not st.session_state.pop(_WAITS, False):
        return 0
    times = int(st.session_state.get(_ASKED, 0)) + 1
    st.session_state[_ASKED] = times
    return times


def reserve(width: int | None = None) -> None:
    """Keep the place of buttons free, `width` pixels wide: nothing moves when they come."""
    st.container(height=_BUTTON, width=width or "content", border=False)
