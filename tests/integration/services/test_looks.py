"""Looks and what moved since, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from lib.db.engine import writing
from lib.db.tables import organization, verdict_flip
from lib.domain.actions import PauseReason
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.domain.verdict import Word
from lib.services import looks
from lib.services.campaigns import archive_campaign, pause_campaign
from lib.services.looks import END_OF_RUN, SITTING
from lib.services.queries import current_data_version
from tests.cast import ALICE, BOB, add_artist, add_campaign

DAY = timedelta(days=1)


@pytest.fixture
def artist_id(engine, now):
    return add_artist(engine, now=now, name="Alma")


def pause(engine, campaign_id, *, now, actor=BOB):
    pause_campaign(
        engine,
        campaign_id,
        reason=PauseReason.BUDGET,
        actor=actor,
        seen_version=1,
        request_id=f"pause-{campaign_id}",
        now=now,
    )


def flip(engine, campaign_id, words, *, at, actor="Alice"):
    with writing(engine) as db:
        db.execute(
            insert(verdict_flip).values(
                campaign_id=campaign_id,
                as_of=at.date(),
                visible_at=at,
                actor=actor,
                from_word=words[0],
                to_word=words[1],
            )
        )


def test_a_look_returns_the_one_before_and_makes_no_cached_read_old(engine, now):
    before = current_data_version(engine)
    assert looks.look(engine, actor=ALICE, now=now) is None
    assert looks.look(engine, actor=ALICE, now=now + DAY) == now
    assert looks.look(engine, actor=ALICE, now=now + 2 * DAY) == now + DAY
    assert looks.look(engine, actor=BOB, now=now) is None
    assert current_data_version(engine) == before


def test_a_page_loaded_anew_in_one_sitting_keeps_its_list(engine, now):
    looks.look(engine, actor=ALICE, now=now)
    looks.look(engine, actor=ALICE, now=now + DAY)
    again = looks.look(engine, actor=ALICE, now=now + DAY + SITTING / 2)
    assert again == now
    assert looks.look(engine, actor=ALICE, now=now + DAY + SITTING) == now + DAY


def test_a_status_that_moved_is_told_with_who_and_when(engine, now, artist_id):
    one = add_campaign(engine, artist_id, now=now)
    pause(engine, one, now=now)
    found = looks.since(engine, at=now - DAY, now=now + DAY, rights=FULL)
    (moved,) = found.moved
    assert (moved.campaign_id, moved.artist, moved.actor, moved.at) == (one, "Alma", "Bob", now)
    assert (moved.from_status, moved.to_status) == (Status.ACTIVE, Status.PAUSED)
    assert moved.to_word is None
    # What lay before the last look is not told again; a new campaign has not moved.
    assert looks.since(engine, at=now, now=now + DAY, rights=FULL).moved == ()


def test_what_its_run_had_ended_is_told_as_ended_and_not_as_it_was_stored(engine, now, artist_id):
    one = add_campaign(engine, artist_id, now=now - 9 * DAY, ends_on=(now - 5 * DAY).date())
    archive_campaign(engine, one, actor=BOB, seen_version=1, request_id="a", now=now)
    (moved,) = looks.since(engine, at=now - DAY, now=now, rights=FULL).moved
    assert (moved.from_status, moved.to_status) == (Status.ENDED, Status.ARCHIVED)


def test_only_verdicts_that_gain_or_lose_a_direction_are_told(engine, now, artist_id):
    one = add_campaign(engine, artist_id, now=now)
    flip(engine, one, (Word.STEADY, Word.DECLINING), at=now)
    flip(engine, one, (Word.TOO_EARLY, Word.STEADY), at=now + timedelta(minutes=1))
    flip(engine, one, (Word.IMPROVING, Word.STEADY), at=now + timedelta(minutes=2))
    flip(engine, one, (Word.STEADY, Word.IMPROVING), at=now + 5 * DAY)
    found = looks.since(engine, at=now - DAY, now=now + DAY, rights=FULL)
    assert [(moved.from_word, moved.to_word) for moved in found.moved] == [
        (Word.IMPROVING, Word.STEADY),
        (Word.STEADY, Word.DECLINING),
    ]
    assert found.total == 2


@pytest.mark.parametrize(
    ("zone", "hour"), [("Asia/Tokyo", 15), ("Europe/Berlin", 23), ("America/New_York", 29)]
)
def test_the_end_of_a_run_is_told_at_midnight_of_the_account(engine, now, zone, hour):
    artist_id = add_artist(engine, now=now, zone=zone)
    add_campaign(engine, artist_id, now=now, ends_on=now.date())
    midnight = now.replace(hour=0) + timedelta(hours=hour)
    just_before = midnight - timedelta(minutes=1)
    assert looks.since(engine, at=just_before - DAY, now=just_before, rights=FULL).total == 0
    (moved,) = looks.since(engine, at=just_before, now=midnight, rights=FULL).moved
    assert (moved.at, moved.actor, moved.to_status) == (midnight, END_OF_RUN, Status.ENDED)
    assert looks.since(engine, at=midnight, now=midnight + DAY, rights=FULL).total == 0


def test_the_newest_come_first_and_the_rest_is_counted(engine, now, artist_id):
    for number in range(7):
        one = add_campaign(engine, artist_id, now=now)
        pause(engine, one, now=now + timedelta(minutes=number))
        flip(engine, one, (Word.STEADY, Word.DECLINING), at=now + timedelta(minutes=number))
    found = looks.since(engine, at=now - DAY, now=now + DAY, most=5, rights=FULL)
    assert (found.total, len(found.moved)) == (14, 5)
    assert [moved.at for moved in found.moved] == sorted(
        (moved.at for moved in found.moved), reverse=True
    )
    assert found.moved[0].at == now + timedelta(minutes=6)


def test_a_label_that_was_started_over_has_not_moved(engine, now):
    gone = add_artist(engine, now=now, is_demo=True)
    one = add_campaign(engine, gone, now=now)
    pause(engine, one, now=now)
    flip(engine, one, (Word.STEADY, Word.DECLINING), at=now)
    add_campaign(engine, gone, now=now, ends_on=now.date() - DAY)
    with writing(engine) as db:
        db.execute(update(organization).where(organization.c.is_demo).values(retired_at=now))
    assert looks.since(engine, at=now - 5 * DAY, now=now + DAY, rights=FULL).total == 0
