"""Saved views and columns as a person meets them beside the filters."""

import pytest

from lib.domain.records import Actor
from lib.domain.rights import FULL, Place, Role, rights
from lib.services import queries, saved_views
from lib.ui.filtering import columns, filters
from tests.cast import ALICE, new_request
from tests.pages.conftest import BOARD, field, table, texts
from tests.pages.test_filters import FERRY, ROSTER
from tests.pages.test_taking import both, taken

__all__ = ["taken"]


@pytest.fixture
def save(demo_engine, now):
    """A function that saves a view of the one local person, and lets it open by itself."""

    def one(name, *, page="roster", query, is_default=False, by=ALICE, **more):
        asked = {"actor": by, "now": now}
        found = saved_views.save_view(
            demo_engine, name, page=page, query=query, request_id=new_request(), **asked, **more
        )
        if is_default:
            saved_views.set_default(
                demo_engine, found.view_id, True, request_id=new_request(), **asked
            )
        return found.view_id

    return one


def saved(demo_engine):
    return saved_views.views(demo_engine, actor=ALICE, rights=FULL)


def test_what_is_shown_is_saved_under_a_name_and_opened_again(demo_engine, open_desk):
    at = open_desk(ROSTER, status=["Ended"], artists=[FERRY], sort="Name", verdict="junk")
    shown = table(at, "All campaigns").rows
    at.text_input(key="view-name").set_value("Ferry's :red[past]").run()
    at.button(key="view-save").click().run()
    assert not at.exception
    (view,) = saved(demo_engine)
    assert (view.name, view.page) == ("Ferry's :red[past]", "roster")
    assert view.values == {"status": ["Ended"], "artists": [FERRY], "sort": ["Name"]}
    assert ":red[" not in "".join(one.value for one in at.toast)
    assert field(at, "selectbox", "view-open").value == view.id
    at.button(key="filters-reset").click().run()
    assert field(at, "selectbox", "view-open").value is None
    field(at, "multiselect", "filter-platform").select("Meta").run()
    field(at, "selectbox", "view-open").set_value(view.id).run()
    assert table(at, "All campaigns").rows == shown
    assert "platform" not in at.query_params
    assert at.query_params["sort"] == "Name"


@pytest.mark.usefixtures("demo_engine")
def test_a_view_of_the_board_is_of_its_artist(open_desk, save):
    view_id = save("Ferry live", page="campaigns", query="artist=Dead+Letter+Ferry&group=Live")
    at = open_desk(BOARD, q="something else")
    field(at, "selectbox", "view-open").set_value(view_id).run()
    assert FERRY in texts(at)
    assert [words for words, _ in table(at, "Campaigns").heads] == ["Live"]
    assert "q" not in at.query_params


@pytest.mark.usefixtures("demo_engine")
def test_a_view_names_nobody_whom_its_reader_does_not_know(open_desk, save):
    view_id = save("Theirs", page="activity", query="person=Somebody+Else&source=Demo")
    at = open_desk("pages/operations/activity.py")
    field(at, "selectbox", "view-open").set_value(view_id).run()
    assert at.query_params["source"] == "Demo"
    assert "person" not in at.query_params


@pytest.mark.usefixtures("demo_engine")
def test_the_default_opens_by_itself_once_a_session_and_only_unasked(open_desk, save):
    save("Paused", query="status=Paused", is_default=True)
    save("Board", page="campaigns", query="status=Ended")
    assert all("Paused" in one[0] for one in table(open_desk(ROSTER), "All campaigns")["status"])
    at = open_desk(ROSTER, status=["Active"])
    assert all("Active" in one[0] for one in table(at, "All campaigns")["status"])
    at = open_desk(ROSTER)
    at.button(key="filters-reset").click().run()
    assert len(table(at, "All campaigns")) == 50
    at.switch_page(BOARD).run()
    at.switch_page(ROSTER).run()
    assert "status" not in at.query_params


def test_a_view_is_renamed_shared_and_deleted_where_it_is_open(demo_engine, open_desk, save):
    view_id = save("Old name", query="status=Ended")
    at = open_desk(ROSTER, status=["Ended"])
    field(at, "text_input", f"view-name-{view_id}").set_value("New name").run()
    field(at, "toggle", f"view-shared-{view_id}").set_value(True).run()
    field(at, "toggle", f"view-default-{view_id}").set_value(True).run()
    (view,) = saved(demo_engine)
    assert (view.name, view.is_shared, view.is_default) == ("New name", True, True)
    at.button(key=f"view-delete-{view_id}").click().run()
    assert not at.exception
    assert saved(demo_engine) == ()
    assert field(at, "multiselect", "filter-status").value == ["Ended"]


def test_a_name_that_is_taken_is_said_and_nothing_is_saved(demo_engine, open_desk, save):
    save("Mine", query="status=Ended")
    at = open_desk(ROSTER)
    at.text_input(key="view-name").set_value("mine").run()
    at.button(key="view-save").click().run()
    assert "already" in texts(at)
    assert len(saved(demo_engine)) == 1


def test_a_colleague_opens_what_is_shared_and_cannot_change_it(
    demo_engine, open_desk, save, acting
):
    other = Actor(name="Bea :red[x]", rights=FULL)
    view_id = save("Hers", query="status=Ended", is_shared=True)
    hidden = save("Ferry", query="artists=Dead+Letter+Ferry", is_shared=True)
    artists = queries.artists(demo_engine, rights=FULL)
    mine = next(one.id for one in artists if one.name != FERRY)
    stranger = other.model_copy(update={"rights": rights([(Place(artist_id=mine), Role.VIEWER)])})
    acting(stranger)
    at = open_desk(ROSTER)
    options = field(at, "selectbox", "view-open").options
    assert [one for one in options if one.startswith("Hers")]
    assert not [one for one in options if "Ferry" in one]
    assert hidden not in [
        one.id for one in saved_views.views(demo_engine, actor=stranger, rights=stranger.rights)
    ]
    field(at, "selectbox", "view-open").set_value(view_id).run()
    assert at.query_params["status"] == "Ended"


@pytest.mark.usefixtures("demo_engine")
@pytest.mark.parametrize(("page", "label"), [(BOARD, "Campaigns"), (ROSTER, "All campaigns")])
def test_columns_are_chosen_in_their_order_and_remembered(open_desk, page, label, now, taken):
    at = open_desk(page)
    name = filters.ROSTER if page == ROSTER else filters.BOARD
    usual = table(at, label).columns
    field(at, "multiselect", f"columns-{name}").set_value(["plan", "spend", "status"]).run()
    wanted = ["campaign", "menu", "plan", "spend", "status"]
    assert table(at, label).columns == wanted
    later = open_desk(page)
    assert table(later, label).columns == wanted
    stem = "roster" if page == ROSTER else "campaigns-of-an-artist"
    plain, _ = both(taken[stem](), now)
    heads = list(plain[0])
    assert heads.index("Budget") < heads.index("Spend a day, 7 days") < heads.index("Status")
    assert not {"Verdict", "Promotes", "At stake"} & set(heads)
    later.button(key=f"columns-reset-{name}").click().run()
    assert table(later, label).columns == usual
    assert table(open_desk(page), label).columns == usual


def test_every_column_of_the_tables_can_be_chosen_and_the_usual_ones_are_among_them():
    for page in (filters.BOARD, filters.ROSTER):
        offered = columns.offered(page)
        assert len(set(offered)) == len(offered)
        assert all(columns.title(name) for name in offered)
    assert "artist" not in columns.offered(filters.BOARD)
