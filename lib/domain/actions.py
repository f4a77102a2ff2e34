"""What may happen to a campaign: a person's four verbs, and the movements of everyone else.

`PERSON_RULES` answers all 44 pairs of effective status and action with either the status
it leads to or the sentence that refuses it. `judge_action` adds the guards that need more
than the status: billing, the connection, who paused it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from lib.domain.records import BillingState, Campaign, ConnectionState, Origin
from lib.domain.status import LIVE, Status, effective_status


class Action(StrEnum):
    """The four verbs of a person. There is no delete."""

    PAUSE = "pause"
    RESUME = "resume"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class PauseReason(StrEnum):
    """Why a person pauses; asked for at every pause."""

    WRONG_CONTENT = "wrong_content"
    BROKEN_CONNECTION = "broken_connection"
    BUDGET = "budget"
    UNDER_PERFORMING = "under_performing"

    @property
    def label(self) -> str:
        return _REASON_LABELS[self]


_REASON_LABELS = {
    PauseReason.WRONG_CONTENT: "The promoted content or its link is wrong",
    PauseReason.BROKEN_CONNECTION: "A platform connection is broken",
    PauseReason.BUDGET: "Stop the spend for budget reasons",
    PauseReason.UNDER_PERFORMING: "Under-performing after the learning period",
}


@dataclass(frozen=True)
class Rule:
    """One cell of the actions table: where an action leads, or why it is refused."""

    to: Status | None
    why_not: str = ""


@dataclass(frozen=True)
class Decision:
    """What `judge_action` found: legal and where it leads, or refused and why."""

    action: Action
    to: Status | None
    why_not: str = ""

    @property
    def is_allowed(self) -> bool:
        return self.to is not None


LOOK_ONLY = "You may look at this artist's campaigns, not change them. Ask an admin for more."


@dataclass(frozen=True)
class Guard:
    """One condition of a resume: whether it holds, and the sentence that says so or why not."""

    holds: bool
    words: str


@dataclass(frozen=True)
class Circumstances:
    """What the guards look at besides the campaign itself."""

    billing: BillingState = BillingState.IN_ORDER
    connection: ConnectionState = ConnectionState.LIVE
    may_change: bool = True
    """Whether whoever looks may change the campaign; services ask that of their own accord."""


_NOT_LIVE_YET = "It is not live yet, so there is nothing to pause. Archive it to put it away."
_NOTHING_PAUSED = "It is not paused, so there is nothing to resume."
_NOT_ARCHIVED = "It is not archived, so there is nothing to unarchive."
_OVER = "Its run is over and nothing is spent. Archive it to put it away."
_OVER_FOR_GOOD = "Its run is over. Give it a later end on the platform first."

_PAUSE: Mapping[Status, Rule] = {
    Status.ACTIVE: Rule(Status.PAUSED),
    Status.SERVING: Rule(Status.PAUSED),
    Status.PAUSED: Rule(None, "It is paused already. Resume it, or archive it."),
    Status.SUBSCRIPTION_PAUSED: Rule(
        None, "Billing has stopped it already. Archive it if it must not come back by itself."
    ),
    Status.DEPLOYING: Rule(
        None, "It is still being deployed. Wait until the deployment is through."
    ),
    Status.AWAITING_SMARTLINK: Rule(None, _NOT_LIVE_YET),
    Status.CONTENT_VALIDATION: Rule(None, _NOT_LIVE_YET),
    Status.UNDER_REVIEW: Rule(None, _NOT_LIVE_YET),
    Status.ISSUE: Rule(
        None, "It has failed and does not run. Contact support with its id, or archive it."
    ),
    Status.ENDED: Rule(None, _OVER),
    Status.ARCHIVED: Rule(None, "It is archived and does not run. Unarchive it first."),
}

_RESUME: Mapping[Status, Rule] = {
    Status.ACTIVE: Rule(None, "It is running already."),
    Status.SERVING: Rule(None, "It is running already."),
    Status.PAUSED: Rule(Status.ACTIVE),
    Status.SUBSCRIPTION_PAUSED: Rule(
        None, "Billing has stopped it. Settle the artist's billing; it then resumes by itself."
    ),
    Status.DEPLOYING: Rule(None, _NOTHING_PAUSED + " Wait until the deployment is through."),
    Status.AWAITING_SMARTLINK: Rule(None, _NOTHING_PAUSED + " It still waits for its smart link."),
    Status.CONTENT_VALIDATION: Rule(None, _NOTHING_PAUSED + " It is still being validated."),
    Status.UNDER_REVIEW: Rule(None, _NOTHING_PAUSED + " The platform is still reviewing it."),
    Status.ISSUE: Rule(None, _NOTHING_PAUSED + " Contact support with its id to clear the issue."),
    Status.ENDED: Rule(None, _OVER_FOR_GOOD),
    Status.ARCHIVED: Rule(None, "It is archived. Unarchive it first."),
}

_ARCHIVE: Mapping[Status, Rule] = {
    Status.ACTIVE: Rule(None, "It is still spending. Pause it first."),
    Status.SERVING: Rule(None, "It is still spending. Pause it first."),
    Status.DEPLOYING: Rule(
        None, "It is still being deployed. Wait until the deployment is through."
    ),
    Status.ARCHIVED: Rule(None, "It is archived already."),
    **{
        status: Rule(Status.ARCHIVED)
        for status in (
            Status.PAUSED,
            Status.SUBSCRIPTION_PAUSED,
            Status.AWAITING_SMARTLINK,
            Status.CONTENT_VALIDATION,
            Status.UNDER_REVIEW,
            Status.ISSUE,
            Status.ENDED,
        )
    },
}

_UNARCHIVE: Mapping[Status, Rule] = {
    **{status: Rule(None, _NOT_ARCHIVED) for status in Status},
    Status.ARCHIVED: Rule(Status.PAUSED),  # The floor; `status_after_unarchive` says which.
}

PERSON_RULES: Mapping[Action, Mapping[Status, Rule]] = MappingProxyType(
    {
        Action.PAUSE: _PAUSE,
        Action.RESUME: _RESUME,
        Action.ARCHIVE: _ARCHIVE,
        Action.UNARCHIVE: _UNARCHIVE,
    }
)

OPPOSITE: Mapping[Action, Action] = MappingProxyType(
    {
        Action.PAUSE: Action.RESUME,
        Action.RESUME: Action.PAUSE,
        Action.ARCHIVE: Action.UNARCHIVE,
        Action.UNARCHIVE: Action.ARCHIVE,
    }
)
"""What takes each verb back: an undo is the opposite verb, under the same rules and guards."""

# The effective statuses in which nothing is left to do: what was asked for is so already.
_ALREADY: Mapping[Action, frozenset[Status]] = MappingProxyType(
    {
        Action.PAUSE: frozenset({Status.PAUSED}),
        Action.RESUME: frozenset({Status.ACTIVE, Status.SERVING}),
        Action.ARCHIVE: frozenset({Status.ARCHIVED}),
        Action.UNARCHIVE: frozenset(Status) - {Status.ARCHIVED},
    }
)

# Movements that are nobody's verb: who may move a campaign from where to where.
MOVEMENTS: Mapping[tuple[Origin, Status], frozenset[Status]] = MappingProxyType(
    {
        (Origin.PLATFORM, Status.DEPLOYING): frozenset(
            {Status.UNDER_REVIEW, Status.ACTIVE, Status.ISSUE}
        ),
        (Origin.PLATFORM, Status.UNDER_REVIEW): frozenset({Status.ACTIVE, Status.ISSUE}),
        (Origin.PLATFORM, Status.ACTIVE): frozenset({Status.SERVING, Status.ENDED, Status.ISSUE}),
        (Origin.PLATFORM, Status.SERVING): frozenset({Status.ACTIVE, Status.ENDED, Status.ISSUE}),
        (Origin.PLATFORM, Status.ISSUE): frozenset({Status.ACTIVE}),
        (Origin.SYSTEM, Status.AWAITING_SMARTLINK): frozenset({Status.CONTENT_VALIDATION}),
        (Origin.SYSTEM, Status.CONTENT_VALIDATION): frozenset({Status.DEPLOYING}),
        (Origin.BILLING, Status.ACTIVE): frozenset({Status.SUBSCRIPTION_PAUSED}),
        (Origin.BILLING, Status.SERVING): frozenset({Status.SUBSCRIPTION_PAUSED}),
        # Ended where the run is over by then: left as it is, it would wait for ever.
        (Origin.BILLING, Status.SUBSCRIPTION_PAUSED): frozenset({Status.ACTIVE, Status.ENDED}),
    }
)

# An export reports what a person did in the platform's own manager, so a pause that came
# in by import is a person's pause too.
_PERSONS_PAUSE = frozenset({Origin.PERSON, Origin.IMPORT})


def status_now(campaign: Campaign, *, now: datetime) -> Status:
    """Return the campaign's effective status at `now`."""
    return effective_status(campaign.status, campaign.ends_on, today=campaign.today(now))


