import json
from datetime import date, timedelta

import pandas as pd
import pytest

from lib.charts.campaign import Deciding, Marker, campaign_figure
from lib.charts.trend import chart_window, trend_frame
from lib.domain.metrics import Window
from lib.domain.records import Coverage, DailyResult

FIRST = date(2026, 9, 1)


def day(offset: int, *, spend: int = 9, saves: int | None = 4) -> DailyResult:
    return DailyResult(
        campaign_id=1,
        day=FIRST + timedelta(days=offset),
        spend_micros=spend * 1_000_000,
        impressions=None,
        clicks=None,
        results={} if saves is None else {"saves": saves * 1_000_000},
    )


def covered(first: int, last: int) -> Coverage:
    return Coverage(
        campaign_id=1,
        starts_on=FIRST + timedelta(days=first),
        ends_on=FIRST + timedelta(days=last),
    )


def window(first: int, last: int) -> Window:
    return Window(FIRST + timedelta(days=first), FIRST + timedelta(days=last))


def frame_of(days, coverage, dates, as_of=None):
    return trend_frame(days, coverage, dates, kind="saves", as_of=as_of)


def figure_of(frame, **more):
    return campaign_figure(frame, currency="EUR", kind="saves", **more)


def trace(figure, name, axis="y"):
    return next(one for one in figure["data"] if one["name"] == name and one["yaxis"] == axis)


def test_an_empty_frame_says_so():
    figure = figure_of(pd.DataFrame())
    assert not figure["data"]
    assert figure["layout"]["annotations"][0]["text"] == "No figures yet"


def test_one_day_is_one_bar_and_no_mean():
    figure = figure_of(frame_of([day(0)], [covered(0, 0)], window(0, 0)))
    assert trace(figure, "Each day")["y"] == [9.0]
    assert trace(figure, "7-day mean")["y"] == [None]


def test_one_legend_speaks_for_spend_and_results():
    figure = figure_of(frame_of([day(0)], [covered(0, 0)], window(0, 0)))
    said = [one for one in figure["data"] if one["showlegend"]]
    assert [one["name"] for one in said] == ["Each day", "7-day mean", "28-day mean"]
    for one in said:
        together = {other["yaxis"] for other in figure["data"] if other["name"] == one["name"]}
        groups = {other["legendgroup"] for other in figure["data"] if other["name"] == one["name"]}
        assert together == {"y", "y2"}
        assert groups == {one["legendgroup"]}
    assert len({one["legendgroup"] for one in said}) == len(said)


def test_a_missing_day_is_a_break_and_an_idle_day_is_zero():
    days = [day(0), day(1), day(4)]
    frame = frame_of(days, [covered(0, 2)], window(0, 4))
    spend = trace(figure_of(frame), "Each day")["y"]
    assert spend == [9.0, 9.0, 0.0, None, 9.0]
    assert trace(figure_of(frame), "7-day mean")["connectgaps"] is False


def test_a_day_without_this_kind_of_result_is_not_zero_results():
    frame = frame_of([day(0, saves=None)], [covered(0, 0)], window(0, 0))
    assert trace(figure_of(frame), "Each day", "y2")["y"] == [None]


def test_a_mean_is_over_the_reported_days_only():
    days = [day(offset, spend=10) for offset in range(7) if offset != 3]
    frame = frame_of(days, [], window(0, 6))
    assert frame["spend_7"].iloc[-1] == 10.0


def test_the_mean_reaches_back_before_the_window():
    days = [day(offset) for offset in range(40)]
    frame = frame_of(days, [covered(0, 39)], window(30, 39))
    assert len(frame) == 10
    assert frame["spend_28"].notna().all()


