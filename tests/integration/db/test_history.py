"""The database itself keeps the history: no status without its entry, no entry changed."""

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from lib.db.engine import reading, writing
from lib.db.tables import (
    artist,
    campaign,
    daily_observation,
    history,
    history_head,
    import_run,
    organization,
)
from lib.domain.actions import PauseReason
from lib.domain.records import Actor, Origin, Source
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.services.campaigns import pause_campaign
from lib.services.history_chain import append_entry
from tests.cast import add_artist, add_campaign, dump


def append(**entry):
    """Return a statement that adds an entry to the chain, as the services do."""
    return lambda db: append_entry(db, entry)


def observe(engine, campaign_id, *, import_id, now):
    """Let an import say something of the campaign's day."""
    with writing(engine) as db:
        db.execute(
            insert(import_run).values(
                id=import_id,
                artist_id=import_id,
                platform="meta",
                file_name="f.csv",
                sha256=f"{import_id:064}",
                form="form",
                grain="day",
                observed_on=now.date(),
                at=now,
                actor="Alice",
                counts={},
            )
        )
        db.execute(
            insert(daily_observation).values(
                campaign_id=campaign_id,
                day=now.date(),
                import_id=import_id,
                imported_at=now,
                spend_micros=1,
                results={},
            )
        )


@pytest.fixture
def campaign_id(engine, now):
    return add_campaign(engine, add_artist(engine, now=now), now=now)


def refused(engine, *statements):
    """Try the statements in one transaction; they must fail and leave everything as it was."""
    unchanged = dump(engine)

    def try_them():
        with writing(engine) as db:
            for statement in statements:
                if callable(statement):
                    statement(db)
                else:
                    db.execute(statement)

    with pytest.raises(DBAPIError) as caught:
        try_them()
    assert dump(engine) == unchanged
    return caught.value


@pytest.mark.usefixtures("campaign_id")
@pytest.mark.parametrize(
    "values",
    [{"status": "paused"}, {"version": 2}, {"status": "paused", "version": 2}, {"version": 0}],
)
def test_a_status_without_its_entry_is_refused(engine, values):
    error = refused(engine, update(campaign).values(values))
    assert isinstance(error, IntegrityError)


def test_an_entry_that_says_another_status_does_not_explain_it(engine, campaign_id, now):
    told = append(
        artist_id=1,
        campaign_id=campaign_id,
        version=2,
        at=now,
        actor="Alice",
        origin=Origin.PERSON,
        source=Source.DESK,
        event="campaign:pause",
        from_status="active",
        to_status="paused",
    )
    refused(engine, told, update(campaign).values(version=2, status="archived"))


def test_a_new_campaign_without_history_is_refused(engine, campaign_id):
    columns = [column for column in campaign.c if column.name != "id"]
    copy = select(*columns).where(campaign.c.id == campaign_id)
    refused(engine, insert(campaign).from_select([column.name for column in columns], copy))


@pytest.mark.usefixtures("campaign_id")
def test_an_unknown_status_is_refused(engine):
    refused(engine, update(campaign).values(status="running"))


@pytest.mark.usefixtures("campaign_id")
@pytest.mark.parametrize(
    "statement",
    [
        update(history).values(actor="Charlie"),
        update(history).values(to_status="paused"),
        update(history).values(note=None),
        delete(history),
    ],
    ids=str,
)
def test_an_entry_is_neither_changed_nor_removed(engine, statement):
    assert "append-only" in str(refused(engine, statement).orig)


@pytest.mark.usefixtures("campaign_id")
def test_the_history_cannot_be_emptied_at_once(engine):
    is_sqlite = engine.dialect.name == "sqlite"  # SQLite's word for it is DELETE.
    refused(engine, text("DELETE FROM history" if is_sqlite else "TRUNCATE history CASCADE"))


@pytest.mark.usefixtures("campaign_id")
def test_an_entry_is_not_replaced_by_another_one(engine):
    if engine.dialect.name == "sqlite":
        statement = (
            "INSERT OR REPLACE INTO history (id, artist_id, campaign_id, version, at, actor, "
            "origin, source, event, to_status, previous_hash, hash) SELECT id, artist_id, "
            "campaign_id, version, at, 'Charlie', origin, source, event, to_status, "
            "previous_hash, hash FROM history"
        )
    else:
        statement = (
            "INSERT INTO history SELECT * FROM history "
            "ON CONFLICT (id) DO UPDATE SET actor = 'Charlie'"
        )
    refused(engine, text(statement))


def test_the_same_version_or_request_stands_only_once(engine, campaign_id, now):
    entry = {
        "artist_id": 1,
        "campaign_id": campaign_id,
        "at": now,
        "actor": "Alice",
        "origin": Origin.PERSON,
        "source": Source.DESK,
        "event": "campaign:pause",
        "to_status": "paused",
    }
    refused(engine, append(**entry, version=1))
    asked = append(**(entry | {"to_status": None}), request_id="r")
    refused(engine, asked, asked)


