"""Coming in and going out: who is who, from when on, and what ends it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from lib.db.engine import reading, writing
from lib.db.tables import person, person_history
from lib.domain.actions import PauseReason
from lib.domain.rights import DESK, FULL, Place, Role, rights
from lib.services.access import AccessEnded, NotAllowed, current_rights
from lib.services.arrivals import SEEN_EVERY, arrive, sign_out
from lib.services.campaigns import pause_campaign
from lib.services.people import end_sign_ins, give_role, invite, switch
from lib.services.people_reads import people, people_history
from tests.cast import (
    ALICE,
    add_artist,
    add_campaign,
    dump,
    identity,
    new_request,
    person_of,
    see,
    signed_in,
)

BOB = "bob@label.example"
MINUTE = timedelta(minutes=1)


def come(engine, email=BOB, *, now, newcomers=Role.VIEWER, **said):
    return arrive(engine, identity(email, now=now, **said), newcomers=newcomers, now=now)


def pause(engine, campaign_id, actor, *, now):
    return pause_campaign(
        engine,
        campaign_id,
        reason=PauseReason.BUDGET,
        actor=actor,
        seen_version=1,
        request_id=new_request(),
        now=now,
    )


def test_somebody_new_looks_at_the_whole_desk_and_is_written_down(engine, now):
    bob = come(engine, now=now, name="Bob")
    assert bob.name == BOB
    assert bob.rights == rights([(DESK, Role.VIEWER)])
    (card,) = people(engine, rights=FULL)
    assert (card.email, card.name, card.first_seen_at, card.last_seen_at) == (BOB, "Bob", now, now)
    assert [one.event for one in people_history(engine, rights=FULL)] == [
        "person:role",
        "person:arrive",
    ]


def test_where_newcomers_are_nothing_they_see_nothing(engine, now):
    assert come(engine, now=now, newcomers=None).rights == rights([])


def test_a_second_run_writes_nothing_and_a_later_one_when_they_were_seen(engine, now):
    come(engine, now=now)
    before = dump(engine)
    again = identity(BOB, now=now)
    arrive(engine, again, newcomers=Role.VIEWER, now=now + SEEN_EVERY - MINUTE)
    assert dump(engine) == before
    arrive(engine, again, newcomers=Role.VIEWER, now=now + SEEN_EVERY)
    assert people(engine, rights=FULL)[0].last_seen_at == now + SEEN_EVERY


def test_a_person_stays_the_same_under_a_new_address_and_name(engine, now):
    first = come(engine, now=now, sub="17")
    then = come(engine, "robert@label.example", now=now + MINUTE, sub="17", name="Robert")
    assert person_of(then) == person_of(first)
    assert then.name == "robert@label.example"
    assert [(one.email, one.name) for one in people(engine, rights=FULL)] == [
        ("robert@label.example", "Robert")
    ]


def test_another_person_with_the_same_address_inherits_nothing(engine, now):
    first = signed_in(engine, BOB, (DESK, Role.ADMIN), now=now, sub="17")
    other = come(engine, now=now, sub="18")
    elsewhere = come(engine, now=now, sub="17", iss="https://other.example")
    assert len({person_of(one) for one in (first, other, elsewhere)}) == 3
    assert other.rights == elsewhere.rights == rights([])


def test_whoever_is_switched_off_does_not_come_back_under_a_new_key(engine, now):
    bob = come(engine, now=now, sub="17")
    switch(engine, person_of(bob), is_active=False, actor=ALICE, now=now)
    assert come(engine, now=now, sub="18").rights == rights([])


def test_who_was_invited_has_the_role_that_was_given_and_no_other(engine, now):
    alma = Place(artist_id=add_artist(engine, now=now))
    number = invite(engine, f" {BOB.upper()} ", alma, Role.EDITOR, actor=ALICE, now=now)
    bob = come(engine, now=now)
    assert person_of(bob) == number
    assert bob.rights == rights([(alma, Role.EDITOR)])


def test_the_first_listed_admin_is_admin_while_there_is_none(engine, now):
    boss = come(engine, "boss@label.example", now=now, is_listed_admin=True)
    assert boss.rights.role_in(DESK) is Role.ADMIN
    second = come(engine, "second@label.example", now=now, is_listed_admin=True)
    assert second.rights.role_in(DESK) is Role.VIEWER


def test_a_listed_admin_who_is_known_already_becomes_it_while_there_is_none(engine, now):
    come(engine, now=now)
    assert come(engine, now=now, is_listed_admin=True).rights.role_in(DESK) is Role.ADMIN


def test_a_listed_admin_who_was_made_a_viewer_stays_one(engine, now):
    boss = come(engine, now=now, is_listed_admin=True)
    signed_in(engine, "other@label.example", (DESK, Role.ADMIN), now=now)
    give_role(engine, person_of(boss), DESK, Role.VIEWER, actor=ALICE, now=now)
    assert come(engine, now=now, is_listed_admin=True).rights.role_in(DESK) is Role.VIEWER


# What ends a sign-in.


def test_signing_out_ends_every_copy_and_a_new_sign_in_begins_anew(engine, now):
    bob, copy = come(engine, now=now), identity(BOB, now=now)
    sign_out(engine, bob, now=now + MINUTE)
    with pytest.raises(AccessEnded, match="signed out"):
        arrive(engine, copy, newcomers=Role.VIEWER, now=now + 2 * MINUTE)
    with pytest.raises(AccessEnded):
        current_rights(engine, bob, now=now + 2 * MINUTE)
    assert come(engine, now=now + 2 * MINUTE).rights == bob.rights


def test_signing_out_ends_a_sign_in_that_the_providers_clock_dates_later(engine, now):
    ahead = {"signed_in_at": now + MINUTE}
    bob = come(engine, now=now, **ahead)
    sign_out(engine, bob, now=now)
    with pytest.raises(AccessEnded):
        come(engine, now=now, **ahead)


def test_signing_out_twice_is_one_entry(engine, now):
    bob = come(engine, now=now)
    sign_out(engine, bob, now=now)
    sign_out(engine, bob, now=now)
    entries = people_history(engine, rights=FULL)
    assert [one.event for one in entries].count("person:sign_out") == 1


def test_a_sign_in_ends_at_its_age_in_the_middle_of_a_session(engine, now):
    campaign_id = add_campaign(engine, add_artist(engine, now=now), now=now)
    bob = signed_in(engine, BOB, (DESK, Role.EDITOR), now=now)
    with pytest.raises(AccessEnded, match="age"):
        pause(engine, campaign_id, bob, now=now + timedelta(hours=12))
    assert see(engine, campaign_id).version == 1


@pytest.mark.parametrize("how", ["switched off", "signed out", "signed out by an admin"])
def test_whoever_is_out_writes_nothing_though_their_page_is_still_open(engine, now, how):
    campaign_id = add_campaign(engine, add_artist(engine, now=now), now=now)
    bob = signed_in(engine, BOB, (DESK, Role.EDITOR), now=now)
    number, later = person_of(bob), now + MINUTE
    if how == "switched off":
        switch(engine, number, is_active=False, actor=ALICE, now=later)
    elif how == "signed out":
        sign_out(engine, bob, now=later)
    else:
        end_sign_ins(engine, number, actor=ALICE, now=later)
    with pytest.raises(AccessEnded):
        pause(engine, campaign_id, bob, now=later)
    assert see(engine, campaign_id).version == 1


def test_a_role_that_was_taken_since_the_page_was_drawn_counts_no_more(engine, now):
    campaign_id = add_campaign(engine, add_artist(engine, now=now), now=now)
    bob = signed_in(engine, BOB, (DESK, Role.EDITOR), now=now)
    give_role(engine, person_of(bob), DESK, Role.VIEWER, actor=ALICE, now=now)
    with pytest.raises(NotAllowed, match="role Editor"):
        pause(engine, campaign_id, bob, now=now)
    assert see(engine, campaign_id).version == 1


def test_whoever_is_switched_on_again_signs_in_anew(engine, now):
    bob = come(engine, now=now)
    for is_active in (False, True):
        switch(engine, person_of(bob), is_active=is_active, actor=ALICE, now=now + MINUTE)
    with pytest.raises(AccessEnded):
        current_rights(engine, bob, now=now + MINUTE)
    assert come(engine, now=now + 2 * MINUTE).rights == bob.rights


# The database itself.


@pytest.mark.parametrize(
    "change", [update(person_history).values(actor="Mallory"), delete(person_history)]
)
def test_the_database_refuses_to_change_the_history_of_people(engine, now, change):
    come(engine, now=now)
    with pytest.raises(DBAPIError, match="append-only"), writing(engine) as db:
        db.execute(change)


def test_the_database_knows_no_half_key_and_no_second_invitation(engine, now):
    row = {"email": BOB, "is_active": True, "added_at": now}
    for wrong in ([row | {"iss": "x", "sub": None}], [row, row]):
        with pytest.raises(DBAPIError), writing(engine) as db:
            db.execute(insert(person), wrong)
    with reading(engine) as db:
        assert db.execute(select(person)).all() == []
