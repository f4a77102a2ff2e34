"""Saved views: whose they are, who else has them, what opens by itself; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lib.db.engine import reading
from lib.db.tables import default_view, history, saved_view
from lib.domain.rights import DESK, FULL, Place, Role
from lib.domain.saved_view import MOST_VIEWS, PAGES, artists_named, query_of, values_of
from lib.services import own_settings, saved_views
from lib.services.access import NotAllowed
from lib.services.billing import ArtistNotFound
from lib.services.saved_views import ViewNotFound, ViewRefused
from lib.services.transactions import RequestReused
from tests.cast import ALICE, add_artist, new_request, signed_in

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(engine, now):
    return Desk(engine, now)


class Desk:
    """Two colleagues who see everything, one who sees Alma alone, and their views."""

    def __init__(self, engine, now):
        self.engine, self.now = engine, now
        self.alma, self.bruno = (add_artist(engine, now=now, name=name) for name in ("Alma", "B+o"))
        self.ann = signed_in(engine, "ann@x.example", (DESK, Role.EDITOR), now=now)
        self.ben = signed_in(engine, "ben@x.example", (DESK, Role.VIEWER), now=now)
        self.cleo = signed_in(
            engine, "cleo@x.example", (Place(artist_id=self.alma), Role.VIEWER), now=now
        )

    def save(self, name="Mine", *, by=None, page="roster", query="status=Ended", **more):
        asked = {"actor": by or self.ann, "request_id": new_request(), "now": self.now} | more
        return saved_views.save_view(self.engine, name, page=page, query=query, **asked).view_id

    def change(self, view_id, *, by=None, name="Mine", is_shared=True):
        return saved_views.change_view(
            self.engine,
            view_id,
            name=name,
            is_shared=is_shared,
            actor=by or self.ann,
            request_id=new_request(),
            now=self.now,
        )

    def delete(self, view_id, *, by=None):
        asked = {"actor": by or self.ann, "request_id": new_request(), "now": self.now}
        return saved_views.delete_view(self.engine, view_id, **asked)

    def open_by_itself(self, view_id, is_default=True, *, by=None):
        asked = {"actor": by or self.ann, "request_id": new_request(), "now": self.now}
        return saved_views.set_default(self.engine, view_id, is_default, **asked)

    def of(self, who):
        return saved_views.views(self.engine, actor=who, rights=who.rights)

    def names_of(self, who):
        return [one.name for one in self.of(who)]

    def default_of(self, who, page="roster"):
        found = saved_views.default(self.engine, page, actor=who, rights=who.rights)
        return found and found.name

    def rows(self, table):
        with reading(self.engine) as db:
            return db.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_view_is_its_makers_alone_until_it_is_shared(desk):
    view_id = desk.save(" My  ended ", query="status=Ended&q=a%26b")
    (mine,) = desk.of(desk.ann)
    assert (mine.name, mine.page, mine.is_mine, mine.is_shared) == (
        "My ended",
        "roster",
        True,
        False,
    )
    assert mine.values == {"status": ["Ended"], "q": ["a&b"]}
    assert desk.names_of(desk.ben) == []
    desk.change(view_id, name="Ended", is_shared=True)
    (theirs,) = desk.of(desk.ben)
    assert (theirs.name, theirs.is_mine, theirs.made_by) == ("Ended", False, desk.ann.name)
    desk.change(view_id, name="Ended", is_shared=False)
    assert desk.names_of(desk.ben) == []


def test_one_that_names_an_artist_is_there_for_those_only_who_may_see_that_artist(desk):
    for at, names in enumerate((["Alma"], ["B+o"], ["Alma", "B+o"], [])):
        query = query_of(("artists", name) for name in names)
        desk.save(f"View {at}", query=query, is_shared=True)
    desk.save("Board", page="campaigns", query="artist=B%2Bo", is_shared=True)
    assert desk.names_of(desk.ben) == ["Board", "View 0", "View 1", "View 2", "View 3"]
    assert desk.names_of(desk.cleo) == ["View 0", "View 3"]


def test_whoever_may_see_nothing_has_no_view_and_saves_none(desk):
    stranger = signed_in(desk.engine, "dan@x.example", now=desk.now)
    desk.save(is_shared=True)
    assert desk.of(stranger) == ()
    with pytest.raises(NotAllowed):
        desk.save(by=stranger)
    assert desk.rows(saved_view) == 1


def test_an_artist_out_of_sight_is_named_in_nobodys_view(desk):
    told = []
    for name in ("B+o", "Nobody"):
        with pytest.raises(ArtistNotFound) as refusal:
            desk.save(by=desk.cleo, query=query_of([("artists", name)]))
        told.append(str(refusal.value))
    assert told[0] == told[1]
    assert desk.rows(saved_view) == 0


def test_names_are_told_apart_by_person_and_not_by_case(desk):
    desk.save("Ärger")
    desk.save("Ärger", by=desk.ben)
    with pytest.raises(ViewRefused, match="already"):
        desk.save("äRGER")
    other = desk.save("Other")
    with pytest.raises(ViewRefused, match="already"):
        desk.change(other, name="ärger")
    desk.change(other, name="OTHER")
    assert desk.names_of(desk.ann) == ["OTHER", "Ärger"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\u202eb", "\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(desk, name):
    with pytest.raises(ViewRefused):
        desk.save(name)
    assert desk.rows(saved_view) == 0


def test_what_is_no_page_or_too_long_is_refused(desk):
    for more in ({"page": "people"}, {"query": "q=" + "x" * 2000}):
        with pytest.raises(ViewRefused):
            desk.save(**more)
    assert set(PAGES) == {"campaigns", "roster", "activity"}


def test_nobody_saves_without_end(desk):
    for at in range(MOST_VIEWS):
        desk.save(f"View {at}")
    with pytest.raises(ViewRefused, match="Delete"):
        desk.save("One more")
    desk.save("One more", by=desk.ben)


def test_the_same_request_saves_once_and_another_with_its_id_is_refused(desk):
    first = desk.save(request_id="r")
    again = desk.save(request_id="r", now=desk.now + HOUR)
    assert first == again
    with pytest.raises(RequestReused):
        desk.save("Another", request_id="r")
    with pytest.raises(RequestReused):
        desk.save(request_id="r", by=desk.ben)
    assert desk.rows(saved_view) == 1


def test_only_its_maker_changes_or_deletes_a_view(desk):
    view_id = desk.save(is_shared=True)
    for work in (desk.change, desk.delete):
        with pytest.raises(ViewNotFound):
            work(view_id, by=desk.ben)
        with pytest.raises(ViewNotFound):
            work(4711)
    desk.delete(view_id)
    assert desk.of(desk.ann) == ()
    with pytest.raises(ViewNotFound):
        desk.delete(view_id)


def test_one_view_opens_by_itself_for_each_person_and_only_with_its_page(desk):
    one, other = desk.save("One"), desk.save("Other", is_shared=True)
    desk.open_by_itself(one)
    desk.open_by_itself(other)
    desk.open_by_itself(other, by=desk.ben)
    assert desk.default_of(desk.ann) == desk.default_of(desk.ben) == "Other"
    assert desk.default_of(desk.ann, "campaigns") is None
    assert [view.name for view in desk.of(desk.ann) if view.is_default] == ["Other"]
    desk.open_by_itself(one, False)  # It is not the one.
    assert desk.default_of(desk.ann) == "Other"
    desk.open_by_itself(other, False)
    assert desk.default_of(desk.ann) is None
    assert desk.default_of(desk.ben) == "Other"


def test_what_is_no_longer_there_opens_for_nobody(desk):
    view_id = desk.save(is_shared=True, query="artists=B%2Bo")
    with pytest.raises(ViewNotFound):
        desk.open_by_itself(view_id, by=desk.cleo)
    desk.open_by_itself(view_id, by=desk.ben)
    desk.open_by_itself(view_id)
    desk.change(view_id, is_shared=False)
    assert desk.default_of(desk.ben) is None
    assert desk.default_of(desk.ann) == "Mine"
    desk.delete(view_id)
    assert desk.rows(default_view) == 0


def test_without_a_sign_in_views_are_the_one_local_persons(desk):
    desk.save(by=ALICE)
    renamed = ALICE.model_copy(update={"name": "Alice with another name"})
    assert [one.name for one in saved_views.views(desk.engine, actor=renamed, rights=FULL)] == [
        "Mine"
    ]
    assert desk.names_of(desk.ann) == []


def test_what_somebody_sets_for_themselves_is_no_news_of_a_campaign(desk):
    before = desk.rows(history)
    desk.open_by_itself(desk.save(is_shared=True))
    choose(desk, ["status", "spend"])
    assert desk.rows(history) == before


# Columns of a table.


def choose(desk, names, *, by=None, table="board"):
    return own_settings.choose_columns(
        desk.engine,
        table,
        names,
        actor=by or desk.ann,
        request_id=new_request(),
        now=desk.now,
    )


def test_columns_are_remembered_in_their_order_for_each_person_and_table(desk):
    choose(desk, ["spend", "status"])
    choose(desk, ["status"], by=desk.ben)
    choose(desk, ["plan"], table="roster")
    choose(desk, ["status", "verdict", "spend"])
    known = own_settings.chosen_columns
    assert known(desk.engine, "board", actor=desk.ann) == ("status", "verdict", "spend")
    assert known(desk.engine, "board", actor=desk.ben) == ("status",)
    assert known(desk.engine, "roster", actor=desk.ann) == ("plan",)
    choose(desk, [])
    assert known(desk.engine, "board", actor=desk.ann) == ()
    assert known(desk.engine, "roster", actor=desk.ann) == ("plan",)


@pytest.mark.parametrize(
    "names", [["a", "a"], [""], ["x" * 41], ["a\x00"], [str(n) for n in range(51)]]
)
def test_columns_that_no_table_has_are_refused(desk, names):
    with pytest.raises(own_settings.SettingRefused):
        choose(desk, names)
    assert own_settings.chosen_columns(desk.engine, "board", actor=desk.ann) == ()


def test_a_query_is_the_same_after_it_was_kept():
    values = [("artists", "Ä & B"), ("artists", "=?#"), ("q", "a+b c")]
    assert values_of(query_of(values)) == {"artists": ["Ä & B", "=?#"], "q": ["a+b c"]}
    assert artists_named(query_of([*values, ("artist", "One")])) == ("One", "Ä & B", "=?#")
    assert values_of("%%%&&&=;=") is not None
