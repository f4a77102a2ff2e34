"""The campaigns of one file: met by id or name, each with what its rows say that it is."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from lib.domain.records import BudgetPeriod
from lib.platforms.captions import normalised
from lib.platforms.cells import Unreadable, cells_of, figure
from lib.platforms.dates import Dates, without_time
from lib.platforms.figures import Figures, Misread
from lib.platforms.layout import LONGEST_WORD, Layout, Standing, UnknownWord, is_said
from lib.platforms.shapes import ExportCampaign, ExportRefused, shortened
from lib.platforms.text import Row

_LONGEST_NAME = 500
_LONGEST_ID = 100
_LONGEST_PLACES = 5_000
_MOST_PLACES = 200
_REMEMBERED = 200_000
_MOST_CAMPAIGNS = 100_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ID = re.compile(r"[A-Za-z0-9:_-]+")
_DAMAGED_ID = re.compile(r"[0-9](?:[.,][0-9]*)?[eE]\+?[0-9]+")
# What the platforms write where a run has no end; Google also gives a day far away.
_NO_END_WORDS = (
    "ongoing,no end date,open-ended,em andamento,contínuo,contínua,sem data de término,em curso,"
    "en curso,continuo,sin fecha de finalización,en circulación,fortlaufend,laufend,kein enddatum,"
    "unbegrenzt,en cours,continu,pas de date de fin,aucune date de fin"
)
_NO_END = frozenset(map(normalised, _NO_END_WORDS.split(",")))
_FAR_AWAY = date(2037, 12, 30)
_FACTS = ("campaign", "type", "budget", "budget_type", "run_starts", "run_ends", "location")


@dataclass(slots=True)
class Met:
    """A campaign as met so far."""

    key: str
    external_id: str | None
    name: str
    first_line: int
    told_on: date = date.min
    facts: tuple[str, ...] | None = None
    standing: Standing = field(default_factory=Standing)
    platform_type: str | None = None
    budget_micros: int | None = None
    budget_period: BudgetPeriod | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    is_open_ended: bool = False
    locations: dict[str, None] = field(default_factory=dict)
    kinds_on: date = date.min
    kinds: dict[str, int] = field(default_factory=dict)
    spend: int | None = None
    lines: int = 0
    places: dict[date, int] = field(default_factory=dict)
    """Where among the file's days each day of it stands."""


