"""The page of people: an admin searches, gives and takes roles, switches off; others do not."""

import pytest

from lib.domain.records import Actor
from lib.domain.rights import DESK, FULL, Place, Role
from lib.services.people_reads import people, people_history
from lib.services.queries import artists
from lib.ui import people_view, signin
from tests.cast import person_of, signed_in
from tests.pages.conftest import texts

PEOPLE = "pages/operations/people.py"
BOB, DORA = "bob@label.example", "dora@label.example"


@pytest.fixture
def dora(demo_engine, at_noon):
    return signed_in(demo_engine, DORA, (DESK, Role.ADMIN), now=at_noon)


@pytest.fixture
def bob(demo_engine, at_noon):
    return signed_in(demo_engine, BOB, (DESK, Role.VIEWER), now=at_noon, name="**Bob** <b>")


def card_of(engine, email):
    (card,) = [one for one in people(engine, rights=FULL) if one.email == email]
    return card


def test_an_admin_sees_everybody_with_their_roles_and_finds_one(open_desk, acting, dora, bob):
    acting(dora)
    at = open_desk(PEOPLE)
    frame = at.dataframe[0].value
    assert list(frame["Address"]) == [bob.name, DORA]
    assert list(frame["Roles"]) == ["Viewer: The whole desk", "Admin: The whole desk"]
    at.text_input(key=people_view.SEARCH).set_value("BOB").run()
    assert list(at.dataframe[0].value["Address"]) == [BOB]
    at.text_input(key=people_view.SEARCH).set_value("nobody of that name").run()
    assert not at.exception
    assert at.dataframe[0].value.empty


def test_an_admin_limits_a_person_to_one_artist(open_desk, acting, demo_engine, dora, bob):
    acting(dora)
    number, one = person_of(bob), artists(demo_engine, rights=FULL)[0]
    at = open_desk(PEOPLE)
    at.selectbox(key=people_view.CHOSEN).select(number).run()
    at.selectbox(key=f"people-place-{number}").select(Place(artist_id=one.id))
    at.selectbox(key=f"people-role-{number}").select(Role.EDITOR)
    next(each for each in at.button if each.label == "Give this role").click().run()
    at.button(key=f"take-{number}-desk").click().run()
    assert not at.exception
    held = [(role.name, role.role) for role in card_of(demo_engine, BOB).roles]
    assert held == [(one.name, Role.EDITOR)]
    assert {entry.actor for entry in people_history(demo_engine, rights=FULL)[:2]} == {DORA}


def test_an_admin_switches_a_person_off_and_on(open_desk, acting, demo_engine, dora, bob):
    acting(dora)
    number = person_of(bob)
    at = open_desk(PEOPLE)
    at.selectbox(key=people_view.CHOSEN).select(number).run()
    for is_active in (False, True):
        at.button(key=f"switch-{number}").click().run()
        assert not at.exception
        assert card_of(demo_engine, BOB).is_active is is_active


def test_an_admin_invites_somebody_and_is_told_what_is_no_address(
    open_desk, acting, demo_engine, dora
):
    acting(dora)
    at = open_desk(PEOPLE)
    for email in ("no address", "new@label.example"):
        at.text_input(key="people-new").set_value(email)
        at.selectbox(key="people-new-role").select(Role.EDITOR)
        next(each for each in at.button if each.label == "Invite").click().run()
        assert not at.exception
        said = texts(at).replace("\\", "")
        assert ("Give one e-mail address" in said) == (email == "no address")
    assert card_of(demo_engine, "new@label.example").first_seen_at is None


def test_the_last_admin_is_told_that_somebody_has_to_stay(open_desk, acting, demo_engine, dora):
    acting(dora)
    number = person_of(dora)
    at = open_desk(PEOPLE)
    at.selectbox(key=people_view.CHOSEN).select(number).run()
    for key in (f"take-{number}-desk", f"switch-{number}"):
        at.button(key=key).click().run()
        assert not at.exception
        assert "last admin" in texts(at)
    assert card_of(demo_engine, DORA).is_active


@pytest.mark.usefixtures("dora")
def test_a_viewer_on_the_page_is_told_that_it_is_for_admins(open_desk, acting, bob):
    acting(bob)
    at = open_desk(PEOPLE)
    assert "for admins" in texts(at)
    assert not at.dataframe
    assert DORA not in texts(at)


def test_an_admin_of_one_artist_is_offered_that_one_only(open_desk, acting, demo_engine, at_noon):
    one = artists(demo_engine, rights=FULL)[0]
    acting(signed_in(demo_engine, BOB, (Place(artist_id=one.id), Role.ADMIN), now=at_noon))
    at = open_desk(PEOPLE)
    offered = at.selectbox(key="people-new-place").options
    assert offered == [f"Artist: {one.name}"]
    assert "Changes" not in [each.label for each in at.expander]


def test_without_a_sign_in_there_is_no_such_page_in_the_menu():
    assert not signin.manages_people(Actor(name="Alice", rights=FULL))
