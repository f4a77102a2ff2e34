"""The board's table: group by group, twenty campaigns a page, every cell in words.

Money and results are texts with their unit, because the rows of one table may differ in
currency and in kind; so a click on a column's head would sort them wrongly, and Streamlit's own
sorting is off (it is whenever columns can be selected). The order is the filter bar's.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from lib.domain.actions import Action, Decision
from lib.domain.board import BoardRow
from lib.domain.metrics import trailing_window
from lib.domain.records import Campaign
from lib.domain.status import Group
from lib.domain.trend import Sums
from lib.ui import badges, verdict_words
from lib.ui.format import (
    MISSING,
    a_day,
    budget,
    count,
    day,
    listed,
    money,
    percent,
    span,
    unit_cost,
)
from lib.ui.words import last_change_words

ROWS_A_PAGE = 20
ROW_HEIGHT = 68  # Above 64 pixels Streamlit lets a cell's text run over several lines.
SPARKLINE_DAYS = 28
_NAMED_WINDOWS = 2

# Three lines of its column; the whole of it stands on the campaign's page.
MOST_PROMOTED = 32
NO_BREAK = "\u00a0"
_PADDING, _NEARLY, _SURELY = 17, 0.9, 1.3
_NARROW_SIGNS, _NARROW, _WIDE = " .,:·|'ijl" + NO_BREAK, 3.5, 7.4
# The first ten columns fill a window of 1440 pixels exactly.
WIDTHS = {
    "campaign": 126,
    "menu": 36,
    "badges": 150,
    "verdict": 160,
    "cost": 98,
    "spend": 98,
    "results": 120,
    "trend": 58,
    "pacing": 84,
    "platform": 106,
    "promotes": 130,
    "locations": 150,
    "figures": 150,
    "change": 210,
}

_EACH_DAY = "Over the days among the last 7 and the last 28 that ran in full and have settled."

OPEN = "Open"
ABOUT = "About this status"
CARRIED_OUT = "Mark as carried out"
_ICONS = {
    Action.PAUSE: ":material/pause:",
    Action.RESUME: ":material/play_arrow:",
    Action.ARCHIVE: ":material/inventory_2:",
    Action.UNARCHIVE: ":material/unarchive:",
}
UNAVAILABLE = " · not now"


Line = BoardRow | Group
"""A line of the table: a campaign, or the group that the next ones stand in."""


def lines_of(rows: Sequence[BoardRow]) -> list[Line]:
    """Return the rows with a line before each group of them."""
    lines: list[Line] = []
    for position, row in enumerate(rows):
        if position == 0 or rows[position - 1].group is not row.group:
            lines.append(row.group)
        lines.append(row)
    return lines


def board_frame(
    lines: Sequence[Line], counts: Mapping[Group, int], *, now: datetime, zone: tzinfo
) -> pd.DataFrame:
    """Return the cells of the table, one row a line; `counts` says how many a group has."""
    return pd.DataFrame(
        [
            _group_cells(line, counts[line])
            if isinstance(line, Group)
            else _cells(line, now=now, zone=zone)
            for line in lines
        ]
    )


def group_chip(group: Group, number: int) -> str:
    """Return the chip of a group's line, with its count."""
    return f"{group.label} · {count(number)}"


def _group_cells(group: Group, number: int) -> dict[str, Any]:
    cells: dict[str, Any] = dict.fromkeys(WIDTHS, "")
    return cells | {
        "campaign": group.label.upper(),
        "menu": None,
        "badges": [group_chip(group, number)],
        "verdict": [],
        "trend": None,
    }


def _cells(row: BoardRow, *, now: datetime, zone: tzinfo) -> dict[str, Any]:
    one = row.campaign
    return {
        "campaign": one.name,
        "menu": menu_of(row),
        "badges": [badge.chip for badge in badges.badges_of(row, now=now)],
        "verdict": list(verdict_words.chips(row)),
        "cost": both(
            row, lambda sums: unit_cost(sums.cost_micros, one.currency), width=WIDTHS["cost"]
        ),
        "spend": both(
            row, lambda sums: money(sums.spend_a_day_micros, one.currency), width=WIDTHS["spend"]
        ),
        "results": both(row, lambda sums: results_a_day(sums, one), width=WIDTHS["results"]),
        "trend": sparkline(row.spend_by_day),
        "pacing": pacing(row),
        "platform": two_lines(
            one.platform.value.capitalize(),
            budget(one).replace("in total", "total"),
            width=WIDTHS["platform"],
        ),
        "promotes": shortened(one.promotes, MOST_PROMOTED),
        "locations": two_lines(listed(one.locations), one.campaign_type, width=WIDTHS["locations"]),
        "figures": _figures(row),
        "change": last_change_words(row.last_change, zone),
    }


