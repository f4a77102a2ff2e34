"""The desk's table: rows in HTML, with links, chips, lines, menus and a choice of many.

Streamlit's own grid is a canvas: a warm visit to a page with nothing else costs 1.35 of a bare
page, its text neither wraps nor zooms, and a phone shows a fifth of a row. So this one table is a
component (`assets/table`), whose script sets text and never markup. Python says what stands in
it, and what a click does.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import streamlit as st

from lib.ui import components
from lib.ui.badges import Colour

Kind = Literal["link", "chips", "text", "pair", "line", "bar", "menu"]
Ident = tuple[int | str, ...]
"""What a row is about: a campaign's id and version, an artist's name."""

MOST_SEARCHED = 200


@dataclass(frozen=True)
class Column:
    """A column: what it is called in clicks and on the page, and what kind of cell it holds."""

    name: str
    title: str
    kind: Kind = "text"
    help: str = ""
    width: str = ""
    """At least so wide, as CSS says it."""
    is_number: bool = False
    can_be_pressed: bool = False
    """Whether its chips are a button."""


@dataclass(frozen=True)
class Head:
    """The line above a group of rows."""

    words: str
    number: str = ""
    icon: str = ""
    colour: Colour = "gray"


@dataclass(frozen=True)
class Row:
    """A row: what it is about, what it is called, and a cell a column.

    None is drawn as "—". The other cells, by the kind of their column: `link` (words, below,
    where it leads); `chips` of `chip`; `text` as words or (first, below); `pair` of (label, words);
    `line` of `line`; `bar` (share of plan, words, below); `menu` of (entry, words, icon, can be).
    """

    ident: Ident
    name: str
    cells: Sequence[Any]


Line = Head | Row


@dataclass(frozen=True)
class Pressed:
    """A click in a row: the row's identity as drawn, the column, and a menu's entry."""

    ident: Ident
    column: str
    entry: str = ""


@dataclass(frozen=True)
class Picked:
    """What many rows were picked for; `is_all` means everything that matches, drawn or not."""

    entry: str
    idents: tuple[Ident, ...] = ()
    is_all: bool = False


@dataclass(frozen=True)
class Bulk:
    """What may be done with many rows at once: (entry, words, icon), and how many rows match."""

    entries: Sequence[tuple[str, str, str]]
    matching: int
    on_picked: Callable[[Picked], None]


@dataclass(frozen=True)
class Search:
    """The search field above the table: what it is called, what it holds, who hears of it."""

    label: str
    text: str
    on_searched: Callable[[str], None]


@dataclass(frozen=True)
class Choice:
    """One of the groups above the table; `words` is its name with its count."""

    name: str
    words: str
    icon: str
    is_chosen: bool = False
    help: str = ""


@dataclass(frozen=True)
class Groups:
    """The groups above the table; `on_grouped` hears the name of the one that was clicked."""

    choices: Sequence[Choice]
    on_grouped: Callable[[str], None]


@dataclass(frozen=True)
class Orders:
    """What a click on a column's head orders by, column by column; `chosen` is how it is now.

    `on_ordered` hears the order that was clicked, "" for the one that was chosen already.
    """

    by: Mapping[str, str]
    chosen: str
    on_ordered: Callable[[str], None]
    rising: Set[str] = frozenset()
    """The orders that begin with the least."""

    def told(self, column: str) -> tuple[str, str, bool] | None:
        """Return what a head says: the order, where it begins, and whether it is chosen."""
        order = self.by.get(column)
        if order is None:
            return None
        way = "ascending" if order in self.rising else "descending"
        return order, way, order == self.chosen


@dataclass(frozen=True)
class _Drawn:
    """What the browser was sent: clicks on anything else are not listened to."""

    idents: frozenset[Ident] = field(default_factory=frozenset)
    entries: Mapping[Ident, frozenset[str]] = field(default_factory=dict)


def draw(
    key: str,
    columns: Sequence[Column],
    lines: Sequence[Line],
    *,
    label: str,
    on_pressed: Callable[[Pressed], None] | None = None,
    bulk: Bulk | None = None,
    search: Search | None = None,
    groups: Groups | None = None,
    orders: Orders | None = None,
    caption: str = "",
    nothing: str = "",
) -> None:
    """Draw the table `key`; its callbacks run before the page is drawn anew.

    A row keeps its identity whatever moves around it, so a click that crosses a change still
    reaches the row that the person saw, in the version that they saw.
    """
    rows = [line for line in lines if isinstance(line, Row)]
    menu = next((at for at, column in enumerate(columns) if column.kind == "menu"), None)
    drawn = _Drawn(
        frozenset(row.ident for row in rows),
        {}
        if menu is None
        else {row.ident: frozenset(entry[0] for entry in row.cells[menu] or ()) for row in rows},
    )
    components.mounted("table")(
        key=key,
        data={
            "label": label,
            "columns": [_column(column, orders) for column in columns],
            "lines": [_line(line) for line in lines],
            "bulk": list(bulk.entries) if bulk else [],
            "matching": bulk.matching if bulk else 0,
            "search": {"label": search.label, "text": search.text} if search else None,
            "groups": [
                (one.name, one.words, symbol(one.icon), one.is_chosen, one.help)
                for one in (groups.choices if groups else ())
            ],
            "caption": caption,
            "nothing": nothing,
        },
        on_pressed_change=partial(_press, key, drawn, on_pressed),
        on_picked_change=partial(_pick, key, drawn, bulk),
        on_searched_change=partial(_search, key, search),
        on_grouped_change=partial(_group, key, groups),
        on_ordered_change=partial(_order, key, orders),
    )


def chip(words: str, colour: Colour, icon: str = "", help: str = "") -> tuple[str, ...]:  # noqa: A002
    """Return a chip; `icon` is a Material symbol as Streamlit spells it."""
    return (words, colour, symbol(icon), help)


def line(values: Sequence[float | None], words: str) -> dict[str, Any] | None:
    """Return a small line of values, None among them a gap; None where there are fewer than two."""
    known = sum(value is not None for value in values)
    if known < 2:
        return None
    return {"values": [value and round(value, 2) for value in values], "words": words}


def symbol(icon: str) -> str:
    """Return a Material symbol's bare name: "pause" of ":material/pause:"."""
    return icon.removeprefix(":material/").removesuffix(":")


