"""Downloads: files in which no text runs as a formula, under names nobody else's file has.

Streamlit names a stored file by a part of its content and its name, so that two large exports
of equal length could be one file and a person be served another person's
(https://github.com/streamlit/streamlit/pull/14986). A random token in the name keeps them apart.
"""

import secrets
from collections.abc import Callable, Hashable, Iterable, Iterator

import streamlit as st

from lib.domain.rights import Rights
from lib.services import exports, sheets
from lib.services.access import NotAllowed, current_rights
from lib.services.activity import FIELDS, ActivityFilter, history_rows
from lib.ui import clock, reads, second_go, signin

_TOKENS = "download-tokens"
CSV, EXCEL = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def history_button(narrowed: ActivityFilter) -> None:
    """Draw the button that downloads every entry of the history that fits, shown or not."""
    engine, rights = reads.engine(), rights_at_the_click()

    def entries() -> str:
        rows = history_rows(engine, narrowed, rights=rights())
        return _joined(exports.as_csv(rows, FIELDS))

    button("Download all as CSV", "activity", entries, key="download-activity")


def figures_buttons(artist: str) -> None:
    """Draw the buttons that download an artist's current figures and campaigns."""
    engine, rights = reads.engine(), rights_at_the_click()

    def daily() -> str:
        rows = exports.daily(engine, artist, rights=rights())
        return _joined(exports.as_csv(rows, exports.DAILY_FIELDS))

    def campaigns() -> str:
        rows = exports.campaigns(engine, artist, rights=rights(), now=clock.now())
        return _joined(exports.as_csv(rows, exports.CAMPAIGN_FIELDS))

    with st.container(horizontal=True):
        button("Daily results", "daily", daily, key="download-daily")
        button("Campaigns", "campaigns", campaigns, key="download-campaigns")


def sheet_buttons(stem: str, make: Callable[[], sheets.Sheet], *, shown: Hashable) -> None:
    """Draw the buttons that download a table as it is on the screen, as CSV and as Excel.

    `make` returns it, at the click; `shown` tells what is shown from anything else that `stem`
    may show. Whoever may see less or more by then than when it was drawn gets nothing.
    """
    # Its place is kept: what comes below it is not drawn anew.
    place = st.container(horizontal=True, gap="small")
    if not second_go.has_come("files"):
        return
    rights, drawn_for, now = rights_at_the_click(), reads.rights(), clock.now()

    def allowed() -> sheets.Sheet:
        if rights() != drawn_for:
            raise NotAllowed("What you may see has changed. Load the page again.")
        return make()

    def excel() -> bytes:
        return sheets.excel_of(allowed(), made_at=now)

    with place:
        button(
            "CSV", stem, lambda: _joined(sheets.csv_of(allowed())), key=f"{stem}-csv", shown=shown
        )
        button(
            "Excel",
            stem,
            excel,
            key=f"{stem}-excel",
            shown=shown,
            ending="xlsx",
            mime=EXCEL,
        )


def file_name(stem: str, token: str, ending: str = "csv") -> str:
    """Return the name of a download; `token` is random and belongs to one session."""
    return f"{stem}-{token}.{ending}"


def rights_at_the_click() -> Callable[[], Rights]:
    """Return what whoever looks may do by then: a file is made beside any run of the page."""
    engine, who = reads.engine(), signin.actor()
    return lambda: current_rights(engine, who, now=clock.now())


def button(
    label: str,
    stem: str,
    make: Callable[[], str | bytes],
    *,
    key: str,
    shown: Hashable = None,
    ending: str = "csv",
    mime: str = CSV,
) -> None:
    """Draw a button that downloads what `make` returns at the click, under a name of its own."""
    st.download_button(
        label,
        data=lambda: _encoded(make()),
        file_name=file_name(stem, _token(stem, shown), ending),
        mime=mime,
        icon=":material/download:",
        key=key,
        on_click="ignore",
    )


def _encoded(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _token(stem: str, shown: Hashable) -> str:
    """Return this session's token for a download, a new one whenever something else is shown."""
    tokens = st.session_state.setdefault(_TOKENS, {})
    what = reads.data_version(), shown
    if stem not in tokens or tokens[stem][0] != what:
        tokens[stem] = (what, secrets.token_hex(8))
    return str(tokens[stem][1])


def _joined(lines: Iterator[str] | Iterable[str]) -> str:
    return "".join(lines)
