"""What a file says that a campaign is: its type, its result kind, its status."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lib.domain.metrics import CONVERSIONS, VIEWS, usual_kind, usual_type
from lib.domain.records import YOUTUBE_CAMPAIGN, Campaign, Origin, Platform
from lib.domain.status import LIVE, Status
from lib.platforms import ExportCampaign, ExportDay, is_video_type
from lib.services.importing.known import KnownDay
from lib.services.importing.shapes import DayState

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
# What a platform reports of a campaign that has been switched off, or is over. Anything else
# is switched on there, whether it delivers or not.
_SWITCHED_OFF = frozenset({Status.PAUSED, Status.ENDED, Status.ARCHIVED})


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
    """Whether no newer report has told its status."""
    is_newest_file: bool = True
    """Whether no file with newer figures has told of it."""
    inferred: Status = Status.PAUSED
    """What its delivery says, for a campaign that is new and comes without a status."""
    brought: Sequence[ExportDay] = ()
    """What the file says of its days, oldest first."""
    before: Mapping[date, KnownDay] = field(default_factory=dict)
    """What is known of its days in the file's range."""
    states: Counter[DayState] = field(default_factory=Counter)
    restated: "Restated | None" = None

    @property
    def moves(self) -> bool:
        """Return whether the import would change the campaign's status."""
        return self.known is not None and self.status is not self.known.status


@dataclass(frozen=True)
class Restated:
    """Days that had counted as final and that the file changes by more than a little.

    The sums are over those days alone; None where nothing was known of them.
    """

    days: int
    first: date
    last: date
    spend_before: int | None
    spend_after: int | None
    results_before: int | None
    results_after: int | None


def decide_kind(one: PlannedCampaign, platform: Platform, days: Iterable[ExportDay]) -> None:
    """Settle the campaign's type and its headline kind: the export's own, else the table's."""
    one.campaign_type = _type_of(one, platform)
    named = one.export.headline_kind
    one.is_kind_named = named is not None
    if named:
        one.headline_kind = named
    elif one.known and one.known.campaign_type == one.campaign_type:
        one.headline_kind = one.known.headline_kind
    elif one.campaign_type == TYPE_NOT_REPORTED:
        one.headline_kind = _kind_by_figures(days)
    else:
        one.headline_kind = usual_kind(one.campaign_type, platform)


def decide_status(one: PlannedCampaign, *, observed_on: date) -> None:
    """Settle the campaign's status: a new one's as reported, a known one's by decision 0004.

    It may be asked again, where a known campaign has changed since.
    """
    reported = one.export.status
    if one.known is None:
        one.status = reported or one.inferred
        one.is_status_inferred = reported is None
        return
    known = one.known
    one.is_confirmed = one.is_contradicted = False
    one.status, one.pending_action = known.status, known.pending_action
    one.is_newest_report = known.reported_on is None or observed_on >= known.reported_on
    one.is_newest_file = known.named_on is None or observed_on >= known.named_on
    # A report from before a change that was made here cannot speak about it.
    was_reported = known.status_origin is Origin.IMPORT
    is_older = not was_reported and observed_on < known.today(known.status_since)
    if reported is not None and one.is_newest_report and not is_older:
        _compare(one, known, reported)


def _compare(one: PlannedCampaign, known: Campaign, reported: Status) -> None:
    is_off = reported in _SWITCHED_OFF
    if known.pending_action:
        one.is_confirmed = is_off if known.pending_action == "pause" else reported in LIVE
        one.pending_action = None if one.is_confirmed else known.pending_action
    if known.status in _OWN_STATUSES or reported is known.status:
        return
    if known.status is Status.PAUSED and known.status_origin is Origin.PERSON and not is_off:
        # A person's pause stands; what is still switched on is to be carried out there.
        one.is_contradicted = known.pending_action is None
        one.pending_action = "pause"
        return
    if known.pending_action and not one.is_confirmed:
        return
    if {known.status, reported} != LIVE:
        one.status = reported


def inferred_status(
    days: Sequence[ExportDay], *, ends_on: date | None, period_spend: int | None
) -> Status:
    """Return Active for what delivered until the end of the file, else Paused."""
    delivered = [day.day for day in days if day.spend_micros or day.impressions]
    if ends_on and delivered:
        is_late = (ends_on - max(delivered)).days < DELIVERS_UNTIL_DAYS
        return Status.ACTIVE if is_late else Status.PAUSED
    return Status.ACTIVE if period_spend else Status.PAUSED


def _type_of(one: PlannedCampaign, platform: Platform) -> str:
    word = one.export.platform_type
    if word is None:
        if one.known:
            return one.known.campaign_type
        return TYPE_NOT_REPORTED if platform is Platform.GOOGLE else usual_type(platform)
    if platform is Platform.GOOGLE:
        return YOUTUBE_CAMPAIGN if is_video_type(word) else word
    return usual_type(platform)


def _kind_by_figures(days: Iterable[ExportDay]) -> str:
    """Return what a campaign of unknown type is bought for, by what it brought."""
    brought: dict[str, int] = {}
    for day in days:
        for kind, micros in day.results.items():
            brought[kind] = brought.get(kind, 0) + micros
    return CONVERSIONS if CONVERSIONS in brought and not brought.get(VIEWS) else VIEWS
