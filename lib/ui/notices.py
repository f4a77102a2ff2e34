"""What a callback has to tell: kept until the page is drawn, since callbacks draw nothing.

A change that was made is a toast, or where it can be undone a notice that stays until the next
action (`lib.ui.changing.undoing` draws it); a refusal is a callout that stays until the next click,
also where the page is drawn anew by itself (`lib.ui.live`).
"""

from dataclasses import dataclass

import streamlit as st

from lib.ui.escape import esc

_TOLD, _REFUSED, _UNDOABLE = "notices", "notices-refused", "undoable"
_STANDING, _BY_ITSELF = "notices-standing", "notices-drawn-by-itself"


@dataclass(frozen=True)
class Undoable:
    """A change that was made just now: what to say, its history entry, the campaign's name."""

    message: str
    entry_id: int
    name: str


def tell_done(message: str) -> None:
    """Keep a message about a change that was made; `message` may hold text from outside."""
    forget_undoable()
    st.session_state.setdefault(_TOLD, []).append(message)


def tell_refused(message: str, *, title: str = "Nothing was changed") -> None:
    """Keep a message about a change that was not made, and why."""
    forget_undoable()
    st.session_state.setdefault(_REFUSED, []).append((title, message))


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


def standing() -> str:
    """Return in plain words what stands there, for those who hear the page; empty for nothing."""
    told = undoable()
    refused: list[tuple[str, str]] = st.session_state.get(_STANDING, [])
    return " ".join([*(message for _, message in refused), *([told.message] if told else [])])


def keep() -> None:
    """Keep what stands there: the run that follows is nobody's click."""
    st.session_state[_BY_ITSELF] = True


def show() -> None:
    """Draw what callbacks had to tell."""
    for message in st.session_state.pop(_TOLD, []):
        st.toast(esc(message), icon=":material/check_circle:", duration="long")
    standing: list[tuple[str, str]] = st.session_state.get(_STANDING, [])
    if not st.session_state.pop(_BY_ITSELF, False):
        standing = []
    standing = standing + st.session_state.pop(_REFUSED, [])
    st.session_state[_STANDING] = standing
    for title, message in standing:
        st.warning(esc(message), title=title, icon=":material/info:")
