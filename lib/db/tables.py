"""The tables: facts as they were decided, reported and observed.

Money and results are integers in millionths, instants are UTC, days are plain dates in the
ad account's own zone. A campaign points at the history entry that explains its status, and
the triggers of the first migration let no entry run ahead of its campaign, so the database
itself refuses a status that no entry explains, and an entry that explains none.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext

from lib.domain.presentation import Period
from lib.domain.records import BillingState, BudgetPeriod, ConnectionState, GatewayKind, Platform
from lib.domain.rights import Role
from lib.domain.schedule import SCHEDULABLE, ScheduleState
from lib.domain.status import Status

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: timezone-aware going in and coming out, UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant as the driver takes it. Raises `ValueError` for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant without a time zone cannot be stored.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        """Return what makes of the driver's value the instant with its time zone."""
        if dialect.name == "sqlite":
            return _instant_of_text
        return super().result_processor(dialect, coltype)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the signature is SQLAlchemy's
    ) -> datetime | None:
        """Return the instant in UTC, whatever the zone of the connection is."""
        return None if value is None else value.astimezone(UTC)


def _instant_of_text(value: str | None) -> datetime | None:
    # In one step: a page reads thousands of instants, and three steps cost as much as its query.
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def _one_of(column: str, words: Iterable[StrEnum], name: str) -> CheckConstraint:
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


