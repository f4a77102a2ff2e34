"""Rows that go close to the driver: what it says of them is raised as everywhere else."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from lib.db.bulk import insert_rows
from lib.db.engine import reading, retrying, writing
from lib.db.tables import staged_campaign
from lib.services.transactions import in_transaction

COLUMNS = [one.name for one in staged_campaign.columns]
ROWS = [(1, position, 7, 30) for position in range(3)]


def put(db):
    insert_rows(db, staged_campaign, COLUMNS, ROWS)


def stored(engine):
    with reading(engine) as db:
        return [tuple(row) for row in db.execute(select(staged_campaign))]


def test_rows_that_are_there_already_are_refused_by_the_error_of_everywhere(engine):
    with writing(engine) as db:
        put(db)
    with pytest.raises(IntegrityError), writing(engine) as db:
        put(db)
    assert stored(engine) == ROWS


def test_whoever_meets_rows_that_another_one_has_just_written_tries_once_more(engine):
    attempts: list[int] = []

    def work(db):
        attempts.append(len(attempts))
        put(db)
        if len(attempts) == 1:
            put(db)

    in_transaction(engine, work)
    assert attempts == [0, 1]
    assert stored(engine) == ROWS


@pytest.mark.postgresql
def test_a_session_that_ends_in_between_is_a_fault_that_passes(postgres_url, open_engine):
    engine = open_engine(postgres_url)
    attempts: list[int] = []

    def work():
        with writing(engine) as db:
            attempts.append(db.execute(text("SELECT pg_backend_pid()")).scalar_one())
            if len(attempts) == 1:
                end = text("SELECT pg_terminate_backend(:pid, 5000)")
                with writing(engine) as other:
                    other.execute(end, {"pid": attempts[0]})
            put(db)

    retrying(work)
    assert len(set(attempts)) == 2
    assert stored(engine) == ROWS
