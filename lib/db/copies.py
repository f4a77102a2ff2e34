"""What the copies of both kinds of database share."""

from sqlalchemy import Connection, func, inspect, select, table


class CopyRefused(RuntimeError):
    """A copy that is damaged, or that cannot be brought in; nothing was changed."""


def count_rows(db: Connection) -> dict[str, int]:
    """Return how many rows each table holds, in the connection's one snapshot."""
    return {
        name: db.execute(select(func.count()).select_from(table(name))).scalar_one()
        for name in sorted(inspect(db).get_table_names())
    }
