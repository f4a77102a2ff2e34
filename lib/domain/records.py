"""The shapes that cross a boundary: frozen, validated, free of any database."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from lib.domain.rights import Rights
from lib.domain.status import Status

MICROS = 1_000_000


class Record(BaseModel):
    """A frozen record; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def of_row(cls, row: Mapping[str, Any], **instead: Any) -> Self:
        """Return the record of a row that may have more columns than the record has fields.

        `instead` gives the fields that are not what stands in the row. Raises `ValidationError`.
        """
        known = {name: row[name] for name in _field_names(cls) if name in row}
        return cls.model_validate(known | instead)


@cache
def _field_names(record: type[Record]) -> tuple[str, ...]:
    # Looked up for every row: pydantic makes them anew each time it is asked.
    return tuple(record.model_fields)


class Platform(StrEnum):
    """Where the ads run; never called a network."""

    META = "meta"
    GOOGLE = "google"
    SPOTIFY = "spotify"

    @property
    def label(self) -> str:
        return {"meta": "Meta", "google": "Google (YouTube)", "spotify": "Spotify"}[self.value]


SMART_CAMPAIGN = "Smart Campaign"
YOUTUBE_CAMPAIGN = "YouTube Campaign"


class BudgetPeriod(StrEnum):
    """Whether a budget is spent each day or over the whole run."""

    DAILY = "daily"
    TOTAL = "total"


class Origin(StrEnum):
    """Who or what made a change."""

    PERSON = "person"
    IMPORT = "import"
    PLATFORM = "platform"
    SYSTEM = "system"
    BILLING = "billing"


class Source(StrEnum):
    """Where a change came in."""

    DESK = "desk"
    COMMAND = "command"
    IMPORT = "import"
    BILLING = "billing"
    SCHEDULE = "schedule"
    PLATFORM = "platform"
    DEMO = "demo"


class ConnectionState(StrEnum):
    """Whether a platform's connection works; exports need none."""

    LIVE = "live"
    BROKEN = "broken"

    @property
    def label(self) -> str:
        return {"live": "Working", "broken": "Broken"}[self.value]


class GatewayKind(StrEnum):
    """What carries a decision out on the platform."""

    SIMULATED = "simulated"
    BY_HAND = "by_hand"


class BillingState(StrEnum):
    """Whether an artist's invoices are paid."""

    IN_ORDER = "in_order"
    FAILING = "failing"


Micros = Annotated[int, Field(ge=-(2**63) + 1, lt=2**63)]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class SignIn(Record):
    """The sign-in by which a person acts: whose, made when, good until when."""

    person_id: int
    at: AwareDatetime
    ends_at: AwareDatetime


class Actor(Record):
    """Who acts: the name that the history keeps, and what they may do.

    The rights of a person who signed in are as they were when the page was drawn; each write
    reads them anew. Without a sign-in it is the desk itself, a command or the one local
    person, and the rights are what they say.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    rights: Rights
    sign_in: SignIn | None = None


class Artist(Record):
    """An artist of a label."""

    id: int
    organization_id: int
    organization: str
    """The name of the label."""
    name: str
    is_demo: bool


class Connection(Record):
    """How this desk reaches one platform for one artist."""

    artist_id: int
    platform: Platform
    gateway: GatewayKind
    state: ConnectionState
    zone: str

    @property
    def tzinfo(self) -> tzinfo:
        return ZoneInfo(self.zone)


class Campaign(Record):
    """One campaign as stored: what was last decided or reported."""

    id: int
    artist_id: int
    platform: Platform
    external_id: str | None
    name: str
    named_on: date | None = None
    campaign_type: str
    promotes: str | None = None
    link: str | None = None
    status: Status
    version: int
    status_since: AwareDatetime
    status_origin: Origin
    stopped_at: AwareDatetime | None = None
    """When money was last told to stop: kept through archiving, gone with a resume."""
    resumed_at: AwareDatetime | None = None
    status_before_archive: Status | None = None
    pending_action: str | None = None
    """A decision recorded here that the platform has not carried out yet: pause or resume."""
    created_at: AwareDatetime | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    currency: CurrencyCode
    budget_micros: Micros | None = None
    budget_period: BudgetPeriod | None = None
    locations: tuple[str, ...] = ()
    headline_kind: str
    headline_named_on: date | None = None
    platform_status: str | None = None
    serving_status: str | None = None
    platform_note: str | None = None
    reported_on: date | None = None
    zone: str

    @property
    def tzinfo(self) -> tzinfo:
        return ZoneInfo(self.zone)

    def today(self, now: datetime) -> date:
        """Return the date that `now` falls on in the ad account's zone."""
        return now.astimezone(self.tzinfo).date()


class DailyResult(Record):
    """One campaign, one day in the ad account's zone; None is unknown, never zero."""

    campaign_id: int
    day: date
    spend_micros: Micros | None
    impressions: int | None
    clicks: int | None
    results: dict[str, int]
    """Result kind to results in millionths: platforms report fractional conversions."""


class HistoryEntry(Record):
    """One thing that happened: who, what, when, from where to where, and why."""

    id: int
    artist_id: int
    campaign_id: int | None
    campaign_name: str | None = None
    version: int | None
    at: AwareDatetime
    actor: str
    origin: Origin
    source: Source
    event: str
    from_status: Status | None
    to_status: Status | None
    reason: str | None
    note: str | None
    details: dict[str, Any] | None = None
    undoes: int | None = None
    """The entry whose change this one takes back."""


class Coverage(Record):
    """The days that an import speaks for: covered without a row is idle, uncovered is missing."""

    campaign_id: int
    starts_on: date
    ends_on: date
