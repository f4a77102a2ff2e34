"""Statuses, groups, effective status and the movements between them.

One table a question: what a status means (`FACTS`), what a person may do with it
(`PERSON_RULES`), who else may move it (`MOVEMENTS`). The status guide, the board, the
services and the tests all read these tables.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class UnknownStatus(ValueError):
    """A record carries a status that is none of the eleven."""


class Status(StrEnum):
    """What was last decided or reported of a campaign, in the order of the board."""

    ISSUE = "issue"
    SUBSCRIPTION_PAUSED = "subscription_paused"
    ACTIVE = "active"
    SERVING = "serving"
    DEPLOYING = "deploying"
    UNDER_REVIEW = "under_review"
    CONTENT_VALIDATION = "content_validation"
    AWAITING_SMARTLINK = "awaiting_smartlink"
    PAUSED = "paused"
    ENDED = "ended"
    ARCHIVED = "archived"


class Group(StrEnum):
    """A section of the board; every status belongs to exactly one."""

    NEEDS_ATTENTION = "needs_attention"
    LIVE = "live"
    IN_SETUP = "in_setup"
    PAUSED = "paused"
    FINISHED = "finished"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class Tone(StrEnum):
    """What a status's colour says; never the only signal."""

    DELIVERING = "delivering"
    WAITING = "waiting"
    ATTENTION = "attention"
    ISSUE = "issue"
    OFF = "off"


@dataclass(frozen=True)
class StatusFacts:
    """What a status tells a person: its name, its group, its meaning and what to check."""

    label: str
    group: Group
    tone: Tone
    meaning: str
    check: str


FACTS: dict[Status, StatusFacts] = {
    Status.ISSUE: StatusFacts(
        "Issue",
        Group.NEEDS_ATTENTION,
        Tone.ISSUE,
        "Something failed on the ad platform or while the campaign was being deployed.",
        "Contact support and quote the campaign's id.",
    ),
    Status.SUBSCRIPTION_PAUSED: StatusFacts(
        "Subscription Paused",
        Group.NEEDS_ATTENTION,
        Tone.ATTENTION,
        "Stopped by billing. It comes back by itself once the payment recovers.",
        "Check the artist's billing; it cannot be resumed by hand.",
    ),
    Status.ACTIVE: StatusFacts(
        "Active",
        Group.LIVE,
        Tone.DELIVERING,
        "Running and spending.",
        "See that spend goes out as expected and what it buys.",
    ),
    Status.SERVING: StatusFacts(
        "Serving",
        Group.LIVE,
        Tone.DELIVERING,
        "The ad platform is delivering it right now.",
        "See that spend goes out as expected and what it buys.",
    ),
    Status.DEPLOYING: StatusFacts(
        "Deploying",
        Group.IN_SETUP,
        Tone.WAITING,
        "Being built on the ad platform.",
        "See that the platform's connection is live.",
    ),
    Status.UNDER_REVIEW: StatusFacts(
        "Under Review",
        Group.IN_SETUP,
        Tone.WAITING,
        "The ad platform is reviewing it; it cannot serve yet.",
        "Wait for the platform's answer.",
    ),
    Status.CONTENT_VALIDATION: StatusFacts(
        "Content Validation",
        Group.IN_SETUP,
        Tone.WAITING,
        "In internal review before it is deployed.",
        "Wait; contact support if it does not move.",
    ),
    Status.AWAITING_SMARTLINK: StatusFacts(
        "Awaiting SmartLink",
        Group.IN_SETUP,
        Tone.WAITING,
        "Waits until a smart link has been made or validated.",
        "See that Spotify is connected and the Spotify URL is right.",
    ),
    Status.PAUSED: StatusFacts(
        "Paused",
        Group.PAUSED,
        Tone.OFF,
        "Stopped by a person; nothing is to be spent.",
        "See why it was paused.",
    ),
    Status.ENDED: StatusFacts(
        "Ended",
        Group.FINISHED,
        Tone.OFF,
        "Has reached the end of its run.",
        "Read the final figures.",
    ),
    Status.ARCHIVED: StatusFacts(
        "Archived",
        Group.FINISHED,
        Tone.OFF,
        "Put away on this desk; it can be unarchived later.",
        "Nothing.",
    ),
}

ENDS_WITH_ITS_RUN = frozenset({Status.ACTIVE, Status.SERVING, Status.UNDER_REVIEW, Status.PAUSED})
LIVE = frozenset({Status.ACTIVE, Status.SERVING})


def parse_status(word: str, *, record: str) -> Status:
    """Return the status that `word` names, or raise `UnknownStatus` naming the record."""
    try:
        return Status(word)
    except ValueError:
        known = ", ".join(status.value for status in Status)
        raise UnknownStatus(
            f"{record} has the status “{word}”, which is none of the eleven ({known}). "
            "Correct the record; nothing was assumed."
        ) from None


def effective_status(status: Status, ends_on: date | None, *, today: date) -> Status:
    """Return what `status` amounts to on `today`, a date in the ad account's own zone.

    `ends_on` is the last day of the run, inclusive; None for an open end.
    """
    if status in ENDS_WITH_ITS_RUN and ends_on is not None and today > ends_on:
        return Status.ENDED
    return status


def group_of(status: Status) -> Group:
    """Return the one group of the board in which an effective status stands."""
    return FACTS[status].group
