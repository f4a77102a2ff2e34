"""The notebook as a person meets it: asked by the URL, answered alike on screen and in files."""

import csv
import io
from datetime import datetime, timedelta

import pytest

from lib.domain.answer import MOST_BARS
from lib.domain.notebook import Grain, Measure, Question, Reach, Split
from lib.domain.records import Actor, Platform
from lib.domain.rights import FULL, Place, Role, rights
from lib.services import notebook, queries
from lib.services.sheets import csv_of, excel_of
from lib.ui.notebook import answer_table
from tests import excel
from tests.cast import add_artist, add_campaign
from tests.pages.conftest import table, tables
from tests.pages.conftest import texts as marked_up
from tests.reported import report

EXPLORE = "pages/marketing/notebook.py"
FIGURES = "The figures"
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zone


def texts(at):
    """Return what is read, without the marks that keep text from being Markdown."""
    return marked_up(at).replace("\\", "")


@pytest.fixture
def add(empty_engine, now):
    """A function that adds a campaign with figures of the last 40 days."""

    def one(artist_id, days=None, **columns):
        made = now - timedelta(days=60)
        campaign_id = add_campaign(
            empty_engine, artist_id, now=made, **({"created_at": made} | columns)
        )
        report(empty_engine, campaign_id, days or dict.fromkeys(range(1, 41), (10, 2)), now=now)
        return campaign_id

    return one


@pytest.mark.usefixtures("empty_engine")
def test_an_empty_desk_offers_an_import_and_the_demo(open_desk):
    assert "No artist yet" in texts(open_desk(EXPLORE))


def test_an_artist_without_figures_says_so(empty_engine, open_desk, now):
    add_campaign(empty_engine, add_artist(empty_engine, now=now), now=now)
    at = open_desk(EXPLORE)
    assert "None of the 1 campaigns that fit has any figures yet." in texts(at)
    assert not tables(at)


def test_the_first_question_is_spend_day_by_day_with_its_dates(empty_engine, open_desk, now, add):
    add(add_artist(empty_engine, now=now))
    at = open_desk(EXPLORE)
    assert "28 days to 21 Nov 2026" in texts(at)
    assert "€280.00" in texts(at)
    found = table(at, FIGURES)
    assert found.columns[:2] == ["c0", "c1"]
    assert len(found) == 28
    assert found["c1"] == ["€10.00"] * 28


def test_a_link_asks_the_same_question_again(empty_engine, open_desk, now, add):
    alma = add_artist(empty_engine, now=now, name="Alma")
    add(alma)
    add(alma, platform=Platform.GOOGLE)
    at = open_desk(
        EXPLORE,
        nb_measure="Click rate",
        nb_split="Platform",
        nb_window="7 days",
        nb_by="Total",
        nb_platform=["Meta"],
    )
    assert "Click rate by platform" in texts(at)
    assert table(at, FIGURES)["c2"] == ["Meta"]
    assert at.segmented_control(key="nb_window").value == "7 days"


@pytest.mark.parametrize(
    "query",
    [
        {"nb_measure": "Sheep", "nb_split": "Sheep", "nb_by": "Sheep", "nb_window": "-3"},
        {"nb_kind": "sheep", "nb_currency": "ZZZ", "nb_compare": "1,x,,99999999999,4711"},
        {"nb_window": "Since", "nb_since": "tomorrow"},
        {"nb_artist": ["Nobody"], "nb_status": ["Gone"], "nb_platform": ["Mars"], "nb_type": ["?"]},
    ],
)
def test_what_a_url_says_wrongly_is_ignored(empty_engine, open_desk, now, add, query):
    add(add_artist(empty_engine, now=now))
    at = open_desk(EXPLORE, **query)
    assert "Spend, day by day" in texts(at)
    assert len(table(at, FIGURES)) == 28


def test_what_is_left_out_is_said_and_can_be_chosen(empty_engine, open_desk, now, add):
    alma = add_artist(empty_engine, now=now)
    add(alma)
    add(alma)
    add(alma, currency="USD")
    at = open_desk(EXPLORE)
    assert "Left out: 1 campaign in USD" in texts(at)
    at.selectbox(key="nb_currency-choice").select("USD").run()
    assert "Left out: 2 campaigns in EUR" in texts(at)
    assert table(at, FIGURES)["c1"] == ["$10.00"] * 28
    assert at.query_params["nb_currency"] == "USD"
    at.button(key="nb-reset").click().run()
    assert "1 campaign in USD" in texts(at)


