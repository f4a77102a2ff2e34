"""What a file would change: its campaigns matched, its days compared, nothing written."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, select

from lib.db.tables import campaign, campaign_name, connection, daily_kind_result, daily_result
from lib.domain.metrics import CONVERSIONS, VIEWS, usual_kind, usual_type
from lib.domain.names import name_key
from lib.domain.records import YOUTUBE_CAMPAIGN, Campaign, Origin, Platform
from lib.domain.status import FACTS, LIVE, Status
from lib.platforms import ExportCampaign, ExportDay, ExportFile
from lib.services.import_shapes import AmbiguousCampaign, CurrencyChanged, DayState
from lib.services.recording import campaign_record

TYPE_NOT_REPORTED = "Not reported"
DELIVERS_UNTIL_DAYS = 3  # Without a status column: delivery this close to the file's end.

# Only this desk knows these; a platform's report does not overwrite them.
_OWN_STATUSES = frozenset(
    {
        Status.AWAITING_SMARTLINK,
        Status.CONTENT_VALIDATION,
        Status.SUBSCRIPTION_PAUSED,
        Status.ARCHIVED,
    }
)
_SAME_SHARE = 0.8
_FEW_DAYS = 3


@dataclass(frozen=True)
class Known:
    """A day as it currently stands."""

    spend_micros: int | None
    impressions: int | None
    clicks: int | None
    results: Mapping[str, int]
    observed_on: date


@dataclass
class PlannedCampaign:
    """One campaign of the file beside what is known of it; the plan fills it in."""

    export: ExportCampaign
    known: Campaign | None
    renamed_from: str | None = None
    campaign_type: str = ""
    headline_kind: str = ""
    is_kind_named: bool = False
    status: Status = Status.ACTIVE
    is_status_inferred: bool = False
    pending_action: str | None = None
    is_confirmed: bool = False
    """The platform agrees with a decision that waited to be carried out."""
    is_contradicted: bool = False
    """The platform runs what a person had paused here."""
    is_newest_report: bool = True
    days: list[tuple[DayState, ExportDay, Known | None]] = field(default_factory=list)

    @property
    def moves(self) -> bool:
        """Return whether the import would change the campaign's status."""
        return self.known is not None and self.status is not self.known.status


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
) -> Plan:
    """Return what importing `file` for the artist would change.

    Raises `AmbiguousCampaign` and `CurrencyChanged`.
    """
    known = _known_campaigns(db, artist_id, file.platform)
    by_name = _ids_by_name(db, artist_id, file.platform)
    days_by_key: dict[str, list[ExportDay]] = defaultdict(list)
    for day in file.days:
        days_by_key[day.campaign_key].append(day)
    by_id = {one.external_id: one for one in known.values() if one.external_id}
    planned = [
        PlannedCampaign(one, by_id.get(one.external_id or "") or _match(one, known, by_name))
        for one in file.campaigns
    ]
    matched = {one.known.id for one in planned if one.known}
    current = _current_days(db, known if file.days else {}, covered_range(file))
    for one in planned:
        if one.known is None and accept_renames:
            _propose_rename(one, days_by_key[one.export.key], known, matched, current)
    warnings: list[str] = []
    for one in planned:
        _check_currency(one, file)
        _decide_kind(one, file.platform, days_by_key[one.export.key])
        _decide_status(one, file, days_by_key[one.export.key], observed_on=observed_on)
        known_days = current.get(one.known.id, {}) if one.known else {}
        one.days = [
            (_state(day, known_days.get(day.day), observed_on), day, known_days.get(day.day))
            for day in days_by_key[one.export.key]
        ]
        warnings += _gone_days(one, known_days, days_by_key[one.export.key])
    warnings += _older_than_known(planned, observed_on)
    if observed_on > today:
        warnings.append(f"The file's figures reach {observed_on:%d %b %Y}, which lies ahead.")
    return Plan(
        campaigns=tuple(planned),
        observed_on=observed_on,
        covered=covered_range(file),
        is_gapless=file.unreadable_count == 0,
        warnings=tuple(warnings),
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


def _known_campaigns(
    db: Connection, artist_id: int | None, platform: Platform
) -> dict[int, Campaign]:
    rows = db.execute(
        select(campaign, connection.c.zone)
        .join_from(campaign, connection)
        .where(campaign.c.artist_id == artist_id, campaign.c.platform == platform)
    ).mappings()
    return {row["id"]: campaign_record(row) for row in rows}


def _ids_by_name(db: Connection, artist_id: int | None, platform: Platform) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row in db.execute(
        select(campaign_name.c.name_key, campaign_name.c.campaign_id)
        .where(campaign_name.c.artist_id == artist_id, campaign_name.c.platform == platform)
        .order_by(campaign_name.c.campaign_id)
    ):
        found[row.name_key].append(row.campaign_id)
    return found


def _match(
    one: ExportCampaign, known: Mapping[int, Campaign], by_name: Mapping[str, list[int]]
) -> Campaign | None:
    key = name_key(one.name)
    called = [known[number] for number in by_name.get(key, [])]
    if one.external_id:  # A campaign known only by name may now learn its id.
        called = [candidate for candidate in called if candidate.external_id is None]
    if len(called) > 1:
        called = [candidate for candidate in called if name_key(candidate.name) == key]
    if len(called) > 1:
        raise AmbiguousCampaign(
            f"Line {one.first_line}: several campaigns are called “{one.name}”, and the file "
            "has no campaign id to tell them apart. Export it with the column Campaign ID."
        )
    return called[0] if called else None


def _current_days(
    db: Connection, known: Mapping[int, Campaign], covered: tuple[date, date] | None
) -> dict[int, dict[date, Known]]:
    if not known or covered is None:
        return {}
    some = next(iter(known.values()))
    mine = (campaign.c.artist_id == some.artist_id) & (campaign.c.platform == some.platform)
    kinds: dict[tuple[int, date], dict[str, int]] = defaultdict(dict)
    for row in db.execute(
        select(daily_kind_result)
        .join(campaign, campaign.c.id == daily_kind_result.c.campaign_id)
        .where(mine, daily_kind_result.c.day.between(*covered))
    ):
        kinds[row.campaign_id, row.day][row.kind] = row.results_micros
    found: dict[int, dict[date, Known]] = defaultdict(dict)
    for row in db.execute(
        select(daily_result)
        .join(campaign, campaign.c.id == daily_result.c.campaign_id)
        .where(mine, daily_result.c.day.between(*covered))
    ):
        found[row.campaign_id][row.day] = Known(
            row.spend_micros,
            row.impressions,
            row.clicks,
            kinds.get((row.campaign_id, row.day), {}),
            row.observed_on,
        )
    return found


def _propose_rename(
    one: PlannedCampaign,
    days: Iterable[ExportDay],
    known: Mapping[int, Campaign],
    matched: set[int],
    current: Mapping[int, Mapping[date, Known]],
) -> None:
    """Take the vanished campaign that had the same figures for the one with this new name."""
    if one.export.external_id:
        return
    brought = {day.day: day for day in days}
    same = [
        candidate
        for number, candidate in known.items()
        if number not in matched and _has_same_figures(brought, current.get(number, {}))
    ]
    if len(same) == 1:
        one.known = same[0]
        one.renamed_from = same[0].name
        matched.add(same[0].id)


def _has_same_figures(brought: Mapping[date, ExportDay], had: Mapping[date, Known]) -> bool:
    both = [(brought[day], had[day]) for day in had if day in brought]
    spent = [(new, old) for new, old in both if new.spend_micros or old.spend_micros]
    # Two campaigns may spend the same on a day or two; hardly with the same impressions.
    must_look_closer = len(spent) < _FEW_DAYS
    equal = sum(
        new.spend_micros == old.spend_micros
        and (new.impressions == old.impressions or not must_look_closer)
        for new, old in spent
    )
    return equal >= 1 and equal >= _SAME_SHARE * len(spent) and len(both) >= len(had) / 2


def _check_currency(one: PlannedCampaign, file: ExportFile) -> None:
    brings = one.export.currency or file.currency
    if one.known and brings and one.known.currency != brings:
        raise CurrencyChanged(
            f"Line {one.export.first_line}: “{one.export.name}” is known in "
            f"{one.known.currency}, the file has it in {brings}. Check that the file belongs to "
            "this artist's account; amounts of different currencies are never added up."
        )


def _decide_kind(one: PlannedCampaign, platform: Platform, days: Iterable[ExportDay]) -> None:
    one.campaign_type = _type_of(one, platform)
    named = one.export.headline_kind
    one.is_kind_named = named is not None
    if named:
        one.headline_kind = named
        return
    type_changed = one.known is not None and one.known.campaign_type != one.campaign_type
    if one.known and not type_changed:
        one.headline_kind = one.known.headline_kind
    elif one.campaign_type == TYPE_NOT_REPORTED:
        brings = {kind for day in days for kind in day.results}
        one.headline_kind = CONVERSIONS if CONVERSIONS in brings else VIEWS
    else:
        one.headline_kind = usual_kind(one.campaign_type, platform)


def _type_of(one: PlannedCampaign, platform: Platform) -> str:
    word = one.export.platform_type
    if word is None:
        if one.known:
            return one.known.campaign_type
        return TYPE_NOT_REPORTED if platform is Platform.GOOGLE else usual_type(platform)
    if platform is Platform.GOOGLE:
        return YOUTUBE_CAMPAIGN if "video" in word.casefold() else word
    return usual_type(platform)


def _decide_status(
    one: PlannedCampaign, file: ExportFile, days: list[ExportDay], *, observed_on: date
) -> None:
    reported = one.export.status
    if one.known is None:
        one.status = reported or _inferred(file, days)
        one.is_status_inferred = reported is None
        return
    known = one.known
    one.status, one.pending_action = known.status, known.pending_action
    one.is_newest_report = known.reported_on is None or observed_on >= known.reported_on
    # A report from before a change that was made here cannot speak about it.
    was_reported = known.status_origin is Origin.IMPORT
    is_older = not was_reported and observed_on < known.today(known.status_since)
    if reported is None or is_older or not one.is_newest_report:
        return
    if known.pending_action:
        one.is_confirmed = (reported in LIVE) == (known.pending_action == "resume")
        one.pending_action = None if one.is_confirmed else known.pending_action
    if known.status in _OWN_STATUSES or reported is known.status:
        return
    if known.status is Status.PAUSED and reported in LIVE and known.status_origin is Origin.PERSON:
        # A person's pause stands; what the platform still runs is to be carried out there.
        one.is_contradicted = known.pending_action is None
        one.pending_action = "pause"
        return
    if known.pending_action and not one.is_confirmed:
        return
    if {known.status, reported} != LIVE:
        one.status = reported


def _inferred(file: ExportFile, days: list[ExportDay]) -> Status:
    """Return Active for what delivered until the end of the file, else Paused."""
    covered = covered_range(file)
    delivered = [day.day for day in days if day.spend_micros or day.impressions]
    if covered and delivered and (covered[1] - max(delivered)).days < DELIVERS_UNTIL_DAYS:
        return Status.ACTIVE
    return Status.PAUSED


def _state(day: ExportDay, known: Known | None, observed_on: date) -> DayState:
    if known is None:
        return DayState.NEW
    if _merged(day, known) == (known.spend_micros, known.impressions, known.clicks, known.results):
        return DayState.UNCHANGED
    return DayState.RESTATED if observed_on >= known.observed_on else DayState.KEPT_NEWER


def _merged(
    day: ExportDay, known: Known
) -> tuple[int | None, int | None, int | None, dict[str, int]]:
    """Return the day with what the file leaves blank taken from what is known."""
    return (
        known.spend_micros if day.spend_micros is None else day.spend_micros,
        known.impressions if day.impressions is None else day.impressions,
        known.clicks if day.clicks is None else day.clicks,
        {**known.results, **day.results},
    )


def figures_after(
    day: ExportDay, known: Known | None
) -> tuple[int | None, int | None, int | None, dict[str, int]]:
    """Return the current figures of a day once the file's are in."""
    if known is None:
        return day.spend_micros, day.impressions, day.clicks, dict(day.results)
    return _merged(day, known)


def _gone_days(
    one: PlannedCampaign, known: Mapping[date, Known], days: list[ExportDay]
) -> list[str]:
    if not days:
        return []
    brought = {day.day for day in days}
    gone = [day for day, figures in known.items() if day not in brought and figures.spend_micros]
    if not gone:
        return []
    return [
        (
            f"“{one.export.name}”: {len(gone)} earlier days with spend are not in this file "
            f"({min(gone):%d %b} to {max(gone):%d %b}); their figures stay as they are."
        )
    ]


def _older_than_known(planned: Iterable[PlannedCampaign], observed_on: date) -> list[str]:
    kept = [
        day.day for one in planned for state, day, _ in one.days if state is DayState.KEPT_NEWER
    ]
    if not kept:
        return []
    return [
        (
            f"{len(kept)} days differ from newer figures that are known; the newer ones stay "
            f"({min(kept):%d %b} to {max(kept):%d %b %Y}). If this file is the newer download, "
            f"give the day it was downloaded on (it counts as {observed_on:%d %b %Y} now)."
        )
    ]


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
        words.append("paused here, but the platform still reports it running")
    return tuple(words)
