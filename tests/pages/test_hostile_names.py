"""A name from outside is shown as it was typed, wherever it goes."""

import pytest
from sqlalchemy import update

from lib.db.tables import artist, campaign
from tests.pages.conftest import CAMPAIGN, table

HOSTILE = "![x](http://evil.example/x.png) $x$ :red[x] <b>b</b> :material/star:"
LIVE = ("![x]", "](http", ":red[", ":material/star:", "<b>", "$x$")


@pytest.fixture
def hostile(demo_engine):
    with demo_engine.begin() as db:
        db.execute(update(artist).where(artist.c.id == 3).values(name=HOSTILE))
        columns = ("name", "promotes", "platform_status", "serving_status", "platform_note")
        values = dict.fromkeys(columns, HOSTILE)
        db.execute(update(campaign).where(campaign.c.artist_id == 3).values(values))
    return demo_engine


def markup(at):
    """Return every text that Streamlit renders as Markdown."""
    found = []
    for kind in ("title", "subheader", "markdown", "caption", "warning", "info", "error", "toast"):
        found += [str(element.value) for element in at.get(kind)]
    found += [button.label + (button.help or "") for button in at.button]
    found += [field.label for field in at.text_input]
    found += [metric.label + str(metric.value) for metric in at.metric]
    found += [line for table in at.table for line in table.value.to_csv().splitlines()]
    return found


@pytest.mark.usefixtures("hostile")
def test_the_board_shows_hostile_names_literally(open_desk):
    at = open_desk(artist=HOSTILE)
    board = table(at, "Campaigns")
    assert HOSTILE in board["campaign"]
    assert any(HOSTILE in words for words in board["promotes"])
    assert not [text for text in markup(at) for bad in LIVE if bad in text and "evil" in text]


@pytest.mark.usefixtures("hostile")
def test_the_page_of_a_campaign_shows_hostile_names_literally(open_desk, row_of):
    row = row_of(lambda row: row.campaign.name == HOSTILE and row.status.value == "active")
    at = open_desk(CAMPAIGN, id=str(row.campaign.id))
    assert any("evil" in text for text in markup(at))
    assert not [text for text in markup(at) for bad in LIVE if bad in text and "evil" in text]
    at.button(key=f"describe-{row.campaign.id}").click().run()
    assert any(one.value == row.campaign.promotes for one in at.text_input)
    assert not [text for text in markup(at) for bad in LIVE if bad in text and "evil" in text]
    at.button(key=f"pause-{row.campaign.id}").click().run()
    assert not [text for text in markup(at) for bad in LIVE if bad in text and "evil" in text]


@pytest.mark.usefixtures("hostile")
def test_the_fields_for_titles_show_hostile_names_literally(open_desk):
    at = open_desk("pages/marketing/present.py", artist=HOSTILE, titles="true")
    assert sum("evil" in field.label for field in at.text_input) > 5
    assert not [text for text in markup(at) for bad in LIVE if bad in text and "evil" in text]
