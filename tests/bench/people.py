"""The few rows of an invented label: artists, connections, campaigns, their history, imports."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from sqlalchemy import Table

from lib.db.tables import (
    artist,
    campaign,
    campaign_name,
    connection,
    coverage,
    history,
    import_run,
    organization,
)
from lib.domain.names import artist_key, name_key
from lib.domain.records import (
    MICROS,
    BillingState,
    BudgetPeriod,
    ConnectionState,
    GatewayKind,
    Platform,
)
from lib.domain.status import LIVE, Status
from tests.bench.chains import PEOPLE, Life, Row, chain
from tests.bench.label import (
    IN_SETUP,
    KINDS_OF_CAMPAIGN,
    STATUSES,
    Plan,
    Size,
    is_failing,
    kind_of,
)

DAYS_OF_AN_IMPORT = 28
_CURRENCIES = ("EUR", "USD", "GBP", "EUR")
_ZONES = ("Europe/Berlin", "America/New_York", "Europe/London", "UTC")
_PLACES = (["DE", "AT", "CH"], ["US"], ["GB", "IE"], ["BR"], ["FR", "BE"], ["SE", "NO", "DK"])
_TOLD_TO_STOP = frozenset({Status.PAUSED, Status.SUBSCRIPTION_PAUSED})
_OVER = frozenset({Status.ENDED, Status.ARCHIVED})
_FIRST = ("Amber", "Brass", "Cinder", "Dusty", "Ember", "Fallow", "Gravel", "Hollow", "Ivory")
_SECOND = ("Avenue", "Bazaar", "Cartel", "Divers", "Engine", "Finches", "Ghosts", "Harbour")
_SONGS = ("Low Tide", "Paper Moon", "Second Wind", "Night Bus", "Tall Grass", "Salt", "Radio On")
_AIMS = ("Release week", "Catalogue", "Playlist push", "Tour", "Video", "Pre-save")


@dataclass(frozen=True)
class Import:
    """One export of one artist's platform: which days it speaks for, and when it came."""

    id: int
    artist: int
    platform: Platform
    first: date
    last: date

    @property
    def observed_on(self) -> date:
        return self.last + timedelta(days=1)

    @property
    def at(self) -> datetime:
        return _noon(self.observed_on) - timedelta(hours=8)


@dataclass(frozen=True)
class Days:
    """The dates of the window, oldest first; the exports that brought them."""

    all: list[date]

    @classmethod
    def ending_yesterday(cls, size: Size, *, now: datetime) -> "Days":
        """Return `size.days` dates, of which the last is the day before `now`."""
        last = now.date() - timedelta(days=1)
        return cls([last - timedelta(days=back) for back in reversed(range(size.days))])

    @property
    def first(self) -> date:
        return self.all[0]

    @cached_property
    def spans(self) -> list[tuple[date, date]]:
        """The first and last date of every four-weekly export, the newest ending yesterday."""
        ends = range(len(self.all), 0, -DAYS_OF_AN_IMPORT)
        return [
            (self.all[max(end - DAYS_OF_AN_IMPORT, 0)], self.all[end - 1]) for end in reversed(ends)
        ]

    def imports_of(self, artist_number: int, platform: Platform) -> list[Import]:
        """Return an artist's exports from a platform; their ids are the same every time."""
        platforms = list(Platform)
        base = (artist_number * len(platforms) + platforms.index(platform)) * len(self.spans)
        return [
            Import(base + position + 1, artist_number, platform, *span)
            for position, span in enumerate(self.spans)
        ]

    def by_day(self, artist_number: int, platform: Platform) -> list[Import]:
        """Return the export that brought each day."""
        return [
            one
            for one in self.imports_of(artist_number, platform)
            for _ in range((one.last - one.first).days + 1)
        ]


@dataclass
class Few:
    """Rows by table, ready to be inserted in this order."""

    artists: list[Row] = field(default_factory=list)
    connections: list[Row] = field(default_factory=list)
    campaigns: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    names: list[Row] = field(default_factory=list)
    imports: list[Row] = field(default_factory=list)
    coverage: list[Row] = field(default_factory=list)
    label: Row = field(default_factory=dict)

    def in_order(self) -> Iterator[tuple[Table, list[Row]]]:
        """Yield every table with its rows, what is pointed at first."""
        yield organization, [self.label]
        yield artist, self.artists
        yield connection, self.connections
        yield campaign, self.campaigns
        yield history, sorted(self.entries, key=_in_time)
        yield campaign_name, self.names
        yield import_run, self.imports
        yield coverage, self.coverage


def few_rows(of: Plan, days: Days, *, now: datetime) -> Few:
    """Return every row but those of the days."""
    rows = Few(label={"id": 1, "name": "Bench Records", "is_demo": False, "created_at": now})
    for number in range(of.size.artists):
        _artist(rows, number, joined_at=_noon(days.first) - timedelta(days=30))
    exports: dict[tuple[int, Platform], list[Import]] = {}
    for number in range(of.size.campaigns):
        one = _campaign(rows, of, days, number, now=now)
        key = int(of.artist[number]), one
        exports.setdefault(key, days.imports_of(*key))
        rows.coverage.extend(
            {
                "campaign_id": number + 1,
                "import_id": by.id,
                "starts_on": by.first,
                "ends_on": by.last,
            }
            for by in exports[key]
        )
    rows.imports = [_import(one, now=now) for found in exports.values() for one in found]
    return rows


