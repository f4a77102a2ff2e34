import pytest

from lib.domain.rights import FULL
from lib.domain.status import FACTS, Status
from lib.services import queries
from tests.pages.conftest import texts


def campaigns(at):
    """Return the cells of the table's campaigns, without the lines of the groups."""
    rows = [row for table in at.dataframe for row in table.value.to_dict("records")]
    return [row for row in rows if row["menu"] is not None]


def test_an_empty_desk_offers_an_import_and_the_demo(empty_engine, open_desk):
    at = open_desk()
    assert "No artist yet" in texts(at)
    assert at.button(key="demo-load").label == "Load the demo label"
    assert not at.dataframe
    at.button(key="demo-load").click().run()
    assert not at.exception
    assert at.dataframe
    assert queries.demo_label(empty_engine, rights=FULL)


@pytest.mark.usefixtures("demo_engine")
def test_an_artist_without_a_campaign_is_told_so(open_desk):
    at = open_desk(artist="Liv Tannhus")
    assert "Liv Tannhus has no campaign yet" in texts(at)
    assert not at.dataframe


@pytest.mark.usefixtures("demo_engine")
def test_the_groups_stand_in_their_order_with_their_counts(open_desk):
    at = open_desk(artist="Alma Varn & the Weathervanes")
    (table,) = at.dataframe
    lines = [row for row in table.value.to_dict("records") if row["menu"] is None]
    order = ["Needs attention", "Live", "In setup", "Paused", "Finished"]
    assert [line["campaign"] for line in lines] == [one.upper() for one in order]
    counts = [int(line["badges"][0].rsplit("· ", 1)[1]) for line in lines]
    assert sum(counts) == len(table.value) - len(lines)
    assert all(counts)


@pytest.mark.usefixtures("demo_engine")
def test_the_archive_is_folded_and_sends_no_rows(open_desk):
    at = open_desk(artist="Dead Letter Ferry")
    archived = f"{FACTS[Status.ARCHIVED].label}"
    assert not any(archived in str(table.value["badges"].tolist()) for table in at.dataframe)
    unfolded = open_desk(artist="Dead Letter Ferry", group="archived")
    assert any(archived in str(table.value["badges"].tolist()) for table in unfolded.dataframe)


@pytest.mark.usefixtures("demo_engine")
def test_a_filter_in_the_url_narrows_the_board(open_desk):
    at = open_desk(artist="Dead Letter Ferry", status=["Active"])
    assert len(at.dataframe) == 1
    chips = [row["badges"] for row in campaigns(at)]
    assert chips
    assert all("Active" in chip[0] for chip in chips)


@pytest.mark.usefixtures("demo_engine")
def test_a_filter_that_the_desk_does_not_know_is_dropped(open_desk):
    assert len(campaigns(open_desk(artist="Dead Letter Ferry", status=["Nonsense"]))) > 5


@pytest.mark.usefixtures("demo_engine")
def test_nothing_matches_and_one_click_shows_everything_again(open_desk):
    at = open_desk(artist="Dead Letter Ferry", q="no campaign is called so")
    assert "Nothing matches" in texts(at)
    assert not at.dataframe
    at.button(key="empty-reset").click().run()
    assert len(campaigns(at)) > 5


@pytest.mark.usefixtures("demo_engine")
def test_three_hundred_campaigns_are_paged_and_not_sent_at_once(open_desk):
    at = open_desk(artist="Brother Abacus")
    assert at.get("pagination")
    assert len(campaigns(at)) == 20


def test_other_artists_campaigns_are_not_sent(demo_engine, open_desk, now):
    at = open_desk(artist="Dead Letter Ferry")
    names = [row["campaign"] for row in campaigns(at)]
    board = queries.board(demo_engine, 1, now=now, rights=FULL)
    assert board is not None
    assert not {row.campaign.name for row in board.rows} & set(names)


@pytest.mark.usefixtures("demo_engine")
def test_missing_figures_read_as_a_dash_and_never_as_zero(open_desk):
    at = open_desk(artist="Dead Letter Ferry")
    without = [row for row in campaigns(at) if row["figures"] == "No figures yet"]
    assert without
    assert all(row["spend"] == row["cost"] == row["results"] == "—" for row in without)


@pytest.mark.usefixtures("demo_engine")
def test_every_amount_names_its_currency(open_desk):
    at = open_desk(artist="Dead Letter Ferry")
    spends = [row["spend"] for row in campaigns(at) if any(c.isdigit() for c in row["spend"][5:])]
    assert spends
    assert all(any(sign in spend for sign in "€$£¥") for spend in spends)
    assert len({sign for spend in spends for sign in "€$£¥" if sign in spend}) > 1


@pytest.mark.usefixtures("demo_engine")
def test_one_group_is_shown_alone_by_its_pill(open_desk):
    at = open_desk(artist="Alma Varn & the Weathervanes", group="live")
    (table,) = at.dataframe
    assert table.value["campaign"].iloc[0] == "LIVE"
    chips = [row["badges"][0] for row in campaigns(at)]
    assert chips
    assert all("Active" in chip or "Serving" in chip for chip in chips)


@pytest.mark.usefixtures("demo_engine")
def test_a_click_on_the_line_of_a_group_opens_nothing(open_desk):
    at = open_desk(artist="Alma Varn & the Weathervanes")
    (table,) = [key for key in dict(at.session_state._state.filtered_state) if "table-" in key]
    at.session_state[table] = {"selection": {"rows": [], "columns": [], "cells": [[0, "campaign"]]}}
    at.run()
    assert not at.exception
    assert at.title[0].value == "Campaign Management"