def test_days_after_the_as_of_day_have_no_mean():
    days = [day(offset) for offset in range(10)]
    as_of = FIRST + timedelta(days=6)
    frame = frame_of(days, [covered(0, 9)], window(0, 9), as_of=as_of)
    assert frame["spend_7"].loc[as_of] == 9.0
    assert frame["spend_7"].iloc[-1] != frame["spend_7"].iloc[-1]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({"length": 7}, 110, 116),
        ({"length": 28}, 89, 116),
        ({"length": 90}, 27, 116),
        ({"length": 500}, 0, 116),
        ({}, 0, 116),
        ({"since": 100}, 100, 116),
        ({"since": -50}, 0, 116),
        ({"since": 118}, 116, 116),
        ({"length": 7, "with_later": True}, 110, 119),
    ],
)
def test_every_range_ends_on_the_as_of_day_unless_later_days_are_asked_for(asked, first, last):
    days = [day(offset) for offset in range(120)]
    as_of, today = FIRST + timedelta(days=116), FIRST + timedelta(days=200)
    if "since" in asked:
        asked = asked | {"since": FIRST + timedelta(days=asked["since"])}
    assert chart_window(days, as_of=as_of, last=today, **asked) == window(first, last)


def test_a_range_never_ends_after_today_and_has_days_before_any_counts_as_complete():
    days = [day(offset) for offset in range(5)]
    today = FIRST + timedelta(days=2)
    assert chart_window(days, as_of=None, last=today, with_later=True) == window(0, 2)
    before = FIRST - timedelta(days=1)
    assert chart_window(days, as_of=before, last=today + timedelta(days=9)) == window(0, 4)


def test_there_is_no_range_without_a_day():
    assert chart_window([], as_of=None, last=FIRST, length=56) is None


def test_stretches_are_cut_to_the_range_and_left_out_beyond_it():
    frame = frame_of([day(offset) for offset in range(10)], [covered(0, 9)], window(0, 9))
    far = FIRST - timedelta(days=30)
    figure = figure_of(
        frame, learning=(far, FIRST), stopped=[(far, far), (FIRST, far + timedelta(days=99))]
    )
    shapes = figure["layout"]["shapes"]
    assert len(shapes) == 2
    assert {shape["x1"][:10] for shape in shapes} == {"2026-09-01", "2026-09-10"}


def test_a_change_is_marked_with_who_and_what_and_no_markup():
    frame = frame_of([day(0)], [covered(0, 0)], window(0, 0))
    words = "Paused by <b>Eve</b> %{x}"
    figure = figure_of(frame, markers=[Marker(FIRST, words), Marker(date(2020, 1, 1), "old")])
    assert trace(figure, "Changes")["text"] == ["Paused by &lt;b&gt;Eve&lt;/b&gt; % {x}"]


def test_axes_name_their_units_and_the_figure_is_plain_json():
    frame = frame_of([day(offset) for offset in range(60)], [covered(0, 59)], window(4, 59))
    figure = figure_of(frame)
    above = {one["text"]: one["y"] for one in figure["layout"]["annotations"]}
    assert above == {
        "Spend a day, EUR": figure["layout"]["yaxis"]["domain"][1],
        "Saves a day": figure["layout"]["yaxis2"]["domain"][1],
    }
    assert "NaN" not in json.dumps(figure)


def labels(first: int, last: int) -> list[tuple[str, str]]:
    """Return the words of the deciding windows in a frame of these days, and where they stand."""
    now, before = window(83, 89), window(62, 82)
    deciding = Deciding(
        now=(now.first, now.last),
        before=(before.first, before.last),
        words=("last 7 days", "3 weeks before"),
    )
    frame = frame_of([day(at) for at in range(90)], [covered(0, 89)], window(first, last))
    found = figure_of(frame, deciding=deciding)["layout"]["annotations"]
    return [(one["text"], one["x"]) for one in found if one["xref"] == "x"]


def test_each_deciding_window_has_its_words_above_it():
    assert labels(34, 89) == [
        ("3 weeks before", f"{date(2026, 11, 12)}T00:00:00"),
        ("last 7 days", f"{date(2026, 11, 26)}T00:00:00"),
    ]


def test_the_words_of_the_windows_become_one_line_where_a_long_frame_brings_them_together():
    assert labels(0, 89) == [("3 weeks before, last 7 days", f"{date(2026, 11, 29)}T00:00:00")]


def test_a_window_outside_the_frame_has_no_words():
    assert labels(83, 89) == [("last 7 days", f"{date(2026, 11, 26)}T00:00:00")]
