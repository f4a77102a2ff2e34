"""The desk as one ASGI application: `streamlit run lib/ui/serving/server.py` serves it.

`python -m lib.cli serve` starts it so, after migrating the database. Streamlit looks for the
words `app = st.App(` in this file; without them it would serve the file as a page, doorless.
"""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from lib import logs
from lib.settings import ROOT, refuse_open_doors, settings
from lib.ui.serving import own_log, worker
from lib.ui.serving.door import fittings

logs.configure(
    level=settings().log_level,
    as_json=settings().log_format == "json",
    secrets=settings().secrets(),
)
own_log.take_over()

refuse_open_doors(settings(), address=st.get_option("server.address"))

# Streamlit takes a folder named `pages` for its old kind of app until a first session has
# reached `st.navigation`, and tells that session that the page it asked for does not exist.
PagesManager.uses_pages_directory = False

worker.start(settings())

app = st.App(ROOT / "app.py", **fittings(settings()))
