"""What each person has set for themselves: saved views, the one that opens, columns of tables"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def _whose(table: str) -> list[sa.Column[int] | sa.Constraint]:
    return [
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "owner = 'local' AND person_id IS NULL OR owner = 'person:' || person_id",
            name=op.f(f"ck_{table}_owner_is_one"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id")),
    ]


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        *_whose("saved_view"),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("page", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("request_id", name=op.f("uq_saved_view_request_id")),
        sa.UniqueConstraint("owner", "name_key", name=op.f("uq_saved_view_owner_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "saved_view_artist",
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_saved_view_artist_view_id")
        ),
        sa.ForeignKeyConstraint(
            ["artist_id"], ["artist.id"], name=op.f("fk_saved_view_artist_artist_id")
        ),
        sa.PrimaryKeyConstraint("view_id", "artist_id", name=op.f("pk_saved_view_artist")),
    )
    op.create_index(op.f("ix_saved_view_artist_artist_id"), "saved_view_artist", ["artist_id"])
    op.create_table(
        "default_view",
        sa.Column("owner", sa.String(length=40), nullable=False),
        *_whose("default_view"),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_default_view_view_id")
        ),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_default_view")),
    )
    op.create_index(op.f("ix_default_view_view_id"), "default_view", ["view_id"])
    op.create_table(
        "column_choice",
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("table_name", sa.String(length=20), nullable=False),
        *_whose("column_choice"),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "table_name", name=op.f("pk_column_choice")),
    )


def downgrade() -> None:
    for table in ("column_choice", "default_view", "saved_view_artist", "saved_view"):
        op.drop_table(table)
