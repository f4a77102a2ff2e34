"""The screen while the database cannot be reached: it says so, and comes back by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.ui import live


@contextmanager
def told() -> Iterator[None]:
    """Say so where what is drawn within cannot reach the database, and come back with it."""
    try:
        yield
    except DatabaseUnreachable:
        draw()
        live.wait_for_database()


def draw() -> None:
    """Say that the database cannot be reached; what was confirmed before is kept."""
    st.warning(
        "Reconnecting… The page comes back by itself, with its filters. Nothing that was "
        "confirmed is lost; a change that was not confirmed was not made.",
        title="The database cannot be reached",
        icon=":material/cloud_off:",
    )