def judge_action(
    campaign: Campaign, action: Action, *, circumstances: Circumstances, now: datetime
) -> Decision:
    """Return whether a person may do `action` to `campaign` at `now`, and where it leads."""
    if not circumstances.may_change:
        return Decision(action, None, LOOK_ONLY)
    rule = PERSON_RULES[action][status_now(campaign, now=now)]
    if action is Action.RESUME and campaign.status is Status.PAUSED:
        guards = resume_guards(campaign, circumstances=circumstances, now=now)
        why_not = " ".join(guard.words for guard in guards if not guard.holds)
        return Decision(action, None if why_not else Status.ACTIVE, why_not)
    if rule.to is None:
        return Decision(action, None, rule.why_not)
    if action is Action.UNARCHIVE:
        return Decision(
            action, status_after_unarchive(campaign.status_before_archive, circumstances.billing)
        )
    return Decision(action, rule.to)


def is_so_already(campaign: Campaign, action: Action, *, now: datetime) -> bool:
    """Return whether the campaign stands at `now` as `action` would leave it."""
    return status_now(campaign, now=now) in _ALREADY[action]


def status_after_unarchive(before: Status | None, billing: BillingState) -> Status:
    """Return where an unarchived campaign lands: never in a status that spends."""
    if before is None or before in LIVE or before is Status.ARCHIVED:
        return Status.PAUSED
    if before is Status.SUBSCRIPTION_PAUSED and billing is BillingState.IN_ORDER:
        return Status.PAUSED
    return before