class Roster:
    """Knows every campaign of the file, and says in the end what the file says of each."""

    def __init__(self, layout: Layout, *, figures: Figures, dates: Dates) -> None:
        self._layout = layout
        self._columns = layout.columns
        self._figures = figures
        self._dates = dates
        self._campaigns: dict[str, Met] = {}
        self._met: dict[tuple[str, str], Met] = {}
        self._standings: dict[tuple[str, ...], Standing] = {}
        self.facts_of = cells_of(
            (*layout.standing_columns, *(self._columns[f] for f in _FACTS if f in self._columns))
        )
        self.unread_dates: set[str] = set()
        self.has_lines_in_names = False

    def of_row(self, line: int, row: Row) -> Met:
        """Return the row's campaign, by its id where the file has one, else by its name."""
        columns = self._columns
        name = row[columns["campaign"]]
        number = row[columns["campaign_id"]] if "campaign_id" in columns else ""
        found = self._met.get((name, number))
        if found is None:
            found = self._meet(line, name.strip(), number.strip())
            if len(self._met) >= _REMEMBERED:
                self._met.clear()
            if len(name) + len(number) <= 2 * _LONGEST_NAME:
                self._met[(name, number)] = found
        return found

    def _meet(self, line: int, name: str, number: str) -> Met:
        if not is_said(name):
            raise Unreadable("the row has figures and no campaign name")
        if len(name) > _LONGEST_NAME:
            raise Unreadable(f"the campaign name is longer than {_LONGEST_NAME:,} characters")
        if len(number) > _LONGEST_ID:
            raise Unreadable(f"the campaign id is longer than {_LONGEST_ID} characters")
        self.has_lines_in_names |= "\n" in name
        if _CONTROL.search(name):
            raise Unreadable(f"the campaign name “{shortened(name)}” has control characters")
        external_id = number.lstrip("'") if is_said(number) else None
        if external_id and _DAMAGED_ID.fullmatch(external_id):
            raise Unreadable(f"the campaign id “{external_id}” lost its digits in a spreadsheet")
        if external_id and not _ID.fullmatch(external_id):
            raise Unreadable(f"“{shortened(external_id)}” is not a campaign id")
        key = external_id or unicodedata.normalize("NFC", name)
        found = self._campaigns.get(key)
        if found is None:
            if len(self._campaigns) >= _MOST_CAMPAIGNS:
                raise ExportRefused(f"The file names more than {_MOST_CAMPAIGNS:,} campaigns.")
            found = self._campaigns[key] = Met(key, external_id, name, line)
        return found

    def hear(self, campaign: Met, row: Row, told_on: date) -> None:
        """Take over what the row says that the campaign is; the latest day knows best."""
        facts = self.facts_of(row)
        if facts == campaign.facts:
            campaign.told_on = max(told_on, campaign.told_on)
            return
        words = facts[: len(self._layout.standing_columns)]
        standing = self._standings.get(words)
        if standing is None:
            try:
                standing = self._layout.standing(words)
            except UnknownWord as error:
                raise Unreadable(f"{error} (campaign “{shortened(campaign.name)}”)") from None
            if len(self._standings) >= _REMEMBERED:
                self._standings.clear()
            self._standings[words] = standing
        self._check_lengths(row)
        if told_on >= campaign.told_on:
            self._update(campaign, row, standing)
            campaign.facts, campaign.told_on = facts, told_on

    def _update(self, campaign: Met, row: Row, standing: Standing) -> None:
        budget = self._budget(row)
        campaign.name = row[self._columns["campaign"]].strip()
        if standing != Standing():
            campaign.standing = standing
        campaign.platform_type = self._text(row, "type") or campaign.platform_type
        if budget is not None:
            campaign.budget_micros = budget
            period = self._text(row, "budget_type")
            campaign.budget_period = self._layout.budget_periods.get(normalised(period or ""))
        campaign.starts_on = self._run_date(row, "run_starts") or campaign.starts_on
        self._hear_end(campaign, row)
        for place in (self._text(row, "location") or "").split(";"):
            if place.strip() and len(campaign.locations) < _MOST_PLACES:
                campaign.locations[place.strip()] = None

    def _check_lengths(self, row: Row) -> None:
        """Refuse a row with a text that is too long to be what its column holds."""
        for name, most in (("type", LONGEST_WORD), ("location", _LONGEST_PLACES)):
            if len(self._text(row, name) or "") > most:
                caption = self._layout.caption(name)
                raise Unreadable(f"{caption}: the text is longer than {most:,} characters")

    def _hear_end(self, campaign: Met, row: Row) -> None:
        """Take over when the run ends: a day, expressly never, or nothing said."""
        text = self._text(row, "run_ends") or ""
        ends_on = self._run_date(row, "run_ends")
        if normalised(text) in _NO_END or ends_on == _FAR_AWAY:
            campaign.is_open_ended, campaign.ends_on = True, None
        elif ends_on:
            campaign.is_open_ended, campaign.ends_on = False, ends_on

    def _text(self, row: Row, name: str) -> str | None:
        index = self._columns.get(name)
        if index is None or not is_said(row[index]):
            return None
        return row[index].strip()

    def _budget(self, row: Row) -> int | None:
        """Return the budget; a text without any digit, “Using ad set budget”, is none."""
        text = self._text(row, "budget")
        if text is None or not any(char.isdecimal() for char in text):
            return None
        return figure(self._layout, self._figures.money, row, "budget")

    def _run_date(self, row: Row, name: str) -> date | None:
        """Return when a run starts or ends; “Ongoing” is no date, an odd one is noted."""
        text = self._text(row, name)
        if text is None or not any(char.isdecimal() for char in text):
            return None
        try:
            return self._dates.read(without_time(text))
        except Misread:
            if len(self.unread_dates) < 3:
                self.unread_dates.add(shortened(text))
            return None

    def note_kind(self, campaign: Met, kind: str | None, told_on: date, spend: int | None) -> None:
        if not kind or told_on < campaign.kinds_on:
            return
        if told_on > campaign.kinds_on:
            campaign.kinds_on = told_on
            campaign.kinds = {}
        campaign.kinds[kind] = campaign.kinds.get(kind, 0) + (spend or 0)

    def campaigns(self, currency: str | None) -> tuple[ExportCampaign, ...]:
        """Return what the file says of each campaign, in the order of the file."""
        return tuple(
            ExportCampaign(
                key=met.key,
                external_id=met.external_id,
                name=met.name,
                platform_type=met.platform_type,
                status=met.standing.status,
                platform_status=met.standing.platform_status,
                serving_status=met.standing.serving_status,
                platform_note=met.standing.note,
                budget_micros=met.budget_micros,
                budget_period=met.budget_period,
                currency=currency,
                starts_on=met.starts_on,
                ends_on=met.ends_on,
                locations=tuple(met.locations),
                headline_kind=_headline(met.kinds),
                first_line=met.first_line,
                is_open_ended=met.is_open_ended,
            )
            for met in self._campaigns.values()
            if met.lines
        )

    def spend(self) -> tuple[tuple[str, int | None], ...]:
        """Return the spend of each campaign over the whole file."""
        return tuple((met.key, met.spend) for met in self._campaigns.values() if met.lines)


def _headline(kinds: dict[str, int]) -> str | None:
    """Return the kind with the largest spend; ties go by the alphabet."""
    return min(kinds, key=lambda kind: (-kinds[kind], kind)) if kinds else None
