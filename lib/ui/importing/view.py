"""The import page as drawn: the file, what its columns mean, the preview, what came of it."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from lib.domain.records import Platform
from lib.domain.status import FACTS
from lib.ui import current_artist, reads
from lib.ui.escape import esc
from lib.ui.format import MISSING, count, day, money, span_words
from lib.ui.importing import steps
from lib.ui.importing.steps import DayState, ExportFile, ExportRefused, ImportPreview, MappingNeeded

RENAMES = "import-renames"
_BOARD = "pages/marketing/campaign_management.py"
_DAYS = {
    DayState.NEW: "New days",
    DayState.RESTATED: "Restated days",
    DayState.UNCHANGED: "Unchanged days",
    DayState.KEPT_NEWER: "Older than known",
}


def ask_file() -> tuple[st.typing.UploadedFile | None, str, Platform | None, date | None]:
    """Draw the fields of an import; return the file, the artist, the platform, the download day."""
    names = steps.artist_names(reads.artists())
    now_chosen = current_artist.current()
    left, right = st.columns([3, 2], gap="large")
    upload = left.file_uploader(
        "Export file",
        type=["csv", "tsv", "txt"],
        key=steps.uploader_key(),
        help="As downloaded from the platform: CSV or tab-separated text. No spreadsheets.",
    )
    artist = right.selectbox(
        "Belongs to artist",
        names,
        index=names.index(now_chosen.name) if now_chosen and now_chosen.name in names else None,
        key="import-artist",
        accept_new_options=steps.adds_artists(),
        placeholder="Choose an artist or type a new name"
        if steps.adds_artists()
        else "Choose an artist",
    )
    with right.expander("What the file does not say"):
        platform = st.selectbox(
            "Platform",
            list(Platform),
            index=None,
            key="import-platform",
            format_func=lambda one: one.label,
            placeholder="Recognised from the content",
        )
        observed_on = st.date_input(
            "Downloaded on",
            value=None,
            key="import-observed",
            format="YYYY-MM-DD",
            help="Of two files with the same day, the one downloaded later counts. Left empty, "
            "it is the last day that the file speaks for.",
        )
    return upload, artist or "", platform, observed_on


def refusal(refused: ExportRefused) -> None:
    """Draw why a file was refused, what was expected and what was found."""
    st.error(esc(refused.reason), title="This file was refused", icon=":material/block:")
    if refused.expected:
        st.markdown(f"**Expected:** {esc(refused.expected)}")
    if refused.found:
        st.markdown(f"**Found:** {esc(refused.found)}")
    st.caption("Nothing was imported.")


def samples(needed: MappingNeeded) -> None:
    """Draw the first rows of a table whose columns nobody has explained yet."""
    st.info(
        "This table is not a known export. Say once what its columns mean; files with the same "
        "header are then read by themselves.",
        title="What are these columns?",
        icon=":material/table_chart:",
    )
    rows = [dict(zip(needed.header, row, strict=False)) for row in needed.samples]
    st.dataframe(pd.DataFrame(rows, dtype="string"), hide_index=True, alt="First rows of the file")


def recognised(file: ExportFile) -> None:
    """Draw what was recognised from the content of the file."""
    delimiter = {"\t": "tab", ",": "comma", ";": "semicolon"}.get(file.delimiter, file.delimiter)
    parts = [
        f"**{esc(file.platform.label)}**",
        esc(file.form),
        f"{esc(file.encoding)}, {esc(delimiter)}-separated, decimal {esc(file.decimal_mark)}",
        "one row a day" if file.grain == "day" else "totals of a period",
        esc(file.currency or "several currencies"),
        span_words(file.starts_on, file.ends_on),
    ]
    st.markdown("Recognised: " + " · ".join(parts))


def preview(seen: ImportPreview) -> None:
    """Draw everything that a person should see before agreeing to an import."""
    if seen.is_repeat:
        st.info(
            f"Imported {esc(seen.imported_before)}. Importing it again changes nothing.",
            title="This file was imported before",
            icon=":material/content_copy:",
        )
    if seen.is_artist_new:
        st.info(f"**{esc(seen.artist)}** is new and will be created.", icon=":material/person_add:")
    for warning in seen.warnings:
        st.warning(esc(warning), icon=":material/warning:")
    with st.grid(6, min_column_width=120):
        st.metric("New campaigns", count(seen.new_campaigns))
        st.metric("Known campaigns", count(len(seen.campaigns) - seen.new_campaigns))
        for state, label in _DAYS.items():
            st.metric(label, count(seen.days.get(state, 0)))
    _sums(seen)
    for note in seen.notes:
        st.caption(esc(note))
    st.dataframe(
        pd.DataFrame([_campaign(one) for one in seen.campaigns]),
        hide_index=True,
        placeholder=MISSING,
        alt="Campaigns of the file",
    )
    _rows("Unreadable rows", seen.unreadable, seen.unreadable_count)
    _rows("Rows left out", seen.left_out, len(seen.left_out))


def _sums(seen: ImportPreview) -> None:
    spend = " · ".join(
        esc(money(micros, currency)) for currency, micros in sorted(seen.spend_by_currency.items())
    )
    where = "rows that can be read" if seen.unreadable_count else "file"
    line = f"**Spend in the {where}:** {spend or MISSING}"
    if seen.file_total_micros is not None and seen.currency:
        line += f" · **its own total:** {esc(money(seen.file_total_micros, seen.currency))}"
        agrees = seen.spend_by_currency.get(seen.currency) == seen.file_total_micros
        line += " · :material/check: they agree" if agrees else " · :material/warning: they differ"
    st.markdown(line + f" · figures as of {day(seen.observed_on, with_year=True)}")


def _campaign(one: steps.CampaignPreview) -> dict[str, object]:
    known = f"renamed from {one.renamed_from}" if one.renamed_from else "known"
    inferred = " (from its delivery)" if one.is_status_inferred else ""
    return {
        "Campaign": one.name,
        "Here": "new" if one.is_new else known,
        "Status": FACTS[one.status].label + inferred,
        "Platform says": one.status_words or None,
        "Type": one.campaign_type,
        "Result": one.headline_kind,
        "Currency": one.currency,
        **{label: one.days.get(state, 0) for state, label in _DAYS.items()},
        "Changes": "; ".join(one.changes) or None,
    }


def _rows(title: str, rows: tuple[tuple[int, str], ...], total: int) -> None:
    if not total:
        return
    with st.expander(f"{title} · {count(total)}", icon=":material/list:"):
        st.dataframe(
            pd.DataFrame(by_reason(rows), columns=["Rows", "Lines", "Reason"]),
            hide_index=True,
            column_config={"Reason": st.column_config.TextColumn(width="large")},
            alt=title,
        )
        if total > len(rows):
            st.caption(f"The first {count(len(rows))} are listed.")


def by_reason(rows: Sequence[tuple[int, str]]) -> list[tuple[int, str, str]]:
    """Return each reason once: how many rows it has, their lines ("42-81, 90"), the reason."""
    lines: dict[str, list[int]] = {}
    for line, reason in rows:
        lines.setdefault(reason, []).append(line)
    return [(len(some), _stretches(some), reason) for reason, some in lines.items()]


def _stretches(lines: Sequence[int]) -> str:
    found: list[list[int]] = []
    for line in sorted(lines):
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found)


def with_renames() -> bool:
    """Return whether the proposed renames are accepted."""
    return bool(st.session_state.get(RENAMES, True))


def agree(file: ExportFile, seen: ImportPreview, *, observed_on: date | None) -> None:
    """Draw what the person agrees to, and the button that imports."""
    with_good_rows = False
    if seen.unreadable_count:
        with_good_rows = st.checkbox(
            f"Leave out what cannot be read ({count(seen.unreadable_count)}), import the others",
            key="import-good-rows",
        )
    why_not = ""
    if seen.unreadable_count and not with_good_rows:
        why_not = "Some rows cannot be read: leave them out, or correct the file."
    elif not seen.campaigns:
        why_not = "There is no campaign in this file."
    st.button(
        "Import",
        type="primary",
        key="import-start",
        icon=":material/upload:",
        disabled=bool(why_not) or seen.is_repeat,
        help=why_not or None,
        on_click=steps.start,
        args=(file, seen),
        kwargs={
            "observed_on": observed_on,
            "with_good_rows": with_good_rows,
            "with_renames": with_renames(),
        },
    )


def ask_renames(seen: ImportPreview) -> None:
    """Draw the renames that the figures suggest, for a person to accept or not."""
    if not seen.renames and st.session_state.get(RENAMES, True):
        return
    for old, new in seen.renames:
        st.markdown(f"- “{esc(old)}” → “{esc(new)}”")
    st.toggle(
        "These are renames of campaigns that are known: keep one campaign each",
        value=True,
        key=RENAMES,
    )


@st.fragment(run_every=1.0)
def running() -> None:
    """Draw how far the import is; the page goes on by itself when it is done."""
    job = steps.job()
    if job is None or job.done.is_set():
        st.rerun()
    else:
        st.progress(min(max(job.share, 0.0), 1.0), text=esc(job.words))


def finished(job: steps.Job) -> None:
    """Draw what came of an import, and the way to the board or to the next file."""
    if job.refusal or job.outcome is None:
        title = "The import was cut off" if job.is_open else "Nothing was imported"
        st.error(esc(job.refusal), title=title, icon=":material/block:")
    elif job.outcome.is_repeat:
        st.info("This file was imported before; nothing was changed.")
    else:
        seen = job.outcome.preview
        st.success(
            f"{count(len(seen.campaigns))} campaign{'s' if len(seen.campaigns) != 1 else ''} of "
            f"{esc(seen.artist)}. Days: {count(seen.days.get(DayState.NEW, 0))} new, "
            f"{count(seen.days.get(DayState.RESTATED, 0))} restated.",
            title="Imported",
            icon=":material/check_circle:",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Next file",
            key="import-next",
            icon=":material/upload_file:",
            on_click=steps.put_away,
        )
        st.page_link(_BOARD, label="To the board", icon=":material/arrow_back:")
