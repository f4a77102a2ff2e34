"""What can wait is left out of a session's first run, and comes in the next."""

import json

from streamlit.testing.v1 import AppTest

from lib.domain.actions import Action
from lib.settings import ROOT
from lib.ui import components
from tests.pages.conftest import CAMPAIGN

PAUSE = Action.PAUSE.label


def asks_again(at):
    (pulse,) = (
        one.proto.json
        for one in at.get("bidi_component")
        if one.proto.component_name == components.name("pulse")
    )
    return json.loads(pulse)["again"]


def test_the_first_run_asks_for_another_that_brings_the_rest(row_of):
    campaign_id = row_of(lambda row: row.week is not None).campaign.id
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert not at.sidebar.selectbox
    first_time = asks_again(at)
    assert first_time
    at.run()
    assert at.sidebar.selectbox[0].label == "Artist"
    assert not asks_again(at)
    at.switch_page(CAMPAIGN)
    at.query_params["id"] = str(campaign_id)
    at.run()
    assert at.sidebar.selectbox
    first = at.get("plotly_chart")[0].proto.spec
    assert not at.get("button_group")
    assert PAUSE not in [one.label for one in at.button]
    # Else the browser would take it for the same that it was told before.
    assert asks_again(at) not in (0, first_time)
    at.run()
    assert at.get("button_group")
    assert PAUSE in [one.label for one in at.button]
    assert at.get("plotly_chart")[0].proto.spec == first
    assert not asks_again(at)
