"""What stands beside every page: the artist, the demo label, the way out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.domain.records import Actor
from lib.ui import current_artist, demo, live, outage, signin

# Seconds. The browser draws everything that has arrived in one go, and these fields would hold
# up what the person came for; so in a session's first run they follow in a second go.
_AFTER_THE_PAGE = 0.25
_DRAWN = "sidebar-drawn"


@contextmanager
def after_page(who: Actor, *, page: str) -> Iterator[None]:
    """Draw it once the page within has been drawn, whatever ended that.

    Where the database cannot be reached there is nothing to draw but that.
    """
    is_reached = True
    with outage.told():
        try:
            yield
        except DatabaseUnreachable:
            is_reached = False
            raise
        finally:
            if is_reached:
                with st.sidebar:
                    draw(who, page=page)
                live.watch()


def draw(who: Actor, *, page: str) -> None:
    """Draw it; `page` is the URL path of the page that is shown."""
    if _DRAWN not in st.session_state:
        st.session_state[_DRAWN] = True
        time.sleep(_AFTER_THE_PAGE)
    current_artist.choose(page=page)
    demo.banner()
    signin.sign_out_button(who)
