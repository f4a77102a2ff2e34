"""People: who may come in, what they may do where, and who changed that"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_APPEND_ONLY = "the history of people is append-only"
_SQLITE = (
    *(
        f"CREATE TRIGGER person_history_is_kept_on_{verb.lower()} BEFORE {verb} ON person_history "
        f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    # INSERT OR REPLACE removes rows, and tells the trigger above only where
    # recursive_triggers is on, which a connection of somebody else's need not have set.
    f"""CREATE TRIGGER person_history_is_not_replaced BEFORE INSERT ON person_history
    WHEN EXISTS (SELECT 1 FROM person_history WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END""",  # noqa: S608 - texts of this file  # nosec B608
)
_POSTGRESQL = (
    f"""CREATE FUNCTION person_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{_APPEND_ONLY}' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE TRIGGER person_history_is_kept BEFORE UPDATE OR DELETE ON person_history
    FOR EACH ROW EXECUTE FUNCTION person_history_is_kept()""",
    """CREATE TRIGGER person_history_is_not_emptied BEFORE TRUNCATE ON person_history
    FOR EACH STATEMENT EXECUTE FUNCTION person_history_is_kept()""",
)


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("iss", sa.String(length=500), nullable=True),
        sa.Column("sub", sa.String(length=255), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("logins_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "iss IS NULL AND sub IS NULL OR iss IS NOT NULL AND sub IS NOT NULL",
            name=op.f("ck_person_key_is_whole"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("iss", "sub", name=op.f("uq_person_iss_sub")),
    )
    op.create_index(op.f("ix_person_email"), "person", ["email"])
    op.create_index(
        "ix_person_invited",
        "person",
        ["email"],
        unique=True,
        sqlite_where=sa.text("iss IS NULL"),
        postgresql_where=sa.text("iss IS NULL"),
    )
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("artist_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "role IN ('viewer', 'editor', 'admin')", name=op.f("ck_person_role_role")
        ),
        sa.CheckConstraint(
            "place = 'desk' AND organization_id IS NULL AND artist_id IS NULL OR "
            "place = 'organization:' || organization_id AND artist_id IS NULL OR "
            "place = 'artist:' || artist_id AND organization_id IS NULL",
            name=op.f("ck_person_role_place_is_one"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_person_role_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["artist_id"], ["artist.id"], name=op.f("fk_person_role_artist_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "place", name=op.f("pk_person_role")),
    )
    op.create_index(op.f("ix_person_role_organization_id"), "person_role", ["organization_id"])
    op.create_index(op.f("ix_person_role_artist_id"), "person_role", ["artist_id"])
    op.create_table(
        "person_history",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=True),
        sa.Column("place_name", sa.String(length=200), nullable=True),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("after", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_history_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_history")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_person_history_person_id"), "person_history", ["person_id"])
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL if is_postgresql else _SQLITE:
        op.execute(statement)


def downgrade() -> None:
    for table in ("person_history", "person_role", "person"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION person_history_is_kept()")