def billing_movement(campaign: Campaign, *, is_failing: bool, now: datetime) -> Status | None:
    """Return where a billing event moves the campaign, or None where it must not touch it."""
    if is_failing:
        is_spending = status_now(campaign, now=now) in LIVE
        return Status.SUBSCRIPTION_PAUSED if is_spending else None
    if campaign.status is not Status.SUBSCRIPTION_PAUSED:
        return None
    resumed = effective_status(Status.ACTIVE, campaign.ends_on, today=campaign.today(now))
    return Status.ACTIVE if resumed is Status.ACTIVE else Status.ENDED


def can_move(origin: Origin, source: Status, target: Status) -> bool:
    """Return whether someone other than a person may move a campaign so."""
    return target in MOVEMENTS.get((origin, source), frozenset())


def resume_guards(
    campaign: Campaign, *, circumstances: Circumstances, now: datetime
) -> tuple[Guard, ...]:
    """Return what a paused campaign needs to be resumed, each condition with its own sentence."""
    is_over = status_now(campaign, now=now) is Status.ENDED
    is_billed = circumstances.billing is BillingState.IN_ORDER
    is_connected = circumstances.connection is ConnectionState.LIVE
    platform, origin = campaign.platform.label, campaign.status_origin
    return (
        Guard(
            is_billed,
            "The artist's billing is in order."
            if is_billed
            else "The artist has an unpaid invoice. Settle the billing, then resume.",
        ),
        Guard(
            is_connected,
            f"The connection to {platform} is live."
            if is_connected
            else f"The connection to {platform} is broken. Reconnect it, then resume.",
        ),
        Guard(not is_over, _OVER_FOR_GOOD if is_over else "Its run is not over."),
        Guard(
            origin in _PERSONS_PAUSE,
            "It was paused by a person."
            if origin in _PERSONS_PAUSE
            else f"It was not paused by a person but by the {origin.value}, "
            "so it comes back from there.",
        ),
    )