def test_campaigns_are_compared_as_indexes_whose_base_is_said(empty_engine, open_desk, now, add):
    alma = add_artist(empty_engine, now=now)
    small, large = (add(alma, dict.fromkeys(range(1, 41), (spend, 2))) for spend in (10, 500))
    add(alma)
    at = open_desk(EXPLORE, nb_compare=f"{small},{large}")
    assert "100 = each campaign’s first 7 days with figures" in texts(at)
    assert "2 campaigns" in texts(at)
    found = table(at, FIGURES)
    assert len(found) == 50
    assert set(found["c3"]) == {"100"}
    at.segmented_control(key="nb_scale").set_value("Units").run()
    assert "100 =" not in texts(at)


def test_a_question_that_is_too_large_says_what_to_do(
    empty_engine, open_desk, now, add, monkeypatch
):
    add(add_artist(empty_engine, now=now))
    monkeypatch.setattr(notebook, "MOST_CAMPAIGN_DAYS", 5)
    assert "Choose a shorter window" in texts(open_desk(EXPLORE))


def test_whoever_is_limited_to_an_artist_sees_no_trace_of_another(
    empty_engine, open_desk, now, add, acting
):
    alma, bruno = (add_artist(empty_engine, now=now, name=name) for name in ("Alma", "Bruno"))
    add(alma)
    add(bruno, name="Brazen", currency="USD", campaign_type="Brazen type")
    acting(Actor(name="Bob", rights=rights([(Place(artist_id=alma), Role.VIEWER)])))
    at = open_desk(EXPLORE, nb_split="Artist", nb_by="Total", nb_artist=["Bruno"])
    assert table(at, FIGURES)["c2"] == ["Alma"]
    assert "Left out" not in texts(at)
    assert not [word for word in ("Bruno", "Brazen", "USD") if word in f"{texts(at)}{at.main}"]


@pytest.mark.parametrize("measure", [Measure.SPEND, Measure.COST_PER_RESULT])
def test_screen_csv_and_excel_carry_the_same_numbers_for_every_artist(
    demo_engine, open_desk, now, measure
):
    for artist in queries.artists(demo_engine, rights=FULL):
        at = open_desk(
            EXPLORE,
            nb_measure=measure.label,
            nb_split="Campaign",
            nb_by="Total",
            nb_window="90 days",
            nb_artist=[artist.name],
        )
        question = Question(
            measure, Split.CAMPAIGN, Grain.TOTAL, Reach.QUARTER, artists=(artist.id,)
        )
        answer = notebook.ask(demo_engine, question, rights=FULL, now=now).answer
        if answer is None:
            assert "Nothing to add up" in texts(at)
            continue
        sheet = answer_table.sheet(answer, about=())
        on_screen = [[row[f"c{at}"] for at in range(len(sheet.columns))] for row in rows_of(at)]
        assert 1 < len(on_screen) <= MOST_BARS + 2
        lines = list(answer_table.lines(answer))
        in_csv = list(csv.reader(io.StringIO("".join(csv_of(sheet)))))[1:]
        in_excel = next(iter(excel.read(excel_of(sheet, made_at=now)).values()))[1:]
        assert len(in_csv) == len(in_excel) == len(on_screen)
        for line, screen, plain, cells in zip(lines, on_screen, in_csv, in_excel, strict=True):
            assert screen == answer_table.cells(answer, line)
            for column, words, text, cell in zip(sheet.columns, screen, plain, cells, strict=True):
                assert same(text, cell)
                if text and column.name == answer_table.measure_words(answer):
                    told = answer_table.figure_words(answer, line.group, float(text))
                    assert told == words


def rows_of(at):
    return table(at, FIGURES).rows


def same(text, cell):
    """Return whether a cell of a CSV and of an Excel file say the same."""
    if cell is None:
        return text == ""
    if isinstance(cell, str):
        return text.removeprefix("'") == cell
    if text[4:5] == "-" and text[7:8] == "-":
        told = EXCEL_EPOCH + timedelta(days=cell)
        off = told - datetime.fromisoformat(text).replace(tzinfo=None)
        return abs(off) < timedelta(minutes=1)
    return float(text) == cell