def artist_name(number: int) -> str:
    """Return the name of an artist, the same in every size."""
    first = _FIRST[number % len(_FIRST)]
    return f"{first} {_SECOND[number // len(_FIRST) % len(_SECOND)]} {number + 1}"


def _artist(rows: Few, number: int, *, joined_at: datetime) -> None:
    name = artist_name(number)
    rows.artists.append(
        {
            "id": number + 1,
            "organization_id": 1,
            "name": name,
            "name_key": artist_key(name),
            "billing": BillingState.FAILING if is_failing(number) else BillingState.IN_ORDER,
            "created_at": joined_at,
        }
    )
    rows.connections.extend(
        {
            "artist_id": number + 1,
            "platform": platform,
            "gateway": GatewayKind.BY_HAND if number % 5 == 4 else GatewayKind.SIMULATED,
            "state": ConnectionState.BROKEN if number % 33 == 7 else ConnectionState.LIVE,
            "zone": _ZONES[number % len(_ZONES)],
        }
        for platform in Platform
    )


def _campaign(rows: Few, of: Plan, days: Days, number: int, *, now: datetime) -> Platform:
    status = STATUSES[of.status[number]]
    platform, campaign_type, *_ = KINDS_OF_CAMPAIGN[of.kind[number]]
    artist_number, draw = int(of.artist[number]), of.draw[number].tolist()
    life = _life(of, days, number, now=now)
    entries = chain(life)
    name = f"{_SONGS[number % 7]} – {_AIMS[number % 6]} – {campaign_type} #{number + 1}"
    ids = {"artist_id": artist_number + 1, "campaign_id": number + 1}
    rows.entries.extend(ids | entry for entry in entries)
    rows.names.append(ids | {"platform": platform, "name_key": name_key(name)})
    is_total = draw[0] < 0.15
    rows.campaigns.append(
        {
            "id": number + 1,
            "artist_id": artist_number + 1,
            "platform": platform,
            "external_id": str(23_850_000_000_000 + number * 7919),
            "name": name,
            "named_on": days.all[-1],
            "campaign_type": campaign_type,
            "promotes": _SONGS[number % 7],
            "link": f"https://example.com/{number + 1}",
            "status": status,
            "version": len(entries),
            "status_since": entries[-1]["at"],
            "status_origin": entries[-1]["origin"],
            "stopped_at": entries[-1]["at"] if status in _TOLD_TO_STOP else None,
            "resumed_at": _resumed_at(entries),
            "status_before_archive": Status.ENDED if status is Status.ARCHIVED else None,
            "created_at": life.created_at,
            "starts_on": life.started_at.date(),
            "ends_on": _ends_on(life, draw[1]),
            "currency": _CURRENCIES[artist_number % len(_CURRENCIES)],
            "budget_micros": round(of.budget[number]) * MICROS * (60 if is_total else 1),
            "budget_period": BudgetPeriod.TOTAL if is_total else BudgetPeriod.DAILY,
            "locations": _PLACES[number % len(_PLACES)],
            "headline_kind": kind_of(of.kind[number]),
            "headline_named_on": days.all[-1],
            "platform_status": status.value.replace("_", " ").capitalize(),
            "reported_on": days.all[-1] + timedelta(days=1),
        }
    )
    return platform


def _life(of: Plan, days: Days, number: int, *, now: datetime) -> Life:
    status, draw = STATUSES[of.status[number]], of.draw[number].tolist()
    if status in IN_SETUP:
        created_at = now - timedelta(days=0.2 + 11 * draw[2])
        started_at = stopped_at = now + timedelta(days=3)
    else:
        started_at = _noon(days.first + timedelta(days=int(of.start[number])))
        stopped_at = _noon(days.first + timedelta(days=int(of.stop[number])))
        created_at = started_at - timedelta(days=1.5 + 3 * draw[2])
    return Life(
        status=status,
        created_at=created_at,
        started_at=started_at,
        stopped_at=stopped_at,
        now=now,
        paused_once=draw[3] < 0.2,
        person=PEOPLE[number % len(PEOPLE)],
    )


def _ends_on(life: Life, draw: float) -> date | None:
    """Return the last day of the run: behind for what is over, else ahead or open."""
    if life.status in _OVER:
        return life.stopped_at.date() - timedelta(days=1)
    is_open = draw < 0.4
    return None if is_open else life.now.date() + timedelta(days=5 + int(draw * 90))


def _resumed_at(entries: list[Row]) -> datetime | None:
    found = [entry["at"] for entry in entries if entry["event"] == "campaign:resume"]
    return found[-1] if found and entries[-1]["to_status"] in LIVE else None


def _import(one: Import, *, now: datetime) -> Row:
    name = f"{one.artist + 1}-{one.platform}-{one.observed_on}.csv"
    return {
        "id": one.id,
        "artist_id": one.artist + 1,
        "platform": one.platform,
        "file_name": name,
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "form": "Bench",
        "grain": "day",
        "starts_on": one.first,
        "ends_on": one.last,
        "observed_on": one.observed_on,
        "at": min(one.at, now),
        "actor": PEOPLE[one.artist % len(PEOPLE)],
        "counts": {"days": (one.last - one.first).days + 1},
    }


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _in_time(entry: Row) -> tuple[datetime, int, int]:
    return entry["at"], entry["campaign_id"], entry["version"]
