"""The number of a staged import is not given out again on SQLite either"""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    _make_anew(sqlite_autoincrement=True)


def downgrade() -> None:
    _make_anew()


def _make_anew(**options: bool) -> None:
    """Copy the table on SQLite, which cannot change how one is numbered; elsewhere do nothing."""
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("staged_import", recreate="always", table_kwargs=options):
            pass
