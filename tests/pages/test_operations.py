import re
from datetime import date

import pytest
from sqlalchemy import delete, select

from lib.db.engine import writing
from lib.db.tables import connection
from lib.domain.actions import Action, PauseReason
from lib.domain.status import FACTS
from lib.settings import settings
from tests.cast import add_artist
from tests.pages.conftest import field, table, texts

ACTIVITY = "pages/operations/activity.py"
GUIDE = "pages/operations/status_guide.py"
IMPORT = "pages/operations/import_export.py"


@pytest.mark.usefixtures("demo_engine")
def test_activity_lists_the_newest_changes_of_every_artist(open_desk):
    at = open_desk(ACTIVITY)
    frame = at.dataframe[0].value
    assert len(frame) == 200
    assert frame["Artist"].nunique() > 1


@pytest.mark.usefixtures("demo_engine")
def test_activity_narrows_to_one_artist_and_leaves_the_others_out(open_desk):
    at = open_desk(ACTIVITY, artists=["Dead Letter Ferry"])
    assert set(at.dataframe[0].value["Artist"]) == {"Dead Letter Ferry"}


@pytest.mark.usefixtures("demo_engine")
def test_activity_narrows_to_an_action(open_desk):
    at = open_desk(ACTIVITY, action="Paused")
    assert set(at.dataframe[0].value["What"]) == {"Paused"}


@pytest.mark.usefixtures("demo_engine")
def test_activity_is_searched_and_narrowed_by_source_and_days(open_desk):
    at = open_desk(ACTIVITY, q="dead letter paused")
    frame = at.dataframe[0].value
    assert set(frame["Artist"]) == {"Dead Letter Ferry"}
    at = open_desk(ACTIVITY, source="Demo")
    assert all(where.startswith("Demo") for where in at.dataframe[0].value["From"])
    field(at, "date_input", "filter-from").set_value(date(2026, 11, 20))
    field(at, "date_input", "filter-until").set_value(date(2026, 11, 21)).run()
    days = {when.partition(" Nov")[0] for when in at.dataframe[0].value["When"]}
    assert days
    assert days <= {"20", "21"}
    at.button(key="filters-reset").click().run()
    assert not at.exception
    assert len(at.dataframe[0].value) == 200


@pytest.mark.usefixtures("demo_engine")
def test_activity_narrows_to_a_campaign_of_the_chosen_artist(open_desk):
    at = open_desk(ACTIVITY, artists=["Dead Letter Ferry"])
    label = field(at, "selectbox", "filter-campaign").options[0]
    field(at, "selectbox", "filter-campaign").select(label).run()
    assert set(at.dataframe[0].value["Campaign"]) == {label.rpartition(" · ")[0]}


@pytest.mark.usefixtures("demo_engine")
@pytest.mark.parametrize("search", ["<script>", "%' OR 1=1 --", "\\", "x" * 5000])
def test_activity_takes_any_search_and_says_where_nothing_fits(open_desk, search):
    at = open_desk(ACTIVITY, q=search)
    assert "No change matches these filters." in texts(at) or at.dataframe


@pytest.mark.usefixtures("demo_engine")
def test_the_guide_names_every_status_reason_and_action(open_desk):
    at = open_desk(GUIDE)
    read = texts(at) + "".join(table.value.to_csv() for table in at.table)
    for facts in FACTS.values():
        assert facts.label in read
    for one in (*PauseReason, *Action):
        assert one.label in read


def table_with(at, column):
    (found,) = [one.value for one in at.table if column in one.value.columns]
    return found


@pytest.mark.usefixtures("demo_engine")
def test_the_guide_says_what_was_measured_of_how_late_figures_come(open_desk):
    at = open_desk(GUIDE)
    complete = table_with(at, "Counts as complete after")["Counts as complete after"]
    assert re.fullmatch(r"3 days \(measured on \d+ days\)", complete.iloc[0])
    known = table_with(at, "After 1 day").set_index(["Platform", "Figure"])
    saves = known.loc["Meta", "saves"]
    assert (saves["After 1 day"], saves["After 2 days"]) == ("72 %", "88 %")
    assert "never scaled up" in texts(at)
    assert "default holds" not in texts(at)


@pytest.mark.usefixtures("empty_engine")
def test_without_enough_figures_the_guide_says_that_the_default_holds(open_desk):
    at = open_desk(GUIDE)
    complete = table_with(at, "Counts as complete after")["Counts as complete after"]
    assert list(complete) == ["3 days (default)", "1 day (default)", "1 day (default)"]
    assert "the default holds" in texts(at)
    assert not [one for one in at.table if "After 1 day" in one.value.columns]


