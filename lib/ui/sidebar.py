"""What stands beside every page: the artist, the demo label, the way out."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.domain.records import Actor
from lib.ui import current_artist, demo, goto, live, outage, second_go, signin, tour
from lib.ui.ending import PageEnds


@contextmanager
def after_page(who: Actor, *, page: str) -> Iterator[None]:
    """Draw it once the page within has been drawn, whatever ended that.

    Where the database cannot be reached there is nothing to draw but that.
    """
    is_reached = True
    with outage.told():
        try:
            with suppress(PageEnds):
                yield
        except DatabaseUnreachable:
            is_reached = False
            raise
        finally:
            if is_reached:
                if second_go.has_come("sidebar"):
                    with st.sidebar:
                        draw(who, page=page)
                else:
                    st.sidebar.empty()
                live.watch()


def draw(who: Actor, *, page: str) -> None:
    """Draw it; `page` is the URL path of the page that is shown."""
    goto.button()
    current_artist.choose(page=page)
    demo.banner()
    signin.sign_out_button(who)
    tour.remember()
