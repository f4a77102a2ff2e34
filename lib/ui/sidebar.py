"""What stands beside every page: the artist, the demo label, the way out."""

import time

import streamlit as st

from lib.domain.records import Actor
from lib.ui import current_artist, demo, signin

# Seconds. The browser draws everything that has arrived in one go, and these fields would hold
# up what the person came for; so in a session's first run they follow in a second go.
_AFTER_THE_PAGE = 0.25
_DRAWN = "sidebar-drawn"


def draw(who: Actor, *, page: str) -> None:
    """Draw it; `page` is the URL path of the page that is shown."""
    if _DRAWN not in st.session_state:
        st.session_state[_DRAWN] = True
        time.sleep(_AFTER_THE_PAGE)
    current_artist.choose(page=page)
    demo.banner()
    signin.sign_out_button(who)