@pytest.mark.usefixtures("demo_engine")
def test_an_export_is_previewed_and_nothing_is_written_before_the_click(open_desk, engine_counts):
    before = engine_counts()
    at = open_desk(IMPORT, artist="Dead Letter Ferry")
    at.file_uploader[0].upload("meta.csv", META.encode()).run()
    assert not at.exception
    assert "Recognised" in texts(at)
    assert engine_counts() == before


@pytest.mark.usefixtures("demo_engine")
def test_a_file_that_cannot_be_understood_is_refused_with_its_reason(open_desk):
    at = open_desk(IMPORT, artist="Dead Letter Ferry")
    at.file_uploader[0].upload("x.csv", b"\x00\x01\x02").run()
    assert not at.exception
    assert at.error
    assert not [button for button in at.button if button.key == "import-start"]


META = """Reporting starts,Reporting ends,Campaign name,Day,Campaign delivery,\
Amount spent (EUR),Impressions,Link clicks,Result type,Results
2026-11-01,2026-11-02,New one,2026-11-01,active,10.00,100,5,Website purchases,2
2026-11-01,2026-11-02,New one,2026-11-02,active,11.00,110,6,Website purchases,3
"""


@pytest.fixture
def engine_counts(demo_engine):
    from sqlalchemy import func, select

    from lib.db.tables import campaign, history, import_run

    def counts():
        with demo_engine.connect() as db:
            return [
                db.execute(select(func.count()).select_from(table)).scalar()
                for table in (campaign, history, import_run)
            ]

    return counts


@pytest.mark.usefixtures("demo_engine")
def test_an_import_is_made_once_by_a_click_and_its_campaign_stands_on_the_board(
    open_desk, engine_counts
):
    campaigns, _, runs = engine_counts()
    at = open_desk(IMPORT, artist="Liv Tannhus")
    at.selectbox(key="import-artist").select("Liv Tannhus").run()
    at.file_uploader[0].upload("meta.csv", META.encode()).run()
    at.button(key="import-start").click().run()
    assert not at.exception
    assert "1 campaign of Liv Tannhus. Days: 2 new, 0 restated." in texts(at).replace("\\", "")
    assert engine_counts()[0] == campaigns + 1
    assert engine_counts()[2] == runs + 1
    board = open_desk(artist="Liv Tannhus")
    assert "New one" in table(board, "Campaigns")["campaign"]


def test_an_account_that_is_new_has_the_time_zone_of_the_desk(
    open_desk, empty_engine, now, monkeypatch
):
    add_artist(empty_engine, now=now, name="Liv Tannhus")
    with writing(empty_engine) as db:
        db.execute(delete(connection))
    monkeypatch.setenv("DESK_ZONE", "Pacific/Auckland")
    settings.cache_clear()
    at = open_desk(IMPORT)
    at.selectbox(key="import-artist").select("Liv Tannhus").run()
    at.file_uploader[0].upload("meta.csv", META.encode()).run()
    at.button(key="import-start").click().run()
    assert not at.exception
    with empty_engine.connect() as db:
        assert db.execute(select(connection.c.zone)).scalar_one() == "Pacific/Auckland"


@pytest.mark.usefixtures("demo_engine")
def test_starting_the_demo_over_says_what_will_go(open_desk):
    at = open_desk()
    at.button(key="demo-over").click().run()
    assert "369 campaigns of the demo" in texts(at)


@pytest.mark.usefixtures("demo_engine")
def test_a_rename_is_proposed_and_may_be_declined(open_desk):
    at = open_desk(IMPORT, artist="Liv Tannhus")
    at.selectbox(key="import-artist").select("Liv Tannhus").run()
    days = "\n".join(
        f"2026-10-01,2026-10-20,New one,2026-10-{day:02},active,{day}.37,{day}00,5,Purchases,2"
        for day in range(1, 21)
    )
    first = f"{META.splitlines()[0]}\n{days}\n"
    at.file_uploader[0].upload("a.csv", first.encode()).run()
    at.button(key="import-start").click().run()
    at.button(key="import-next").click().run()
    at.selectbox(key="import-artist").select("Liv Tannhus").run()
    at.file_uploader[0].upload("b.csv", first.replace("New one", "Renamed").encode()).run()
    assert not at.exception
    assert "“New one” → “Renamed”" in texts(at)
    at.toggle(key="import-renames").set_value(False).run()
    assert not at.exception
    assert "“New one” → “Renamed”" not in texts(at)
    assert at.toggle(key="import-renames").value is False
