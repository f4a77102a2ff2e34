"""What a file would change: its campaigns matched, its days compared, nothing written."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row

from lib.domain.records import Campaign
from lib.domain.run_days import LEAVES_IDLE_DAYS_OUT
from lib.domain.status import FACTS
from lib.platforms import ExportDay, ExportFile
from lib.services.importing.comparing import compare_days
from lib.services.importing.known import (
    KnownDays,
    campaign_rows,
    first_days,
    ids_by_name,
    known_days,
    newest_import,
)
from lib.services.importing.matching import match, renames
from lib.services.importing.shapes import CurrencyChanged, DayState, ImportRefused
from lib.services.importing.status import (
    PlannedCampaign,
    decide_kind,
    decide_status,
    inferred_status,
)
from lib.services.recording import campaign_record


@dataclass(frozen=True)
class Basis:
    """What a plan was made of: while it stands, the plan holds."""

    artist_id: int | None
    newest_import: int | None
    campaigns: Mapping[int, Row[Any]]
    """The rows of the artist's campaigns of the file's platform."""
    names: Mapping[str, Sequence[int]]
    """The campaigns that were ever called so, by the key of the name."""
    first_days: Mapping[int, date]


@dataclass(frozen=True)
class Plan:
    """The whole of what a file would change."""

    basis: Basis
    campaigns: tuple[PlannedCampaign, ...]
    observed_on: date
    covered: tuple[date, date] | None
    is_gapless: bool
    """Whether a day without a row was idle; with unreadable rows nobody can say."""
    warnings: tuple[str, ...]

    def count(self) -> Counter[DayState]:
        """Return how many of the file's days are new, restated and so on."""
        total: Counter[DayState] = Counter()
        for one in self.campaigns:
            total.update(one.states)
        return total

    @property
    def days(self) -> int:
        return sum(len(one.brought) for one in self.campaigns)


def make_plan(
    db: Connection,
    file: ExportFile,
    artist_id: int | None,
    *,
    observed_on: date,
    today: date,
    accept_renames: bool,
) -> Plan:
    """Return what importing `file` for the artist would change. Raises `ImportRefused`."""
    covered = covered_range(file)
    _refuse_impossible_dates(covered, observed_on=observed_on, today=today)
    basis = Basis(
        artist_id,
        newest_import(db, artist_id, file.platform),
        campaign_rows(db, artist_id, file.platform),
        ids_by_name(db, artist_id, file.platform),
        first_days(db, artist_id, file.platform),
    )
    known = {number: campaign_record(row._asdict()) for number, row in basis.campaigns.items()}
    days = _by_campaign(file)
    found = match(file.campaigns, known, basis.names)
    current: KnownDays = {}
    if known and covered:
        current = known_days(db, artist_id, file.platform, covered)
    unknown = [one for one in file.campaigns if one.key not in found]
    matched = {one.id for one in found.values()}
    vanished = [one for one in known.values() if one.id not in matched and one.id in current]
    renamed = renames(unknown, days, vanished, current) if accept_renames else {}
    planned = [
        PlannedCampaign(
            one,
            found.get(one.key) or renamed.get(one.key),
            renamed_from=renamed[one.key].name if one.key in renamed else None,
        )
        for one in file.campaigns
    ]
    period_spend = dict(file.period_spend)
    older: list[date] = []
    for one in planned:
        one.brought = days.get(one.export.key, ())
        _check_currency(one, file)
        decide_kind(one, file.platform, one.brought)
        one.inferred = inferred_status(
            one.brought,
            ends_on=covered[1] if covered else None,
            period_spend=period_spend.get(one.export.key),
        )
        decide_status(one, observed_on=observed_on)
        one.before = current.get(one.known.id, {}) if one.known else {}
        older += compare_days(one, observed_on)
    return Plan(
        basis=basis,
        campaigns=tuple(planned),
        observed_on=observed_on,
        covered=covered,
        is_gapless=file.unreadable_count == 0 and file.platform in LEAVES_IDLE_DAYS_OUT,
        warnings=tuple(_warnings(planned, vanished, renamed, older, observed_on=observed_on)),
    )


