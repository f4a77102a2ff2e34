"""What stands beside every page: the artist, the demo label, the way out."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.domain.records import Actor
from lib.ui import current_artist, live, outage, second_go, signin
from lib.ui.ending import PageEnds
from lib.ui.frame import demo, goto, tour


@contextmanager
def after_page(who: Actor, *, page: str) -> Iterator[None]:
    """Draw it once the page within has been drawn, whatever ended that.

    Where the database cannot be reached there is nothing to draw but that. What waits has its
    place before the page has: the page would move aside when it comes.
    """
    is_reached = True
    has_come = second_go.has_come("sidebar")
    if not has_come:
        st.sidebar.empty()
    with outage.told():
        try:
            with suppress(PageEnds):
                yield
        except DatabaseUnreachable:
            is_reached = False
            raise
        finally:
            if is_reached:
                if has_come:
                    with st.sidebar:
                        draw(who, page=page)
                live.watch()


def draw(who: Actor, *, page: str) -> None:
    """Draw it; `page` is the URL path of the page that is shown."""
    goto.button()
    current_artist.choose(page=page)
    demo.banner()
    signin.sign_out_button(who)
    tour.remember()
