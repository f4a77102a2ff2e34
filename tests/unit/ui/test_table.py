"""What a table hears from the browser, whatever the browser says."""

import pytest
import streamlit as st

from lib.ui import table
from lib.ui.table import Bulk, Choice, Groups, Orders, Picked, Pressed, Search

DRAWN = table._Drawn(frozenset({(7, 1), (9, 3)}), {(7, 1): frozenset({"pause"})})


@pytest.fixture
def say(monkeypatch):
    """A function that puts the browser's words in the table's place."""

    def said(event, value):
        monkeypatch.setattr(st, "session_state", {"t": {event: value}})

    return said


@pytest.fixture
def heard():
    return []


def test_a_click_reaches_the_row_that_was_drawn(say, heard):
    say("pressed", {"id": [9, 3], "column": "campaign"})
    table._press("t", DRAWN, heard.append)
    say("pressed", {"id": [7, 1], "column": "menu", "entry": "pause"})
    table._press("t", DRAWN, heard.append)
    assert heard == [Pressed((9, 3), "campaign"), Pressed((7, 1), "menu", "pause")]


@pytest.mark.parametrize(
    "told",
    [
        {"id": [8, 1], "column": "campaign"},
        {"id": [9, 4], "column": "campaign"},
        {"id": [7, 1], "column": "menu", "entry": "archive"},
        {"id": [9, 3], "column": "menu", "entry": "pause"},
        {"id": "9:3"},
        {"id": [[9], 3]},
        {},
        None,
        "pause",
        [9, 3],
    ],
)
def test_a_click_on_what_was_not_drawn_does_nothing(say, heard, told):
    say("pressed", told)
    table._press("t", DRAWN, heard.append)
    assert heard == []


def test_rows_are_picked_once_each_and_only_where_they_were_drawn(say, heard):
    bulk = Bulk((("pause", "Pause", "pause"),), 30, heard.append)
    say("picked", {"entry": "pause", "ids": [[7, 1], [7, 1], [8, 1], "x", None], "all": False})
    table._pick("t", DRAWN, bulk)
    say("picked", {"entry": "pause", "ids": [], "all": True})
    table._pick("t", DRAWN, bulk)
    assert heard == [Picked("pause", ((7, 1),)), Picked("pause", (), is_all=True)]


@pytest.mark.parametrize(
    "told",
    [
        {"entry": "archive", "ids": [[7, 1]]},
        {"entry": "pause", "ids": [[8, 1]]},
        {"entry": "pause", "ids": "all", "all": "yes"},
        {"ids": [[7, 1]]},
    ],
)
def test_a_choice_of_nothing_or_for_something_unknown_does_nothing(say, heard, told):
    say("picked", told)
    table._pick("t", DRAWN, Bulk((("pause", "Pause", "pause"),), 30, heard.append))
    assert heard == []


def test_a_search_is_text_of_a_bounded_length(say, heard):
    say("searched", {"text": "x" * 10_000})
    table._search("t", Search("Search", "", heard.append))
    say("searched", {"text": ["x"]})
    table._search("t", Search("Search", "", heard.append))
    assert heard == ["x" * table.MOST_SEARCHED]


def test_only_a_group_that_was_offered_can_be_chosen(say, heard):
    groups = Groups([Choice("live", "Live · 3", "bolt")], heard.append)
    for told in ({"group": "live"}, {"group": "paused"}, {"group": None}, {"group": ["live"]}, {}):
        say("grouped", told)
        table._group("t", groups)
    assert heard == ["live"]


def test_a_head_orders_by_its_column_and_once_more_as_usual(say, heard):
    by = {"spend": "Most spend", "name": "Name"}
    orders = Orders(by, "Name", heard.append, rising=frozenset({"Name"}))
    for clicked in ("spend", "name", "Name", ["name"], None):
        say("ordered", {"column": clicked})
        table._order("t", orders)
    assert heard == ["Most spend", ""]
    assert orders.told("spend") == ("Most spend", "descending", False)
    assert orders.told("name") == ("Name", "ascending", True)
    assert orders.told("status") is None


def test_a_line_keeps_its_gaps_and_is_none_without_two_days():
    assert table.line((None, 1.0, None), "x") is None
    assert table.line((0.0, None, 2.256), "Spend") == {
        "values": [0.0, None, 2.26],
        "words": "Spend",
    }
