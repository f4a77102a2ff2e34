"""What an import shows before it writes, what it answers afterwards, and how it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lib.domain.records import Platform
from lib.domain.status import Status


class ImportRefused(RuntimeError):
    """An import that was not made; the message says why and what to do. Nothing was written."""


class UnreadableRows(ImportRefused):
    """Some rows could not be read and the person has not chosen the good ones."""


class AmbiguousCampaign(ImportRefused):
    """A name without an id belongs to several campaigns."""


class CurrencyChanged(ImportRefused):
    """A campaign known in one currency comes in another; amounts are never added up."""


class PreviewOutdated(ImportRefused):
    """What the import would do has changed since its preview was shown."""


class DayState(StrEnum):
    """What a file's day does to what is known of it."""

    NEW = "new"
    RESTATED = "restated"
    UNCHANGED = "unchanged"
    KEPT_NEWER = "kept_newer"
    """An observation from before the current one: kept, but it does not become current."""


@dataclass(frozen=True)
class CampaignPreview:
    """One campaign of the file: what it is here, and what the file would change."""

    name: str
    is_new: bool
    renamed_from: str | None
    status: Status
    is_status_inferred: bool
    status_words: str
    campaign_type: str
    headline_kind: str
    currency: str
    days: Mapping[DayState, int]
    changes: tuple[str, ...]
    """What else would change, in words: its status, its budget, its name."""


@dataclass(frozen=True)
class ImportPreview:
    """Everything that a person should see before the import is made."""

    artist: str
    is_artist_new: bool
    file_name: str
    sha256: str
    platform: Platform
    form: str
    encoding: str
    delimiter: str
    decimal_mark: str
    grain: str
    currency: str | None
    starts_on: date | None
    ends_on: date | None
    observed_on: date
    is_repeat: bool
    imported_before: str
    """When and by whom the same file was imported, empty where it was not."""
    campaigns: tuple[CampaignPreview, ...]
    days: Mapping[DayState, int]
    left_out: tuple[tuple[int, str], ...]
    unreadable: tuple[tuple[int, str], ...]
    unreadable_count: int
    spend_by_currency: Mapping[str, int]
    file_total_micros: int | None
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    fingerprint: str

    @property
    def new_campaigns(self) -> int:
        """Return how many campaigns the import would create."""
        return sum(one.is_new for one in self.campaigns)

    @property
    def known_campaigns(self) -> int:
        """Return how many campaigns of the file are known already, under this or another name."""
        return len(self.campaigns) - self.new_campaigns

    @property
    def renames(self) -> tuple[tuple[str, str], ...]:
        """Pairs of old and new name that the import proposes to be one campaign."""
        return tuple(
            (one.renamed_from, one.name) for one in self.campaigns if one.renamed_from is not None
        )


@dataclass(frozen=True)
class ImportOutcome:
    """What an import did; a repeat and an empty file did nothing."""

    import_id: int | None
    artist_id: int | None
    is_repeat: bool
    at: datetime
    preview: ImportPreview
