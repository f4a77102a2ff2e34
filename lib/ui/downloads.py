"""Downloads: files in which no text runs as a formula, under names nobody else's file has.

Streamlit names a stored file by a part of its content and its name, so that two large exports
of equal length could be one file and a person be served another person's
(https://github.com/streamlit/streamlit/pull/14986). A random token in the name keeps them apart.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator

import streamlit as st

from lib.domain.presentation import Period
from lib.domain.records import Artist
from lib.domain.rights import Rights
from lib.services import exports
from lib.services.access import current_rights
from lib.services.activity import FIELDS, ActivityFilter, history_rows
from lib.services.presentations import presentation
from lib.settings import settings
from lib.ui import clock, present_page, reads, signin

_TOKENS = "download-tokens"


def history_button(narrowed: ActivityFilter) -> None:
    """Draw the button that downloads every entry of the history that fits, shown or not."""
    engine, rights = reads.engine(), _rights_at_the_click()

    def entries() -> str:
        rows = history_rows(engine, narrowed, rights=rights())
        return _joined(exports.as_csv(rows, FIELDS))

    _button("Download all as CSV", "activity", entries, key="download-activity")


def figures_buttons(artist: str) -> None:
    """Draw the buttons that download an artist's current figures and campaigns."""
    engine, rights = reads.engine(), _rights_at_the_click()

    def daily() -> str:
        rows = exports.daily(engine, artist, rights=rights())
        return _joined(exports.as_csv(rows, exports.DAILY_FIELDS))

    def campaigns() -> str:
        rows = exports.campaigns(engine, artist, rights=rights(), now=clock.now())
        return _joined(exports.as_csv(rows, exports.CAMPAIGN_FIELDS))

    with st.container(horizontal=True):
        _button("Daily results", "daily", daily, key="download-daily")
        _button("Campaigns", "campaigns", campaigns, key="download-campaigns")


def report_button(one: Artist, period: Period) -> None:
    """Draw the button that downloads an artist's presentation as one file to send or print."""
    engine, rights = reads.engine(), _rights_at_the_click()
    look = present_page.look(settings(), organization=reads.organization_name(one))

    def report() -> str:
        shown = presentation(engine, one.id, period, rights=rights(), now=clock.reading_time())
        # Taken away between the page and the click: there is nothing to be had.
        return "" if shown is None else present_page.page(shown, look)

    stem = f"report-{_slug(one.name)}-{_slug(period.label)}"
    _button("Report", stem, report, key="download-report", ending="html", mime="text/html")


def _slug(text: str) -> str:
    """Return a name as a part of a file's name."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60] or "artist"


def file_name(stem: str, token: str, ending: str = "csv") -> str:
    """Return the name of a download; `token` is random and belongs to one session."""
    return f"{stem}-{token}.{ending}"


def _rights_at_the_click() -> Callable[[], Rights]:
    """Return what whoever looks may do by then: a file is made beside any run of the page."""
    engine, who = reads.engine(), signin.actor()
    return lambda: current_rights(engine, who, now=clock.now())


def _button(
    label: str,
    stem: str,
    make: Callable[[], str],
    *,
    key: str,
    ending: str = "csv",
    mime: str = "text/csv",
) -> None:
    st.download_button(
        label,
        data=lambda: make().encode("utf-8"),
        file_name=file_name(stem, _token(stem), ending),
        mime=mime,
        icon=":material/download:",
        key=key,
        on_click="ignore",
    )


def _token(stem: str) -> str:
    """Return this session's token for a download, a new one whenever the data have changed."""
    tokens = st.session_state.setdefault(_TOKENS, {})
    version = reads.data_version()
    if stem not in tokens or tokens[stem][0] != version:
        tokens[stem] = (version, secrets.token_hex(8))
    return str(tokens[stem][1])


def _joined(lines: Iterator[str] | Iterable[str]) -> str:
    return "".join(lines)
