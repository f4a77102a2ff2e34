"""The desk as one ASGI application: `streamlit run lib/ui/server.py` serves it.

`python -m lib.cli serve` starts it so, after migrating the database. Streamlit looks for the
words `app = st.App(` in this file; without them it would serve the file as a page, doorless.
"""

import logging

import streamlit as st

from lib.settings import ROOT, settings
from lib.ui.door import fittings

logging.basicConfig(
    level=settings().log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
)

app = st.App(ROOT / "app.py", **fittings(settings()))
