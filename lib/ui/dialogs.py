"""Dialogs that hold only while their person may do what they could when it was opened.

A dialog runs on by itself, without the page and the frame that asks who is there; what it shows
was found for the rights of that time.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

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
