"""The chain of the history: whatever is done to it behind the desk's back is found."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, event, literal_column, select, text, update

from lib.db.engine import reading, writing
from lib.db.migrations import upgrade
from lib.db.tables import history, history_head
from lib.domain.actions import PauseReason
from lib.domain.chain import GENESIS, entry_hash
from lib.domain.records import Origin, Source
from lib.services import verifying
from lib.services.campaigns import pause_campaign
from lib.services.history_chain import append_entries, lock_head
from lib.services.recording import Occasion, record_event
from lib.services.verifying import verify_history
from tests.cast import ALICE, add_artist, add_campaign, fail_payment


@pytest.fixture
def filled(engine, now):
    """A history of seven entries, with statuses, a reason, a note, details and a request."""
    artist_id = add_artist(engine, now=now)
    one, *_ = [add_campaign(engine, artist_id, now=now) for _ in range(3)]
    pause_campaign(
        engine,
        one,
        reason=PauseReason.BUDGET,
        note="später “mehr” \U0001f3b5",
        actor=ALICE,
        seen_version=1,
        request_id="pause",
        now=now + timedelta(microseconds=17),
    )
    fail_payment(engine, artist_id, now=now)
    assert verify_history(engine).entries == 7
    return engine


def unguarded(engine):
    """Take the triggers off the history and its head, as somebody with the file could."""
    is_sqlite = engine.dialect.name == "sqlite"
    with writing(engine) as db:
        for table in ("history", "history_head"):
            if not is_sqlite:
                db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
                continue
            named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
            for name in db.execute(text(named), {"table": table}).scalars().all():
                db.execute(text(f"DROP TRIGGER {name}"))


def tamper(engine, *statements):
    """Do what nobody may, without triggers and without foreign keys."""
    unguarded(engine)
    with engine.connect() as db:
        if engine.dialect.name == "sqlite":
            db.exec_driver_sql("COMMIT")
            db.exec_driver_sql("PRAGMA foreign_keys=OFF")
            db.exec_driver_sql("BEGIN IMMEDIATE")
        for statement in statements:
            db.execute(statement)
        db.commit()
    engine.dispose()


def test_an_untouched_history_is_proven_to_its_last_hash(filled):
    proof = verify_history(filled)
    with reading(filled) as db:
        last = db.execute(select(history).order_by(history.c.id.desc()).limit(1)).mappings().one()
        head = db.execute(select(history_head)).one()
    assert proof.broken is None
    assert proof.hash == last["hash"] == head.hash
    assert (head.last_id, head.entries) == (7, 7)


def test_a_history_without_an_entry_is_whole(engine):
    assert verify_history(engine) == verifying.Proof(0, GENESIS)


def test_each_entry_carries_the_hash_of_the_one_before_it(filled):
    with reading(filled) as db:
        rows = db.execute(select(history).order_by(history.c.id)).mappings().all()
    assert [row["id"] for row in rows] == list(range(1, 8))
    previous = GENESIS
    for row in rows:
        assert (row["previous_hash"], row["hash"]) == (previous, entry_hash(dict(row)))
        previous = row["hash"]


CHANGES = {
    "artist_id": 2,
    "campaign_id": 999,
    "version": 9,
    "at": None,
    "actor": "Charlie",
    "origin": Origin.PLATFORM,
    "source": Source.COMMAND,
    "event": "campaign:resume",
    "from_status": "serving",
    "to_status": "ended",
    "reason": "wrong_content",
    "note": "später “mehr”",
    "request_id": "another",
    "details": {"said": "something else"},
    "undoes": 1,
    "previous_hash": "f" * 64,
    "hash": "f" * 64,
}


@pytest.mark.parametrize("column", [column.name for column in history.c if column.name != "id"])
def test_a_change_of_any_field_is_found_and_the_entry_named(filled, now, column):
    value = CHANGES[column] if column != "at" else now
    tamper(filled, update(history).where(history.c.id == 4).values({column: value}))
    broken = verify_history(filled).broken
    assert broken is not None
    assert broken.entry_id == 4
    assert "changed" in broken.words


@pytest.mark.parametrize("column", ["reason", "note", "request_id", "from_status"])
def test_a_field_that_is_emptied_is_found(filled, column):
    tamper(filled, update(history).where(history.c.id == 4).values({column: None}))
    broken = verify_history(filled).broken
    assert broken is not None
    assert broken.entry_id == 4


def test_a_forged_entry_with_a_hash_of_its_own_breaks_the_one_after_it(filled):
    with reading(filled) as db:
        row = dict(db.execute(select(history).where(history.c.id == 4)).mappings().one())
    row["actor"] = "Charlie"
    forged = {"actor": "Charlie", "hash": entry_hash(row)}
    tamper(filled, update(history).where(history.c.id == 4).values(forged))
    broken = verify_history(filled).broken
    assert broken is not None
    assert (broken.entry_id, "does not follow entry 4" in broken.words) == (5, True)


def test_the_last_entry_forged_with_its_hash_is_found_by_the_head(filled):
    with reading(filled) as db:
        row = dict(db.execute(select(history).where(history.c.id == 7)).mappings().one())
    row["actor"] = "Charlie"
    forged = {"actor": "Charlie", "hash": entry_hash(row)}
    tamper(filled, update(history).where(history.c.id == 7).values(forged))
    broken = verify_history(filled).broken
    assert broken is not None
    assert broken.entry_id == 7


@pytest.mark.parametrize("number", [1, 3, 6])
def test_an_entry_that_was_removed_is_missed_by_the_one_after_it(filled, number):
    tamper(filled, delete(history).where(history.c.id == number))
    broken = verify_history(filled).broken
    assert broken is not None
    assert broken.entry_id == number + 1
    assert "missing" in broken.words


@pytest.mark.parametrize("left", [0, 3, 6])
def test_a_tail_that_was_cut_off_is_missed_by_the_head(filled, left):
    tamper(filled, delete(history).where(history.c.id > left))
    proof = verify_history(filled)
    assert proof.broken is not None
    assert proof.broken.entry_id == left + 1
    assert f"7 entries up to 7 were written, {left} were found" in proof.broken.words


def test_two_entries_that_changed_places_are_found(filled):
    moves = [(2, 99), (5, 2), (99, 5)]
    tamper(filled, *(update(history).where(history.c.id == a).values(id=b) for a, b in moves))
    broken = verify_history(filled).broken
    assert broken is not None
    assert broken.entry_id == 2


def test_all_ids_moved_by_one_are_found(filled):
    moves = [update(history).where(history.c.id == n).values(id=n + 1) for n in range(7, 0, -1)]
    tamper(filled, *moves)
    broken = verify_history(filled).broken
    assert broken is not None
    assert broken.entry_id == 2


def test_an_entry_put_beside_the_chain_is_found(filled):
    with reading(filled) as db:
        last = dict(db.execute(select(history).where(history.c.id == 7)).mappings().one())
    extra = last | {"id": 8, "previous_hash": last["hash"], "request_id": "x", "version": None}
    extra |= {"from_status": None, "to_status": None}
    extra["hash"] = entry_hash(extra)
    tamper(filled, history.insert().values(extra))
    broken = verify_history(filled).broken
    assert broken is not None
    assert (broken.entry_id, "the record of the end says 7" in broken.words) == (8, True)


def test_a_head_that_was_removed_is_missed(filled):
    tamper(filled, delete(history_head))
    broken = verify_history(filled).broken
    assert broken is not None
    assert "record of the end is missing" in broken.words


@pytest.mark.parametrize(
    ("column", "value"), [("at", "'yesterday'"), ("details", "'{half'"), ("at", "17")]
)
def test_an_entry_that_cannot_even_be_read_is_named(sqlite_url, open_engine, now, column, value):
    engine = open_engine(sqlite_url)
    artist_id = add_artist(engine, now=now)
    for _ in range(3):
        add_campaign(engine, artist_id, now=now)
    unguarded(engine)
    with writing(engine) as db:
        change = update(history).where(history.c.id == 2)
        db.execute(change.values({column: literal_column(value)}))
    proof = verify_history(engine)
    assert proof.entries == 1
    assert proof.broken is not None
    assert proof.broken.entry_id == 2


def test_the_proof_reads_a_portion_at_a_time(filled, monkeypatch):
    monkeypatch.setattr(verifying, "PORTION", 2)
    asked = []
    event.listen(filled, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert verify_history(filled).entries == 7
    portions = [one for one in asked if "FROM history" in one and "LIMIT" in one]
    assert len(portions) == 5


def test_many_entries_are_chained_in_one_pass_and_like_single_ones(engine, now):
    artist_id = add_artist(engine, now=now)
    one = Occasion(ALICE, now, Origin.PERSON, Source.DESK)
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    many = [
        {
            "artist_id": artist_id,
            "at": now,
            "actor": f"Person {number}",
            "origin": Origin.IMPORT,
            "source": Source.IMPORT,
            "event": "artist:note",
            "details": {"number": number, "share": number / 7, "words": ["ä", None]},
        }
        for number in range(500)
    ]
    with writing(engine) as db:
        record_event(db, one, "artist:note", artist_id=artist_id)
        asked.clear()
        append_entries(db, many)
        append_entries(db, [])
    assert len(asked) <= 3
    assert verify_history(engine).entries == 501


def test_whoever_adds_to_the_history_waits_for_who_adds_before(postgres_url, open_engine):
    engine = open_engine(postgres_url)
    with engine.connect() as first, engine.connect() as second:
        lock_head(first)
        second.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            lock_head(second)


def test_a_history_from_before_the_chain_gets_its_hashes(engine_before_chain, now):
    engine = engine_before_chain
    upgrade(engine)
    proof = verify_history(engine)
    assert (proof.entries, proof.broken) == (3, None)
    with reading(engine) as db:
        assert db.execute(select(history_head.c.last_id)).scalar() == 9
    with pytest.raises(Exception, match="append-only"), writing(engine) as db:
        db.execute(update(history).values(actor="Charlie"))
    add_campaign(engine, 1, now=now)
    assert verify_history(engine).entries == 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine_before_chain(request, open_engine, tmp_path):
    """A database as it was landed before, with three entries and gaps between their ids."""
    if request.param == "sqlite":
        yield as_landed(open_engine(f"sqlite:///{tmp_path / 'older.sqlite'}"))
        return
    server = request.getfixturevalue("postgres")
    yield as_landed(open_engine(server.create_database("older")))
    server.drop_database("older")


def as_landed(engine):
    """Bring the database to the last schema without a chain, and write three entries."""
    upgrade(engine, "0004")
    at = "2026-11-01 12:00:00.000017" + ("" if engine.dialect.name == "sqlite" else "+00")
    with writing(engine) as db:
        for statement in (
            "INSERT INTO organization VALUES (1, 'Label', FALSE, :at, NULL)",
            "INSERT INTO artist VALUES (1, 1, 'Alma', 'alma', 'in_order', :at)",
            "INSERT INTO connection VALUES (1, 'meta', 'simulated', 'live', 'UTC')",
        ):
            db.execute(text(statement), {"at": at})
        for number, details in ((2, None), (5, '{"b": 1.5, "a": "ä"}'), (9, "{}")):
            db.execute(
                text(
                    "INSERT INTO history (id, artist_id, at, actor, origin, source, event, note, "
                    "details) VALUES (:id, 1, :at, 'Älice', 'person', 'desk', 'artist:note', "
                    "'“so”', :details)"
                ),
                {"id": number, "at": at, "details": details},
            )
    return engine
