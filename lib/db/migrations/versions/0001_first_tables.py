"""The desk's first tables"""

# ruff: noqa: ISC004, S608 - long conditions of triggers, built from texts of this file alone.

from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


@dataclass(frozen=True)
class _Guard:
    """A trigger: what it refuses is one condition that both databases understand."""

    name: str
    before: str
    table: str
    refused: str
    message: str

    def on_sqlite(self) -> list[str]:
        return [
            f"CREATE TRIGGER {self.name} BEFORE {self.before} ON {self.table} "
            f"WHEN {self.refused} BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        ]

    def on_postgresql(self) -> list[str]:
        row = "OLD" if self.before == "DELETE" else "NEW"
        return [
            f"""CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF {self.refused} THEN
                    RAISE EXCEPTION '{self.message}'
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN {row};
            END $$""",
            f"CREATE TRIGGER {self.name} BEFORE {self.before} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


# What was recorded stays, for everybody. One exception: what belongs to a demo label that was
# started over may be removed as a whole. So no label becomes a demo afterwards, none but a
# demo is started over, and nothing changes hands between labels.
def _unless_demo_is_over(artist_id: str) -> str:
    return f"""NOT EXISTS (
        SELECT 1 FROM artist JOIN organization ON organization.id = artist.organization_id
        WHERE artist.id = {artist_id}
        AND organization.is_demo AND organization.retired_at IS NOT NULL
    )"""  # nosec B608


# The chain: a campaign is inserted or moved first, its entry is written after that, in one
# transaction. Every entry follows the one before it and none runs ahead of its campaign; the
# deferred key from the campaign to its entry refuses, at the commit, the campaign that ran
# ahead. As no movement goes back or repeats a number, an old entry explains nothing twice.
# A campaign inserted with a higher number is given its whole chain in the same transaction.
_ENTRY_THAT_FOLLOWS = """
    SELECT 1 FROM campaign LEFT JOIN history AS earlier
    ON earlier.campaign_id = campaign.id AND earlier.version = NEW.version - 1
    WHERE campaign.id = NEW.campaign_id AND campaign.artist_id = NEW.artist_id
    AND (
        NEW.version IS NULL OR NEW.version <= campaign.version AND (
            NEW.version = 1 AND NEW.from_status IS NULL
            OR NEW.from_status = earlier.to_status AND NEW.from_status <> NEW.to_status
        )
    )"""
_GUARDS: tuple[_Guard, ...] = (
    _Guard(
        "organization_begins_in_use",
        "INSERT",
        "organization",
        "NEW.retired_at IS NOT NULL",
        "a label begins in use",
    ),
    _Guard(
        "organization_keeps_its_kind",
        "UPDATE",
        "organization",
        "NEW.id <> OLD.id OR NEW.is_demo <> OLD.is_demo "
        "OR NEW.retired_at IS NOT NULL AND NOT NEW.is_demo",
        "a label cannot become a demo, nor cease to be one, and only a demo is started over",
    ),
    _Guard(
        "organization_stays",
        "DELETE",
        "organization",
        "NOT OLD.is_demo OR OLD.retired_at IS NULL",
        "only a demo label that was started over can be removed",
    ),
    _Guard(
        "artist_keeps_its_label",
        "UPDATE",
        "artist",
        "NEW.id <> OLD.id OR NEW.organization_id <> OLD.organization_id",
        "an artist stays with its label",
    ),
    _Guard(
        "artist_stays",
        "DELETE",
        "artist",
        _unless_demo_is_over("OLD.id"),
        "only a demo that was started over can be removed",
    ),
    _Guard(
        "campaign_keeps_its_place",
        "UPDATE",
        "campaign",
        "NEW.id <> OLD.id OR NEW.artist_id <> OLD.artist_id OR NEW.platform <> OLD.platform",
        "a campaign stays with its artist and platform",
    ),
    _Guard(
        "campaign_counts_its_statuses",
        "UPDATE",
        "campaign",
        # To the same status is no movement, so it has no number and no entry.
        "NOT (NEW.version = OLD.version AND NEW.status = OLD.status "
        "OR NEW.version = OLD.version + 1 AND NEW.status <> OLD.status)",
        "the version rises by one with every new status, and only with one",
    ),
    _Guard(
        "campaign_stays",
        "DELETE",
        "campaign",
        _unless_demo_is_over("OLD.artist_id"),
        "only a demo that was started over can be removed",
    ),
    _Guard(
        "history_follows_its_campaign",
        "INSERT",
        "history",
        f"NEW.campaign_id IS NOT NULL AND NOT EXISTS ({_ENTRY_THAT_FOLLOWS})",
        "an entry follows the one before it and the campaign that it tells of",
    ),
    _Guard("history_keeps_its_entries", "UPDATE", "history", "TRUE", "history is append-only"),
    _Guard(
        "history_loses_no_entry",
        "DELETE",
        "history",
        _unless_demo_is_over("OLD.artist_id"),
        "history is append-only",
    ),
    _Guard(
        "observation_is_kept",
        "UPDATE",
        "daily_observation",
        "TRUE",
        "observations are append-only",
    ),
    _Guard(
        "observation_stays",
        "DELETE",
        "daily_observation",
        _unless_demo_is_over("(SELECT artist_id FROM campaign WHERE id = OLD.campaign_id)"),
        "observations are append-only",
    ),
)


# SQLite's INSERT OR REPLACE removes rows, and tells the triggers above of it only where
# recursive_triggers is on, which a connection of somebody else's need not have set.
def _not_replaced(table: str, same: str) -> _Guard:
    return _Guard(
        f"{table}_is_not_replaced",
        "INSERT",
        table,
        f"EXISTS (SELECT 1 FROM {table} WHERE {same})",  # nosec B608
        f"a row of {table} is not replaced",
    )


_SQLITE_GUARDS: tuple[_Guard, ...] = (
    _not_replaced("organization", "id = NEW.id"),
    _not_replaced("artist", "id = NEW.id OR name_key = NEW.name_key"),
    _not_replaced(
        "campaign",
        "id = NEW.id OR artist_id = NEW.artist_id AND platform = NEW.platform "
        "AND external_id = NEW.external_id",
    ),
    _not_replaced(
        "history",
        "id = NEW.id OR request_id = NEW.request_id "
        "OR campaign_id = NEW.campaign_id AND version = NEW.version",
    ),
    _not_replaced(
        "daily_observation",
        "campaign_id = NEW.campaign_id AND day = NEW.day AND import_id = NEW.import_id",
    ),
)
# TRUNCATE passes by the triggers of rows. Every other table that matters is pointed at by one
# of these two, so it is only emptied together with them.
_POSTGRESQL_TRUNCATE: tuple[str, ...] = (
    """CREATE FUNCTION is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE TRIGGER history_is_not_emptied BEFORE TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION is_not_emptied()""",
    """CREATE TRIGGER observation_is_not_emptied BEFORE TRUNCATE ON daily_observation
    FOR EACH STATEMENT EXECUTE FUNCTION is_not_emptied()""",
)


def _guards(*, is_postgresql: bool) -> list[str]:
    if is_postgresql:
        made = [statement for guard in _GUARDS for statement in guard.on_postgresql()]
        return [*made, *_POSTGRESQL_TRUNCATE]
    return [statement for guard in (*_GUARDS, *_SQLITE_GUARDS) for statement in guard.on_sqlite()]


def upgrade() -> None:
    op.create_table(
        "column_mapping",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_column_mapping")),
    )
    op.create_table(
        "data_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_data_version_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_version")),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_table(
        "artist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("billing", sa.String(length=20), server_default="in_order", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("billing IN ('in_order', 'failing')", name=op.f("ck_artist_billing")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_artist_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artist")),
        sa.UniqueConstraint("name_key", name=op.f("uq_artist_name_key")),
    )
    op.create_index("ix_artist_organization_id", "artist", ["organization_id"])

    op.create_table(
        "connection",
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "gateway IN ('simulated', 'by_hand')", name=op.f("ck_connection_gateway")
        ),
        sa.CheckConstraint(
            "platform IN ('meta', 'google', 'spotify')", name=op.f("ck_connection_platform")
        ),
        sa.CheckConstraint("state IN ('live', 'broken')", name=op.f("ck_connection_state")),
        sa.ForeignKeyConstraint(["artist_id"], ["artist.id"], name=op.f("fk_connection_artist_id")),
        sa.PrimaryKeyConstraint("artist_id", "platform", name=op.f("pk_connection")),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("from_status", sa.String(length=30), nullable=True),
        sa.Column("to_status", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("request_id", sa.String(length=100), nullable=True),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "version IS NULL AND from_status IS NULL AND to_status IS NULL OR "
            "version IS NOT NULL AND campaign_id IS NOT NULL AND to_status IS NOT NULL",
            name=op.f("ck_history_status_is_counted"),
        ),
        sa.ForeignKeyConstraint(["artist_id"], ["artist.id"], name=op.f("fk_history_artist_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_history_campaign_id"),
            initially="DEFERRED",
            deferrable=True,
            use_alter=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sa.UniqueConstraint(
            "campaign_id",
            "version",
            "to_status",
            name=op.f("uq_history_campaign_id_version_to_status"),
        ),
        sa.UniqueConstraint("campaign_id", "version", name=op.f("uq_history_campaign_id_version")),
        sa.UniqueConstraint("request_id", name=op.f("uq_history_request_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_history_artist_id_id", "history", ["artist_id", "id"])

    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=100), nullable=False),
        sa.Column("grain", sa.String(length=10), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["artist_id"], ["artist.id"], name=op.f("fk_import_run_artist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint(
            "artist_id",
            "sha256",
            "observed_on",
            name=op.f("uq_import_run_artist_id_sha256_observed_on"),
        ),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("named_on", sa.Date(), nullable=True),
        sa.Column("campaign_type", sa.String(length=100), nullable=False),
        sa.Column("promotes", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_origin", sa.String(length=20), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status_before_archive", sa.String(length=30), nullable=True),
        sa.Column("pending_action", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("budget_micros", sa.BigInteger(), nullable=True),
        sa.Column("budget_period", sa.String(length=10), nullable=True),
        sa.Column("locations", sa.JSON(), nullable=False),
        sa.Column("headline_kind", sa.String(length=100), nullable=False),
        sa.Column("headline_named_on", sa.Date(), nullable=True),
        sa.Column("platform_status", sa.Text(), nullable=True),
        sa.Column("serving_status", sa.Text(), nullable=True),
        sa.Column("platform_note", sa.Text(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "budget_period IN ('daily', 'total')", name=op.f("ck_campaign_budget_period")
        ),
        sa.CheckConstraint(
            "platform IN ('meta', 'google', 'spotify')", name=op.f("ck_campaign_platform")
        ),
        sa.CheckConstraint(
            "status IN ('issue', 'subscription_paused', 'active', 'serving', 'deploying', 'under_review', 'content_validation', 'awaiting_smartlink', 'paused', 'ended', 'archived')",
            name=op.f("ck_campaign_status"),
        ),
        sa.ForeignKeyConstraint(
            ["artist_id", "platform"],
            ["connection.artist_id", "connection.platform"],
            name=op.f("fk_campaign_artist_id_platform"),
        ),
        sa.ForeignKeyConstraint(["artist_id"], ["artist.id"], name=op.f("fk_campaign_artist_id")),
        sa.ForeignKeyConstraint(
            ["id", "version", "status"],
            ["history.campaign_id", "history.version", "history.to_status"],
            name="fk_campaign_status_is_explained",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint(
            "artist_id",
            "platform",
            "external_id",
            name=op.f("uq_campaign_artist_id_platform_external_id"),
        ),
    )
    op.create_index("ix_campaign_artist_id_status", "campaign", ["artist_id", "status"])

    op.create_table(
        "campaign_name",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_name_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "name_hash", name=op.f("pk_campaign_name")),
    )
    op.create_index(
        "ix_campaign_name_artist_id_platform", "campaign_name", ["artist_id", "platform"]
    )

    op.create_table(
        "coverage",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_coverage_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_coverage_import_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "import_id", "starts_on", name=op.f("pk_coverage")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_kind_result",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("results_micros", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_daily_kind_result_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "day", "kind", name=op.f("pk_daily_kind_result")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_observation",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spend_micros", sa.BigInteger(), nullable=True),
        sa.Column("impressions", sa.BigInteger(), nullable=True),
        sa.Column("clicks", sa.BigInteger(), nullable=True),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_daily_observation_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_daily_observation_import_id")
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "day", "import_id", name=op.f("pk_daily_observation")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_result",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("spend_micros", sa.BigInteger(), nullable=True),
        sa.Column("impressions", sa.BigInteger(), nullable=True),
        sa.Column("clicks", sa.BigInteger(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_daily_result_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "day", name=op.f("pk_daily_result")),
        sqlite_with_rowid=False,
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.create_foreign_key(
            "fk_history_campaign_id",
            "history",
            "campaign",
            ["campaign_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
    for statement in _guards(is_postgresql=is_postgresql):
        op.execute(statement)
    op.execute("INSERT INTO data_version (id, number) VALUES (1, 0)")


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the first tables; drop the database.")
