"""The Learning badge: a campaign's first seven days, in which its figures jump.

Rule: younger than 7 × 24 h and Active or Deploying; on Google also Serving, which is how
Google shows an active campaign that delivers. Meta and Spotify get a badge of its own,
Google folds it into its delivery status.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.domain.actions import status_now
from lib.domain.records import Campaign, Platform
from lib.domain.status import FACTS, Status

LEARNING_PERIOD = timedelta(days=7)
LEARNING_DAYS = LEARNING_PERIOD.days
ADVICE = "Wait at least 7 days before you judge or change a campaign."

LEARNS = frozenset({Status.ACTIVE, Status.DEPLOYING})
LEARNS_ON_GOOGLE = LEARNS | {Status.SERVING}


class CreatedInFuture(ValueError):
    """A campaign's creation time lies ahead of the clock."""


@dataclass(frozen=True)
class Learning:
    """How far a campaign is in its learning period: day 1 to 7, and the instant it ends."""

    day: int
    ends_at: datetime

    @property
    def label(self) -> str:
        return f"Learning · day {self.day} of {LEARNING_DAYS}"


def early_learning(campaign: Campaign, *, now: datetime) -> Learning | None:
    """Return the learning state at `now`, or None; at exactly 7 × 24 h it is gone.

    Raises `CreatedInFuture` for a creation time after `now`. A campaign whose creation
    time nobody reported is not called learning.
    """
    if campaign.created_at is None:
        return None
    age = now - campaign.created_at
    if age < timedelta(0):
        raise CreatedInFuture(
            f"Campaign {campaign.id} “{campaign.name}” claims to be created at "
            f"{campaign.created_at.isoformat()}, after now. Correct its creation time."
        )
    learns = LEARNS_ON_GOOGLE if campaign.platform is Platform.GOOGLE else LEARNS
    if age >= LEARNING_PERIOD or status_now(campaign, now=now) not in learns:
        return None
    return Learning(day=age.days + 1, ends_at=campaign.created_at + LEARNING_PERIOD)


def status_badge_label(campaign: Campaign, *, now: datetime) -> str:
    """Return the words of the status badge; on Google the learning state is folded in."""
    label = FACTS[status_now(campaign, now=now)].label
    if campaign.platform is Platform.GOOGLE and early_learning(campaign, now=now):
        return f"{label} · Learning"
    return label


def has_learning_badge(campaign: Campaign, *, now: datetime) -> bool:
    """Return whether a separate Learning badge stands beside the status badge."""
    return campaign.platform is not Platform.GOOGLE and bool(early_learning(campaign, now=now))


def may_relearn_until(resumed_at: datetime | None, *, now: datetime) -> datetime | None:
    """Return until when a resumed campaign may be learning again, None if it is not.

    A note, never the badge: platforms may calibrate anew after a pause.
    """
    if resumed_at is None or now - resumed_at >= LEARNING_PERIOD:
        return None
    return resumed_at + LEARNING_PERIOD
