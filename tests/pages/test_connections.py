"""Connections and billing on the board: what a person reads, sets, and what it does."""

import pytest

from lib.domain.records import ConnectionState, Platform
from lib.domain.rights import DESK, FULL, Place, Role
from lib.services import queries
from lib.services.billing_notices import Notice, Payment, receive_notice
from lib.services.connections import connections, set_connection
from lib.ui import connections_view
from tests.cast import BOB, signed_in
from tests.pages.conftest import texts

ARTIST = "Neonbrache"


@pytest.fixture
def artist_id(demo_engine):
    return next(one.id for one in queries.artists(demo_engine, rights=FULL) if one.name == ARTIST)


def standing(engine, platform=Platform.META):
    return next(one for one in connections(engine, ARTIST, rights=FULL) if one.platform is platform)


def break_meta(engine, artist_id, now, note=""):
    before = standing(engine)
    if before.state is ConnectionState.LIVE:
        set_connection(
            engine,
            artist_id,
            Platform.META,
            ConnectionState.BROKEN,
            seen=ConnectionState.LIVE,
            actor=BOB,
            request_id="broken",
            now=now,
            note=note,
        )


def folded(at):
    return next(one.label for one in at.expander if one.label.startswith("Connections"))


def test_a_broken_connection_stands_over_the_board_with_what_it_concerns(
    demo_engine, open_desk, artist_id, now
):
    assert "connection to Meta is broken" not in texts(open_desk(artist=ARTIST))
    break_meta(demo_engine, artist_id, now)
    at = open_desk(artist=ARTIST)
    assert "The connection to Meta is broken." in texts(at)
    assert folded(at) == "Connections · Meta broken"
    assert "Mark as" not in str([one.label for one in at.button])


def test_a_connection_is_set_from_the_board_and_the_note_is_shown_as_it_was_typed(
    demo_engine, open_desk, artist_id, now
):
    break_meta(demo_engine, artist_id, now, note="![x](http://evil.example/a.png) **bold**")
    at = open_desk(artist=ARTIST, connections="true")
    assert "evil" in texts(at)
    assert "![x](http" not in texts(at)
    at.button(key=f"connection-{artist_id}-meta").click().run()
    assert "Broken → Working" in texts(at)
    confirm = next(one for one in at.button if (one.key or "").endswith("-confirm"))
    confirm.click().run()
    assert not at.exception
    assert standing(demo_engine).state is ConnectionState.LIVE
    assert standing(demo_engine).changed_by == "Alice"
    assert "is broken" not in texts(at)


def test_a_second_person_who_saw_the_old_state_is_told_so(demo_engine, open_desk, artist_id, now):
    at = open_desk(artist=ARTIST, connections="true")
    at.button(key=f"connection-{artist_id}-meta").click().run()
    break_meta(demo_engine, artist_id, now)
    next(one for one in at.button if (one.key or "").endswith("-confirm")).click().run()
    assert "look at it again" in texts(at)
    assert standing(demo_engine).changed_by == BOB.name


def test_a_failed_payment_stands_over_the_board_and_in_the_section(demo_engine, open_desk, now):
    notice = Notice(id="f", event=Payment.FAILED, at=now, artist=ARTIST)
    receive_notice(demo_engine, notice, actor=BOB, now=now)
    at = open_desk(artist=ARTIST, connections="true")
    assert "A payment has failed" in texts(at)
    assert "Billing: a payment has failed" in texts(at)


def test_every_state_has_a_look():
    assert set(connections_view._LOOKS) == set(ConnectionState)


def test_who_may_only_look_reads_how_it_is_connected_and_is_offered_no_other_state(
    demo_engine, open_desk, artist_id, now, acting
):
    for role, is_offered in ((Role.VIEWER, False), (Role.EDITOR, True)):
        held = ((DESK, Role.VIEWER), (Place(artist_id=artist_id), role))
        acting(signed_in(demo_engine, f"{role}@x.example", *held, now=now))
        at = open_desk(artist=ARTIST, connections="true")
        assert "**Meta**" in texts(at)
        assert any(one.label.startswith("Mark as") for one in at.button) == is_offered
