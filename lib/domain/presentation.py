"""How it goes for one artist, as it may be shown to that artist: the record of it.

The screen, the link and the report draw this one record, so their figures cannot differ. It
holds no id, note, reason or person, and where the label keeps its costs to itself no amount
either: what is not in here cannot be shown by mistake. `lib.domain.presenting` makes it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from lib.domain.actions import Action
from lib.domain.board import BoardRow
from lib.domain.lessons import Lesson
from lib.domain.metrics import Window, ratio_micros
from lib.domain.names import artist_key
from lib.domain.records import Platform
from lib.domain.run_days import Marks
from lib.domain.status import LIVE
from lib.domain.trend import Side, Verdict
from lib.domain.verdict import Word


class Period(StrEnum):
    """How much of the run is shown; it ends on the as-of day."""

    WEEK = "7"
    MONTH = "28"
    QUARTER = "90"
    WHOLE = "whole"

    @property
    def label(self) -> str:
        return "Whole run" if self is Period.WHOLE else f"Last {self.value} days"

    @property
    def days(self) -> int | None:
        """How many dates it has; None for all there are."""
        return None if self is Period.WHOLE else int(self.value)


DEFAULT_PERIOD = Period.MONTH


@dataclass(frozen=True, slots=True)
class DayTold:
    """What a platform said of one day, in millionths; None is unknown."""

    spend_micros: int | None
    results: Mapping[str, int]


@dataclass(frozen=True)
class CampaignTold:
    """One campaign with its days, under the title by which the artist knows it."""

    row: BoardRow
    title: str
    days: Mapping[date, DayTold]
    marks: Marks | None
    """Which dates from `marks.first` on it ran and an import speaks for; None without figures."""

    @property
    def kind(self) -> str:
        return self.row.campaign.headline_kind

    @property
    def is_live(self) -> bool:
        return self.row.status in LIVE


@dataclass(frozen=True)
class Planned:
    """A pause or resume that is to come."""

    campaign_id: int
    action: Action
    at: datetime
    zone: tzinfo


class DayState(StrEnum):
    """What the figures of one day are worth."""

    WHOLE = "whole"
    PART = "part"
    """Of some campaigns that ran the figures are missing."""
    MISSING = "missing"
    IDLE = "idle"
    """Nothing ran."""


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a result kind; results in millionths, None where nobody reported any."""

    day: date
    results_micros: int | None
    state: DayState


@dataclass(frozen=True)
class Bought:
    """What the money of one currency bought of one result kind."""

    currency: str
    spend_micros: int
    results_micros: int

    @property
    def cost_micros(self) -> float | None:
        return ratio_micros(self.spend_micros, self.results_micros)


@dataclass(frozen=True)
class KindTold:
    """One result kind over the period: the campaigns that are bought for it, added up."""

    kind: str
    platforms: tuple[Platform, ...]
    window: Window
    results_micros: int | None
    second_kind: str | None
    second_micros: int | None
    points: tuple[Point, ...]
    bought: tuple[Bought, ...]
    """By currency; empty where the label keeps its costs to itself."""

    @property
    def whole_days(self) -> dict[date, int]:
        """The results of the days whose figures are complete."""
        return {
            one.day: one.results_micros
            for one in self.points
            if one.state is DayState.WHOLE and one.results_micros is not None
        }

    @property
    def incomplete(self) -> int:
        """How many days lack figures of a campaign that ran."""
        return sum(one.state in (DayState.PART, DayState.MISSING) for one in self.points)


@dataclass(frozen=True)
class Running:
    """A campaign that runs now, and how it goes."""

    title: str
    platform: Platform
    kind: str
    currency: str
    since: date | None
    until: date | None
    learning_day: int | None
    verdict: Verdict | None
    judged: Side | None
    """Cost per result where costs are shared, else results a day."""
    readable_on: date | None


class ComingKind(StrEnum):
    """What comes."""

    STARTS = "starts"
    ENDS = "ends"
    PAUSES = "pauses"
    RESUMES = "resumes"


@dataclass(frozen=True)
class Coming:
    """Something that comes, with its date where there is one."""

    what: ComingKind
    title: str
    platform: Platform
    kind: str
    on: date | None
    until: date | None = None
    at: datetime | None = None
    zone: tzinfo | None = None


@dataclass(frozen=True)
class Presentation:
    """How it goes for one artist: everything that may be shown, and nothing else."""

    artist: str
    period: Period
    shares_cost: bool
    kinds: tuple[KindTold, ...]
    running: tuple[Running, ...]
    on_hold: int
    """Campaigns that stand still for now."""
    coming: tuple[Coming, ...]
    lessons: tuple[Lesson, ...]
    told_at: datetime

    def words(self, kind: str) -> dict[Word, int]:
        """Return how many of the running campaigns of a kind stand how, in the order of words."""
        told = [_word(one) for one in self.running if one.kind == kind]
        return {word: told.count(word) for word in Word if word in told}


def _word(one: Running) -> Word:
    return one.judged.word if one.judged else Word.TOO_EARLY


def title_of(
    name: str, promotes: str | None, campaign_type: str, *, artist: str, others: Iterable[str]
) -> str:
    """Return what an artist knows a campaign by: what it promotes, else its name.

    Where that mentions one of the `others`, artists of the same desk, it is only called what
    kind of campaign it is.
    """
    title = " ".join((promotes or name).split())
    told = f" {_words(title)} ".replace(f" {_words(artist)} ", " \n ")
    is_foreign = any((key := _words(other)) and f" {key} " in told for other in others)
    return campaign_type if is_foreign or not title else title


def _words(text: str) -> str:
    """Return the words of a text alone, in the spelling in which names are compared."""
    return " ".join(re.findall(r"\w+", artist_key(text)))
