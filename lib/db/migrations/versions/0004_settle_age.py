"""Settle ages as measured: how much of a day is known at which age"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "settle_age",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("age_days", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("reference_age", sa.Integer(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "platform IN ('meta', 'google', 'spotify')", name=op.f("ck_settle_age_platform")
        ),
        sa.PrimaryKeyConstraint("platform", "kind", name=op.f("pk_settle_age")),
    )


def downgrade() -> None:
    op.drop_table("settle_age")
