"""What board, roster and activity offer to take along: what is on the screen, and its filters."""

import csv
import io
from typing import Any

import pytest

from lib.domain.records import Platform
from lib.domain.rights import FULL
from lib.domain.status import FACTS, Status
from lib.services import queries
from lib.services.access import NotAllowed
from lib.services.sheets import Sheet, csv_of, excel_of
from lib.ui import downloads
from lib.ui.filtering import filters
from lib.ui.format import a_day, money, unit_cost
from tests import excel
from tests.pages.conftest import table
from tests.pages.test_notebook import same

BOARD, ROSTER = "pages/marketing/campaign_management.py", "pages/marketing/roster.py"
ACTIVITY = "pages/operations/activity.py"
UNIT = 1_000_000


@pytest.fixture
def taken(monkeypatch):
    """The sheets that the page offers, by the stem of their files."""
    found: dict[str, Any] = {}

    def noted(stem, make, *, shown):
        found[stem] = make
        return original(stem, make, shown=shown)

    original = downloads.sheet_buttons
    monkeypatch.setattr(downloads, "sheet_buttons", noted)
    return found


def both(sheet: Sheet, now):
    """Return the rows of both files after having compared them cell by cell."""
    plain = list(csv.DictReader(io.StringIO("".join(csv_of(sheet)))))
    pages = excel.read(excel_of(sheet, made_at=now))
    head, *rows = pages[sheet.title]
    assert head == list(plain[0])
    assert len(rows) == len(plain)
    for cells, row in zip(rows, plain, strict=True):
        for name, cell in zip(head, cells, strict=True):
            assert same(row[name], cell)
    return plain, dict(pages["About"])


def number(text):
    return float(text) * UNIT if text else None


def pair(words):
    """Return both figures of a cell as the screen has them."""
    return tuple(part.partition(" ")[2].partition(" ")[2] for part in words.split(" · "))


def test_the_board_of_every_artist_carries_the_screens_numbers(demo_engine, open_desk, now, taken):
    for artist in queries.artists(demo_engine, rights=FULL):
        taken.clear()
        at = open_desk(BOARD, artist=artist.name)
        if not taken:
            continue
        plain, about = both(taken["campaigns-of-an-artist"](), now)
        assert about["Artist"] == artist.name
        assert "mean" in about["Figures"]
        screen = table(at, "Campaigns").rows
        by_id = {row["Campaign id"]: row for row in plain}
        for row in screen:
            file = by_id[str(row["id"][0])]
            assert file["Campaign"].removeprefix("'") == row["campaign"]
            assert compared(row["cost"], file, "Cost per result", unit_cost) in (True, None)
            assert compared(row["spend"], file, "Spend a day", money) in (True, None)
            if row["results"] != "—":
                kind = file["Result kind"]
                for words, name in zip(pair(row["results"]), ("7 days", "28 days"), strict=True):
                    told = number(file[f"Results a day, {name}"])
                    assert words == (f"{a_day(told)} {kind}" if told is not None else "—")


def compared(words, file, name, format_of):
    """Return whether both windows of a figure are the same; None where there is none."""
    if words == "—":
        assert file[f"{name}, 7 days"] == file[f"{name}, 28 days"] == ""
        return None
    told = tuple(
        format_of(number(file[f"{name}, {window}"]), file["Currency"])
        for window in ("7 days", "28 days")
    )
    return told == pair(words)


def test_the_boards_filters_narrow_the_file_and_are_stated_in_it(
    demo_engine, open_desk, now, taken
):
    artist = queries.artists(demo_engine, rights=FULL)[0]
    open_desk(BOARD, artist=artist.name, platform=["Meta"], q="a")
    plain, about = both(taken["campaigns-of-an-artist"](), now)
    assert {row["Platform"] for row in plain} == {Platform.META.label}
    assert (about["Platform"], about["Search"]) == ("Meta", "a")


@pytest.mark.usefixtures("demo_engine")
def test_the_roster_takes_along_every_campaign_that_fits_and_says_the_filters(
    open_desk, now, taken
):
    at = open_desk(ROSTER, **{filters.STATUS: ["Paused"]})
    plain, about = both(taken["roster"](), now)
    assert {row["Status"] for row in plain} == {FACTS[Status.PAUSED].label}
    assert about["Status"] == "Paused"
    assert about["Campaigns"] == str(len(plain))
    shown = table(at, "All campaigns").rows
    assert [row["campaign"] for row in shown] == [row["Campaign"] for row in plain][: len(shown)]


@pytest.mark.usefixtures("demo_engine")
def test_the_activity_takes_along_what_is_shown(open_desk, now, taken):
    at = open_desk(ACTIVITY, action="Paused")
    plain, about = both(taken["activity-shown"](), now)
    frame = at.dataframe[0].value
    assert [row["Who"] for row in plain] == list(frame["Who"])
    assert [row["Campaign"].removeprefix("'") for row in plain] == list(frame["Campaign"])
    assert about["Action"] == "Paused"


@pytest.mark.usefixtures("demo_engine")
def test_whose_rights_have_changed_since_gets_no_file(open_desk, monkeypatch):
    made = {}

    def button(label, *, data, **_options):
        made[label] = data

    monkeypatch.setattr("streamlit.download_button", button)
    open_desk(BOARD)
    assert made["CSV"]()
    assert made["Excel"]()[:2] == b"PK"
    monkeypatch.setattr(downloads, "current_rights", lambda *_asked, **_more: None)
    for label in ("CSV", "Excel"):
        with pytest.raises(NotAllowed, match="Load the page again"):
            made[label]()
