"""The one figure of a campaign's page: spend above, results below, on the same days.

Built from plain dicts: the same figure from `graph_objects` costs twenty times the CPU.
Colours are left to Streamlit's theme, so that the figure follows light and dark; the few that
carry meaning (shaded stretches, markers) are grey and half transparent and hold on both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from lib.charts.plain import plain
from lib.charts.trend import MONTH, WEEK

Figure = dict[str, Any]

_LEARNING = "rgba(86, 130, 220, 0.16)"
_STOPPED = "rgba(128, 132, 148, 0.22)"
_MARKER = "rgba(128, 132, 148, 0.9)"
_ODD = "#c2558d"
# The two windows that decide, told apart by depth and by their words.
_NOW, _BEFORE = "rgba(109, 104, 210, 0.20)", "rgba(109, 104, 210, 0.08)"
_SPEND_BAR, _RESULT_BAR = "rgba(58, 140, 194, 0.5)", "rgba(31, 158, 120, 0.5)"
_SPEND_LINE, _RESULT_LINE = "#3a8cc2", "#1f9e78"
_MONTH_LINE = "#d98324"
_LONGEST = 28
_APART = 0.23
"""The part of the frame between the middles of the two windows that leaves room for the words of
both on a phone."""
_LEFT = 52  # pixels
_FEW_DAYS, _A_DAY = 8, 86_400_000  # milliseconds
_UPPER, _LOWER = (0.55, 1.0), (0.0, 0.45)


@dataclass(frozen=True)
class Marker:
    """A change on a day: what the marker says when it is pointed at."""

    day: date
    words: str
    is_odd: bool = False
    """Whether it marks a day of odd spend rather than a change."""


@dataclass(frozen=True)
class Deciding:
    """The two windows that the verdict compares, both ends inclusive, and their words."""

    now: tuple[date, date]
    before: tuple[date, date]
    words: tuple[str, str]


def campaign_figure(
    frame: pd.DataFrame,
    *,
    currency: str,
    kind: str,
    learning: tuple[date, date] | None = None,
    stopped: Sequence[tuple[date, date]] = (),
    markers: Sequence[Marker] = (),
    deciding: Deciding | None = None,
    settled_through: date | None = None,
) -> Figure:
    """Return the figure of a `trend_frame`: daily bars, 7- and 28-day means, what happened.

    `learning` and `stopped` are stretches of dates, both ends inclusive; they, `markers` and the
    two `deciding` windows are drawn where they lie within the frame. Days after
    `settled_through` are hatched. An empty frame gives a figure that says so.
    """
    if frame.empty:
        return _nothing()
    first, last = frame.index[0], frame.index[-1]
    traces = [
        *_traces(frame, "spend", "", f"%{{y:,.2f}} {currency}", settled_through),
        *_traces(frame, "results", "2", f"%{{y:,.4~g}} {kind}", settled_through),
        *_marker_traces(frame, [one for one in markers if first <= one.day <= last]),
    ]
    shapes = [_shape(stretch, _STOPPED) for stretch in _clipped(stopped, first, last)]
    if learning:
        shapes += [_shape(stretch, _LEARNING) for stretch in _clipped([learning], first, last)]
    layout = _layout(first, last, currency, kind, shapes)
    if deciding:
        for stretch, colour in ((deciding.before, _BEFORE), (deciding.now, _NOW)):
            layout["shapes"] += [_shape(part, colour) for part in _clipped([stretch], first, last)]
        layout["annotations"] += _window_labels(deciding, first, last)
    return {"data": traces, "layout": layout}


def _window_labels(deciding: Deciding, first: date, last: date) -> list[Figure]:
    """Return the words above the windows: one line for both where the frame is long for two."""
    now, before = (_clipped([one], first, last) for one in (deciding.now, deciding.before))
    words_now, words_before = deciding.words
    if now and before and _middle(now[0]) - _middle(before[0]) < _APART * (last - first):
        return [_label(now[0][1], f"{words_before}, {words_now}", anchor="right")]
    parts = [(one, words_before) for one in before] + [(one, words_now) for one in now]
    return [_label(_middle(part), words, anchor="center") for part, words in parts]


def _middle(stretch: tuple[date, date]) -> date:
    first, last = stretch
    return first + (last - first) / 2


def _label(at: date, words: str, *, anchor: str) -> Figure:
    return {
        "xref": "x",
        "yref": "paper",
        "x": f"{at}T00:00:00",
        "xanchor": anchor,
        "y": 1,
        "yanchor": "bottom",
        "text": plain(words),
        "showarrow": False,
        "font": {"size": 11},
    }


def _traces(
    frame: pd.DataFrame, column: str, axis: str, hover: str, settled_through: date | None
) -> list[Figure]:
    is_spend = column == "spend"
    # One legend says what spend and results are both drawn as, and shows or hides it in both.
    shared = {"x": _days(frame), "xaxis": "x", "yaxis": f"y{axis}", "showlegend": is_spend}
    line = _SPEND_LINE if is_spend else _RESULT_LINE
    return [
        shared
        | {
            "type": "bar",
            "name": "Each day",
            "legendgroup": "day",
            "y": _values(frame[column]),
            "marker": {
                "color": _SPEND_BAR if is_spend else _RESULT_BAR,
                "pattern": {"shape": _hatched(frame, settled_through), "size": 5},
            },
            "text": _settling(frame, settled_through),
            "textposition": "none",
            "hovertemplate": hover + "<extra>the day%{text}</extra>",
        },
        _mean(frame, shared, column, WEEK, {"color": line, "width": 2.5}, hover),
        _mean(
            frame,
            shared,
            column,
            MONTH,
            {"color": _MONTH_LINE, "width": 2, "dash": "dot"},
            hover,
        ),
    ]


def _hatched(frame: pd.DataFrame, settled_through: date | None) -> list[str]:
    return ["/" if _is_unsettled(day, settled_through) else "" for day in frame.index]


def _settling(frame: pd.DataFrame, settled_through: date | None) -> list[str]:
    return [
        ", may still change" if _is_unsettled(day, settled_through) else "" for day in frame.index
    ]


def _is_unsettled(day: date, settled_through: date | None) -> bool:
    return settled_through is not None and day > settled_through


def _mean(
    frame: pd.DataFrame,
    shared: Figure,
    column: str,
    length: int,
    line: Figure,
    hover: str,
) -> Figure:
    return shared | {
        "type": "scatter",
        "mode": "lines",
        "name": f"{length}-day mean",
        "legendgroup": str(length),
        "y": _values(frame[f"{column}_{length}"]),
        "line": line,
        "connectgaps": False,
        "hovertemplate": hover + f"<extra>{length}-day mean</extra>",
    }


def _marker_traces(frame: pd.DataFrame, markers: Sequence[Marker]) -> list[Figure]:
    highest = frame[["spend", "spend_7", "spend_28"]].max().max()
    top = (highest if pd.notna(highest) and highest > 0 else 1.0) * 1.12
    kinds = (
        ("Changes", "triangle-down", _MARKER, [one for one in markers if not one.is_odd]),
        ("Odd spend", "diamond", _ODD, [one for one in markers if one.is_odd]),
    )
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": [one.day.isoformat() for one in found],
            "y": [top] * len(found),
            "text": [plain(one.words) for one in found],
            "marker": {"symbol": symbol, "size": 11, "color": colour},
            "hovertemplate": "%{text}<extra></extra>",
            "xaxis": "x",
            "yaxis": "y",
        }
        for name, symbol, colour, found in kinds
        if found
    ]


def _layout(first: date, last: date, currency: str, kind: str, shapes: list[Figure]) -> Figure:
    ends = [f"{first - timedelta(days=1)}T12:00:00", f"{last}T12:00:00"]
    x: Figure = {
        "type": "date",
        "range": ends,
        "tickformat": "%-d %b",
        "hoverformat": "%a %-d %b %Y",
        "anchor": "y2",
        "showgrid": False,
        "fixedrange": True,
    }
    if last - first < timedelta(days=_FEW_DAYS):
        # Left to itself the axis would name hours, several times the same day.
        x |= {"tickmode": "linear", "tick0": first.isoformat(), "dtick": _A_DAY}
    # The labels have a margin that holds the longest, "1.25M": to find one that fits, Plotly draws
    # everything twice.
    y: Figure = {
        "rangemode": "tozero",
        "tickmode": "auto",
        "nticks": 5,
        "separatethousands": True,
        "exponentformat": "SI",
        "minexponent": 5,
        "fixedrange": True,
        "automargin": False,
    }
    return {
        "height": 470,
        "margin": {"l": _LEFT, "r": 12, "t": 42, "b": 30},
        "hovermode": "x unified",
        "dragmode": False,
        "barmode": "overlay",
        "bargap": 0.25,
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": -0.09, "yanchor": "top"},
        "xaxis": x,
        "yaxis": y | {"domain": list(_UPPER)},
        "yaxis2": y | {"domain": list(_LOWER), "anchor": "x"},
        "shapes": shapes,
        "annotations": [
            # Above the words of the windows, which stand on the panel.
            _heading(f"Spend a day, {currency}", _UPPER[1], raised=18),
            _heading(f"{_caption(kind)} a day", _LOWER[1], raised=7),
        ],
    }


def _heading(words: str, top: float, *, raised: int) -> Figure:
    """Return the words `raised` pixels above a panel whose upper edge is at `top`."""
    return {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "xanchor": "left",
        "xshift": -_LEFT,
        "y": top,
        "yanchor": "bottom",
        "yshift": raised,
        "text": words,
        "showarrow": False,
        "font": {"size": 13},
    }


def _shape(stretch: tuple[date, date], colour: str) -> Figure:
    first, last = stretch
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": f"{first - timedelta(days=1)}T12:00:00",
        "x1": f"{last}T12:00:00",
        "y0": 0,
        "y1": 1,
        "fillcolor": colour,
        "line": {"width": 0},
        "layer": "below",
    }


def _clipped(
    stretches: Sequence[tuple[date, date]], first: date, last: date
) -> list[tuple[date, date]]:
    clipped = [(max(start, first), min(end, last)) for start, end in stretches]
    return [(start, end) for start, end in clipped if start <= end]


def _days(frame: pd.DataFrame) -> list[str]:
    return [day.isoformat() for day in frame.index]


def _values(column: "pd.Series[float]") -> list[float | None]:
    """Return the values with None, which breaks a line, where a day is missing."""
    return [None if pd.isna(value) else round(float(value), 6) for value in column]


def _caption(kind: str) -> str:
    """Return a result kind as the start of a caption; exports name some at great length."""
    short = kind if len(kind) <= _LONGEST else f"{kind[: _LONGEST - 1]}…"
    return plain(short[:1].upper() + short[1:])


def _nothing() -> Figure:
    return {
        "data": [],
        "layout": {
            "height": 200,
            "xaxis": {"visible": False},
            "yaxis": {"visible": False},
            "annotations": [
                {
                    "text": "No figures yet",
                    "showarrow": False,
                    "xref": "paper",
                    "yref": "paper",
                    "x": 0.5,
                    "y": 0.5,
                }
            ],
        },
    }
