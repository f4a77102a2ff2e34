"""What a file would change: its campaigns matched, its days compared, nothing written."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from lib.domain.records import Campaign, Platform
from lib.domain.status import FACTS
from lib.platforms import ExportDay, ExportFile
from lib.services.import_known import (
    KnownDay,
    completed,
    current_days,
    figures_of,
    ids_by_name,
    known_campaigns,
)
from lib.services.import_matching import match, renames
from lib.services.import_shapes import CurrencyChanged, DayState, ImportRefused
from lib.services.import_status import (
    PlannedCampaign,
    decide_kind,
    decide_status,
    inferred_status,
)

# Where a day without a row was idle; elsewhere nobody can say.
_LEAVES_IDLE_DAYS_OUT = frozenset({Platform.META, Platform.GOOGLE})


@dataclass(frozen=True)
class Plan:
    """The whole of what a file would change."""

    campaigns: tuple[PlannedCampaign, ...]
    observed_on: date
    covered: tuple[date, date] | None
    is_gapless: bool
    """Whether a day without a row was idle; with unreadable rows nobody can say."""
    warnings: tuple[str, ...]

    def count(self) -> Counter[DayState]:
        """Return how many of the file's days are new, restated and so on."""
        return Counter(state for one in self.campaigns for state, _, _ in one.days)


def make_plan(
    db: Connection,
    file: ExportFile,
    artist_id: int | None,
    *,
    observed_on: date,
    today: date,
    accept_renames: bool,
    is_locked: bool,
) -> Plan:
    """Return what importing `file` for the artist would change.

    `is_locked` keeps others from changing the campaigns until the transaction ends. Raises
    `ImportRefused` and its kinds.
    """
    covered = covered_range(file)
    _refuse_impossible_dates(covered, observed_on=observed_on, today=today)
    known = known_campaigns(db, artist_id, file.platform, is_locked=is_locked)
    days: dict[str, list[ExportDay]] = defaultdict(list)
    for day in file.days:
        days[day.campaign_key].append(day)
    found = match(file.campaigns, known, ids_by_name(db, artist_id, file.platform))
    current = current_days(db, known if file.days else {}, covered)
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
    for one in planned:
        mine = days[one.export.key]
        _check_currency(one, file)
        decide_kind(one, file.platform, mine)
        status = inferred_status(
            mine,
            ends_on=covered[1] if covered else None,
            period_spend=period_spend.get(one.export.key),
        )
        decide_status(one, inferred=status, observed_on=observed_on)
        before = current.get(one.known.id, {}) if one.known else {}
        one.days = [
            (_state(day, before.get(day.day), observed_on), day, before.get(day.day))
            for day in mine
        ]
    return Plan(
        campaigns=tuple(planned),
        observed_on=observed_on,
        covered=covered,
        is_gapless=file.unreadable_count == 0 and file.platform in _LEAVES_IDLE_DAYS_OUT,
        warnings=tuple(_warnings(planned, current, vanished, renamed, observed_on=observed_on)),
    )


def covered_range(file: ExportFile) -> tuple[date, date] | None:
    """Return the days that the file speaks for: its range up to the last day with any row.

    A declared range may reach past the day of the download, so days after the last row of
    the whole file are not called idle.
    """
    if not file.days:
        return None
    days = [day.day for day in file.days]
    first = min([*days, file.starts_on] if file.starts_on else days)
    return first, max(days)


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


def _state(day: ExportDay, known: KnownDay | None, observed_on: date) -> DayState:
    if known is None:
        return DayState.NEW
    if completed(figures_of(day), known.figures) == known.figures:
        return DayState.UNCHANGED
    return DayState.RESTATED if observed_on >= known.observed_on else DayState.KEPT_NEWER


def _warnings(
    planned: Sequence[PlannedCampaign],
    current: Mapping[int, Mapping[date, KnownDay]],
    vanished: Iterable[Campaign],
    renamed: Mapping[str, Campaign],
    *,
    observed_on: date,
) -> Iterable[str]:
    for one in planned:
        if one.known:
            yield from _gone_days(one, current.get(one.known.id, {}))
    was_renamed = {one.id for one in renamed.values()}
    gone = [one.name for one in vanished if one.id not in was_renamed]
    if gone and any(one.known is None for one in planned):
        yield (
            f"{len(gone)} known campaigns are not in this file, and it brings new names: "
            f"{', '.join(f'“{name}”' for name in gone[:5])}{' …' if len(gone) > 5 else ''}. "
            "If one of them was renamed and its figures differ, it would be counted twice."
        )
    yield from _older_than_known(planned, observed_on)


def _gone_days(one: PlannedCampaign, known: Mapping[date, KnownDay]) -> Iterable[str]:
    brought = {day.day for _, day, _ in one.days}
    gone = [day for day, figures in known.items() if day not in brought and figures.spend_micros]
    if brought and gone:
        yield (
            f"“{one.export.name}”: {len(gone)} earlier days with spend are not in this file "
            f"({min(gone):%d %b} to {max(gone):%d %b}); their figures stay as they are."
        )


def _older_than_known(planned: Iterable[PlannedCampaign], observed_on: date) -> Iterable[str]:
    kept = [
        day.day for one in planned for state, day, _ in one.days if state is DayState.KEPT_NEWER
    ]
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
