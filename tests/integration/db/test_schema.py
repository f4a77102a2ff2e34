"""The migrated schema is the one that the code speaks of, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import UniqueConstraint, inspect

from lib.db.migrations import current_revision, upgrade
from lib.db.tables import data_version, metadata

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
        assert connection.execute(data_version.select()).all() == [(1, 0)]
