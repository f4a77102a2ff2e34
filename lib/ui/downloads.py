"""Downloads: files in which no text runs as a formula, under names nobody else's file has.

Streamlit names a stored file by a part of its content and its name, so that two large exports
of equal length could be one file and a person be served another person's
(https://github.com/streamlit/streamlit/pull/14986). A random token in the name keeps them apart.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator

import pandas as pd
import streamlit as st

from lib.domain.rights import Rights
from lib.services import exports
from lib.services.access import current_rights
from lib.ui import clock, reads, signin

_TOKENS = "download-tokens"


def csv_text(frame: pd.DataFrame) -> str:
    """Return the frame as CSV; text that a spreadsheet would run as a formula is quoted."""
    # Not by pandas, which leaves a lone carriage return unquoted and so splits a row in two.
    columns = [str(name) for name in frame.columns]
    rows = ({name: str(row[name]) for name in columns} for row in frame.to_dict("records"))
    return _joined(exports.as_csv(rows, columns))


def history_button(frame: pd.DataFrame) -> None:
    """Draw the button that downloads the history as it is shown."""
    _button("Download as CSV", "activity", lambda: csv_text(frame), key="download-activity")


def figures_buttons(artist: str) -> None:
    """Draw the buttons that download an artist's current figures and campaigns."""
    engine, who = reads.engine(), signin.actor()

    def rights() -> Rights:
        # The file is made at the click, beside any run of the page: who may have it now?
        return current_rights(engine, who, now=clock.now())

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
