"""The frame of every screen: page config, menu, sign-in, current artist, the page."""

import streamlit as st

from lib.domain.records import Actor
from lib.ui import current_artist, in_url, notices, outage, reads, signin
from lib.ui.changing import undoing
from lib.ui.filtering import view_menu
from lib.ui.frame import menu, sidebar, tour
from lib.ui.serving import watch

st.set_page_config(
    page_title="Campaign Desk", page_icon=menu.ICON, layout="wide", initial_sidebar_state=244
)


def who_is_there() -> Actor | signin.SignedOut:
    try:
        return signin.actor()
    except signin.SignedOut as refusal:
        return refusal


# The menu is declared before the gate: until a session has done so, Streamlit serves scripts
# of a `pages` folder by their URL, without this file.
who = None
with outage.told():
    who = who_is_there()
page = menu.declare(who if isinstance(who, Actor) else None)

if who is None:  # Whoever it is: the database that knows them cannot be reached.
    st.stop()
if not isinstance(who, Actor):
    watch.access_refused(who)
    signin.sign_in_page(who)
    st.stop()

with watch.run(page.url_path), reads.steady(who), in_url.address() as is_back:
    if is_back:
        current_artist.come_back()
    # In sight wherever the page is scrolled to, and nothing moves when one comes or goes.
    with st.bottom:
        notices.show()
        undoing.notice()
    with sidebar.after_page(who, page=page.url_path):
        view_menu.open_default(page.url_path)
        tour.show(page.url_path)
        page.run()
