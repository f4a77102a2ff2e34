"""The guards against replaced rows look each key up by its own index

Asked for all keys at once, SQLite reads the whole table once most rows lack one of them: every
change of a campaign took longer the longer the history was.
"""

from collections.abc import Iterable

from alembic import op

revision = "0013"
down_revision = "0012"

_KEYS = {
    "artist": ("id = NEW.id", "name_key = NEW.name_key"),
    "campaign": (
        "id = NEW.id",
        "artist_id = NEW.artist_id AND platform = NEW.platform AND external_id = NEW.external_id",
    ),
    "history": (
        "id = NEW.id",
        "request_id = NEW.request_id",
        "campaign_id = NEW.campaign_id AND version = NEW.version",
        "undoes = NEW.undoes",
    ),
}


def upgrade() -> None:
    for table, keys in _KEYS.items():
        _guard(table, keys)


def downgrade() -> None:
    for table, keys in _KEYS.items():
        _guard(table, [" OR ".join(keys)])


def _guard(table: str, conditions: Iterable[str]) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL has no statement that replaces a row unasked.
    name = f"{table}_is_not_replaced"
    is_there = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE {one})"  # noqa: S608 - texts of this file  # nosec B608
        for one in conditions
    )
    op.execute(f"DROP TRIGGER {name}")
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {is_there} "
        f"BEGIN SELECT RAISE(ABORT, 'a row of {table} is not replaced'); END"
    )
