"""The last day of a run that the files reach beyond, on which its verdict was left

What is kept follows other rules from here on, so it is emptied: the next start makes it anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_INDEX, _TABLE = "ix_campaign_trend_standing", "campaign_trend"
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
    op.execute("DELETE FROM campaign_trend")
    op.drop_index(_INDEX, table_name=_TABLE)
    op.add_column(_TABLE, sa.Column("ended_on", sa.Date(), nullable=True))
    op.create_index(_INDEX, _TABLE, [*_COLUMNS, "ended_on"])


def downgrade() -> None:
    op.drop_index(_INDEX, table_name=_TABLE)
    op.drop_column(_TABLE, "ended_on")
    op.create_index(_INDEX, _TABLE, _COLUMNS)
