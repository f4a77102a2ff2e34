"""The history as drawn: a table, and of the entry that is chosen in it all that is known.

There stands what would take the change back, or why that cannot be.
"""

import streamlit as st

from lib.domain.records import HistoryEntry
from lib.domain.status import FACTS
from lib.ui import clock, reads
from lib.ui.changing import undoing
from lib.ui.escape import esc
from lib.ui.format import MISSING, instant
from lib.ui.words import (
    change_words,
    entry_words,
    history_columns,
    history_frame,
    note_words,
    reason_words,
    where_words,
    who_words,
)

# So low that the entry that is chosen stands in sight below it.
_LOWEST, _ROW = 430, 35


def draw(
    entries: list[HistoryEntry] | tuple[HistoryEntry, ...],
    *,
    key: str,
    alt: str,
    artists: dict[int, str] | None = None,
) -> None:
    """Draw the entries, newest first, and the one that is chosen; `artists` adds their names."""
    frame = history_frame(entries, clock.zone(), artists=artists)
    # Part of the key is what is drawn: a row that was chosen is another entry once it is not.
    newest, oldest = entries[0].id, entries[-1].id
    chosen = st.dataframe(
        frame,
        hide_index=True,
        key=f"{key}-{reads.data_version()}-{newest}-{oldest}-{len(entries)}",
        height=min(_ROW * (len(frame) + 1) + 3, _LOWEST),
        placeholder=MISSING,
        column_config=history_columns(),
        on_select="rerun",
        selection_mode="single-row",
        alt=alt,
    )
    rows = chosen["selection"]["rows"]
    if rows and rows[0] < len(entries):
        _entry(entries[rows[0]])
    else:
        st.caption("Choose an entry to see all of it, and to undo it.")


def _entry(entry: HistoryEntry) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(
            f"**{esc(entry_words(entry))}**"
            + (f" · {esc(entry.campaign_name)}" if entry.campaign_name else "")
        )
        _offer(entry)
        st.markdown("\n".join(f"- **{name}** · {esc(text)}" for name, text in _facts(entry)))


def _offer(entry: HistoryEntry) -> None:
    offer = reads.undo_offer(entry.id)
    if offer is None or entry.campaign_id is None:
        return
    if offer.is_possible and offer.to is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            undoing.button(entry.id, entry.campaign_name or "", key=f"undo-entry-{entry.id}")
            st.caption(f"Undone, it is {FACTS[offer.to].label}.")
    else:
        st.caption(f"It cannot be undone now. {esc(offer.why_not)}")


def _facts(entry: HistoryEntry) -> list[tuple[str, str]]:
    told = [
        ("When", instant(entry.at, clock.zone())),
        ("Who", who_words(entry, clock.zone())),
        ("Before → after", change_words(entry)),
        ("Why", reason_words(entry.reason)),
        ("Note", note_words(entry)),
        ("From", where_words(entry)),
        ("Takes back entry", str(entry.undoes) if entry.undoes else MISSING),
        ("Entry", str(entry.id)),
    ]
    return [(name, text) for name, text in told if text != MISSING]
