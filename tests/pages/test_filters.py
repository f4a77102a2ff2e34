"""One bar of filters on board, roster and activity: the same names, kept, and gone in one click."""

import pytest

from lib.ui.filtering import filters
from tests.pages.conftest import field, table, texts

BOARD, ROSTER = "pages/marketing/campaign_management.py", "pages/marketing/roster.py"
ACTIVITY = "pages/operations/activity.py"
PAGES = {filters.BOARD: BOARD, filters.ROSTER: ROSTER, filters.ACTIVITY: ACTIVITY}
FERRY = "Dead Letter Ferry"


def field_keys(at):
    kinds = ("multiselect", "selectbox", "number_input", "date_input", "toggle", "text_input")
    keys = {one.key or "" for kind in kinds for one in at.get(kind)}
    return {key.rpartition("-")[0] for key in keys if key.startswith("filter-")}


@pytest.mark.usefixtures("demo_engine")
def test_the_three_pages_offer_the_same_filters_where_they_can_apply(open_desk):
    offered = {name: field_keys(open_desk(script)) for name, script in PAGES.items()}
    everywhere = {"group", "status", "platform", "type", "location"}
    everywhere |= {"budget", "budget_from", "budget_to", "from", "until"}
    as_it_stands = {"verdict", "pacing", "figures", "learning", "sort"}
    for name, keys in offered.items():
        assert {f"filter-{one}" for one in everywhere} <= keys, name
    for one in as_it_stands:
        assert f"filter-{one}" in offered[filters.BOARD] & offered[filters.ROSTER]
        assert f"filter-{one}" not in offered[filters.ACTIVITY]
    assert "filter-artists" in offered[filters.ROSTER] & offered[filters.ACTIVITY]


@pytest.mark.usefixtures("demo_engine")
def test_what_is_chosen_on_one_page_stays_on_the_others_and_is_said_in_their_addresses(open_desk):
    at = open_desk(BOARD, artist=FERRY)
    field(at, "multiselect", "filter-platform").select("Meta").run()
    field(at, "multiselect", "filter-verdict").select("Too early").run()
    assert at.query_params["platform"] == "Meta"
    shown = table(at, "Campaigns").rows
    assert shown
    at.switch_page(ACTIVITY).run()
    assert field(at, "multiselect", "filter-platform").value == ["Meta"]
    assert "filter-verdict" not in field_keys(at)
    at.query_params.clear()
    at.switch_page(ROSTER).run()
    assert at.query_params["platform"] == "Meta"
    assert at.query_params["verdict"] == "Too early"
    at.switch_page(BOARD).run()
    assert table(at, "Campaigns").rows == shown
    at.button(key="filters-reset").click().run()
    at.switch_page(ROSTER).run()
    assert not {"platform", "verdict"} & set(at.query_params)
    assert field(at, "multiselect", "filter-verdict").value == []


@pytest.mark.usefixtures("demo_engine")
def test_a_copied_address_opens_the_same_view_in_another_browser(open_desk):
    at = open_desk(ROSTER)
    field(at, "multiselect", "filter-artists").select(FERRY).run()
    field(at, "selectbox", "filter-budget").select("GBP a day").run()
    field(at, "number_input", "filter-budget_from").set_value(12.5).run()
    field(at, "selectbox", "filter-sort").select("Name").run()
    mine = table(at, "All campaigns").rows
    assert 0 < len(mine) < 369
    assert at.query_params["budget_from"] == "12.50"
    theirs = open_desk(ROSTER, **dict(at.query_params))
    assert table(theirs, "All campaigns").rows == mine
    assert field(theirs, "number_input", "filter-budget_from").value == 12.5


@pytest.mark.usefixtures("demo_engine")
def test_an_amount_says_nothing_before_it_is_said_of_what(open_desk):
    at = open_desk(ROSTER, budget_from="12.5")
    assert len(table(at, "All campaigns")) == 50
    assert field(at, "number_input", "filter-budget_from").disabled
    assert "filters-reset" not in [one.key for one in at.button]


@pytest.mark.usefixtures("demo_engine")
def test_days_are_those_of_the_run_or_of_the_entries(open_desk):
    at = open_desk(ACTIVITY, **{"from": "2026-11-20", "until": "2026-11-21"})
    days = {when.partition(" Nov")[0] for when in at.dataframe[0].value["When"]}
    assert days <= {"20", "21"}
    at.switch_page(ROSTER).run()
    assert field(at, "date_input", "filter-from").label == "Run from"
    assert "369" not in texts(at).split("with current")[0].rsplit("**", 2)[-2]


@pytest.mark.usefixtures("demo_engine")
def test_activity_is_narrowed_to_entries_about_the_campaigns_that_fit(open_desk):
    at = open_desk(ACTIVITY, artists=[FERRY], location=["United Kingdom"], status=["Ended"])
    frame = at.dataframe[0].value if at.dataframe else None
    assert frame is None or set(frame["Artist"]) == {FERRY}
    assert frame is None or all(frame["Campaign"])


HOSTILE = {
    "q": "<b>%s</b> :red[x] \x00 " * 40,
    "artists": ["Nobody", "' OR 1=1 --"],
    "group": ["live", "\x00"],
    "status": "Nonsense",
    "platform": ["x"] * 500,
    "type": "%",
    "location": "../../etc",
    "verdict": "improving",
    "pacing": "{}",
    "figures": "-1",
    "learning": "maybe",
    "budget": "EUR",
    "budget_from": "1e309",
    "budget_to": "NaN",
    "from": "2026-02-30",
    "until": "0001-01-01",
    "sort": "Nonsense",
    "show": "Nonsense",
    "person": "Nobody",
    "action": "Nonsense",
    "source": "Nonsense",
    "campaign": "4711",
}


@pytest.mark.usefixtures("demo_engine")
@pytest.mark.parametrize("page", PAGES.values())
def test_whatever_stands_in_the_address_is_passed_over_or_searched_for(open_desk, page):
    at = open_desk(page, **HOSTILE)
    assert not at.exception
    known = {one for one in HOSTILE if one != "q"}
    at = open_desk(page, **{name: HOSTILE[name] for name in known})
    assert "filters-reset" not in [one.key for one in at.button]
    at = open_desk(page, budget="EUR a day", budget_from="999999999.99", until="2099-12-31")
    assert not at.exception


@pytest.mark.usefixtures("demo_engine")
def test_the_archive_is_shown_where_it_is_asked_for(open_desk):
    for asked in ({"status": ["Archived"]}, {"group": ["Archived"]}):
        rows = table(open_desk(BOARD, artist=FERRY, **asked), "Campaigns").rows
        assert rows
        assert all("Archived" in row["status"][0] for row in rows)
