"""The demo label: its name in the sidebar, and the way to start it over."""

import secrets

import streamlit as st

from lib.domain.rights import Deed
from lib.services.access import NotAllowed
from lib.services.demo_label import demo
from lib.ui import clock, notices, reads, signin
from lib.ui.dialogs import dialog, footer
from lib.ui.escape import esc
from lib.ui.format import count
from lib.ui.frame import tour


def banner() -> None:
    """Draw the name of the demo label that is loaded, and the way to start over."""
    label = reads.demo_label()
    if label is None:
        return
    with st.container(border=True, gap="small"):
        st.badge("Demo label", icon=":material/science:", color="violet")
        st.caption(f"**{esc(label)}** is invented; nothing here reaches an ad platform.")
        tour.reopen()
        if not reads.rights().may_somewhere(Deed.RUN_DEMO):
            return
        if st.button("Start over", icon=":material/restart_alt:", width="stretch", key="demo-over"):
            _start_over(label, secrets.token_hex(8))


def offer() -> None:
    """Draw the way to load the demo label, where the database holds nothing yet."""
    if reads.rights().may(Deed.RUN_DEMO) and demo.is_empty(reads.engine()):
        st.button(
            "Load the demo label",
            icon=":material/science:",
            key="demo-load",
            on_click=_load,
        )


@dialog("Start the demo over", icon=":material/restart_alt:")
def _start_over(label: str, request: str) -> None:
    st.markdown(
        f"**{esc(label)}** is put away with everything that was done in it, and loaded anew with "
        "today's dates. Your own artists and imports stay as they are."
    )
    _what_goes()
    footer("Start over", key=f"demo-{request}", on_click=_over)


def _what_goes() -> None:
    try:
        goes = demo.what_would_go(reads.engine(), rights=reads.rights())
    except (demo.DemoRefused, NotAllowed):
        return
    st.markdown(
        f"- {count(goes.campaigns)} campaigns of the demo\n"
        f"- {count(goes.changes)} changes that people made in it\n"
        f"- {count(goes.imports)} imports into its artists"
    )


def _over() -> None:
    try:
        demo.start_over(reads.engine(), actor=signin.actor(), now=clock.now())
    except (signin.SignedOut, NotAllowed, demo.DemoRefused) as refusal:
        notices.tell_refused(str(refusal))
    else:
        notices.tell_done("The demo label starts over.")


def _load() -> None:
    try:
        demo.load_demo(reads.engine(), actor=signin.actor(), now=clock.now())
    except (signin.SignedOut, NotAllowed, demo.DemoRefused) as refusal:
        notices.tell_refused(str(refusal))
    else:
        notices.tell_done("The demo label is loaded.")
