"""Downloads: files in which no text runs as a formula, under names nobody else's file has.

Streamlit names a stored file by a part of its content and its name, so that two large exports
of equal length could be one file and a person be served another person's
(https://github.com/streamlit/streamlit/pull/14986). A random token in the name keeps them apart.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator

import streamlit as st

from lib.domain.presentation import Period, Presentation
from lib.domain.records import Artist
from lib.domain.rights import Rights
from lib.services import exports, sheets
from lib.services.access import NotAllowed, current_rights
from lib.services.activity import FIELDS, ActivityFilter, history_rows
from lib.services.presentations import presentation
from lib.settings import settings
from lib.ui import clock, present_page, reads, second_go, signin

_TOKENS = "download-tokens"
CSV, EXCEL = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


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


def report_buttons(one: Artist, period: Period) -> None:
    """Draw the buttons that download an artist's presentation: to hand over, and to open anywhere.

    Both are empty where the artist was taken away between the page and the click.
    """
    engine, rights = reads.engine(), _rights_at_the_click()
    look = present_page.look(settings(), organization=one.organization)

    def shown() -> Presentation | None:
        return presentation(engine, one.id, period, rights=rights(), now=clock.reading_time())

    def as_pdf() -> bytes:
        # Its library takes a moment to load, and few pages need it.
        from lib.ui.present_pdf import pdf

        found = shown()
        return b"" if found is None else pdf(found, look)

    def as_page() -> str:
        found = shown()
        return "" if found is None else present_page.page(found, look)

    stem = f"report-{_slug(one.name)}-{_slug(period.label)}"
    _button("Report as PDF", stem, as_pdf, key="report-pdf", ending="pdf", mime=PDF)
    _button("Report as HTML", stem, as_page, key="report-html", ending="html", mime="text/html")


def _slug(text: str) -> str:
    """Return a name as a part of a file's name."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60] or "artist"


def sheet_buttons(stem: str, make: Callable[[], sheets.Sheet], *, shown: Hashable) -> None:
    """Draw the buttons that download a table as it is on the screen, as CSV and as Excel.

    `make` returns it, at the click; `shown` tells what is shown from anything else that `stem`
    may show. Whoever may see less or more by then than when it was drawn gets nothing.
    """
    # Its place is kept: what comes below it is not drawn anew.
    place = st.container(horizontal=True, gap="small")
    if not second_go.has_come("files"):
        return
    rights, drawn_for, now = _rights_at_the_click(), reads.rights(), clock.now()

    def allowed() -> sheets.Sheet:
        if rights() != drawn_for:
            raise NotAllowed("What you may see has changed. Load the page again.")
        return make()

    def excel() -> bytes:
        return sheets.excel_of(allowed(), made_at=now)

    with place:
        _button(
            "CSV", stem, lambda: _joined(sheets.csv_of(allowed())), key=f"{stem}-csv", shown=shown
        )
        st.download_button(
            "Excel",
            data=excel,
            file_name=file_name(stem, _token(stem, shown), "xlsx"),
            mime=EXCEL,
            icon=":material/download:",
            key=f"{stem}-excel",
            on_click="ignore",
        )


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
    make: Callable[[], str | bytes],
    *,
    key: str,
    shown: Hashable = None,
    ending: str = "csv",
    mime: str = CSV,
) -> None:
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
