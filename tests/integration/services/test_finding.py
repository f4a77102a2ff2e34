"""Quick switch: what a few letters find, in which order, and for whom."""

import pytest

from lib.domain.rights import FULL, NOTHING, Place, Role, rights
from lib.domain.status import Status
from lib.services.demo_label import demo
from lib.services.describing import describe_campaign
from lib.services.finding import MOST_CAMPAIGNS, Found, find
from tests.cast import ALICE, add_artist, add_campaign


@pytest.fixture
def label(engine, now):
    """Two artists; campaigns of theirs by a word of their names."""
    beyonce = add_artist(engine, now=now, name="Béyoncina")
    other = add_artist(engine, now=now, name="The Herons")
    ids = {
        name: add_campaign(engine, of, now=now, name=name, status=status, external_id=external)
        for name, of, status, external in (
            ("Lead single", beyonce, Status.ENDED, "4711"),
            ("Second lead", beyonce, Status.ACTIVE, None),
            ("Lead video", other, Status.ACTIVE, None),
            ("50%_off", other, Status.PAUSED, None),
        )
    }
    return engine, now, ids, (beyonce, other)


def names(found):
    return [one.name for one in found.campaigns]


def test_names_that_begin_so_come_first_and_of_them_what_runs(label):
    engine, now, _, _ = label
    found = find(engine, "LEAD", rights=FULL, now=now)
    assert names(found) == ["Lead video", "Lead single", "Second lead"]
    assert [one.status for one in found.campaigns] == [Status.ACTIVE, Status.ENDED, Status.ACTIVE]


def test_case_and_accents_do_not_matter_and_every_word_has_to_be_there(label):
    engine, now, _, _ = label
    assert names(find(engine, "beyon", rights=FULL, now=now)) == [
        "Second lead",
        "Lead single",
    ]
    assert names(find(engine, "béyonc single", rights=FULL, now=now)) == ["Lead single"]


def test_the_platforms_id_finds_its_campaign_whole_only(label):
    engine, now, ids, _ = label
    assert [one.id for one in find(engine, "4711", rights=FULL, now=now).campaigns] == [
        ids["Lead single"]
    ]
    assert find(engine, "471", rights=FULL, now=now) == Found()


def test_what_a_campaign_promotes_finds_it(label):
    engine, now, ids, _ = label
    number = ids["Lead video"]
    describe_campaign(
        engine,
        number,
        "Vidéo · Quillwort",
        seen=None,
        actor=ALICE,
        request_id="request",
        now=now,
    )
    found = find(engine, "quillwort video", rights=FULL, now=now)
    assert [one.id for one in found.campaigns] == [number]


def test_signs_of_sql_are_letters_like_others(label):
    engine, now, _, _ = label
    assert names(find(engine, "%_", rights=FULL, now=now)) == ["50%_off"]
    assert find(engine, "'; --", rights=FULL, now=now) == Found()


@pytest.mark.parametrize("nothing", ["", "   ", "\t"])
def test_nothing_typed_finds_nothing(label, nothing):
    engine, now, _, _ = label
    assert find(engine, nothing, rights=FULL, now=now) == Found()


def test_whoever_sees_one_artist_finds_that_one_only(label):
    engine, now, _, (beyonce, _) = label
    mine = rights([(Place(artist_id=beyonce), Role.VIEWER)])
    assert names(find(engine, "lead", rights=mine, now=now)) == ["Lead single", "Second lead"]
    assert find(engine, "herons", rights=mine, now=now) == Found()
    assert find(engine, "lead", rights=NOTHING, now=now) == Found()


def test_much_that_fits_is_a_few(engine, now):
    for number in range(6):
        artist = add_artist(engine, now=now, name=f"Echo {number}")
        for another in range(3):
            add_campaign(engine, artist, now=now, name=f"Echo {number}.{another}")
    found = find(engine, "echo", rights=FULL, now=now)
    assert (len(found.campaigns), found.is_more) == (MOST_CAMPAIGNS, True)
    (own,) = {
        one.artist
        for one in find(engine, "echo", rights=FULL, now=now, artist_id=artist).campaigns[:3]
    }
    assert own == "Echo 5", "those of the artist who is looked at come first"
    assert not find(engine, "echo 5", rights=FULL, now=now).is_more


def test_a_demo_that_was_started_over_is_found_once(demo_engine, now):
    before = find(demo_engine, "alma", rights=FULL, now=now)
    demo.start_over(demo_engine, actor=ALICE, now=now)
    after = find(demo_engine, "alma", rights=FULL, now=now)
    assert names(after) == names(before)
    assert {one.id for one in after.campaigns}.isdisjoint(one.id for one in before.campaigns)
