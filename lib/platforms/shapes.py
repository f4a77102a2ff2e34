"""What reading an export gives: frozen shapes, and the refusals with their reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from lib.domain.records import BudgetPeriod, CurrencyCode, Platform, Record
from lib.domain.status import Status

MOST_LISTED = 1_000
"""How many left-out or unreadable rows are listed one by one; all of them are counted."""

ColumnField = Literal[
    "campaign",
    "campaign_id",
    "day",
    "spend",
    "impressions",
    "clicks",
    "currency",
    "status",
    "type",
]
DateOrder = Literal["ymd", "dmy", "mdy"]
DecimalMark = Literal[".", ","]
_Said = Annotated[str, Field(min_length=1)]


class ExportRefused(ValueError):
    """A file that cannot be understood; nothing of it was read."""

    def __init__(self, reason: str, *, expected: str = "", found: str = "") -> None:
        self.reason = reason
        self.expected = expected
        self.found = found
        parts = [reason]
        if expected:
            parts.append(f"Expected: {expected}.")
        if found:
            parts.append(f"Found: {found}.")
        parts.append("Nothing was read from this file.")
        super().__init__(" ".join(parts))


class MappingNeeded(ExportRefused):
    """A table of unknown form: somebody has to say once which column is what."""

    def __init__(
        self,
        *,
        header: tuple[str, ...],
        samples: tuple[tuple[str, ...], ...],
        fingerprint: str,
        suggestions: dict[str, str],
    ) -> None:
        self.header = header
        self.samples = samples
        self.fingerprint = fingerprint
        self.suggestions = suggestions
        super().__init__(
            "This is a table, but not an export whose columns are known here.",
            expected="a Meta or Google Ads export, or a mapping that says which column is what",
            found="the columns " + listed(header),
        )


class ColumnMapping(Record):
    """Which column of a table is what, said by a person and remembered by its fingerprint.

    It is stored as JSON (`model_dump_json`, `model_validate_json`) under the `fingerprint`
    of `MappingNeeded`; the next file with the same header has the same fingerprint.
    """

    platform: Platform
    currency: CurrencyCode | None = None
    date_order: DateOrder | None = None
    """None: the file's own dates have to prove it."""
    decimal_mark: DecimalMark | None = None
    """None: the file's own figures have to prove it."""
    columns: dict[ColumnField, _Said]
    result_kinds: dict[_Said, _Said] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_what_is_needed(self) -> Self:
        missing = [name for name in ("campaign", "spend") if name not in self.columns]
        if missing:
            raise ValueError(f"a mapping names a column for {' and '.join(missing)}")
        return self


class Grain(StrEnum):
    """What a row speaks of: one day, or a period that must never be stored as a day."""

    DAY = "day"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One row that was not counted: its physical line, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class FileTotal:
    """A total that the file states itself; never counted."""

    label: str
    spend_micros: int


@dataclass(frozen=True, slots=True)
class ExportCampaign:
    """What the file says that a campaign is; None is unknown and overwrites nothing."""

    key: str
    external_id: str | None
    name: str
    platform_type: str | None
    status: Status | None
    platform_status: str | None
    serving_status: str | None
    platform_note: str | None
    budget_micros: int | None
    budget_period: BudgetPeriod | None
    currency: str | None
    starts_on: date | None
    ends_on: date | None
    locations: tuple[str, ...]
    headline_kind: str | None
    first_line: int
    is_open_ended: bool = False
    """The file says that the run has no end, which is more than not saying when it ends."""

    @property
    def status_words(self) -> tuple[str, ...]:
        """Return the platform's own words: campaign status, serving status, reasons."""
        words = (self.platform_status, self.serving_status, self.platform_note)
        return tuple(word for word in words if word)


class ExportDay(NamedTuple):
    """One campaign, one day, summed over `lines` rows; None is unknown, never zero.

    A file may have a million of them, so they are tuples, and days with the same results
    share one mapping.
    """

    campaign_key: str
    day: date
    spend_micros: int | None
    impressions: int | None
    clicks: int | None
    results: Mapping[str, int] = {}
    """Result kind to results in millionths; an absent kind is unknown."""
    lines: int = 1


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A whole export as read: what it is, what it says, what was not counted and why."""

    platform: Platform
    form: str
    encoding: str
    delimiter: str
    decimal_mark: str
    grain: Grain
    currency: str | None
    starts_on: date | None
    ends_on: date | None
    range_is_declared: bool
    sha256: str
    header: tuple[str, ...]
    line_count: int
    campaigns: tuple[ExportCampaign, ...]
    days: tuple[ExportDay, ...]
    period_spend: tuple[tuple[str, int | None], ...]
    """For grain PERIOD: campaign key and its spend over the whole period, for a preview."""
    left_out: tuple[LeftOut, ...]
    left_out_count: int
    unreadable: tuple[LeftOut, ...]
    unreadable_count: int
    file_total_micros: int | None
    totals: tuple[FileTotal, ...]
    rows_read: int
    notes: tuple[str, ...]
    is_total_contradicted: bool = False
    """The file's own total of the listed rows is more than 1 % away from their sum."""


def listed(captions: Sequence[str], *, most: int = 20) -> str:
    """Return captions in quotes, cut short, fit for a message."""
    shown = ", ".join(f"“{shortened(caption)}”" for caption in captions[:most])
    rest = len(captions) - most
    return f"{shown} and {rest} more" if rest > 0 else shown or "none"


def shortened(text: str, *, most: int = 60) -> str:
    """Return text on one line, at most `most` characters, control characters made visible."""
    shown = "".join(char if char.isprintable() else " " for char in text[: most + 1])
    return shown[: most - 1] + "…" if len(text) > most else shown
