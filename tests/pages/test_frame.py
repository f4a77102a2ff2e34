"""What stands beside every page stands there too where a page has nothing more to say."""

import pytest

from lib.domain.rights import FULL
from lib.services import queries
from lib.ui import components
from lib.ui.escape import esc
from tests.cast import add_artist, signed_in
from tests.pages.conftest import texts

CAMPAIGN, ACTIVITY = "pages/marketing/campaign.py", "pages/operations/activity.py"


def beside(at):
    return [one.label for one in at.sidebar.selectbox]


def pulses(at):
    return [
        one
        for one in at.get("bidi_component")
        if one.proto.component_name == components.name("pulse")
    ]


def test_an_artist_without_campaigns_can_be_left_for_another(empty_engine, open_desk, now):
    for name in ("Alma Insight", "Bruno Bystander"):
        add_artist(empty_engine, now=now, name=name)
    at = open_desk()
    assert "Alma Insight has no campaign yet" in texts(at)
    assert beside(at) == ["Artist"]
    at.sidebar.selectbox[0].select("Bruno Bystander").run()
    assert "Bruno Bystander has no campaign yet" in texts(at)
    assert pulses(at), "and an import of somebody else shows by itself"


@pytest.mark.usefixtures("demo_engine")
@pytest.mark.parametrize(
    ("page", "query", "said"),
    [
        (CAMPAIGN, {"id": "4711"}, "There is no campaign 4711"),
        (ACTIVITY, {"q": "nobody ever wrote this"}, "No change matches"),
    ],
)
def test_a_page_that_ends_early_keeps_what_stands_beside_it(open_desk, page, query, said):
    at = open_desk(page, **query)
    assert said in texts(at)
    assert beside(at) == ["Artist"]
    assert pulses(at)


def test_whoever_has_no_role_can_sign_out(empty_engine, open_desk, now, acting):
    acting(signed_in(empty_engine, "bob@x.example", now=now))
    at = open_desk()
    assert "No artist yet" in texts(at)
    assert not queries.artists(empty_engine, rights=FULL)
    assert pulses(at), "and a role that is given shows by itself"


@pytest.mark.usefixtures("demo_engine")
def test_an_artist_that_is_not_there_is_told_of_once(open_desk):
    at = open_desk(artist="No*body")
    (told,) = at.toast
    chosen = at.selectbox(key="artist").value
    assert f"**{esc(chosen)}** is chosen instead" in told.value
    assert "body" not in told.value, "an address may hold anybody's words"
    at.run()
    assert not at.toast
    assert not open_desk(artist=chosen).toast
