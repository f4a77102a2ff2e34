"""What a saved view is: a page and its query under a name, and which artists it names."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

PAGES = ("campaigns", "roster", "activity")
"""The pages of which views are saved, by their paths."""
MOST_VIEWS = 100
"""Of one person."""
LONGEST_NAME, LONGEST_QUERY = 60, 2000
_NAMING_ARTISTS = ("artist", "artists")


@dataclass(frozen=True)
class SavedView:
    """A view as somebody has it in their list; `query` is what follows the question mark."""

    id: int
    name: str
    page: str
    query: str
    made_by: str
    is_shared: bool
    """Whether colleagues have it too: those who may see every artist that it names."""
    is_mine: bool
    is_default: bool
    """Whether it opens by itself with its page, for the person whose list it is."""

    @property
    def values(self) -> dict[str, list[str]]:
        """What it narrows to: every name of the query with its values."""
        return values_of(self.query)


def query_of(values: Iterable[tuple[str, str]]) -> str:
    """Return names and values as an address has them."""
    return urlencode(list(values))


def values_of(query: str) -> dict[str, list[str]]:
    """Return every name of a query with its values, in their order."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query):
        found.setdefault(name, []).append(value)
    return found


def artists_named(query: str) -> tuple[str, ...]:
    """Return the names of the artists to whom a query narrows."""
    values = values_of(query)
    return tuple(one for name in _NAMING_ARTISTS for one in values.get(name, ()))


def plain_name(name: str) -> str:
    """Return the name with single spaces, as it is kept."""
    return " ".join(name.split())