def _by_campaign(file: ExportFile) -> dict[str, list[ExportDay]]:
    """Return the days of each of the file's campaigns, oldest first."""
    days: dict[str, list[ExportDay]] = defaultdict(list)
    for day in file.days:
        days[day.campaign_key].append(day)
    for mine in days.values():
        mine.sort(key=attrgetter("day"))
    return days


def covered_range(file: ExportFile) -> tuple[date, date] | None:
    """Return the days that the file speaks for: its range up to the last day with any row.

    A declared range may reach past the day of the download, so days after the last row of
    the whole file are not called idle.
    """
    if not file.days:
        return None
    days = {day.day for day in file.days}
    first = min(days)
    return min(first, file.starts_on or first), max(days)


def _refuse_impossible_dates(
    covered: tuple[date, date] | None, *, observed_on: date, today: date
) -> None:
    # An account may lie a zone ahead of what is known of it.
    tomorrow = today + timedelta(days=1)
    if covered and covered[1] > tomorrow:
        raise ImportRefused(
            f"The file has figures for {covered[1]:%d %b %Y}, which lies ahead (today is "
            f"{today:%d %b %Y}). Check its dates; nothing was imported."
        )
    if observed_on > tomorrow:
        raise ImportRefused(
            f"The file cannot have been downloaded on {observed_on:%d %b %Y}: that lies ahead."
        )
    if covered and observed_on < covered[1]:
        raise ImportRefused(
            f"The file has figures for {covered[1]:%d %b %Y}, so it cannot have been downloaded "
            f"on {observed_on:%d %b %Y}."
        )


def _check_currency(one: PlannedCampaign, file: ExportFile) -> None:
    brings = one.export.currency or file.currency
    if one.known and brings and one.known.currency != brings:
        raise CurrencyChanged(
            f"Line {one.export.first_line}: “{one.export.name}” is known in "
            f"{one.known.currency}, the file has it in {brings}. Check that the file belongs to "
            "this artist's account; amounts of different currencies are never added up."
        )


def _warnings(
    planned: Sequence[PlannedCampaign],
    vanished: Iterable[Campaign],
    renamed: Mapping[str, Campaign],
    older: Sequence[date],
    *,
    observed_on: date,
) -> Iterable[str]:
    for one in planned:
        yield from _gone_days(one)
    was_renamed = {one.id for one in renamed.values()}
    gone = [one.name for one in vanished if one.id not in was_renamed]
    if gone and any(one.known is None for one in planned):
        yield (
            f"{len(gone)} known campaigns are not in this file, and it brings new names: "
            f"{', '.join(f'“{name}”' for name in gone[:5])}{' …' if len(gone) > 5 else ''}. "
            "If one of them was renamed and its figures differ, it would be counted twice."
        )
    yield from _older_than_known(older, observed_on)


def _gone_days(one: PlannedCampaign) -> Iterable[str]:
    if not one.before or not one.brought:
        return
    brought = {day.day for day in one.brought}
    gone = [day for day, known in one.before.items() if day not in brought and known.spend_micros]
    if gone:
        yield (
            f"“{one.export.name}”: {len(gone)} earlier days with spend are not in this file "
            f"({min(gone):%d %b} to {max(gone):%d %b}); their figures stay as they are."
        )


def _older_than_known(kept: Sequence[date], observed_on: date) -> Iterable[str]:
    if kept:
        yield (
            f"{len(kept)} days differ from newer figures that are known; the newer ones stay "
            f"({min(kept):%d %b} to {max(kept):%d %b %Y}). If this file is the newer download, "
            f"give the day it was downloaded on (it counts as {observed_on:%d %b %Y} now)."
        )


def changes_in_words(one: PlannedCampaign) -> tuple[str, ...]:
    """Return what the import would change of the campaign itself."""
    if one.known is None:
        return ()
    words = []
    if one.renamed_from:
        words.append(f"renamed from “{one.renamed_from}”")
    if one.moves:
        words.append(f"{FACTS[one.known.status].label} → {FACTS[one.status].label}")
    if one.is_confirmed:
        words.append(f"the platform has carried out: {one.known.pending_action}")
    if one.is_contradicted:
        words.append("paused here, but still switched on at the platform")
    return tuple(words)