def test_even_of_a_demo_that_is_over_neither_history_nor_what_it_tells_of_may_go(
    engine, campaign_id, now
):
    add_campaign(engine, add_artist(engine, now=now, is_demo=True), now=now)
    refused(engine, update(organization).values(retired_at=now))
    with writing(engine) as db:
        db.execute(update(organization).where(organization.c.is_demo).values(retired_at=now))
    for table in (history, campaign, artist, organization):
        refused(engine, delete(table))
    with reading(engine) as db:
        assert campaign_id in db.execute(select(history.c.campaign_id)).scalars().all()


def test_only_the_figures_of_a_demo_that_is_over_may_go(engine, campaign_id, now):
    demo = add_campaign(engine, add_artist(engine, now=now, is_demo=True), now=now)
    for number, one in enumerate((campaign_id, demo), start=1):
        observe(engine, one, import_id=number, now=now)
    of_demo = delete(daily_observation).where(daily_observation.c.campaign_id == demo)
    refused(engine, of_demo)
    with writing(engine) as db:
        db.execute(update(organization).where(organization.c.is_demo).values(retired_at=now))
        db.execute(of_demo)
    refused(engine, delete(daily_observation))


@pytest.mark.usefixtures("campaign_id")
@pytest.mark.parametrize(
    "statement",
    [
        update(history_head).values(last_id=0, entries=0, hash="0" * 64),
        update(history_head).values(entries=history_head.c.entries + 1),
        update(history_head).values(last_id=2, entries=2, hash="1" * 64),
        delete(history_head),
        insert(history_head).values(id=1, last_id=5, entries=5, hash="1" * 64),
        insert(history_head).values(id=2, last_id=5, entries=5, hash="1" * 64),
    ],
    ids=str,
)
def test_the_record_of_the_end_only_follows_the_last_entry(engine, statement):
    refused(engine, statement)


@pytest.mark.usefixtures("campaign_id")
def test_the_record_of_the_end_cannot_be_emptied_or_replaced(engine):
    if engine.dialect.name == "sqlite":
        refused(engine, text("INSERT OR REPLACE INTO history_head VALUES (1, 0, 0, '')"))
    else:
        refused(engine, text("TRUNCATE history_head"))


def test_an_entry_beside_the_chain_is_refused(engine, campaign_id, now):
    entry = {
        "artist_id": 1,
        "campaign_id": campaign_id,
        "at": now,
        "actor": "Mallory",
        "origin": Origin.PERSON,
        "source": Source.DESK,
        "event": "campaign:note",
    }
    refused(engine, insert(history).values(id=2, **entry))
    refused(engine, insert(history).values(id=1, hash="1" * 64, previous_hash="1" * 64, **entry))
    refused(engine, insert(history).values(id=-1, hash="1" * 64, previous_hash="1" * 64, **entry))


@pytest.mark.parametrize("is_demo", [True, False])
def test_no_label_becomes_a_demo_nor_ceases_to_be_one(engine, now, is_demo):
    add_artist(engine, now=now, is_demo=is_demo)
    refused(engine, update(organization).values(is_demo=not is_demo))
    with writing(engine) as db:
        db.execute(update(organization).values(is_demo=is_demo, name="Renamed"))


def test_what_an_import_said_of_a_day_is_never_changed(engine, campaign_id, now):
    observe(engine, campaign_id, import_id=1, now=now)
    refused(engine, update(daily_observation).values(spend_micros=2))


def test_an_old_entry_does_not_explain_a_status_again(engine, campaign_id, now):
    pause_campaign(
        engine,
        campaign_id,
        reason=PauseReason.BUDGET,
        actor=Actor(name="Alice", rights=FULL),
        seen_version=1,
        request_id="pause",
        now=now,
    )
    back = update(campaign).where(campaign.c.id == campaign_id)
    refused(engine, back.values(status=Status.ACTIVE, version=1))
    refused(engine, back.values(status=Status.ACTIVE, version=50))
    refused(engine, back.values(version=3))


def test_no_entry_runs_ahead_of_its_campaign(engine, campaign_id, now):
    entry = {
        "artist_id": 1,
        "campaign_id": campaign_id,
        "version": 2,
        "at": now,
        "actor": "Mallory",
        "origin": "person",
        "source": "desk",
        "event": "campaign:pause",
        "from_status": Status.ACTIVE,
        "to_status": Status.PAUSED,
    }
    refused(engine, append(**entry))


def test_nothing_changes_hands_and_no_label_begins_retired(engine, campaign_id, now):
    other = add_artist(engine, name="Another", now=now)
    refused(engine, update(campaign).where(campaign.c.id == campaign_id).values(artist_id=other))
    refused(
        engine,
        insert(organization).values(name="Old", is_demo=True, created_at=now, retired_at=now),
    )
