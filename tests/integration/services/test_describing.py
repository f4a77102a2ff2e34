"""What a campaign promotes: said once, from what was seen, with its history entry."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lib.db.engine import reading
from lib.db.tables import campaign, history
from lib.domain.presentation import Period
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.services import queries, undoing
from lib.services.activity import ActivityFilter, activity
from lib.services.campaigns import StaleCampaign, archive_campaign
from lib.services.describing import MOST_SIGNS, UnfitWords, describe_campaign
from lib.services.presentations import presentation
from lib.services.recording import DESCRIBED
from lib.services.transactions import RequestReused
from tests.cast import ALICE, add_artist, add_campaign, dump, new_request


@pytest.fixture
def artist(engine, now):
    return add_artist(engine, now=now, name="Ida Falk")


@pytest.fixture
def number(engine, artist, now):
    """A running campaign under the name that it has in the ad platform."""
    return add_campaign(engine, artist, now=now, status=Status.ACTIVE, name="IF_Conv_LAL3%_v2")


def describe(engine, number, words, *, now, seen=None, request_id=None, actor=ALICE):
    return describe_campaign(
        engine,
        number,
        words,
        seen=seen,
        actor=actor,
        request_id=request_id or new_request(),
        now=now,
    )


def stored(engine, number):
    with reading(engine) as db:
        return db.execute(select(campaign.c.promotes).where(campaign.c.id == number)).scalar()


def told(engine, number):
    query = select(history.c.details).where(
        history.c.campaign_id == number, history.c.event == DESCRIBED
    )
    with reading(engine) as db:
        return [(row["before"], row["after"]) for row in db.execute(query).scalars()]


def test_what_is_said_stands_in_the_campaign_and_in_the_history(engine, number, now):
    said = describe(engine, number, "  Track ·\n Sluice ", now=now)
    assert said.is_changed
    assert said.promotes == stored(engine, number) == "Track · Sluice"
    describe(engine, number, "", seen="Track · Sluice", now=now)
    assert stored(engine, number) is None
    assert told(engine, number) == [(None, "Track · Sluice"), ("Track · Sluice", None)]


def test_the_artist_reads_it_in_place_of_the_campaigns_name(engine, artist, number, now):
    def running():
        shown = presentation(engine, artist, Period.MONTH, rights=FULL, now=now)
        assert shown
        return [one.title for one in shown.running]

    assert running() == ["IF_Conv_LAL3%_v2"]
    describe(engine, number, "Track · Sluice", now=now)
    assert running() == ["Track · Sluice"]


def test_a_board_that_was_kept_shows_it(engine, artist, number, now):
    before = queries.board(engine, artist, rights=FULL, now=now)
    describe(engine, number, "Track · Sluice", now=now)
    after = queries.board(engine, artist, rights=FULL, now=now, known=before)
    assert before
    assert after
    assert [row.campaign.promotes for row in after.rows] == ["Track · Sluice"]
    assert [row.last_change for row in after.rows] == [row.last_change for row in before.rows]


def test_the_same_request_again_changes_nothing_more(engine, number, now):
    request = new_request()
    describe(engine, number, "Track · Sluice", now=now, request_id=request)
    before = dump(engine)
    assert describe(engine, number, "Track · Sluice", now=now, request_id=request).is_changed
    with pytest.raises(RequestReused):
        describe(engine, number, "Track · Tonnage", now=now, request_id=request)
    assert dump(engine) == before


def test_what_stands_there_already_is_no_change(engine, number, now):
    describe(engine, number, "Track · Sluice", now=now)
    before = dump(engine)
    assert not describe(engine, number, "Track · Sluice", now=now).is_changed
    assert dump(engine) == before


def test_whoever_saw_something_else_is_refused(engine, number, now):
    describe(engine, number, "Track · Sluice", now=now)
    before = dump(engine)
    with pytest.raises(StaleCampaign, match="It is “Track · Sluice” now"):
        describe(engine, number, "Track · Tonnage", now=now, seen=None)
    assert dump(engine) == before


def test_whoever_saw_words_that_were_taken_away_is_told_so(engine, number, now):
    with pytest.raises(StaleCampaign, match="It says nothing now"):
        describe(engine, number, "Track · Tonnage", now=now, seen="Track · Sluice")


def test_what_did_nothing_is_told_as_a_repetition(engine, number, now, caplog):
    caplog.set_level("INFO", "desk.events")
    request = new_request()
    later = now + timedelta(minutes=5)
    describe(engine, number, "Track · Sluice", now=now, request_id=request)
    describe(engine, number, "Track · Sluice", now=later, request_id=request)
    describe(engine, number, "Track · Sluice", now=later)
    told = [one.message.split()[1] for one in caplog.records if DESCRIBED in one.message]
    assert told == ["done", "repeated", "repeated"]


@pytest.mark.parametrize("words", ["x" * (MOST_SIGNS + 1), "Track \x00", "Track \ud800"])
def test_what_cannot_stand_there_is_refused_with_its_reason(engine, number, now, words):
    before = dump(engine)
    with pytest.raises(UnfitWords, match="IF_Conv_LAL3%_v2"):
        describe(engine, number, words, now=now)
    assert dump(engine) == before


def test_it_keeps_nobody_from_undoing_what_was_decided_before(engine, artist, now):
    number = add_campaign(engine, artist, now=now, status=Status.PAUSED)
    change = archive_campaign(
        engine, number, actor=ALICE, seen_version=1, request_id=new_request(), now=now
    )
    describe(engine, number, "Track · Sluice", now=now)
    undone = undoing.undo_change(
        engine, change.entry_id, actor=ALICE, request_id=new_request(), now=now
    )
    assert undone.to_status is Status.PAUSED


@pytest.mark.parametrize("word", ["Sluice", "Tonnage"])
def test_the_history_is_found_by_both_of_its_words(engine, number, now, word):
    describe(engine, number, "Track · Sluice", now=now)
    describe(engine, number, "Album · Tonnage", seen="Track · Sluice", now=now)
    found = activity(engine, ActivityFilter(search=word), rights=FULL)
    assert DESCRIBED in {one.event for one in found}
