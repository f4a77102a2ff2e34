"""What a platform's module tells the reading of a table: which column is what, and its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from lib.domain.records import BudgetPeriod, Platform
from lib.domain.status import Status
from lib.platforms.captions import normalised
from lib.platforms.kinds import unified
from lib.platforms.shapes import DateOrder, DecimalMark
from lib.platforms.text import Row


class UnknownWord(ValueError):
    """A status word that no table knows; never read as some other status."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a campaign stands by the platform's own words, and the status they amount to."""

    status: Status | None = None
    platform_status: str | None = None
    serving_status: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is no campaign's: why, and whether it is the total of exactly the listed rows."""

    reason: str
    total: str | None = None
    is_of_listed_rows: bool = False


LONGEST_WORD = 100
"""The longest status word, campaign type or result kind that is kept."""
_LONGEST_DASH = 8
_NO_DATA = Aside("the platform says that there is no data")
_NO_DATA_WORDS = frozenset(
    {
        "no data available",
        "nenhum dado disponível",
        "no hay datos disponibles",
        "keine daten verfügbar",
        "aucune donnée disponible",
    }
)


@dataclass(frozen=True, slots=True)
class Head:
    """A row that may be the header, with what stands above it."""

    header: tuple[str, ...]
    line: int
    above: tuple[str, ...]
    """The lines above, as text."""
    first_row: tuple[str, ...]
    """The row below, or nothing."""
    encoding: str
    delimiter: str


def no_aside(row: Row) -> Aside | None:  # noqa: ARG001 - one shape for all platforms
    """Return that every row is a campaign's."""
    return None


def no_standing(words: tuple[str, ...]) -> Standing:  # noqa: ARG001 - one shape for all platforms
    """Return that the file says nothing of how a campaign stands."""
    return Standing()


def kind_as_written(words: str) -> str | None:
    """Return a result kind as the file names it, in lower case and English where known."""
    return unified(words) or None


@dataclass(frozen=True, slots=True)
class Layout:
    """One recognised table. `columns` maps a field to its column; a missing one is unknown.

    Fields: account, campaign, campaign_id, day, starts, ends (of the reported period),
    spend, impressions, clicks, currency, result_kind, results, type, budget, budget_type,
    run_starts, run_ends, location.
    """

    platform: Platform
    form: str
    head: Head
    columns: Mapping[str, int]
    repeated: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    currency: str | None = None
    mark: DecimalMark | None = None
    """Settled for the file; None where the cells have to prove it."""
    likely_mark: DecimalMark | None = None
    """What an unproved `1,234` is read with; None refuses the file instead."""
    order: DateOrder | None = None
    declared: tuple[date, date] | None = None
    standing_columns: tuple[int, ...] = ()
    budget_periods: Mapping[str, BudgetPeriod] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    aside: Callable[[Row], Aside | None] = no_aside
    tail: Callable[[Row], Aside | None] = no_aside
    """What a row is when it stands below the last row of a campaign."""
    standing: Callable[[tuple[str, ...]], Standing] = no_standing
    kind: Callable[[str], str | None] = kind_as_written

    def fitted(self, row: Row) -> Row | None:
        """Return a row with as many cells as the header, or None; trailing blank ones are cut.

        A row of one cell that says “No data available.” is kept as it is.
        """
        width = len(self.head.header)
        if len(row) == width:
            return row
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            return row[:width]
        return row if _says_no_data(row) else None

    def set_aside(self, row: Row) -> Aside | None:
        """Return why a fitted row is no campaign's, or None for a campaign's row."""
        return _NO_DATA if len(row) != len(self.head.header) else self.aside(row)

    def caption(self, name: str) -> str:
        """Return the caption of a field, for a message."""
        index = self.columns.get(name)
        return name if index is None else self.head.header[index]


def _says_no_data(row: Row) -> bool:
    return len(row) == 1 and normalised(row[0]).rstrip(".") in _NO_DATA_WORDS


class Reader(Protocol):
    """What a platform's module offers to the registry."""

    platform: Platform

    def recognise(self, head: Head) -> Layout | None:
        """Return the layout if this is the platform's header; None if it is not.

        Raises `ExportRefused` for a download of the platform that cannot be used.
        """
        ...


def budget_periods(*, daily: str, total: str) -> dict[str, BudgetPeriod]:
    """Return the table of words, separated by commas, that mean a daily or a total budget."""
    words = {normalised(word): BudgetPeriod.DAILY for word in daily.split(",")}
    return words | {normalised(word): BudgetPeriod.TOTAL for word in total.split(",")}


def statuses(**words: str) -> dict[str, Status]:
    """Return the table of status words: for each status its words, separated by commas."""
    return {
        status_word(word): Status(status)
        for status, many in words.items()
        for word in many.split(",")
    }


def status_word(word: str) -> str:
    """Return a status word as it is compared: “NOT_DELIVERING” is “not delivering”."""
    return normalised(word.replace("_", " "))


def is_said(word: str) -> bool:
    """Say whether a cell says anything: not blank, and none of the dashes for “none”."""
    text = word.strip()
    return len(text) > _LONGEST_DASH or normalised(text) not in {"", "-", "--", "\u2014"}
