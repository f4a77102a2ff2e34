"""How many writes changed nothing but campaigns, each with an entry of its history: a board that
was kept reads only those campaigns anew
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    column = sa.Column("told", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("data_version", column)


def downgrade() -> None:
    op.drop_column("data_version", "told")
