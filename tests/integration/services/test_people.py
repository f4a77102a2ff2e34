"""The verbs on people: who gives which role where, and the last admin."""

import threading

import pytest
from sqlalchemy import func, select

from lib.db.engine import reading
from lib.db.tables import data_version, person_history
from lib.domain.rights import DESK, FULL, Place, Role, rights
from lib.services.access import NotAllowed
from lib.services.demo_label.demo import start_over
from lib.services.people import (
    LastAdmin,
    NoAddress,
    PersonNotFound,
    PlaceNotFound,
    end_sign_ins,
    give_role,
    invite,
    switch,
)
from lib.services.people_reads import people, people_history, places
from lib.services.queries import artists
from tests.cast import ALICE, add_artist, dump, person_of, signed_in

BOB, CHARLIE, DORA = (f"{name}@label.example" for name in ("bob", "charlie", "dora"))


@pytest.fixture
def alma(engine, now):
    return Place(artist_id=add_artist(engine, now=now, name="Alma"))


@pytest.fixture
def bruno(engine, now):
    return Place(artist_id=add_artist(engine, now=now, name="Bruno"))


def label_of(engine, place):
    found = {one.id: one.organization_id for one in artists(engine, rights=FULL)}
    return Place(organization_id=found[place.artist_id])


def roles_of(engine, email):
    (card,) = [one for one in people(engine, rights=FULL) if one.email == email]
    return {held.place: held.role for held in card.roles}


def test_a_role_is_given_changed_and_taken_and_each_time_recorded(engine, now, alma):
    bob = person_of(signed_in(engine, BOB, now=now))
    for role in (Role.VIEWER, Role.EDITOR, None):
        assert give_role(engine, bob, alma, role, actor=ALICE, now=now)
        assert roles_of(engine, BOB) == ({alma: role} if role else {})
    told = [
        (one.actor, one.place_name, one.before, one.after)
        for one in people_history(engine, rights=FULL)
        if one.event == "person:role"
    ]
    assert told == [
        ("Alice", "Alma", "editor", None),
        ("Alice", "Alma", "viewer", "editor"),
        ("Alice", "Alma", None, "viewer"),
    ]


def test_what_holds_already_changes_and_records_nothing(engine, now, alma):
    bob = person_of(signed_in(engine, BOB, (alma, Role.EDITOR), now=now))
    before = dump(engine)
    assert not give_role(engine, bob, alma, Role.EDITOR, actor=ALICE, now=now)
    assert not switch(engine, bob, is_active=True, actor=ALICE, now=now)
    assert dump(engine) == before


def test_a_change_of_rights_raises_the_data_version(engine, now, alma):
    def version():
        with reading(engine) as db:
            return db.execute(select(data_version.c.number)).scalar_one()

    bob = person_of(signed_in(engine, BOB, now=now))
    seen = [version()]
    give_role(engine, bob, alma, Role.VIEWER, actor=ALICE, now=now)
    seen.append(version())
    switch(engine, bob, is_active=False, actor=ALICE, now=now)
    assert seen[0] < seen[1] < version()


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b@c", "a b@c.example", "a@\nb", "@label.example", "x" * 250 + "@y"]
)
def test_only_one_address_is_invited(engine, now, email):
    before = dump(engine)
    with pytest.raises(NoAddress):
        invite(engine, email, DESK, Role.VIEWER, actor=ALICE, now=now)
    assert dump(engine) == before


def test_an_address_that_several_people_had_is_not_guessed_at(engine, now):
    for sub in ("17", "18"):
        signed_in(engine, BOB, now=now, sub=sub)
    with pytest.raises(NoAddress, match="Several"):
        invite(engine, BOB, DESK, Role.ADMIN, actor=ALICE, now=now)


# Admins of a place.


def test_an_admin_of_an_artist_gives_roles_there_and_nowhere_else(engine, now, alma, bruno):
    boss = signed_in(engine, BOB, (alma, Role.ADMIN), (bruno, Role.EDITOR), now=now)
    charlie = invite(engine, CHARLIE, alma, Role.VIEWER, actor=boss, now=now)
    assert give_role(engine, charlie, alma, Role.EDITOR, actor=boss, now=now)
    for place in (bruno, DESK):
        with pytest.raises(NotAllowed):
            give_role(engine, charlie, place, Role.VIEWER, actor=boss, now=now)
    assert roles_of(engine, CHARLIE) == {alma: Role.EDITOR}
    assert list(places(engine, rights=boss.rights).values()) == ["Alma"]


def test_an_admin_of_an_organization_gives_roles_for_its_artists(engine, now, alma, bruno):
    label = label_of(engine, alma)
    boss = signed_in(engine, BOB, (label, Role.ADMIN), now=now)
    invite(engine, CHARLIE, alma, Role.ADMIN, actor=boss, now=now)
    assert list(places(engine, rights=boss.rights)) == [label, alma]
    with pytest.raises(PlaceNotFound):
        invite(engine, CHARLIE, bruno, Role.VIEWER, actor=boss, now=now)


def test_a_place_out_of_sight_and_one_that_is_not_there_answer_alike(engine, now, alma, bruno):
    boss = signed_in(engine, BOB, (alma, Role.ADMIN), now=now)
    told = set()
    for place in (bruno, Place(artist_id=4711), label_of(engine, bruno), Place(815)):
        with pytest.raises(PlaceNotFound) as refusal:
            invite(engine, CHARLIE, place, Role.VIEWER, actor=boss, now=now)
        told.add(str(refusal.value))
    assert len(told) == 1


