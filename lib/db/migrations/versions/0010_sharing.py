"""Sharing with an artist: whether costs are shown, and links that need no sign-in"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "artist",
        sa.Column("shares_cost", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "share_link",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=200), nullable=True),
        sa.Column("last_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "period IN ('7', '28', '90', 'whole')", name=op.f("ck_share_link_period")
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)",
            name=op.f("ck_share_link_is_revoked_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["artist_id"], ["artist.id"], name=op.f("fk_share_link_artist_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_share_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_share_link_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_share_link_artist_id"), "share_link", ["artist_id"])


def downgrade() -> None:
    op.drop_table("share_link")
    op.drop_column("artist", "shares_cost")
