"""The notebook's figures: lines or bars in time, or one bar a group; named beside, not in a legend.

Colours reach a contrast of 3 on the light and the dark ground; lines differ by their marks too.
Values are None where there is a gap: lines break there and bars are not drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lib.charts.plain import plain

Figure = dict[str, Any]

COLOURS = ("#3a8cc2", "#c96a1a", "#1f9e78", "#c2558d", "#8b7bd8", "#a3852b", "#d0554a", "#7d8699")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "x", "hexagon")
_LONGEST, _LABEL_PIXELS = 26, 6.5
_HEIGHT, _BAR_PIXELS, _LEAST_GAP = 420, 30, 0.055
_FEW_POINTS = 45
_ROOM_FOR_WORDS = 1.2
_SHARE = ".2~%"


@dataclass(frozen=True)
class Line:
    """One group: a value a date, what is read of each, and whether it may still change."""

    label: str
    values: tuple[float | None, ...]
    words: tuple[str, ...]
    is_unsettled: tuple[bool, ...]


def lines_figure(
    dates: Sequence[date], lines: Sequence[Line], *, title: str, is_share: bool = False
) -> Figure:
    """Return the lines in time; points that may still change are hollow."""
    traces = []
    for at, one in enumerate(lines):
        symbol = _SYMBOLS[at % len(_SYMBOLS)]
        marks = [f"{symbol}-open" if late else symbol for late in one.is_unsettled]
        is_long = len(dates) > _FEW_POINTS
        sizes = [7 if late or not is_long else 4 for late in one.is_unsettled]
        traces.append(
            _trace(dates, one)
            | {
                "type": "scatter",
                "mode": "lines+markers",
                "line": {"color": _colour(at), "width": 2},
                "marker": {"symbol": marks, "size": sizes, "color": _colour(at)},
                "connectgaps": False,
            }
        )
    layout = _in_time(dates, title, is_share=is_share)
    if len(lines) > 1:
        _name_beside(layout, lines)
    return {"data": traces, "layout": layout}


def columns_figure(
    dates: Sequence[date],
    lines: Sequence[Line],
    *,
    title: str,
    are_stacked: bool,
    is_share: bool = False,
) -> Figure:
    """Return columns in time, stacked where the groups add up; hatched ones may still change."""
    traces = [
        _trace(dates, one)
        | {
            "type": "bar",
            "textposition": "none",
            "marker": {"color": _colour(at), "pattern": _hatched(one.is_unsettled)},
        }
        for at, one in enumerate(lines)
    ]
    layout = _in_time(dates, title, is_share=is_share) | {
        "barmode": "stack" if are_stacked else "group"
    }
    if len(lines) > 1:
        # A column has no end to be named at.
        layout |= {"showlegend": True}
        layout["legend"] = {"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top"}
    return {"data": traces, "layout": layout}


def bars_figure(lines: Sequence[Line], *, title: str, is_share: bool = False) -> Figure:
    """Return one bar a group, the first on top, with its words; the values are the first ones."""
    places = list(range(len(lines)))
    largest = max((one.values[0] or 0 for one in lines), default=0)
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": places,
        "x": [_rounded(one.values[0]) for one in lines],
        "text": [plain(one.words[0]) for one in lines],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "color": COLOURS[0],
            "pattern": _hatched([one.is_unsettled[0] for one in lines]),
        },
    }
    layout = {
        "height": 90 + _BAR_PIXELS * max(len(lines), 1),
        "margin": {"l": 12, "r": 12, "t": 36, "b": 44},
        "dragmode": False,
        "showlegend": False,
        "bargap": 0.25,
        "xaxis": {
            "title": {"text": plain(title)},
            "range": [0, (largest or 1) * _ROOM_FOR_WORDS],
            "fixedrange": True,
            "nticks": 6,
            "tickformat": _SHARE if is_share else "",
        },
        "yaxis": {
            "autorange": "reversed",
            "tickvals": places,
            "ticktext": [_short(one.label) for one in lines],
            "automargin": True,
            "fixedrange": True,
        },
    }
    return {"data": [trace], "layout": layout}


def _trace(dates: Sequence[date], one: Line) -> Figure:
    return {
        "name": _short(one.label),
        "x": [day.isoformat() for day in dates],
        "y": [_rounded(value) for value in one.values],
        "text": [plain(words) for words in one.words],
        "hovertemplate": "%{text}<extra>" + _short(one.label) + "</extra>",
    }


def _in_time(dates: Sequence[date], title: str, *, is_share: bool) -> Figure:
    return {
        "height": _HEIGHT,
        "margin": {"l": 60, "r": 16, "t": 36, "b": 40},
        "hovermode": "x unified",
        "dragmode": False,
        "showlegend": False,
        "xaxis": {
            "type": "date",
            "tickformat": "%-d %b",
            "hoverformat": "%a %-d %b %Y",
            "showgrid": False,
            "fixedrange": True,
        }
        | ({"tickvals": [day.isoformat() for day in dates]} if len(dates) <= 8 else {"nticks": 7}),
        "yaxis": {
            "title": {"text": plain(title)},
            "rangemode": "tozero",
            "fixedrange": True,
            "nticks": 6,
            "tickformat": _SHARE if is_share else "",
        },
    }


def _name_beside(layout: Figure, lines: Sequence[Line]) -> None:
    """Write each line's name at its end, pushed apart where ends lie close."""
    known = [value for one in lines for value in one.values if value is not None]
    top = max(known, default=0) or 1
    low = min([0, *known])
    ends = []
    for at, one in enumerate(lines):
        last = next((value for value in reversed(one.values) if value is not None), None)
        if last is not None:
            ends.append(((last - low) / (top - low), at))
    heights = _apart([height for height, _ in sorted(ends)])
    layout["annotations"] = [
        {
            "xref": "paper",
            "yref": "paper",
            "x": 1,
            "y": height,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 6,
            "text": _short(lines[at].label),
            "font": {"color": _colour(at), "size": 12},
            "showarrow": False,
        }
        for height, (_, at) in zip(heights, sorted(ends), strict=True)
    ]
    longest = max(len(_cut(one.label)) for one in lines)
    layout["margin"] = layout["margin"] | {"r": 14 + _LABEL_PIXELS * longest}
    # What the labels' heights are reckoned with.
    layout["yaxis"] = layout["yaxis"] | {"range": [low, top * 1.06 - low * 0.06]}
    for one in layout["annotations"]:
        one["y"] = one["y"] / 1.06


def _apart(heights: Sequence[float]) -> list[float]:
    """Return rising heights, each at least a line above the one before, none above the top."""
    found: list[float] = []
    for height in heights:
        found.append(max(height, found[-1] + _LEAST_GAP) if found else height)
    limit = 1.06
    for at in range(len(found) - 1, -1, -1):
        found[at] = min(found[at], limit)
        limit = found[at] - _LEAST_GAP
    return found


def _hatched(flags: Sequence[bool]) -> Figure:
    return {"shape": ["/" if late else "" for late in flags], "size": 5}


def _colour(at: int) -> str:
    return COLOURS[at % len(COLOURS)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _short(text: str) -> str:
    return plain(_cut(text))
