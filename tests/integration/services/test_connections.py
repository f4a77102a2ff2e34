"""Platform connections, on both databases: set once, by somebody, for everybody to see."""

import pytest

from lib.domain.actions import Action
from lib.domain.records import ConnectionState, Platform
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.services import queries
from lib.services.activity import ActivityFilter, activity
from lib.services.attention import Need, attention
from lib.services.billing import ArtistNotFound
from lib.services.connections import (
    ConnectionNotFound,
    StaleConnection,
    connections,
    set_connection,
)
from lib.services.transactions import RequestReused
from tests.cast import ALICE, BOB, add_artist, add_campaign, dump, new_request

LIVE, BROKEN = ConnectionState.LIVE, ConnectionState.BROKEN
META = Platform.META


def set_to(engine, artist_id, state, now, *, seen=None, request_id=None, actor=ALICE, note=""):
    return set_connection(
        engine,
        artist_id,
        META,
        state,
        seen=seen or (LIVE if state is BROKEN else BROKEN),
        actor=actor,
        request_id=request_id or new_request(),
        now=now,
        note=note,
    )


def state_of(engine, artist_id, now, platform=META):
    board = queries.board(engine, artist_id, rights=FULL, now=now)
    assert board
    return next(link.state for link in board.connections if link.platform is platform)


def test_a_connection_breaks_and_is_mended_and_the_history_says_by_whom(engine, now):
    artist_id = add_artist(engine, now=now, name="Ida")
    assert set_to(engine, artist_id, BROKEN, now, note="token\x00 expired\ud800").to_state is BROKEN
    assert state_of(engine, artist_id, now) is BROKEN
    assert state_of(engine, artist_id, now, Platform.GOOGLE) is LIVE
    found = {one.platform: one for one in connections(engine, "ida", rights=FULL)}
    assert found[META].state is BROKEN
    assert (found[META].changed_at, found[META].changed_by) == (now, ALICE.name)
    assert found[META].note == "token expired"
    assert found[Platform.SPOTIFY].changed_by is None
    set_to(engine, artist_id, LIVE, now, actor=BOB)
    assert state_of(engine, artist_id, now) is LIVE
    told = activity(engine, ActivityFilter(artist_id=artist_id), rights=FULL, limit=9)
    assert [(entry.event, entry.actor) for entry in told] == [
        ("connection:mend", BOB.name),
        ("connection:break", ALICE.name),
    ]


def test_a_broken_connection_calls_for_attention_and_blocks_a_resume(engine, now):
    artist_id = add_artist(engine, now=now)
    add_campaign(engine, artist_id, now=now)
    paused = add_campaign(engine, artist_id, now=now, status=Status.PAUSED)
    before = attention(engine, rights=FULL, now=now).counts.get(Need.BROKEN, 0)
    set_to(engine, artist_id, BROKEN, now)
    assert attention(engine, rights=FULL, now=now).counts[Need.BROKEN] == before + 1
    decision = queries.campaign_page(engine, paused, rights=FULL, now=now).row.decisions[
        Action.RESUME
    ]
    assert not decision.is_allowed
    assert "connection to Meta is broken" in decision.why_not


def test_the_same_request_again_changes_nothing_and_gives_the_same_answer(engine, now):
    artist_id = add_artist(engine, now=now)
    first = set_to(engine, artist_id, BROKEN, now, request_id="once")
    set_to(engine, artist_id, LIVE, now)
    once = dump(engine)
    assert set_to(engine, artist_id, BROKEN, now, request_id="once") == first
    assert dump(engine) == once
    with pytest.raises(RequestReused):
        set_to(engine, artist_id, LIVE, now, seen=LIVE, request_id="once")


@pytest.mark.parametrize(("state", "seen"), [(BROKEN, BROKEN), (LIVE, BROKEN), (LIVE, LIVE)])
def test_whoever_saw_another_state_changes_nothing_and_is_told_so(engine, now, state, seen):
    artist_id = add_artist(engine, now=now)
    unchanged = dump(engine)
    with pytest.raises(StaleConnection, match="Working"):
        set_to(engine, artist_id, state, now, seen=seen)
    assert dump(engine) == unchanged


def test_what_is_not_there_is_not_found(engine, now):
    with pytest.raises(ConnectionNotFound):
        set_to(engine, 4711, BROKEN, now)
    with pytest.raises(ArtistNotFound):
        connections(engine, "nobody", rights=FULL)
