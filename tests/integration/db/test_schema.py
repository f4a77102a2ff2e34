"""The migrated schema is the one that the code speaks of, on both databases."""

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import UniqueConstraint, inspect, text

from lib.db.engine import writing
from lib.db.migrations import current_revision, upgrade
from lib.db.tables import data_version, metadata, staged_import
from lib.domain.records import Platform

TABLES = [table.name for table in metadata.sorted_tables]


def test_the_migrations_lead_to_exactly_the_tables_of_the_code(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_its_columns_keys_and_checks(engine, name):
    table, found = metadata.tables[name], inspect(engine)
    columns = {one["name"]: one["nullable"] for one in found.get_columns(name)}
    assert columns == {one.name: bool(one.nullable) for one in table.columns}
    key = found.get_pk_constraint(name)["constrained_columns"]
    assert key == [one.name for one in table.primary_key.columns]
    uniques = {tuple(one["column_names"]) for one in found.get_unique_constraints(name)}
    assert uniques == {
        tuple(column.name for column in one.columns)
        for one in table.constraints
        if isinstance(one, UniqueConstraint)
    }
    foreign = {
        (tuple(one["constrained_columns"]), one["referred_table"], tuple(one["referred_columns"]))
        for one in found.get_foreign_keys(name)
    }
    assert foreign == {
        (
            tuple(one.column_keys),
            one.referred_table.name,
            tuple(element.column.name for element in one.elements),
        )
        for one in table.foreign_key_constraints
    }
    checks = {one["name"] for one in found.get_check_constraints(name)}
    assert checks == {
        str(one.name) for one in table.constraints if type(one).__name__ == "CheckConstraint"
    }


def test_a_second_upgrade_changes_nothing(engine):
    revision = current_revision(engine)
    assert revision is not None
    upgrade(engine)
    assert current_revision(engine) == revision


def test_the_data_version_is_there_from_the_start_and_stands_alone(engine):
    with engine.connect() as connection:
        assert connection.execute(data_version.select()).all() == [(1, 0, 0)]


def test_a_staged_import_outlives_the_upgrade_and_its_number_is_not_given_out_again(
    tmp_path, open_engine, now
):
    engine = open_engine(f"sqlite:///{tmp_path / 'older.sqlite'}")
    upgrade(engine, "0014")
    waiting = {
        "platform": Platform.GOOGLE,
        "observed_on": now.date(),
        "imported_at": now,
        "batches": 3,
        "alive_at": 1,
    }
    with writing(engine) as db:
        db.execute(staged_import.insert().values(id=7, import_id=5, artist_id=2, **waiting))
        before = db.execute(staged_import.select()).all()
    upgrade(engine)
    with writing(engine) as db:
        assert db.execute(staged_import.select()).all() == before
        db.execute(staged_import.delete())
        assert db.execute(staged_import.insert().values(**waiting)).inserted_primary_key == (8,)


GUARD = re.compile(r"WHEN (.*?)\s*BEGIN SELECT RAISE", re.DOTALL)
ONE_ROW = {"history_head", "data_version"}
# The indexes with their number of columns, and whether each row stands alone in them.
INDEXES = """
    SELECT one.tbl_name, listed.name, count(*), listed."unique" AND min(known."notnull")
    FROM sqlite_schema AS one, pragma_index_list(one.name) AS listed,
    pragma_index_info(listed.name) AS part, pragma_table_info(one.name) AS known
    WHERE one.type = 'table' AND known.name = part.name GROUP BY listed.name
"""


def test_no_guard_reads_a_whole_table_even_where_most_rows_lack_what_an_index_holds(
    sqlite_url, open_engine
):
    with open_engine(sqlite_url).connect() as db:
        db.execute(text("ANALYZE"))
        db.execute(text("DELETE FROM sqlite_stat1"))
        for table, index, columns, tells_apart in db.execute(text(INDEXES)).all():
            alike = [1_000_000] * columns
            if tells_apart:
                alike[-1] = 1
            told = {"table": table, "index": index, "stat": " ".join(map(str, [10**6, *alike]))}
            db.execute(text("INSERT INTO sqlite_stat1 VALUES (:table, :index, :stat)"), told)
        db.commit()
    with open_engine(sqlite_url).connect() as db:
        guards = db.execute(text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
        conditions = {name: found for name, sql in guards if (found := GUARD.search(sql))}
        assert {"history_is_not_replaced", "history_follows_its_campaign"} <= conditions.keys()
        for name, found in conditions.items():
            condition = re.sub(r"\b(NEW|OLD)\.\w+", "NULL", found.group(1))
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT {condition}").all()
            read = {one[3].split()[1] for one in plan if one[3].startswith("SCAN")}
            assert read <= {"CONSTANT"} | ONE_ROW, name
