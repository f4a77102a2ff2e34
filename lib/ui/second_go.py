"""What can wait: drawn later, once the browser has drawn what the person came for.

The browser draws everything that has arrived in one go. So the first run of a session leaves out
what is slow and beside the point, and the pulse (`lib.ui.live`) asks for another run as soon as
the browser is idle: however slow it is, what was put off holds up nothing. What is slow and not
beside the point comes between the two, in a run of its own.
"""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from lib.ui import components, reads

Part = Literal["sidebar", "charts", "below", "connections", "files", "keys", "views", "tour"]
COME, _WAITS = "second-go-come", "second-go-waits"


def has_come(name: Part) -> bool:
    """Return whether `name` may be drawn; the first time in a session it waits for the next run."""
    if _was_here(name):
        return True
    st.session_state[_WAITS] = True
    return False


def soon(name: Part, draw: Callable[[], None]) -> None:
    """Draw by `draw`, the first time in a session after everything else has been painted.

    It is a fragment: what a person does in it draws it alone, as long as their rights stay.
    """
    mine = reads.rights()

    @st.fragment
    def part() -> None:
        if reads.rights() != mine:
            st.rerun()
        if _was_here(name):
            draw()
        else:
            components.mounted("soon")(key=f"soon-{name}", on_painted_change=_nothing)

    part()


def is_asked_for() -> bool:
    """Return whether something was put off in this run; asking forgets it."""
    return bool(st.session_state.pop(_WAITS, False))


def _was_here(name: Part) -> bool:
    """Return whether `name` was asked about before in this session, and note that it was."""
    come: set[Part] = st.session_state.setdefault(COME, set())
    if name in come:
        return True
    come.add(name)
    return False


def _nothing() -> None:
    """Streamlit wants somebody to hear it; the run is all that is asked for."""
