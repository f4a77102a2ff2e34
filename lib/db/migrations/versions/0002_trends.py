"""The trend of each campaign, its flips, and when people last looked"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "campaign_trend",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("speaks_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("speaks_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stale_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("covered_through", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("settle_age", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        *(
            sa.Column(f"{what}_{length}", sa.BigInteger(), nullable=what != "days")
            for length in (7, 28)
            for what in ("days", "spend", "impressions", "clicks", "results")
        ),
        *(
            sa.Column(f"eligible_{what}_{length}", sa.BigInteger(), nullable=False)
            for length in (7, 28)
            for what in ("days", "spend", "results")
        ),
        sa.Column("spend_by_day", sa.LargeBinary(), nullable=False),
        sa.Column("word", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=True),
        sa.Column("y", sa.Float(), nullable=True),
        sa.Column("m", sa.Float(), nullable=True),
        sa.Column("results_word", sa.String(length=20), nullable=False),
        sa.Column("results_why", sa.String(length=20), nullable=True),
        sa.Column("results_y", sa.Float(), nullable=True),
        sa.Column("results_m", sa.Float(), nullable=True),
        sa.Column("spend_word", sa.String(length=20), nullable=True),
        sa.Column("spend_change", sa.Float(), nullable=True),
        *(
            sa.Column(f"{window}_{what}", sa.BigInteger(), nullable=False)
            for window in ("c", "b")
            for what in ("days", "spend", "results")
        ),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=True),
        sa.Column("readable_on", sa.Date(), nullable=True),
        sa.Column("stake_micros", sa.BigInteger(), nullable=True),
        sa.Column("pacing_ratio", sa.Float(), nullable=True),
        sa.Column("pacing_tolerance", sa.Float(), nullable=True),
        sa.Column("pacing_word", sa.String(length=20), nullable=True),
        sa.Column("is_silent", sa.Boolean(), nullable=False),
        sa.Column("anomaly_on", sa.Date(), nullable=True),
        sa.Column("anomaly_spend", sa.BigInteger(), nullable=True),
        sa.Column("anomaly_usual", sa.Float(), nullable=True),
        sa.Column("last_spend_on", sa.Date(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_trend_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "as_of", name=op.f("pk_campaign_trend")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "verdict_flip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("from_word", sa.String(length=20), nullable=False),
        sa.Column("to_word", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_verdict_flip_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict_flip")),
    )
    op.create_index("ix_verdict_flip_campaign_id", "verdict_flip", ["campaign_id"])
    op.create_index("ix_verdict_flip_visible_at", "verdict_flip", ["visible_at"])
    op.create_table(
        "last_look",
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("actor", name=op.f("pk_last_look")),
    )
    op.create_index("ix_history_at", "history", ["at"])