organization = Table(
    "organization",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("is_demo", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # A demo label that was started over: its figures are gone, its history stays.
    Column("retired_at", UtcDateTime),
)

artist = Table(
    "artist",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organization_id", ForeignKey("organization.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("name_key", String(200), nullable=False, unique=True),
    Column("billing", String(20), nullable=False, server_default=BillingState.IN_ORDER.value),
    Column("created_at", UtcDateTime, nullable=False),
    # Whether the artist is shown what the campaigns cost.
    Column("shares_cost", Boolean, nullable=False, server_default=false()),
    _one_of("billing", BillingState, "billing"),
    Index(None, "organization_id"),
)

connection = Table(
    "connection",
    metadata,
    Column("artist_id", ForeignKey("artist.id"), primary_key=True),
    Column("platform", String(20), primary_key=True),
    Column("gateway", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("zone", String(64), nullable=False),
    _one_of("platform", Platform, "platform"),
    _one_of("gateway", GatewayKind, "gateway"),
    _one_of("state", ConnectionState, "state"),
)

history = Table(
    "history",
    metadata,
    # Numbered by the head of the chain, one after the other: see `history_head`.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("artist_id", ForeignKey("artist.id"), nullable=False),
    Column(
        "campaign_id",
        ForeignKey("campaign.id", deferrable=True, initially="DEFERRED", use_alter=True),
    ),
    # Counts a campaign's statuses; empty for events that change no status.
    Column("version", Integer),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("source", String(20), nullable=False),
    Column("event", String(60), nullable=False),
    Column("from_status", String(30)),
    Column("to_status", String(30)),
    Column("reason", String(60)),
    Column("note", Text),
    Column("request_id", String(100), unique=True),
    Column("details", JSON),
    # The hash of the entry before this one, and of this one: see `lib.domain.chain`.
    Column("previous_hash", String(64), nullable=False, server_default=""),
    Column("hash", String(64), nullable=False, server_default=""),
    # The entry whose change this one takes back; each is taken back once at most.
    Column("undoes", ForeignKey("history.id")),
    UniqueConstraint("campaign_id", "version"),
    UniqueConstraint("campaign_id", "version", "to_status"),
    CheckConstraint(
        "version IS NULL AND from_status IS NULL AND to_status IS NULL OR "
        "version IS NOT NULL AND campaign_id IS NOT NULL AND to_status IS NOT NULL",
        name="status_is_counted",
    ),
    Index(None, "artist_id", "id"),
    Index(None, "actor", "id"),
    Index(None, "event", "id"),
    Index(None, "source", "id"),
    Index(None, "at"),
    Index(None, "undoes", unique=True),
)

# Where the chain ends: the last entry's id and hash, and how many there are. Locked by whoever
# adds one. Kept beside the chain, since a chain that was cut off at its end looks whole.
history_head = Table(
    "history_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last_id", Integer, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    CheckConstraint("id = 1", name="single_row"),
)

campaign = Table(
    "campaign",
    metadata,
    # Told explicitly: a column of a foreign key is not numbered by itself otherwise.
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("artist_id", ForeignKey("artist.id"), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("external_id", String(100)),
    Column("name", Text, nullable=False),
    Column("named_on", Date),
    Column("campaign_type", String(100), nullable=False),
    Column("promotes", Text),
    Column("link", Text),
    Column("status", String(30), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status_since", UtcDateTime, nullable=False),
    Column("status_origin", String(20), nullable=False),
    Column("stopped_at", UtcDateTime),
    Column("resumed_at", UtcDateTime),
    Column("status_before_archive", String(30)),
    # A decision that is recorded here and not yet carried out on the platform.
    Column("pending_action", String(20)),
    Column("created_at", UtcDateTime),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("currency", String(3), nullable=False),
    Column("budget_micros", BigInteger),
    Column("budget_period", String(10)),
    Column("locations", JSON, nullable=False),
    Column("headline_kind", String(100), nullable=False),
    Column("headline_named_on", Date),
    Column("platform_status", Text),
    Column("serving_status", Text),
    Column("platform_note", Text),
    Column("reported_on", Date),
    _one_of("status", Status, "status"),
    _one_of("platform", Platform, "platform"),
    _one_of("budget_period", BudgetPeriod, "budget_period"),
    ForeignKeyConstraint(
        ["artist_id", "platform"], ["connection.artist_id", "connection.platform"]
    ),
    ForeignKeyConstraint(
        ["id", "version", "status"],
        ["history.campaign_id", "history.version", "history.to_status"],
        name="fk_campaign_status_is_explained",
        deferrable=True,
        initially="DEFERRED",
    ),
    UniqueConstraint("artist_id", "platform", "external_id"),
    Index(None, "artist_id", "status"),
    Index(None, "ends_on"),
)


def _hash_of_name(context: DefaultExecutionContext) -> str:
    return hash_of_name(context.get_current_parameters()["name_key"])  # type: ignore[no-untyped-call]


def hash_of_name(name_key: str) -> str:
    """Return what stands for a name in the key of `campaign_name`."""
    return sha256(name_key.encode()).hexdigest()


# Every name a campaign was ever reported under: an older file still finds its campaign. The
# key holds the name's hash, which is filled in by itself: PostgreSQL's indexes take no text
# that is as long as a name may be.
campaign_name = Table(
    "campaign_name",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("name_hash", String(64), primary_key=True, default=_hash_of_name),
    Column("name_key", Text, nullable=False),
    Column("artist_id", Integer, nullable=False),
    Column("platform", String(20), nullable=False),
    Index(None, "artist_id", "platform"),
)

import_run = Table(
    "import_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("artist_id", ForeignKey("artist.id"), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("form", String(100), nullable=False),
    Column("grain", String(10), nullable=False),
    Column("starts_on", Date),
    Column("ends_on", Date),
    # The day on which the platform gave these figures out; orders observations.
    Column("observed_on", Date, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("counts", JSON, nullable=False),
    UniqueConstraint("artist_id", "sha256", "observed_on"),
)

# The days that an import speaks for, campaign by campaign: a covered day without a row was
# idle, an uncovered day is missing.
coverage = Table(
    "coverage",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("import_id", ForeignKey("import_run.id"), primary_key=True),
    Column("starts_on", Date, primary_key=True),
    Column("ends_on", Date, nullable=False),
    sqlite_with_rowid=False,
)

daily_result = Table(
    "daily_result",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("spend_micros", BigInteger),
    Column("impressions", BigInteger),
    Column("clicks", BigInteger),
    Column("import_id", Integer, nullable=False),
    Column("observed_on", Date, nullable=False),
    sqlite_with_rowid=False,
)

daily_kind_result = Table(
    "daily_kind_result",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", String(100), primary_key=True),
    Column("results_micros", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What each import said of a day; never changed nor removed. The newest is the current figure.
daily_observation = Table(
    "daily_observation",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("import_id", ForeignKey("import_run.id"), primary_key=True),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("spend_micros", BigInteger),
    Column("impressions", BigInteger),
    Column("clicks", BigInteger),
    Column("results", JSON, nullable=False),
    sqlite_with_rowid=False,
)

# What the days of a campaign add up to and what the trend says, one row for each day that can
# be the as-of day: from the one at the last write to the last covered day. The clock picks the
# row. A summary of the tables above, kept in their transactions; it can be rebuilt at any time.
campaign_trend = Table(
    "campaign_trend",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("as_of", Date, primary_key=True),
    # When this row speaks: from the one instant until before the other. Both are midnights of
    # the account's zone, so that whoever reads needs no zone.
    Column("speaks_from", UtcDateTime, nullable=False),
    Column("speaks_until", UtcDateTime, nullable=False),
    # From when on newer figures should have come in.
    Column("stale_from", UtcDateTime, nullable=False),
    Column("covered_through", Date, nullable=False),
    Column("kind", String(100), nullable=False),
    Column("settle_age", Integer, nullable=False),
    Column("started_on", Date, nullable=False),
    # The last day of a run that is behind the as-of day: the verdict, with all that it is made
    # of, is the one of that day.
    Column("ended_on", Date),
    *(
        Column(f"{what}_{length}", BigInteger, nullable=what != "days")
        for length in (7, 28)
        for what in ("days", "spend", "impressions", "clicks", "results")
    ),
    *(
        Column(f"eligible_{what}_{length}", BigInteger, nullable=False)
        for length in (7, 28)
        for what in ("days", "spend", "results")
    ),
    Column("spend_by_day", LargeBinary, nullable=False),
    Column("word", String(20), nullable=False),
    Column("why", String(20)),
    Column("y", Float),
    Column("m", Float),
    Column("results_word", String(20), nullable=False),
    Column("results_why", String(20)),
    Column("results_y", Float),
    Column("results_m", Float),
    Column("spend_word", String(20)),
    Column("spend_change", Float),
    *(
        Column(f"{window}_{what}", BigInteger, nullable=False)
        for window in ("c", "b")
        for what in ("days", "spend", "results")
    ),
    Column("weeks", Integer, nullable=False),
    Column("eligible", Integer, nullable=False),
    Column("changed_on", Date),
    Column("readable_on", Date),
    Column("stake_micros", BigInteger),
    Column("pacing_ratio", Float),
    Column("pacing_tolerance", Float),
    Column("pacing_word", String(20)),
    Column("is_silent", Boolean, nullable=False),
    Column("anomaly_on", Date),
    Column("anomaly_spend", BigInteger),
    Column("anomaly_usual", Float),
    Column("last_spend_on", Date),
    # The account's date on which money was last told to stop, or the status began.
    Column("stopped_on", Date, nullable=False),
    # Everything that the roster looks at in every campaign, and nothing that it shows of a few
    # (`lib.services.standing`): a third of what a row takes to read.
    Index(
        "ix_campaign_trend_standing",
        "campaign_id",
        "speaks_from",
        "speaks_until",
        "stale_from",
        "as_of",
        "kind",
        "spend_7",
        "spend_28",
        "results_7",
        "results_28",
        "word",
        "why",
        "stake_micros",
        "pacing_ratio",
        "pacing_tolerance",
        "pacing_word",
        "is_silent",
        "anomaly_on",
        "anomaly_spend",
        "anomaly_usual",
        "last_spend_on",
        "stopped_on",
        "ended_on",
    ),
    sqlite_with_rowid=False,
)

# When a verdict changed, and through whose import or change: append-only in spirit, but what
# has not become visible yet is replaced when newer figures come.
verdict_flip = Table(
    "verdict_flip",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("visible_at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("from_word", String(20), nullable=False),
    Column("to_word", String(20), nullable=False),
    Index(None, "campaign_id"),
    Index(None, "visible_at"),
)

# When each person last looked at the roster, and the time before that.
last_look = Table(
    "last_look",
    metadata,
    Column("actor", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("before_at", UtcDateTime),
)

# An import on its way in. Its days are staged in many short transactions, become visible at
# once when the import is switched over (`import_id` is set and its campaigns are named in
# staged_campaign), and are then folded into the tables above, in short transactions again.
# Nothing points at these tables and nothing of them outlives the fold.
staged_import = Table(
    "staged_import",
    metadata,
    Column("id", Integer, primary_key=True),
    # Both empty until the switch: a new artist exists from there on only.
    Column("artist_id", Integer),
    Column("import_id", Integer),
    Column("platform", String(20), nullable=False),
    Column("observed_on", Date, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    # How many batches are in: a batch whose commit got no answer is not staged twice.
    Column("batches", Integer, nullable=False),
    # Seconds since 1970 at the last sign of life of whoever stages; negative once given up.
    Column("alive_at", BigInteger, nullable=False),
    # A number is never given out again: whoever was taken for dead, or is late with removing or
    # folding, finds nothing under it, and never what somebody else has staged.
    sqlite_autoincrement=True,
)

# Which campaign a position of the file is, from the switch until its days are folded.
staged_campaign = Table(
    "staged_campaign",
    metadata,
    Column("staged_id", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("campaign_id", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    Index(None, "campaign_id"),
    sqlite_with_rowid=False,
)

# One day of a file: what was observed, and what is current once it is in.
staged_day = Table(
    "staged_day",
    metadata,
    Column("staged_id", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("spend_micros", BigInteger),
    Column("impressions", BigInteger),
    Column("clicks", BigInteger),
    Column("results", JSON, nullable=False),
    # Whether the day's current figures change; the next five hold them then.
    Column("is_current", Boolean, nullable=False),
    Column("current_spend_micros", BigInteger),
    Column("current_impressions", BigInteger),
    Column("current_clicks", BigInteger),
    # Where an earlier import stays the newest observation of the day; else this one is.
    Column("current_import_id", Integer),
    Column("current_observed_on", Date),
    sqlite_with_rowid=False,
)

# The results of a current day that change; what is not here stays as it is known.
staged_kind_result = Table(
    "staged_kind_result",
    metadata,
    Column("staged_id", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", String(100), primary_key=True),
    Column("results_micros", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# How much of a day is known at which age, as measured from the observations. `age_days` is the
# settle age that follows; empty where too little is known, so that the default holds.
settle_age = Table(
    "settle_age",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("kind", String(100), primary_key=True),
    Column("age_days", Integer),
    Column("days", Integer, nullable=False),
    # Age, median share, number of days: one triple for each age.
    Column("points", JSON, nullable=False),
    Column("reference_age", Integer, nullable=False),
    Column("measured_at", UtcDateTime, nullable=False),
    _one_of("platform", Platform, "platform"),
)

# Who may come in. The provider's name for a person is the key: an e-mail address may pass to
# somebody else. Somebody invited by address has no key before the first sign-in.
person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("iss", String(500)),
    Column("sub", String(255)),
    Column("email", String(200), nullable=False),
    Column("name", String(200)),
    Column("is_active", Boolean, nullable=False),
    # Sign-ins made before this instant no longer count.
    Column("logins_before", UtcDateTime),
    Column("added_at", UtcDateTime, nullable=False),
    Column("first_seen_at", UtcDateTime),
    Column("last_seen_at", UtcDateTime),
    UniqueConstraint("iss", "sub"),
    CheckConstraint(
        "iss IS NULL AND sub IS NULL OR iss IS NOT NULL AND sub IS NOT NULL", name="key_is_whole"
    ),
    Index(None, "email"),
    Index(
        "ix_person_invited",
        "email",
        unique=True,
        sqlite_where=text("iss IS NULL"),
        postgresql_where=text("iss IS NULL"),
    ),
)

# What a person is in a place; the place's word is the key, since a part of it is always empty.
person_role = Table(
    "person_role",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("place", String(40), primary_key=True),
    Column("organization_id", ForeignKey("organization.id")),
    Column("artist_id", ForeignKey("artist.id")),
    Column("role", String(20), nullable=False),
    _one_of("role", Role, "role"),
    CheckConstraint(
        "place = 'desk' AND organization_id IS NULL AND artist_id IS NULL OR "
        "place = 'organization:' || organization_id AND artist_id IS NULL OR "
        "place = 'artist:' || artist_id AND organization_id IS NULL",
        name="place_is_one",
    ),
    Index(None, "organization_id"),
    Index(None, "artist_id"),
)

# Every change of who may do what: append-only, by triggers too.
person_history = Table(
    "person_history",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("source", String(20), nullable=False),
    Column("event", String(60), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    # As it was then: neither the place nor the address need be there any more.
    Column("email", String(200), nullable=False),
    Column("place", String(40)),
    Column("place_name", String(200)),
    Column("before", String(40)),
    Column("after", String(40)),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)

# A change that is to be made at a given time; the history tells when it was made, and by whom.
# Its id is part of the request under which it runs.
scheduled_change = Table(
    "scheduled_change",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("action", String(20), nullable=False),
    Column("run_at", UtcDateTime, nullable=False),
    # The account's zone as it was when the time was chosen; only for showing it.
    Column("zone", String(64), nullable=False),
    Column("reason", String(60)),
    Column("note", Text),
    Column("actor", String(200), nullable=False),
    # Whose rights it runs with; empty where no sign-in was needed.
    Column("person_id", ForeignKey("person.id")),
    Column("scheduled_at", UtcDateTime, nullable=False),
    Column("seen_version", Integer, nullable=False),
    Column("request_id", String(100), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("settled_at", UtcDateTime),
    Column("settled_by", String(200)),
    Column("why", Text),
    _one_of("action", SCHEDULABLE, "action"),
    _one_of("state", ScheduleState, "state"),
    CheckConstraint("(state = 'coming') = (settled_at IS NULL)", name="is_settled_once"),
    Index(None, "state", "run_at"),
    Index(None, "campaign_id"),
    sqlite_autoincrement=True,
)

# Who runs scheduled changes, and when each was last seen at it.
worker = Table(
    "worker",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("alive_at", UtcDateTime, nullable=False),
)

# A link that shows an artist's presentation without a sign-in. The token itself is kept nowhere.
share_link = Table(
    "share_link",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("artist_id", ForeignKey("artist.id"), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    # The one period that it shows; empty where whoever opens it may choose.
    Column("period", String(10)),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(200), nullable=False),
    # Whose right to share it stands on; empty where no sign-in was needed.
    Column("person_id", ForeignKey("person.id")),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("revoked_by", String(200)),
    Column("last_opened_at", UtcDateTime),
    _one_of("period", Period, "period"),
    CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="is_revoked_by_somebody"),
    Index(None, "artist_id"),
    sqlite_autoincrement=True,
)


def _whose() -> list[Column[str] | Column[int] | CheckConstraint]:
    """Return the columns that say whose something is: a person's, or the one local person's."""
    return [
        Column("person_id", ForeignKey("person.id")),
        CheckConstraint(
            "owner = 'local' AND person_id IS NULL OR owner = 'person:' || person_id",
            name="owner_is_one",
        ),
    ]


# A page with what it is narrowed to, under a name: somebody's own, or shared with colleagues.
saved_view = Table(
    "saved_view",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("owner", String(40), nullable=False),
    *_whose(),
    Column("made_by", String(200), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("page", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("name_key", String(200), nullable=False),
    Column("query", Text, nullable=False),
    Column("is_shared", Boolean, nullable=False),
    Column("request_id", String(100), nullable=False, unique=True),
    UniqueConstraint("owner", "name_key"),
    sqlite_autoincrement=True,
)

# The artists whom a view names: it is there for those who may see all of them.
saved_view_artist = Table(
    "saved_view_artist",
    metadata,
    Column("view_id", ForeignKey("saved_view.id"), primary_key=True),
    Column("artist_id", ForeignKey("artist.id"), primary_key=True),
    Index(None, "artist_id"),
)

# Which view opens by itself, one for each person.
default_view = Table(
    "default_view",
    metadata,
    Column("owner", String(40), primary_key=True),
    *_whose(),
    Column("view_id", ForeignKey("saved_view.id"), nullable=False),
    Index(None, "view_id"),
)

# Which columns of a table a person wants, and in which order.
column_choice = Table(
    "column_choice",
    metadata,
    Column("owner", String(40), primary_key=True),
    Column("table_name", String(20), primary_key=True),
    *_whose(),
    Column("names", JSON, nullable=False),
)

column_mapping = Table(
    "column_mapping",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("mapping", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
)

# What the billing system has reported, by its own ids: a notice that comes again is answered as
# the first time, and the same id with another content is refused.
billing_notice = Table(
    "billing_notice",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("content_hash", String(64), nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
)

# One number that every write raises: a cached read is keyed by it, in every process. `told` is how
# many of these writes the history tells of in full: they changed nothing but campaigns, each with
# an entry of its own. Whatever else writes leaves it as it is.
data_version = Table(
    "data_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("id = 1", name="single_row"),
)
