"""Date arithmetic that SQLite and PostgreSQL spell differently."""

from typing import Any

from sqlalchemy import ColumnElement, Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class days_before(GenericFunction[Any]):  # noqa: N801 - a SQL function, spelled as one
    """`days_before(day, n)`: the date `n` days before `day`; n is a number known here."""

    type = Date()
    inherit_cache = True


@compiles(days_before, "sqlite")
def _sqlite(element: days_before, compiler: SQLCompiler, **options: Any) -> str:
    day, count = element.clauses
    return f"date({compiler.process(day, **options)}, '-' || {_number(count, compiler)} || ' days')"


@compiles(days_before, "postgresql")
def _postgresql(element: days_before, compiler: SQLCompiler, **options: Any) -> str:
    day, count = element.clauses
    return f"({compiler.process(day, **options)} - {_number(count, compiler)})"


def _number(count: ColumnElement[Any], compiler: SQLCompiler) -> str:
    return compiler.process(count, literal_binds=True)
