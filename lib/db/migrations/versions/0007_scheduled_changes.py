"""Scheduled changes, and who runs them"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "scheduled_change",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=200), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "action IN ('pause', 'resume')", name=op.f("ck_scheduled_change_action")
        ),
        sa.CheckConstraint(
            "state IN ('coming', 'ran', 'missed', 'cancelled')",
            name=op.f("ck_scheduled_change_state"),
        ),
        sa.CheckConstraint(
            "(state = 'coming') = (settled_at IS NULL)",
            name=op.f("ck_scheduled_change_is_settled_once"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_scheduled_change_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_scheduled_change_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_change")),
        sa.UniqueConstraint("request_id", name=op.f("uq_scheduled_change_request_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_scheduled_change_state_run_at"), "scheduled_change", ["state", "run_at"]
    )
    op.create_index(op.f("ix_scheduled_change_campaign_id"), "scheduled_change", ["campaign_id"])
    op.create_table(
        "worker",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
    )


def downgrade() -> None:
    op.drop_table("worker")
    op.drop_table("scheduled_change")
