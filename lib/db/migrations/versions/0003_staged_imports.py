"""Tables for imports on their way in: staged first, then switched over, then folded"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "staged_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("artist_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("alive_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_import")),
    )
    op.create_table(
        "staged_campaign",
        sa.Column("staged_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("staged_id", "position", name=op.f("pk_staged_campaign")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_staged_campaign_campaign_id"), "staged_campaign", ["campaign_id"])
    op.create_table(
        "staged_day",
        sa.Column("staged_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("spend_micros", sa.BigInteger(), nullable=True),
        sa.Column("impressions", sa.BigInteger(), nullable=True),
        sa.Column("clicks", sa.BigInteger(), nullable=True),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("current_spend_micros", sa.BigInteger(), nullable=True),
        sa.Column("current_impressions", sa.BigInteger(), nullable=True),
        sa.Column("current_clicks", sa.BigInteger(), nullable=True),
        sa.Column("current_import_id", sa.Integer(), nullable=True),
        sa.Column("current_observed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("staged_id", "position", "day", name=op.f("pk_staged_day")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staged_kind_result",
        sa.Column("staged_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("results_micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "staged_id", "position", "day", "kind", name=op.f("pk_staged_kind_result")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("staged_kind_result", "staged_day", "staged_campaign", "staged_import"):
        op.drop_table(table)
