"""The engine of the configured database, one for the process."""

import streamlit as st
from sqlalchemy import Engine

from lib.db.engine import make_engine
from lib.settings import settings


def engine() -> Engine:
    """Return the engine of the configured database, one for the process."""
    return engine_of(settings().database_url)


@st.cache_resource(max_entries=4, show_spinner=False)
def engine_of(url: str) -> Engine:
    """Return the engine of a database, one for the process."""
    return make_engine(url)