def _column(column: Column, orders: Orders | None) -> dict[str, Any]:
    told = {
        "name": column.name,
        "title": column.title,
        "kind": column.kind,
        "help": column.help,
        "width": column.width,
        "end": column.is_number,
        "press": column.can_be_pressed,
        "order": orders.told(column.name) if orders else None,
    }
    return {name: value for name, value in told.items() if value or name in ("title", "kind")}


def _line(one: Line) -> dict[str, Any]:
    if isinstance(one, Head):
        return {
            "head": one.words,
            "number": one.number,
            "icon": symbol(one.icon),
            "colour": one.colour,
        }
    return {"id": list(one.ident), "name": one.name, "cells": list(one.cells)}


def _press(key: str, drawn: _Drawn, then: Callable[[Pressed], None] | None) -> None:
    told = _told(key, "pressed")
    ident = _ident(told.get("id"))
    entry = str(told.get("entry") or "")
    if then is None or ident not in drawn.idents:
        return
    if entry and entry not in drawn.entries.get(ident, ()):
        return
    then(Pressed(ident, str(told.get("column") or ""), entry))


def _pick(key: str, drawn: _Drawn, bulk: Bulk | None) -> None:
    told = _told(key, "picked")
    entry = str(told.get("entry") or "")
    if bulk is None or entry not in {one[0] for one in bulk.entries}:
        return
    asked = told.get("ids")
    idents = tuple(_ident(one) for one in asked) if isinstance(asked, list) else ()
    known = tuple(one for one in dict.fromkeys(idents) if one in drawn.idents)
    is_all = told.get("all") is True
    if known or is_all:
        bulk.on_picked(Picked(entry, known, is_all))


def _search(key: str, search: Search | None) -> None:
    text = _told(key, "searched").get("text")
    if search is not None and isinstance(text, str):
        search.on_searched(text[:MOST_SEARCHED])


def _group(key: str, groups: Groups | None) -> None:
    name = _told(key, "grouped").get("group")
    known = {one.name for one in groups.choices} if groups else ()
    if groups is not None and isinstance(name, str) and name in known:
        groups.on_grouped(name)


def _order(key: str, orders: Orders | None) -> None:
    order = orders.by.get(str(_told(key, "ordered").get("column"))) if orders else None
    if orders is not None and order is not None:
        orders.on_ordered("" if order == orders.chosen else order)


def _told(key: str, event: str) -> Mapping[str, Any]:
    """Return what the browser said, an empty mapping where it said nothing of the kind."""
    told = (st.session_state.get(key) or {}).get(event)
    return told if isinstance(told, Mapping) else {}


def _ident(told: object) -> Ident:
    if not isinstance(told, list) or not all(isinstance(part, int | str) for part in told):
        return ()
    return tuple(told)
