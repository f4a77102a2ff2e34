"""What a callback has to tell: kept until the page is drawn, since callbacks draw nothing.

A change that was made is a toast; a refusal is a callout that stays until the next click.
"""

import streamlit as st

from lib.ui.escape import esc

_TOLD = "notices"


def tell_done(message: str) -> None:
    """Keep a message about a change that was made; `message` may hold text from outside."""
    st.session_state.setdefault(_TOLD, []).append(("done", message))


def tell_refused(message: str) -> None:
    """Keep a message about a change that was not made, and why."""
    st.session_state.setdefault(_TOLD, []).append(("refused", message))


def show() -> None:
    """Draw what callbacks had to tell, once."""
    for kind, message in st.session_state.pop(_TOLD, []):
        if kind == "done":
            st.toast(esc(message), icon=":material/check_circle:", duration="long")
        else:
            st.warning(esc(message), title="Nothing was changed", icon=":material/info:")
