"""Campaigns by the last day of their run: which of them have ended since"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index(op.f("ix_campaign_ends_on"), "campaign", ["ends_on"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_campaign_ends_on"), table_name="campaign")
