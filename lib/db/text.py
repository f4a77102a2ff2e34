"""Text as people search it: without case and accents, the same on both databases."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from lib.domain.names import folded_text

__all__ = ["NAME", "folded", "folded_text"]

NAME = "desk_folded"


class folded(GenericFunction[str]):  # noqa: N801 - a SQL function, spelled as one
    """`folded(text)`: the text without case and accents."""

    type = String()
    inherit_cache = True


@compiles(folded, "sqlite")
def _sqlite(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    # The engine gives each of its connections this function.
    (text,) = element.clauses
    return f"{NAME}({compiler.process(text, **options)})"


@compiles(folded, "postgresql")
def _postgresql(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = element.clauses
    inside = compiler.process(text, **options)
    # Accents first: what a server of locale C then lowers is what it can lower, ASCII.
    return f"lower(regexp_replace(normalize({inside}, NFKD), '[\u0300-\u036f]', '', 'g'))"