def test_an_admin_of_one_artist_sees_of_people_only_what_holds_there(engine, now, alma, bruno):
    signed_in(engine, CHARLIE, (alma, Role.VIEWER), (bruno, Role.EDITOR), now=now)
    hidden = person_of(signed_in(engine, DORA, (bruno, Role.EDITOR), now=now))
    boss = signed_in(engine, BOB, (alma, Role.ADMIN), now=now)
    seen = {
        one.email: [held.name for held in one.roles] for one in people(engine, rights=boss.rights)
    }
    assert seen == {BOB: ["Alma"], CHARLIE: ["Alma"]}
    told = set()
    for number in (hidden, 4711):
        with pytest.raises(PersonNotFound) as refusal:
            give_role(engine, number, alma, Role.VIEWER, actor=boss, now=now)
        told.add(str(refusal.value).replace(str(number), "N"))
    assert len(told) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_nobody_below_admin_does_anything_to_people(engine, now, alma, role):
    bob = signed_in(engine, BOB, (DESK, role), now=now)
    charlie = person_of(signed_in(engine, CHARLIE, now=now))
    asked = {"actor": bob, "now": now}
    before = dump(engine)
    for work in (
        lambda: give_role(engine, person_of(bob), DESK, Role.ADMIN, **asked),
        lambda: give_role(engine, charlie, alma, Role.VIEWER, **asked),
        lambda: invite(engine, DORA, DESK, Role.VIEWER, **asked),
        lambda: switch(engine, charlie, is_active=False, **asked),
        lambda: end_sign_ins(engine, charlie, **asked),
        lambda: people(engine, rights=bob.rights),
        lambda: places(engine, rights=bob.rights),
        lambda: people_history(engine, rights=bob.rights),
    ):
        with pytest.raises(NotAllowed):
            work()
    assert dump(engine) == before


def test_an_admin_of_a_place_switches_nobody_off_and_reads_no_history(engine, now, alma):
    boss = signed_in(engine, BOB, (alma, Role.ADMIN), now=now)
    charlie = person_of(signed_in(engine, CHARLIE, (alma, Role.VIEWER), now=now))
    for work in (
        lambda: switch(engine, charlie, is_active=False, actor=boss, now=now),
        lambda: end_sign_ins(engine, charlie, actor=boss, now=now),
        lambda: people_history(engine, rights=boss.rights),
    ):
        with pytest.raises(NotAllowed):
            work()


# The last admin.


def test_the_last_admin_of_the_desk_stays(engine, now):
    boss = signed_in(engine, BOB, (DESK, Role.ADMIN), now=now)
    number, before = person_of(boss), dump(engine)
    for actor in (boss, ALICE):
        for work in (
            lambda actor: give_role(engine, number, DESK, None, actor=actor, now=now),
            lambda actor: give_role(engine, number, DESK, Role.EDITOR, actor=actor, now=now),
            lambda actor: invite(engine, BOB, DESK, Role.VIEWER, actor=actor, now=now),
            lambda actor: switch(engine, number, is_active=False, actor=actor, now=now),
        ):
            with pytest.raises(LastAdmin, match="last admin"):
                work(actor)
    assert dump(engine) == before


def test_an_admin_who_never_came_or_is_switched_off_is_no_other_admin(engine, now):
    boss = person_of(signed_in(engine, BOB, (DESK, Role.ADMIN), now=now))
    invite(engine, CHARLIE, DESK, Role.ADMIN, actor=ALICE, now=now)
    dora = person_of(signed_in(engine, DORA, (DESK, Role.ADMIN), now=now))
    switch(engine, dora, is_active=False, actor=ALICE, now=now)
    with pytest.raises(LastAdmin):
        give_role(engine, boss, DESK, Role.VIEWER, actor=ALICE, now=now)


def test_of_two_admins_who_demote_each_other_at_once_one_stays(engine, now):
    bob, charlie = (signed_in(engine, one, (DESK, Role.ADMIN), now=now) for one in (BOB, CHARLIE))
    told, start = [], threading.Barrier(2)

    def demote(actor, other):
        start.wait()
        try:
            give_role(engine, person_of(other), DESK, None, actor=actor, now=now)
            told.append("done")
        except (LastAdmin, NotAllowed) as refusal:
            told.append(type(refusal).__name__)

    threads = [
        threading.Thread(target=demote, args=pair) for pair in ((bob, charlie), (charlie, bob))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert told.count("done") == 1
    held = [roles_of(engine, one).get(DESK) for one in (BOB, CHARLIE)]
    assert sorted(map(str, held)) == ["None", "admin"]


# The demo, whose artists go and come again.


def test_roles_in_the_demo_hold_in_the_one_that_is_loaded_anew(demo_engine, now):
    one = artists(demo_engine, rights=FULL)[3]
    held = [
        (Place(organization_id=one.organization_id), Role.VIEWER),
        (Place(artist_id=one.id), Role.EDITOR),
    ]
    signed_in(demo_engine, BOB, *held, now=now)
    start_over(demo_engine, actor=ALICE, now=now)
    fresh = next(each for each in artists(demo_engine, rights=FULL) if each.name == one.name)
    assert rights(roles_of(demo_engine, BOB).items()) == rights(
        [
            (Place(organization_id=fresh.organization_id), Role.VIEWER),
            (Place(artist_id=fresh.id), Role.EDITOR),
        ]
    )


def test_the_history_of_people_only_grows(engine, now, alma):
    bob = person_of(signed_in(engine, BOB, now=now))
    for role in (Role.VIEWER, None, Role.ADMIN, None):
        give_role(engine, bob, alma, role, actor=ALICE, now=now)
    with reading(engine) as db:
        assert db.execute(select(func.count()).select_from(person_history)).scalar() == 5
