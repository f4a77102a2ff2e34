import pytest

from lib.domain.rights import FULL
from lib.domain.status import FACTS, Status
from lib.services import queries
from tests.pages.conftest import table, tables, texts


def campaigns(at):
    """Return the cells of the table's campaigns, row by row."""
    return table(at, "Campaigns").rows


def test_an_empty_desk_offers_an_import_and_the_demo(empty_engine, open_desk):
    at = open_desk()
    assert "No artist yet" in texts(at)
    assert at.button(key="demo-load").label == "Load the demo label"
    assert not tables(at)
    at.button(key="demo-load").click().run()
    assert not at.exception
    assert campaigns(at)
    assert all(one.is_demo for one in queries.artists(empty_engine, rights=FULL))


@pytest.mark.usefixtures("demo_engine")
def test_an_artist_without_a_campaign_is_told_so(open_desk):
    at = open_desk(artist="Liv Tannhus")
    assert "Liv Tannhus has no campaign yet" in texts(at)
    assert not tables(at)


@pytest.mark.usefixtures("demo_engine")
def test_the_groups_stand_in_their_order_with_their_counts(open_desk):
    at = open_desk(artist="Alma Varn & the Weathervanes")
    board = table(at, "Campaigns")
    order = ["Needs attention", "Live", "In setup", "Paused", "Finished"]
    assert [words for words, _ in board.heads] == order
    counts = [int(number) for _, number in board.heads]
    assert sum(counts) == len(board)
    assert all(counts)
    assert [label.split(" · ")[0] for label in board.groups][:5] == order


@pytest.mark.usefixtures("demo_engine")
def test_the_archive_is_folded_and_sends_no_rows(open_desk):
    at = open_desk(artist="Dead Letter Ferry")
    archived = f"{FACTS[Status.ARCHIVED].label}"
    assert archived not in str([row["status"] for row in campaigns(at)])
    unfolded = open_desk(artist="Dead Letter Ferry", group="Archived")
    assert all(archived in row["status"][0] for row in campaigns(unfolded))
    assert campaigns(unfolded)


@pytest.mark.usefixtures("demo_engine")
def test_a_filter_in_the_url_narrows_the_board(open_desk):
    at = open_desk(artist="Dead Letter Ferry", status=["Active"])
    chips = [row["status"] for row in campaigns(at)]
    assert chips
    assert all("Active" in chip[0] for chip in chips)


@pytest.mark.usefixtures("demo_engine")
def test_a_filter_that_the_desk_does_not_know_is_dropped(open_desk):
    assert len(campaigns(open_desk(artist="Dead Letter Ferry", status=["Nonsense"]))) > 5


@pytest.mark.usefixtures("demo_engine")
def test_nothing_matches_and_one_click_shows_everything_again(open_desk):
    at = open_desk(artist="Dead Letter Ferry", q="no campaign is called so")
    assert "Nothing matches" in texts(at)
    assert not campaigns(at)
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
    spends = [row["spend"] for row in campaigns(at) if any(c.isdigit() for c in row["spend"][4:])]
    assert spends
    assert all(any(sign in spend for sign in "€$£¥") for spend in spends)
    assert len({sign for spend in spends for sign in "€$£¥" if sign in spend}) > 1


@pytest.mark.usefixtures("demo_engine")
def test_one_group_is_shown_alone_by_its_pill(open_desk):
    at = open_desk(artist="Alma Varn & the Weathervanes", group="Live")
    assert [words for words, _ in table(at, "Campaigns").heads] == ["Live"]
    chips = [row["status"][0] for row in campaigns(at)]
    assert chips
    assert all("Active" in chip or "Serving" in chip for chip in chips)


@pytest.mark.usefixtures("demo_engine")
def test_the_search_in_the_url_stays_when_another_page_was_seen(open_desk):
    at = open_desk(artist="Dead Letter Ferry", q="sluice")
    found = [row["campaign"] for row in campaigns(at)]
    assert found
    assert all("sluice" in name.casefold() for name in found)
    at.switch_page("pages/operations/status_guide.py").run()
    at.switch_page("pages/marketing/campaign_management.py").run()
    assert [row["campaign"] for row in campaigns(at)] == found
