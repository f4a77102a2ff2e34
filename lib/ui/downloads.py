"""Downloads: files in which no text runs as a formula, under names nobody else's file has.

Streamlit names a stored file by a part of its content and its name, so that two large exports
of equal length could be one file and a person be served another person's
(https://github.com/streamlit/streamlit/pull/14986). A random token in the name keeps them apart.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator

import streamlit as st

from lib.domain.rights import Rights
from lib.services import exports
from lib.services.access import current_rights
from lib.services.activity import FIELDS, ActivityFilter, history_rows
from lib.ui import clock, reads, signin

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


def file_name(stem: str, token: str) -> str:
    """Return the name of a download; `token` is random and belongs to one session."""
    return f"{stem}-{token}.csv"


def _rights_at_the_click() -> Callable[[], Rights]:
    """Return what whoever looks may do by then: a file is made beside any run of the page."""
    engine, who = reads.engine(), signin.actor()
    return lambda: current_rights(engine, who, now=clock.now())


def _button(label: str, stem: str, make: Callable[[], str], *, key: str) -> None:
    st.download_button(
        label,
        data=lambda: make().encode("utf-8"),
        file_name=file_name(stem, _token(stem)),
        mime="text/csv",
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
