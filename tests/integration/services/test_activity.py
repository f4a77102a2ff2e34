"""Reading the history: every filter, the search, paging and what is written out."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text, update

from lib.db.engine import reading, writing
from lib.db.tables import campaign, history
from lib.domain.actions import PauseReason
from lib.domain.records import Origin, Source
from lib.domain.rights import FULL
from lib.services import activity as activities
from lib.services.activity import (
    FIELDS,
    ActivityFilter,
    activity,
    activity_words,
    campaign_names,
    history_rows,
)
from lib.services.campaigns import pause_campaign
from lib.services.demo_label.demo import start_over
from lib.services.exports import as_csv
from lib.services.history_chain import append_entries
from tests.cast import ALICE, BOB, add_artist, add_campaign, new_request


@pytest.fixture
def told(engine, now):
    """Entries of two artists, by two people, from several places, over three days."""
    alma = add_artist(engine, now=now, name="Alma Nørgård")
    other = add_artist(engine, now=now, name="The Other")
    one = add_campaign(engine, alma, now=now, name="Beyoncé 100%_push")
    add_campaign(engine, other, now=now, name="Second")
    pause_campaign(
        engine,
        one,
        reason=PauseReason.WRONG_CONTENT,
        note="Émile asked",
        actor=BOB,
        seen_version=1,
        request_id=new_request(),
        now=now,
        source=Source.COMMAND,
    )
    common = {"artist_id": alma, "actor": "Feed", "origin": Origin.IMPORT, "at": now}
    common |= {"source": Source.IMPORT, "campaign_id": one}
    budget = {"before": 1_500_000, "after": None, "period": "daily", "currency": "EUR"}
    file = {"file": "Ärger.csv", "import_id": 1}
    with writing(engine) as db:
        append_entries(
            db,
            [
                common
                | {"event": "campaign:rename", "details": {"before": "Old ü", "after": "=New"}},
                common | {"event": "campaign:budget", "details": budget},
                common | {"event": "import:finish", "campaign_id": None, "details": file},
            ],
        )
    return engine


def found(engine, **narrowed):
    return [entry.id for entry in activity(engine, ActivityFilter(**narrowed), rights=FULL)]


def test_everything_stands_newest_first(told):
    assert found(told) == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("narrowed", "ids"),
    [
        ({"artist_id": 2}, [2]),
        ({"campaign_id": 1}, [5, 4, 3, 1]),
        ({"actor": "Bob"}, [3]),
        ({"event": "campaign:create"}, [2, 1]),
        ({"source": Source.IMPORT}, [6, 5, 4]),
        ({"source": Source.COMMAND}, [3]),
        ({"source": Source.SCHEDULE}, []),
        ({"artist_id": 1, "actor": "Alice"}, [1]),
        ({"actor": "nobody'; DROP TABLE history; --"}, []),
    ],
)
def test_it_is_narrowed_by_each_of_its_columns(told, narrowed, ids):
    assert found(told, **narrowed) == ids


def test_days_are_inclusive_at_their_begin_and_exclusive_at_their_end(told, now):
    assert found(told, since=now) == [6, 5, 4, 3]
    assert found(told, until=now) == [2, 1]
    then = now - timedelta(days=10)
    assert found(told, since=then, until=then + timedelta(microseconds=1)) == [2, 1]


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("beyonce", [5, 4, 3, 1]),
        ("BEYONCÉ", [5, 4, 3, 1]),
        ("emile", [3]),
        ("norgard", []),  # The stroke of ø is no accent.
        ("nørgård", [6, 5, 4, 3, 1]),
        ("other", [2]),
        ("bob", [3]),
        ("arger.csv", [6]),
        ("old", [4]),
        ("=new", [4]),
        ("rename", [4]),
        ("paused", [3]),
        ("link wrong", [3]),
        ("beyonce feed budget", [5]),
        ("beyonce second", []),
        ("100%_", [5, 4, 3, 1]),
        ("100_%", []),
        ("%", [5, 4, 3, 1]),
        ("\\", []),
        ("'; DROP TABLE history; --", []),
        ("   ", [6, 5, 4, 3, 2, 1]),
        ("x" * 100_000, []),
        ("feed " * 1000, [6, 5, 4]),
    ],
)
def test_each_word_of_a_search_is_mentioned_somewhere(told, search, ids):
    assert found(told, search=search) == ids


def test_it_is_read_in_pages_that_join(told):
    first = activity(told, ActivityFilter(search="feed"), limit=2, rights=FULL)
    rest = activity(
        told, ActivityFilter(search="feed"), limit=2, before_id=first[-1].id, rights=FULL
    )
    assert [entry.id for entry in (*first, *rest)] == [6, 5, 4]


def test_its_words_and_names_are_offered_in_order(told):
    words = activity_words(told, rights=FULL)
    assert words.actors == ("Alice", "Bob", "Feed")
    assert words.sources == (Source.COMMAND, Source.DESK, Source.IMPORT)
    assert "campaign:budget" in words.events
    assert campaign_names(told, 1, rights=FULL) == [(1, "Beyoncé 100%_push")]
    assert campaign_names(told, 4711, rights=FULL) == []


def test_what_is_written_out_says_everything_and_runs_nowhere(told, monkeypatch):
    monkeypatch.setattr(activities, "PORTION", 2)
    lines = "".join(as_csv(history_rows(told, ActivityFilter(), rights=FULL), FIELDS))
    rows = list(csv.DictReader(io.StringIO(lines, newline="")))
    assert [row["entry"] for row in rows] == ["6", "5", "4", "3", "2", "1"]
    assert (rows[2]["before"], rows[2]["after"]) == ("Old ü", "'=New")
    assert (rows[1]["before"], rows[1]["after"]) == ("1.50", "")
    pause = rows[3]
    assert (pause["before"], pause["after"]) == ("active", "paused")
    assert (pause["person"], pause["where_from"], pause["note"]) == (
        "Bob",
        "command",
        "Émile asked",
    )
    assert pause["at"] == "2026-11-24T12:00:00+00:00"
    assert pause["artist"] == "Alma Nørgård"
    assert len(pause["hash"]) == 64
    narrowed = history_rows(told, ActivityFilter(actor="Bob"), rights=FULL)
    assert [row["entry"] for row in narrowed] == [3]


def test_the_history_of_a_demo_that_was_started_over_is_out_of_sight(demo_engine, now):
    before = len(activity(demo_engine, ActivityFilter(), limit=10_000, rights=FULL))
    start_over(demo_engine, actor=ALICE, now=now)
    after = activity(demo_engine, ActivityFilter(), limit=10_000, rights=FULL)
    assert len(after) == before
    assert "demo:load" not in activity_words(demo_engine, rights=FULL).events
    assert len(list(history_rows(demo_engine, ActivityFilter(), rights=FULL))) == before
    assert not activity(demo_engine, ActivityFilter(event="demo:load"), rights=FULL)


def test_a_new_name_of_a_campaign_finds_its_older_entries(told):
    with writing(told) as db:
        db.execute(update(campaign).where(campaign.c.id == 1).values(name="Renamed since"))
    assert found(told, search="renamed since") == [5, 4, 3, 1]


@pytest.mark.parametrize(
    "narrowed",
    [{}, {"actor": "Alice"}, {"event": "campaign:pause"}, {"source": "desk"}, {"artist_id": 1}],
    ids=str,
)
def test_a_page_is_read_along_an_index_and_nothing_is_sorted(sqlite_url, open_engine, narrowed):
    engine = open_engine(sqlite_url)
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    activity(engine, ActivityFilter(**narrowed), limit=201, rights=FULL)
    statement, values = next(one for one in asked if "campaign_name" in one[0])
    with reading(engine) as db:
        plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    steps = [str(row[-1]) for row in plan]
    assert not [step for step in steps if "TEMP B-TREE FOR ORDER" in step], steps
    if narrowed:
        assert [step for step in steps if step.startswith(f"SEARCH {history.name} USING INDEX")]


def test_a_page_is_drawn_of_a_hundred_thousand_entries_by_reading_a_few(
    sqlite_url, open_engine, now
):
    engine = open_engine(sqlite_url)
    artist_id = add_artist(engine, now=now)
    entry = {"artist_id": artist_id, "origin": "person", "source": "desk", "actor": "Alice"}
    with writing(engine) as db:
        append_entries(
            db,
            [
                entry | {"event": "artist:note", "at": now, "note": f"note {number}"}
                for number in range(100_000)
            ],
        )
        db.execute(text("ANALYZE"))
    with reading(engine) as db:
        steps = 0

        def count():
            nonlocal steps
            steps += 1

        driver: Any = db.connection.driver_connection
        driver.set_progress_handler(count, 1000)
        page = activities.entries(db, ActivityFilter(), limit=201, rights=FULL)
        deep = activities.entries(
            db, ActivityFilter(actor="Alice"), limit=201, before_id=300, rights=FULL
        )
        cheap = steps
        late = activities.entries(db, ActivityFilter(search="note 99999"), limit=201, rights=FULL)
        nothing = activities.entries(
            db, ActivityFilter(search="no such word"), limit=201, rights=FULL
        )
        driver.set_progress_handler(None, 0)
    assert [entry.id for entry in page[:2]] == [100_000, 99_999]
    assert (len(page), len(deep), len(late), len(nothing)) == (201, 201, 1, 0)
    # Thousands of steps of SQLite's machine: a page costs a few, a search the whole once.
    assert cheap < 100
    assert steps < 20_000