def columns(
    row_actions: Any, rows: Sequence[BoardRow], counts: Mapping[Group, int]
) -> dict[str, Any]:
    """Return the configuration of the table's columns; `row_actions` is the menu's column."""
    chips = badges.chip_colours() | {
        group_chip(group, number): badges.COLOURS[badges.GROUP_TONES[group]]
        for group, number in counts.items()
    }
    verdicts = {chip: colour for row in rows for chip, colour in verdict_words.chips(row).items()}
    text = st.column_config.TextColumn
    return {
        "campaign": text("Campaign", width=WIDTHS["campaign"], help="A click opens the campaign."),
        "menu": row_actions,
        "badges": st.column_config.MultiselectColumn(
            "Status",
            options=list(chips),
            color=list(chips.values()),
            width=WIDTHS["badges"],
            help="A click says what the status means, since when, and what to do.",
        ),
        "verdict": st.column_config.MultiselectColumn(
            "Verdict",
            options=list(verdicts),
            color=list(verdicts.values()),
            width=WIDTHS["verdict"],
            help="Cost per result of the last 7 days against the weeks before. The arrow is the "
            "cost's, the colour says whether that is good. A click shows the numbers.",
        ),
        "cost": text("Cost per result", width=WIDTHS["cost"], help=_EACH_DAY),
        "spend": text("Spend a day", width=WIDTHS["spend"], help=_EACH_DAY),
        "results": text("Results a day", width=WIDTHS["results"], help=_EACH_DAY),
        "trend": st.column_config.AreaChartColumn(
            "Trend",
            width=WIDTHS["trend"],
            y_min=0,
            color="blue",
            help=f"Spend a day over the last {SPARKLINE_DAYS} days up to the campaign's as-of day; "
            "days that nobody reported are left out.",
        ),
        "pacing": text(
            "Pacing",
            width=WIDTHS["pacing"],
            help="Spend against plan, for live campaigns with a budget.",
        ),
        "platform": text("Platform", width=WIDTHS["platform"]),
        "promotes": text("Promotes", width=WIDTHS["promotes"]),
        "locations": text("Locations, type", width=WIDTHS["locations"]),
        "figures": text(
            "Figures through",
            width=WIDTHS["figures"],
            help="The last day that the imports cover, and the dates of both windows: they end "
            "on the last day whose figures count as complete.",
        ),
        "change": text("Last change", width=WIDTHS["change"]),
    }


def menu_of(row: BoardRow) -> list[str]:
    """Return the entries of a row's menu: what may be done, and what may not, marked so."""
    entries = [f":material/open_in_full: {OPEN}"]
    if row.campaign.pending_action:
        entries.append(f":material/task_alt: {CARRIED_OUT}…")
    entries += [_entry(action, decision) for action, decision in row.decisions.items()]
    return [*entries, f":material/help: {ABOUT}"]


def _entry(action: Action, decision: Decision) -> str:
    if decision.is_allowed:
        return f"{_ICONS[action]} {action.label}…"
    return f":material/block: {action.label}{UNAVAILABLE}"


def chosen_entry(label: str) -> str:
    """Return a menu entry's plain words: the browser sends the label with its icon."""
    words = label.rsplit(":", maxsplit=1)[-1]
    return words.removesuffix(UNAVAILABLE).removesuffix("…").strip()


def windows_words(rows: Sequence[BoardRow]) -> str:
    """Return the dates of both windows, where the rows agree on them, else where they stand."""
    as_of = sorted({row.as_of for row in rows if row.as_of}, reverse=True)
    if len(as_of) > _NAMED_WINDOWS:
        return "The dates of each campaign's 7 and 28 days stand under “Figures through”."
    week, month = (
        " or ".join(span(trailing_window(last, days)) for last in as_of) for days in (7, 28)
    )
    return f"7 d = {week} · 28 d = {month}"


def two_lines(first: str, second: str, *, width: int) -> str:
    """Return two texts that a cell of a column `width` pixels wide shows on two lines.

    A cell drops line breaks and wraps at breaking spaces only. So both texts are held together
    by spaces that do not break, and a first one that leaves room for the second is filled up.
    """
    held, room = first.replace(" ", NO_BREAK), width - _PADDING
    missing = room * _NEARLY - _pixels(held)
    if _pixels(held) + _pixels(second) < room * _SURELY and missing > 0:
        held += NO_BREAK * int(missing / _pixels(NO_BREAK))
    return f"{held} {second.replace(' ', NO_BREAK)}"


def shortened(text: str | None, most: int) -> str | None:
    """Return a text of at most `most` characters, cut with an ellipsis."""
    return text if text is None or len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _pixels(text: str) -> float:
    """Return roughly how wide a text is in a cell: narrow signs, and all others."""
    return sum(_NARROW if letter in _NARROW_SIGNS else _WIDE for letter in text)


def both(row: BoardRow, words: Callable[[Sums], str], *, width: int) -> str:
    """Return a figure over both windows, made of their eligible days, on two lines."""
    if row.verdict is None:
        return MISSING
    week, month = row.verdict.week, row.verdict.month
    return two_lines(f"7 d: {words(week)}", f"28 d: {words(month)}", width=width)


def results_a_day(sums: Sums, one: Campaign) -> str:
    """Return results a day with their kind: "33.3 saves"."""
    if not sums.days:
        return MISSING
    return f"{a_day(sums.results_a_day_micros)} {one.headline_kind}"


def pacing(row: BoardRow) -> str:
    """Return spend against plan with its word, "—" where there is no plan."""
    if row.pacing is None:
        return MISSING
    word = row.pacing.word
    return two_lines(
        percent(row.pacing.ratio),
        f"{badges.PACING_SIGNS[word]} {word.value}",
        width=WIDTHS["pacing"],
    )


def _figures(row: BoardRow) -> str:
    if row.covered_through is None or row.as_of is None:
        return "No figures yet"
    return two_lines(
        day(row.covered_through),
        f"7 d: {span(trailing_window(row.as_of, 7))}",
        width=WIDTHS["figures"],
    )


def sparkline(values: tuple[float | None, ...]) -> np.ndarray | None:
    """Return the known values of a line of spend, None where there are fewer than two."""
    known = [value for value in values if value is not None]
    return np.array(known, dtype=np.float32) if len(known) > 1 else None


def summary(total: int) -> str:
    """Return how many campaigns there are."""
    return f"{count(total)} campaign" + ("" if total == 1 else "s")
