"""What a callback has to tell: kept until the page is drawn, since callbacks draw nothing.

A change that was made is a toast, or where it can be undone a notice that stays until the next
action (`lib.ui.undoing` draws it); a refusal is a callout that stays until the next click.
"""

from dataclasses import dataclass

import streamlit as st

from lib.ui.escape import esc

_TOLD, _UNDOABLE = "notices", "undoable"


@dataclass(frozen=True)
class Undoable:
    """A change that was made just now: what to say, its history entry, the campaign's name."""

    message: str
    entry_id: int
    name: str


def tell_done(message: str) -> None:
    """Keep a message about a change that was made; `message` may hold text from outside."""
    _tell("done", message)


def tell_refused(message: str) -> None:
    """Keep a message about a change that was not made, and why."""
    _tell("refused", message)


def tell_undoable(change: Undoable) -> None:
    """Keep a change that was made and can be undone, in place of the one before it."""
    st.session_state[_UNDOABLE] = change


def undoable() -> Undoable | None:
    """Return the last change, while nothing else was done after it."""
    kept: Undoable | None = st.session_state.get(_UNDOABLE)
    return kept


def forget_undoable() -> None:
    """Put the last change out of sight."""
    st.session_state.pop(_UNDOABLE, None)


def show() -> None:
    """Draw what callbacks had to tell, once."""
    for kind, message in st.session_state.pop(_TOLD, []):
        if kind == "done":
            st.toast(esc(message), icon=":material/check_circle:", duration="long")
        else:
            st.warning(esc(message), title="Nothing was changed", icon=":material/info:")


def _tell(kind: str, message: str) -> None:
    forget_undoable()
    st.session_state.setdefault(_TOLD, []).append((kind, message))
