"""Rows by the names of their columns, for reads of many rows."""

from typing import Any

from sqlalchemy import Result


def named(result: Result[Any]) -> list[dict[str, Any]]:
    """Return every row as a dictionary.

    `Result.mappings()` looks the names up for every row and every value anew, which costs as
    much as the query where a page reads hundreds of rows.
    """
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]
