"""The desk's first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


# The history is append-only for everybody. One exception: what belongs to a demo label that
# was started over may be removed as a whole, and no label can become a demo afterwards.
_RETIRED_DEMO = """
    SELECT 1 FROM artist JOIN organization ON organization.id = artist.organization_id
    WHERE artist.id = OLD.artist_id
    AND organization.is_demo AND organization.retired_at IS NOT NULL
"""
_SQLITE: tuple[str, ...] = (
    """CREATE TRIGGER history_keeps_its_entries BEFORE UPDATE ON history
    BEGIN SELECT RAISE(ABORT, 'history is append-only'); END""",
    f"""CREATE TRIGGER history_loses_no_entry BEFORE DELETE ON history
    WHEN NOT EXISTS ({_RETIRED_DEMO})
    BEGIN SELECT RAISE(ABORT, 'history is append-only'); END""",
    """CREATE TRIGGER observation_is_kept BEFORE UPDATE ON daily_observation
    BEGIN SELECT RAISE(ABORT, 'observations are append-only'); END""",
    """CREATE TRIGGER demo_is_for_life BEFORE UPDATE OF is_demo ON organization
    WHEN NEW.is_demo <> OLD.is_demo
    BEGIN SELECT RAISE(ABORT, 'a label cannot become a demo, nor cease to be one'); END""",
)
_POSTGRESQL: tuple[str, ...] = (
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    f"""CREATE FUNCTION refuse_loss() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS ({_RETIRED_DEMO}) THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'history is append-only';
    END $$""",
    """CREATE FUNCTION refuse_new_demo() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.is_demo <> OLD.is_demo THEN
            RAISE EXCEPTION 'a label cannot become a demo, nor cease to be one';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER history_keeps_its_entries BEFORE UPDATE ON history
    FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER history_loses_no_entry BEFORE DELETE ON history
    FOR EACH ROW EXECUTE FUNCTION refuse_loss()""",
    """CREATE TRIGGER history_is_not_emptied BEFORE TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER observation_is_kept BEFORE UPDATE ON daily_observation
    FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER demo_is_for_life BEFORE UPDATE ON organization
    FOR EACH ROW EXECUTE FUNCTION refuse_new_demo()""",
)


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
        sa.UniqueConstraint("artist_id", "sha256", name=op.f("uq_import_run_artist_id_sha256")),
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
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_name_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "name_key", name=op.f("pk_campaign_name")),
    )
    op.create_index(
        "ix_campaign_name_artist_id_platform_name_key",
        "campaign_name",
        ["artist_id", "platform", "name_key"],
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
    for statement in _POSTGRESQL if is_postgresql else _SQLITE:
        op.execute(statement)
    op.execute("INSERT INTO data_version (id, number) VALUES (1, 0)")


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the first tables; drop the database.")
