"""Dialogs that hold only while their person may do what they could when it was opened.

A dialog runs on by itself, without the page and the frame that asks who is there; what it shows
was found for the rights of that time. The buttons that end it run the page instead.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

from lib.domain.rights import Rights
from lib.ui import reads

P = ParamSpec("P")


def dialog(title: str, **options: Any) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Return a decorator that works as `st.dialog`, and closes the dialog when rights change."""

    def decorated(draw: Callable[P, None]) -> Callable[P, None]:
        @st.dialog(title, **options)
        @wraps(draw)
        def guarded(mine: Rights, *args: P.args, **kwargs: P.kwargs) -> None:
            if reads.rights() != mine:
                st.rerun()
            draw(*args, **kwargs)

        def opened(*args: P.args, **kwargs: P.kwargs) -> None:
            guarded(reads.rights(), *args, **kwargs)

        return opened

    return decorated


def ending(label: str, *, key: str, **options: Any) -> None:
    """Draw a button of a dialog whose click ends it: `on_click` is called, and the page runs.

    Streamlit gives what is drawn in a dialog to the dialog alone: a click runs that first, and
    only `st.rerun()` in it the page, so everything is drawn twice. 1.67 has no other way than
    this to say that a widget is the page's.
    """
    with ThreadState.scoped(fragment_id=None):
        is_pressed = st.button(label, key=key, **options)
    # Where the same click left a field of the dialog, the browser asks for the dialog alone.
    if is_pressed:
        st.rerun()


def footer(
    label: str, *, key: str, on_click: Callable[..., None], lacking: str = "", **options: Any
) -> None:
    """Draw the last line of a dialog that asks: Cancel, and what it is about to do.

    `lacking` says what has to be chosen first, in a sentence; until then nothing can be done.
    """
    with st.container(horizontal=True, horizontal_alignment="right"):
        ending("Cancel", key=f"{key}-cancel")
        ending(
            label,
            key=f"{key}-confirm",
            type="primary",
            disabled=bool(lacking),
            help=lacking or None,
            on_click=on_click,
            **options,
        )
