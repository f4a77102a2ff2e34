"""Date arithmetic that SQLite and PostgreSQL spell differently."""

from typing import Any

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class days_before(GenericFunction[Any]):  # noqa: N801 - a SQL function, spelled as one
    """`days_before(day, n)`: the date `n` days before `day`; n is a number or a column."""

    type = Date()
    inherit_cache = True


@compiles(days_before, "sqlite")
def _sqlite(element: days_before, compiler: SQLCompiler, **options: Any) -> str:
    day, count = (compiler.process(clause, **options) for clause in element.clauses)
    return f"date({day}, '-' || ({count}) || ' days')"


@compiles(days_before, "postgresql")
def _postgresql(element: days_before, compiler: SQLCompiler, **options: Any) -> str:
    day, count = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({day} - ({count}))"
