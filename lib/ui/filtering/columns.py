"""Which columns the tables of board and roster have, and in which order: each person's own choice.

A campaign's name stands first and its menu beside it, whatever is chosen after them.
"""

from collections.abc import Mapping, Sequence

from lib.ui import reads
from lib.ui.filtering import filters
from lib.ui.lists import campaign_cells

_ALWAYS = ("campaign", "menu")
_USUAL: Mapping[str, tuple[str, ...]] = {
    filters.BOARD: (
        "status",
        "verdict",
        "cost",
        "spend",
        "results",
        "trend",
        "pacing",
        "plan",
        "promotes",
        "figures",
        "change",
    ),
    filters.ROSTER: (
        "artist",
        "status",
        "verdict",
        "cost",
        "spend",
        "results",
        "trend",
        "stake",
        "pacing",
        "plan",
        "figures",
    ),
}
PAGES = frozenset(_USUAL)


def of(page: str) -> tuple[str, ...]:
    """Return the names of a table's columns, as its person wants them."""
    return (*_ALWAYS, *chosen(page))


def chosen(page: str) -> tuple[str, ...]:
    """Return the names of the columns that can be chosen and are."""
    known = offered(page)
    wanted = tuple(name for name in reads.chosen_columns(page) if name in known)
    return wanted or _USUAL[page]


def offered(page: str) -> Sequence[str]:
    """Return the names of the columns that there are, the usual ones first in their order."""
    # On the board there is one artist, whose name stands above.
    beside = {*_ALWAYS, *(("artist",) if page == filters.BOARD else ())}
    others = [name for name in campaign_cells.COLUMNS if name not in beside]
    return list(dict.fromkeys((*_USUAL[page], *others)))


def is_usual(page: str) -> bool:
    """Return whether a table has its usual columns in their usual order."""
    return chosen(page) == _USUAL[page]


def title(name: str) -> str:
    """Return what a column is called on the page."""
    return campaign_cells.COLUMNS[name][0].title
