"""An index with all that the roster looks at in every campaign"""

from alembic import op

revision = "0011"
down_revision = "0010"

_COLUMNS = [
    "campaign_id",
    "speaks_from",
    "speaks_until",
    "stale_from",
    "as_of",
    "kind",
    "spend_7",
    "spend_28",
    "results_7",
    "results_28",
    "word",
    "why",
    "stake_micros",
    "pacing_ratio",
    "pacing_tolerance",
    "pacing_word",
    "is_silent",
    "anomaly_on",
    "anomaly_spend",
    "anomaly_usual",
    "last_spend_on",
    "stopped_on",
]


def upgrade() -> None:
    op.create_index("ix_campaign_trend_standing", "campaign_trend", _COLUMNS)


def downgrade() -> None:
    op.drop_index("ix_campaign_trend_standing", table_name="campaign_trend")
