"""The page Present: what the artist sees, and for the staff the way to share it.

The artist's screen holds what stands in the page that the link serves and the report is, so that
the three cannot differ. It comes as HTML for that reason: nothing native draws the same outside
of the desk. Its template escapes every text, and its style reaches nothing else.
"""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pandas as pd
import streamlit as st

from lib.domain.presentation import DEFAULT_PERIOD, Period
from lib.domain.records import Artist
from lib.domain.rights import Deed
from lib.services.sharing.links import ShareLink
from lib.services.sharing.opening import LinkState
from lib.settings import settings
from lib.ui import clock, current_artist, reads
from lib.ui.escape import esc
from lib.ui.format import MISSING, ago, instant
from lib.ui.present import artist_page, report, writes

PERIOD = "period"
_ENDS, _SHOWS = "share-ends", "share-shows"
_EXPIRIES = {
    "1 day": timedelta(days=1),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
    "90 days": timedelta(days=90),
}
_USUAL_EXPIRY = "30 days"
_ANY = "Any period"
_MOST_OVER = 50
# Nothing native takes the menu out of sight while it keeps the current artist.
_ALONE = """<style>
[data-testid=stSidebar], [data-testid=stHeader], [data-testid=stSidebarCollapsedControl],
[data-testid=stBottom], .desk-pulse
{ display: none !important; }
[data-testid=stMainBlockContainer] { padding-top: 0 !important; padding-bottom: 1rem !important; }
</style>"""
_STATES = {
    LinkState.WORKS: "✓ Works",
    LinkState.EXPIRED: "… Expired",
    LinkState.REVOKED: "✕ Revoked",
    LinkState.MAKER_GONE: "✕ Its maker may no longer share",
}


def toolbar(one: Artist) -> Period:
    """Draw the choice of the period, the switch and the reports; return the period."""
    with st.container(horizontal=True, vertical_alignment="center"):
        period = choose_period()
        st.toggle(
            "Artist's screen",
            key=current_artist.SCREEN,
            bind="query-params",
            help="Shows nothing else.",
        )
        report.buttons(one, period)
    return period


def leave() -> Period:
    """Draw the quiet line below the artist's screen; return the period."""
    with st.container(horizontal=True, horizontal_alignment="center"):
        period = choose_period()
        st.toggle("Artist's screen", key=current_artist.SCREEN, bind="query-params")
    return period


def choose_period() -> Period:
    """Draw the choice of the period, kept in the URL, and return it."""
    by_label = {one.label: one for one in Period}
    chosen = st.segmented_control(
        "Period",
        list(by_label),
        key=PERIOD,
        bind="query-params",
        default=DEFAULT_PERIOD.label,
        required=True,
        label_visibility="collapsed",
    )
    return by_label.get(chosen or "", DEFAULT_PERIOD)


def alone() -> None:
    """Take the menu and the desk's header out of sight."""
    # The constant above: a style, and nothing from outside.
    st.html(_ALONE)


def screen(one: Artist, period: Period) -> None:
    """Draw the artist's page."""
    shown = reads.presentation(one.id, period)
    if shown is None:
        return
    look = artist_page.look(settings(), organization=one.organization)
    # The very HTML that the share link serves, so that both are one page; its template escapes all
    # that comes from outside. Without a word of the browser's theme it follows the device.
    st.html(artist_page.framed(shown, look, theme=st.context.theme.type or ""))


def costs(one: Artist) -> None:
    """Draw whether the artist is shown costs, and for admins the way to change it."""
    is_shared = reads.shares_cost(one.id)
    said = "What it cost is shown" if is_shared else "What it cost is not shown"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{said} to {esc(one.name)}.", width="stretch")
        if reads.may(Deed.SET_SHARING, one):
            st.button(
                "Show no costs" if is_shared else "Show costs",
                key="share-costs",
                icon=":material/visibility_off:" if is_shared else ":material/visibility:",
                on_click=writes.set_costs,
                args=(one, not is_shared, is_shared, _request("costs")),
            )


def links(one: Artist) -> None:
    """Draw the panel of share links: make one, copy it, see who made which, revoke."""
    if not reads.may(Deed.SHARE, one):
        st.caption("Sharing with an artist needs the role Editor.")
        return
    _form(one)
    _just_made(one)
    found = reads.share_links(one.id)
    working = [each for each in found if each.state is LinkState.WORKS]
    for each in working:
        _working(each)
    if not working:
        st.caption("No link works right now.")
    _over([each for each in found if each.state is not LinkState.WORKS])


def _form(one: Artist) -> None:
    with st.form("share-form", border=True):
        left, right = st.columns(2)
        left.selectbox("Works for", list(_EXPIRIES), index=2, key=_ENDS)
        right.selectbox("Shows", [_ANY, *(each.label for each in Period)], key=_SHOWS)
        st.caption(
            f"Whoever has the link sees the presentation of {esc(one.name)} without a sign-in, "
            "and nothing else. You can end it at any time."
        )
        st.form_submit_button(
            "Make a link",
            type="primary",
            icon=":material/add_link:",
            on_click=_make,
            args=(one, _request("link")),
        )


def _make(one: Artist, request_id: str) -> None:
    shows = st.session_state.get(_SHOWS)
    period = next((each for each in Period if each.label == shows), None)
    ends = _EXPIRIES[st.session_state.get(_ENDS) or _USUAL_EXPIRY]
    writes.make(one, ends=ends, period=period, request_id=request_id)


def _just_made(one: Artist) -> None:
    made = writes.just_made(one)
    if made is None:
        return
    with st.container(border=True):
        st.markdown("**The link is ready.** Copy it now: it is shown this once and kept nowhere.")
        st.code(f"{_origin()}{artist_page.LINKS}/{made}", language=None, wrap_lines=True)


def _origin() -> str:
    """Return the address under which people reach the desk."""
    known = settings()
    if known.auth is not None:
        return known.auth.origin
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}" if here.netloc else f"http://127.0.0.1:{known.port}"


def _working(one: ShareLink) -> None:
    zone, now = clock.zone(), clock.now()
    opened = f"opened {ago(now - one.last_opened_at)}" if one.last_opened_at else "not opened yet"
    shows = one.period.label if one.period else _ANY
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{shows}** · made by {esc(one.made_by)}, {instant(one.made_at, zone)} · works "
            f"until {instant(one.expires_at, zone)} · {opened}",
            width="stretch",
        )
        st.button(
            "Revoke",
            key=f"revoke-{one.id}",
            icon=":material/link_off:",
            on_click=writes.revoke,
            args=(one.id,),
        )


def _over(found: list[ShareLink]) -> None:
    if not found:
        return
    zone = clock.zone()
    with st.expander(f"Links that are over · {len(found)}", icon=":material/history:"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "State": _STATES[one.state],
                        "Shows": one.period.label if one.period else _ANY,
                        "Made by": one.made_by,
                        "Made": instant(one.made_at, zone),
                        "Expires": instant(one.expires_at, zone),
                        "Last opened": instant(one.last_opened_at, zone)
                        if one.last_opened_at
                        else None,
                        "Revoked by": one.revoked_by,
                    }
                    for one in found[:_MOST_OVER]
                ]
            ),
            hide_index=True,
            placeholder=MISSING,
            alt="Links that are over",
        )


def _request(what: str) -> str:
    """Return the id of the request that a button stands for; a new one once it was used.

    The same button pressed twice asks for the same thing.
    """
    key, version = f"share-request-{what}", reads.data_version()
    if st.session_state.get(key, (None, ""))[0] != version:
        st.session_state[key] = (version, uuid4().hex)
    return str(st.session_state[key][1])
