"""The notebook's figures: gaps, marks, names beside the lines, nothing that is markup."""

import tomllib
from datetime import date, timedelta
from itertools import pairwise

import pytest

from lib.charts.notebook import COLOURS, Line, bars_figure, columns_figure, lines_figure
from lib.settings import ROOT
from tests.unit.test_house import contrast

FIRST = date(2026, 11, 1)


def dates(length):
    return [FIRST + timedelta(days=at) for at in range(length)]


def line(label="Alma", values=(1.0, None, 3.0), late=0):
    count = len(values)
    return Line(
        label,
        tuple(values),
        tuple(str(value) for value in values),
        tuple(at >= count - late for at in range(count)),
    )


def test_a_line_breaks_where_a_day_is_missing_and_is_hollow_where_it_may_change():
    figure = lines_figure(dates(3), [line(late=1)], title="Spend, EUR")
    (trace,) = figure["data"]
    assert trace["y"] == [1.0, None, 3.0]
    assert trace["connectgaps"] is False
    assert trace["marker"]["symbol"] == ["circle", "circle", "circle-open"]
    assert figure["layout"]["yaxis"]["title"]["text"] == "Spend, EUR"
    # One line needs no name beside it: the title says what it is.
    assert "annotations" not in figure["layout"]


def test_lines_are_named_at_their_ends_and_the_names_do_not_touch():
    lines = [line(f"Line {at}", (5.0, 5.0 + at / 1000)) for at in range(8)]
    figure = lines_figure(dates(2), lines, title="Spend")
    heights = [one["y"] for one in figure["layout"]["annotations"]]
    assert len(heights) == 8
    assert all(below + 0.05 <= above for below, above in pairwise(heights))
    assert all(0 <= height <= 1 for height in heights)
    assert figure["layout"]["showlegend"] is False
    symbols = {trace["marker"]["symbol"][0] for trace in figure["data"]}
    assert len(symbols) == 8


def test_a_line_without_any_value_has_no_name_beside_it():
    figure = lines_figure(dates(2), [line(), line("Bruno", (None, None))], title="Spend")
    assert [one["text"] for one in figure["layout"]["annotations"]] == ["Alma"]


@pytest.mark.parametrize("length", [1, 28, 400])
def test_columns_stack_only_what_adds_up(length):
    lines = [line("Alma", (1.0,) * length, late=1), line("Bruno", (2.0,) * length)]
    stacked = columns_figure(dates(length), lines, title="Spend", are_stacked=True)
    beside = columns_figure(dates(length), lines, title="Cost", are_stacked=False)
    assert (stacked["layout"]["barmode"], beside["layout"]["barmode"]) == ("stack", "group")
    assert stacked["data"][0]["marker"]["pattern"]["shape"] == [""] * (length - 1) + ["/"]


def test_bars_have_their_words_and_the_first_stands_on_top():
    figure = bars_figure([line("Alma", (3.0,)), line("Bruno", (None,))], title="Spend")
    (trace,) = figure["data"]
    assert trace["x"] == [3.0, None]
    assert trace["text"] == ["3.0", "None"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["Alma", "Bruno"]
    assert figure["layout"]["yaxis"]["autorange"] == "reversed"


def test_nothing_at_all_is_an_empty_figure():
    assert lines_figure([], [], title="Spend")["data"] == []
    assert bars_figure([], title="Spend")["data"][0]["x"] == []


def test_names_from_outside_are_no_markup():
    hostile = "<b>%{x}</b>&amp;" + "x" * 100
    for figure in (
        lines_figure(dates(3), [line(hostile), line()], title=hostile),
        columns_figure(dates(3), [line(hostile), line()], title=hostile, are_stacked=True),
        bars_figure([line(hostile)], title=hostile),
    ):
        assert "<b>" not in repr(figure)
        assert "%{x}" not in repr(figure)


@pytest.mark.parametrize("variant", ["light", "dark"])
@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_can_be_seen_on_both_grounds(variant, colour):
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"][variant]
    assert contrast(colour, theme["backgroundColor"]) >= 3
