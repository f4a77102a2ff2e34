"""The demo label's fixture, read strictly: label, artists, campaigns, told in days before now."""

import re
import tomllib
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from lib.domain.actions import PauseReason
from lib.domain.records import (
    MICROS,
    BudgetPeriod,
    ConnectionState,
    GatewayKind,
    Platform,
    Record,
)
from lib.domain.status import Status
from lib.settings import ROOT

FOLDER = ROOT / "data" / "fixtures" / "demo"

DaysAgo = Annotated[float, Field(gt=0, lt=400)]

_STEP = re.compile(
    r"(?P<ago>[\d.]+) days? ago: (?P<do>[a-z_:]+)(?: by (?P<by>\w+))?"
    r"(?: \((?P<reason>\w+)\))?(?:: (?P<note>.+))?"
)
_BUDGET = re.compile(r"(?P<amount>\d+) (?P<currency>[A-Z]{3}) (?P<period>daily|total)")


class FixtureWrong(ValueError):
    """The demo's fixture says something that cannot be; the message says where."""


class Step(Record):
    """One thing that happened in the life of a campaign or an artist."""

    ago: DaysAgo
    do: str
    by: str | None = None
    reason: PauseReason | None = None
    note: str | None = None

    def at(self, now: datetime) -> datetime:
        """Return the instant of this step, for a demo loaded at `now`."""
        return before(now, self.ago)


class Budget(Record):
    """An amount in whole currency units, each day or over the whole run."""

    amount: int
    currency: str
    period: BudgetPeriod

    @property
    def micros(self) -> int:
        """The amount in millionths."""
        return self.amount * MICROS


class CampaignPlan(Record):
    """One campaign as the fixture tells it."""

    platform: Platform
    name: str
    promotes: str
    created: DaysAgo
    type: str | None = None
    ends_in: int | None = None
    budget: str
    locations: tuple[str, ...]
    cost: float | None = Field(default=None, gt=0)
    no_results: bool = False
    trend: Literal["flat", "improving", "declining"] = "flat"
    spend: Literal["flat", "rising", "falling"] = "flat"
    pace: float = Field(default=0.97, gt=0, lt=2)
    kinds: tuple[str, ...] = ()
    setup: Status | None = None
    story: tuple[str, ...] = ()
    spends_after_stop: bool = False
    platform_status: str | None = None
    serving_status: str | None = None
    platform_note: str | None = None

    @cached_property
    def planned(self) -> Budget:
        """The budget, read."""
        return _parse_budget(self.budget)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What happened after it was set up."""
        return tuple(parse_step(words) for words in self.story)


class ConnectionPlan(Record):
    """How an artist's platform is reached, and how well its exports were kept up."""

    platform: Platform
    zone: str
    gateway: GatewayKind = GatewayKind.SIMULATED
    state: ConnectionState = ConnectionState.LIVE
    missed: int = Field(default=0, ge=0, le=10)
    """Days in early autumn that no export speaks for."""
    last_import: int = Field(default=0, ge=0, le=20)
    """How many days ago the last export was made."""


class Promotions(Record):
    """What the recipe's campaigns promote."""

    tracks: tuple[str, ...]
    albums: tuple[str, ...]
    playlists: tuple[str, ...]
    videos: tuple[str, ...]


class Flavours(Record):
    """The last words of the recipe's campaign names."""

    names: tuple[str, ...]


class Recipe(Record):
    """What an artist's many campaigns are made from."""

    statuses: dict[Status, int]
    currencies: dict[Platform, str]
    costs: dict[Platform, float]
    promotes: Promotions
    markets: dict[str, tuple[str, ...]]
    flavours: Flavours


class ArtistPlan(Record):
    """One artist as the fixture tells it."""

    name: str
    genre: str
    manager: str
    billing: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    connection: tuple[ConnectionPlan, ...]
    campaign: tuple[CampaignPlan, ...] = ()
    recipe: Recipe | None = None

    @cached_property
    def payments(self) -> tuple[Step, ...]:
        """Failed and recovered payments."""
        return tuple(parse_step(words) for words in self.billing)

    @cached_property
    def happenings(self) -> tuple[Step, ...]:
        """What else happened to the artist."""
        return tuple(parse_step(words) for words in self.events)

    def link(self, platform: Platform) -> ConnectionPlan:
        """Return the plan of the artist's connection to `platform`."""
        return next(one for one in self.connection if one.platform is platform)


class LabelPlan(Record):
    """The whole demo label."""

    name: str
    seed: int
    links: str
    currencies: dict[str, float]
    people: dict[str, str]
    artists: tuple[ArtistPlan, ...]

    def person(self, key: str) -> str:
        """Return the full name of one of the label's people."""
        if key not in self.people:
            raise FixtureWrong(f"label.toml knows no person “{key}”.")
        return self.people[key]


def read_label(folder: Path = FOLDER) -> LabelPlan:
    """Return the demo label as its fixture tells it."""
    label = _read(folder / "label.toml")
    artists = [_read(folder / "artists" / f"{name}.toml") for name in label["artists"]]
    return LabelPlan.model_validate(label | {"artists": artists})


def before(now: datetime, days: float) -> datetime:
    """Return the instant `days` before `now`, to the second."""
    return (now - timedelta(days=days)).replace(microsecond=0)


def parse_step(words: str) -> Step:
    """Return what a line of a story says. Raises `FixtureWrong`."""
    match = _STEP.fullmatch(words)
    if match is None:
        raise FixtureWrong(f"A story reads “9.4 days ago: pause by mara (budget)”, not “{words}”.")
    return Step.model_validate(match.groupdict())


def _parse_budget(words: str) -> Budget:
    match = _BUDGET.fullmatch(words)
    if match is None:
        raise FixtureWrong(f"A budget reads “25 EUR daily”, not “{words}”.")
    return Budget.model_validate(match.groupdict())


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
