"""The history as a chain: each entry carries the hash before it, and nobody removes one"""

# ruff: noqa: ISC004 - long conditions of triggers, built from texts of this file alone.

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from lib.db.tables import UtcDateTime

# The form of the hash is for ever, so a migration may rely on it.
from lib.domain.chain import GENESIS, entry_hash

revision = "0005"
down_revision = "0004"

_PORTION = 1000
_HISTORY = sa.table(
    "history",
    sa.column("id", sa.Integer),
    sa.column("artist_id", sa.Integer),
    sa.column("campaign_id", sa.Integer),
    sa.column("version", sa.Integer),
    sa.column("at", UtcDateTime()),
    *(sa.column(name, sa.String) for name in ("actor", "origin", "source", "event")),
    *(sa.column(name, sa.String) for name in ("from_status", "to_status", "reason", "note")),
    sa.column("request_id", sa.String),
    sa.column("details", sa.JSON),
    sa.column("previous_hash", sa.String),
    sa.column("hash", sa.String),
)
_HEAD = sa.table(
    "history_head",
    sa.column("id", sa.Integer),
    sa.column("last_id", sa.Integer),
    sa.column("entries", sa.BigInteger),
    sa.column("hash", sa.String),
)

# name, before what, table, what is refused, message. History, and what it tells of, stays for
# ever: of a demo that was started over only the figures go.
_REPLACED = (
    ("organization_stays", "DELETE", "organization", "TRUE", "a label stays"),
    ("artist_stays", "DELETE", "artist", "TRUE", "an artist stays"),
    ("campaign_stays", "DELETE", "campaign", "TRUE", "a campaign stays"),
    ("history_keeps_its_entries", "UPDATE", "history", "TRUE", "history is append-only"),
    ("history_loses_no_entry", "DELETE", "history", "TRUE", "history is append-only"),
)
_NEW = (
    (
        "history_entry_is_chained",
        "INSERT",
        "history",
        "length(NEW.hash) <> 64 OR length(NEW.previous_hash) <> 64 "
        "OR NEW.id <= (SELECT last_id FROM history_head)",
        "an entry comes after the last one and carries its hash",
    ),
    (
        "history_head_only_grows",
        "UPDATE",
        "history_head",
        "NEW.last_id <= OLD.last_id "
        "OR NOT EXISTS (SELECT 1 FROM history WHERE id = NEW.last_id AND hash = NEW.hash) "
        "OR NEW.entries - OLD.entries <> (SELECT count(*) FROM history WHERE id > OLD.last_id)",
        "the head of the history follows its last entry",
    ),
    ("history_head_stays", "DELETE", "history_head", "TRUE", "the head of the history stays"),
)
_ON_SQLITE = (
    (
        "history_is_not_replaced",
        "INSERT",
        "history",
        "EXISTS (SELECT 1 FROM history WHERE id = NEW.id OR request_id = NEW.request_id "
        "OR campaign_id = NEW.campaign_id AND version = NEW.version OR undoes = NEW.undoes)",
        "a row of history is not replaced",
    ),
    (
        "history_head_is_not_replaced",
        "INSERT",
        "history_head",
        "EXISTS (SELECT 1 FROM history_head)",
        "a row of history_head is not replaced",
    ),
)
_NOT_EMPTIED = """CREATE TRIGGER history_head_is_not_emptied BEFORE TRUNCATE ON history_head
    FOR EACH STATEMENT EXECUTE FUNCTION is_not_emptied()"""


def upgrade() -> None:
    bind = op.get_bind()
    is_postgresql = bind.dialect.name == "postgresql"
    for name, _, table, _, _ in _REPLACED:
        _drop(name, table, is_postgresql=is_postgresql)
    _add_columns(is_postgresql=is_postgresql)
    _chain(bind)
    guards = [*_REPLACED, *_NEW]
    if not is_postgresql:
        _drop("history_is_not_replaced", "history", is_postgresql=False)
        guards += _ON_SQLITE
    for guard in guards:
        for statement in _guard(*guard, is_postgresql=is_postgresql):
            op.execute(statement)
    if is_postgresql:
        op.execute(_NOT_EMPTIED)


def _add_columns(*, is_postgresql: bool) -> None:
    for name in ("previous_hash", "hash"):
        op.add_column(
            "history", sa.Column(name, sa.String(length=64), server_default="", nullable=False)
        )
    # In words, since Alembic adds no column with a reference to SQLite.
    op.execute(
        "ALTER TABLE history ADD COLUMN undoes INTEGER "
        "CONSTRAINT fk_history_undoes REFERENCES history (id)"
    )
    op.create_index("ix_history_undoes", "history", ["undoes"], unique=True)
    op.create_index("ix_history_actor_id", "history", ["actor", "id"])
    op.create_index("ix_history_event_id", "history", ["event", "id"])
    op.create_index("ix_history_source_id", "history", ["source", "id"])
    if is_postgresql:
        # Entries are numbered by the head, one after the other; nothing else may number them.
        op.execute("ALTER TABLE history ALTER COLUMN id DROP DEFAULT")
        op.execute("DROP SEQUENCE history_id_seq")
    op.create_table(
        "history_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_history_head_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_head")),
    )


def _chain(bind: sa.Connection) -> None:
    """Give every entry that is there its hashes, oldest first, and note where they end."""
    last, entries, previous = 0, 0, GENESIS
    change = (
        sa.update(_HISTORY)
        .where(_HISTORY.c.id == sa.bindparam("of"))
        .values(previous_hash=sa.bindparam("before"), hash=sa.bindparam("own"))
    )
    for portion in _portions(bind):
        changes = []
        for row in portion:
            own = entry_hash(row | {"previous_hash": previous})
            changes.append({"of": row["id"], "before": previous, "own": own})
            last, previous = row["id"], own
        bind.execute(change, changes)
        entries += len(changes)
    bind.execute(sa.insert(_HEAD).values(id=1, last_id=last, entries=entries, hash=previous))


def _portions(bind: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    last = 0
    while True:
        query = sa.select(_HISTORY).where(_HISTORY.c.id > last).order_by(_HISTORY.c.id)
        rows = [dict(row) for row in bind.execute(query.limit(_PORTION)).mappings()]
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


def _guard(
    name: str, before: str, table: str, refused: str, message: str, *, is_postgresql: bool
) -> list[str]:
    if not is_postgresql:
        return [
            f"CREATE TRIGGER {name} BEFORE {before} ON {table} "
            f"WHEN {refused} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    return [
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {refused} THEN
                RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN {"OLD" if before == "DELETE" else "NEW"};
        END $$""",
        f"CREATE TRIGGER {name} BEFORE {before} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _drop(name: str, table: str, *, is_postgresql: bool) -> None:
    if is_postgresql:
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}()")
    else:
        op.execute(f"DROP TRIGGER {name}")


def downgrade() -> None:
    raise NotImplementedError("A chain that is taken off proves nothing when it is put on again.")
