"""What campaigns are narrowed to, the same on board, roster and activity: pure, row by row.

The roster and the activity ask the database instead (`lib.services.narrowing`); a test holds
both to the same answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lib.domain.board import BoardRow
from lib.domain.metrics import Pacing
from lib.domain.names import folded_text
from lib.domain.records import BudgetPeriod, Campaign, Platform
from lib.domain.status import FACTS, Group, Status
from lib.domain.verdict import Word


class Section(StrEnum):
    """What stands together on the board: a group without what is put away, or the archive."""

    NEEDS_ATTENTION = "needs_attention"
    LIVE = "live"
    IN_SETUP = "in_setup"
    PAUSED = "paused"
    FINISHED = "finished"
    ARCHIVED = "archived"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()

    @property
    def statuses(self) -> tuple[Status, ...]:
        return tuple(status for status in Status if section_of(status) is self)


def section_of(status: Status) -> Section:
    """Return the one section in which an effective status stands."""
    if status is Status.ARCHIVED:
        return Section.ARCHIVED
    return _SECTIONS[FACTS[status].group]


_SECTIONS: Mapping[Group, Section] = {group: Section(group.value) for group in Group}


class Pace(StrEnum):
    """Spend against plan, as one may ask for it."""

    UNDER = "under"
    ON_TRACK = "on track"
    OVER = "over"
    FAR_OFF = "far off"

    def fits(self, pacing: Pacing | None) -> bool:
        """Return whether a campaign's pacing is this one; far off is under or over as well."""
        if pacing is None:
            return False
        if self is Pace.FAR_OFF:
            return pacing.is_far_off
        return pacing.word.value == self.value


class Freshness(StrEnum):
    """How old the figures of a campaign are."""

    CURRENT = "current"
    OLD = "old"
    """Live, and newer figures should have come in."""
    NONE = "none"


@dataclass(frozen=True)
class Money:
    """Budgets that can be compared: of one currency, and both a day or both over the run."""

    currency: str
    period: BudgetPeriod

    @property
    def label(self) -> str:
        return f"{self.currency} {_PERIODS[self.period]}"


_PERIODS = {BudgetPeriod.DAILY: "a day", BudgetPeriod.TOTAL: "in total"}


@dataclass(frozen=True)
class BudgetRange:
    """Budgets of one kind from `least_micros` to `most_micros`, both inclusive; None is open."""

    of: Money
    least_micros: int | None = None
    most_micros: int | None = None

    def includes(self, one: Campaign) -> bool:
        """Return whether a campaign's budget lies in the range."""
        if one.budget_micros is None or one.budget_period is None:
            return False
        return (
            Money(one.currency, one.budget_period) == self.of
            and (self.least_micros is None or one.budget_micros >= self.least_micros)
            and (self.most_micros is None or one.budget_micros <= self.most_micros)
        )


@dataclass(frozen=True)
class CampaignFilter:
    """What campaigns are narrowed to; empty narrows nothing, several of one kind mean any."""

    text: str = ""
    """Each of its words stands in the name, in what is promoted or in the artist's name, or is
    the id here or on the platform."""
    artists: tuple[int, ...] = ()
    sections: tuple[Section, ...] = ()
    statuses: tuple[Status, ...] = ()
    platforms: tuple[Platform, ...] = ()
    types: tuple[str, ...] = ()
    is_learning: bool = False
    words: tuple[Word, ...] = ()
    pace: tuple[Pace, ...] = ()
    freshness: tuple[Freshness, ...] = ()
    locations: tuple[str, ...] = ()
    budget: BudgetRange | None = None
    since: date | None = None
    until: date | None = None
    """The run overlaps the days from `since` to `until`, both inclusive."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return self == CampaignFilter()

    def matches(self, row: BoardRow, *, artist: str) -> bool:
        """Return whether a campaign of `artist`, by name, fits."""
        one = row.campaign
        return (
            (not self.artists or one.artist_id in self.artists)
            and (not self.sections or section_of(row.status) in self.sections)
            and (not self.statuses or row.status in self.statuses)
            and (not self.platforms or one.platform in self.platforms)
            and (not self.types or one.campaign_type in self.types)
            and (not self.is_learning or row.learning is not None)
            and (not self.words or (row.verdict is not None and row.verdict.word in self.words))
            and (not self.pace or any(pace.fits(row.pacing) for pace in self.pace))
            and (not self.freshness or freshness_of(row) in self.freshness)
            and (not self.locations or not set(self.locations).isdisjoint(one.locations))
            and (self.budget is None or self.budget.includes(one))
            and self._overlaps(row)
            and self._mentions(one, artist)
        )

    def _overlaps(self, row: BoardRow) -> bool:
        """Return whether the run touches the days; an end that nobody named is open."""
        first, last = starts_on(row), row.campaign.ends_on
        return (self.until is None or first is None or first <= self.until) and (
            self.since is None or last is None or last >= self.since
        )

    def _mentions(self, one: Campaign, artist: str) -> bool:
        wanted = (folded_text(self.text) or "").split()
        if not wanted:
            return True
        texts = [folded_text(text) or "" for text in (one.name, one.promotes or "", artist)]
        ids = (one.external_id or "", str(one.id))
        return all(word in ids or any(word in text for text in texts) for word in wanted)


def freshness_of(row: BoardRow) -> Freshness:
    """Return how old the figures of a campaign are."""
    if row.trend is None:
        return Freshness.NONE
    return Freshness.OLD if row.is_stale else Freshness.CURRENT


def starts_on(row: BoardRow) -> date | None:
    """Return the first day of a run: as it was named, else as its figures have it."""
    return row.campaign.starts_on or (row.trend.started_on if row.trend else None)
