"""The board's filters and its order: kept in the URL, applied to rows, reset in one click."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.domain.board import BoardRow
from lib.domain.records import Platform
from lib.domain.status import FACTS, Status
from lib.domain.verdict import Word
from lib.ui import in_url

STATUS, PLATFORM, KIND, VERDICT, TEXT, LEARNING, ORDER = (
    "status",
    "platform",
    "type",
    "verdict",
    "q",
    "learning",
    "sort",
)

BY_STATUS = "Status, then name"
ORDERS: dict[str, Callable[[BoardRow], tuple[Any, ...]] | None] = {
    BY_STATUS: None,
    "Name": lambda row: (row.campaign.name.casefold(),),
    "Most spend, 7 days": lambda row: _most(row, _week(row, "spend_micros")),
    "Most results, 7 days": lambda row: _most(
        row, _week(row, "results_micros"), kind=row.campaign.headline_kind
    ),
    "Lowest cost per result, 7 days": lambda row: _least(row, _week(row, "cost_per_result_micros")),
    "Most at stake": lambda row: _most(row, _stake(row)),
    "Latest change": lambda row: (-(row.last_change.at.timestamp() if row.last_change else 0),),
}


@dataclass(frozen=True)
class BoardFilter:
    """What the board is narrowed to; empty narrows nothing."""

    statuses: frozenset[Status] = frozenset()
    platforms: frozenset[Platform] = frozenset()
    types: frozenset[str] = frozenset()
    verdicts: frozenset[Word] = frozenset()
    text: str = ""
    is_learning: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return self == BoardFilter()

    def matches(self, row: BoardRow) -> bool:
        """Return whether a row is to be shown."""
        return (
            (not self.statuses or row.status in self.statuses)
            and (not self.platforms or row.campaign.platform in self.platforms)
            and (not self.types or row.campaign.campaign_type in self.types)
            and (
                not self.verdicts or (row.verdict is not None and row.verdict.word in self.verdicts)
            )
            and (not self.is_learning or row.learning is not None)
            and all(word in _searched(row) for word in _folded(self.text).split())
        )


def in_order(rows: Sequence[BoardRow], order: str) -> list[BoardRow]:
    """Return rows in the chosen order; unknown orders leave them as they are."""
    key = ORDERS.get(order)
    return list(rows) if key is None else sorted(rows, key=key)


def filter_bar(rows: Sequence[BoardRow], heading: str) -> tuple[BoardFilter, str]:
    """Draw the heading and the filters; return what they narrow to, and the order.

    The search field is the table's own.
    """
    by_label = {facts.label: status for status, facts in FACTS.items()}
    by_platform = {platform.label: platform for platform in Platform}
    types = sorted({row.campaign.campaign_type for row in rows})
    text = in_url.read(TEXT)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(heading, width="stretch")
        # Its fields are drawn by the browser once it is opened: closed, they cost next to nothing.
        with st.popover(_filters_label(), icon=":material/filter_alt:"):
            statuses = _several("Status", "All statuses", list(by_label), key=STATUS)
            platforms = _several("Platform", "All platforms", list(by_platform), key=PLATFORM)
            chosen_types = _several("Campaign type", "All types", types, key=KIND)
            verdicts = _several(
                "Verdict", "All verdicts", [word.value for word in Word], key=VERDICT
            )
            is_learning = st.toggle("Learning only", key=LEARNING, bind="query-params")
            order = st.selectbox(
                "Order within a group",
                list(ORDERS),
                key=ORDER,
                bind="query-params",
                icon=":material/sort:",
            )
        chosen = BoardFilter(
            statuses=frozenset(by_label[label] for label in statuses),
            platforms=frozenset(by_platform[label] for label in platforms),
            types=frozenset(chosen_types),
            verdicts=frozenset(Word(word) for word in verdicts),
            text=text,
            is_learning=bool(is_learning),
        )
        if not chosen.is_empty:
            reset_button("filters-reset", "Reset")
    return chosen, order or BY_STATUS


def _filters_label() -> str:
    chosen = sum(bool(st.session_state.get(key)) for key in (STATUS, PLATFORM, KIND, VERDICT))
    chosen += bool(st.session_state.get(LEARNING))
    return f"Filters · {chosen}" if chosen else "Filters"


def _several(label: str, nothing: str, options: list[str], *, key: str) -> list[str]:
    return st.multiselect(
        label,
        options,
        key=key,
        bind="query-params",
        placeholder=nothing,
        width=300,
    )


def reset_button(key: str, label: str = "Reset filters") -> None:
    """Draw the button that forgets every filter."""
    st.button(label, key=key, icon=":material/filter_alt_off:", on_click=_reset)


def _reset() -> None:
    for name, empty in (
        (STATUS, []),
        (PLATFORM, []),
        (KIND, []),
        (VERDICT, []),
        (LEARNING, False),
    ):
        st.session_state[name] = empty
    search("")


def search(text: str) -> None:
    """Narrow the board to the campaigns that `text` is found in."""
    in_url.keep(TEXT, text)


def _searched(row: BoardRow) -> str:
    one = row.campaign
    words = (one.name, one.promotes or "", *one.locations, one.external_id or "", str(one.id))
    return _folded(" ".join(words))


def _folded(text: str) -> str:
    """Return text without case and accents, so that "beyonce" finds "Beyoncé"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _week(row: BoardRow, name: str) -> float | None:
    return None if row.week is None else getattr(row.week, name)


def _stake(row: BoardRow) -> float | None:
    return row.verdict.stake_micros if row.verdict else None


def _most(row: BoardRow, value: float | None, *, kind: str = "") -> tuple[Any, ...]:
    # Amounts of different currencies, and results of different kinds, are not compared.
    group = kind or row.campaign.currency
    return (value is None, group, -(value or 0), row.campaign.id)


def _least(row: BoardRow, value: float | None) -> tuple[Any, ...]:
    one = row.campaign
    return (value is None, one.currency, one.headline_kind, value or 0.0, one.id)
