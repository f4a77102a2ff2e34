"""The life of a demo campaign: every step judged by the rules, every status explained.

The fixture may only tell what the rules allow: a story that pauses what does not run is
refused when the demo is loaded, not discovered on the board.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from lib.domain.actions import (
    Action,
    Circumstances,
    billing_movement,
    can_move,
    judge_action,
    status_now,
)
from lib.domain.metrics import usual_kind, usual_type
from lib.domain.records import BillingState, Campaign, GatewayKind, Origin, Platform, Source
from lib.domain.running import StatusChange
from lib.domain.status import LIVE, Status
from lib.platforms.gateways import gateway
from lib.services.campaigns import CARRIED_OUT, pending_after
from lib.services.demo_label.fixtures import (
    ArtistPlan,
    CampaignPlan,
    ConnectionPlan,
    FixtureWrong,
    LabelPlan,
    Step,
    before,
)
from lib.services.recording import event_of, stops_and_starts

DESK_ACTOR = "Campaign Desk"
BILLING_ACTOR = "Billing"
FAILED, RECOVERED = "failed", "recovered"
_SETUP = (
    Status.AWAITING_SMARTLINK,
    Status.CONTENT_VALIDATION,
    Status.DEPLOYING,
    Status.UNDER_REVIEW,
    Status.ACTIVE,
    Status.SERVING,
)
_SETUP_DAYS = 0.4  # At most; a younger campaign was set up faster.
_MADE_BY = {
    Status.CONTENT_VALIDATION: Origin.SYSTEM,
    Status.DEPLOYING: Origin.SYSTEM,
}
_BILLING_EVENTS = {
    Status.SUBSCRIPTION_PAUSED: "campaign:subscription_pause",
    Status.ACTIVE: "campaign:subscription_resume",
    Status.ENDED: "campaign:subscription_resume",
}
_REPORTED: dict[Platform, dict[Status, str]] = {
    Platform.META: {
        Status.ISSUE: "WITH_ISSUES",
        Status.SUBSCRIPTION_PAUSED: "PAUSED",
        Status.ACTIVE: "ACTIVE",
        Status.SERVING: "ACTIVE",
        Status.DEPLOYING: "IN_PROCESS",
        Status.UNDER_REVIEW: "PENDING_REVIEW",
        Status.PAUSED: "PAUSED",
        Status.ENDED: "ACTIVE",
        Status.ARCHIVED: "PAUSED",
    },
    Platform.GOOGLE: {
        Status.ISSUE: "NOT_ELIGIBLE",
        Status.SUBSCRIPTION_PAUSED: "PAUSED",
        Status.ACTIVE: "ELIGIBLE",
        Status.SERVING: "ELIGIBLE",
        Status.UNDER_REVIEW: "PENDING",
        Status.PAUSED: "PAUSED",
        Status.ENDED: "ENDED",
        Status.ARCHIVED: "PAUSED",
    },
    Platform.SPOTIFY: {
        Status.ISSUE: "REJECTED",
        Status.SUBSCRIPTION_PAUSED: "PAUSED",
        Status.ACTIVE: "ACTIVE",
        Status.SERVING: "ACTIVE",
        Status.UNDER_REVIEW: "PENDING_APPROVAL",
        Status.PAUSED: "PAUSED",
        Status.ENDED: "COMPLETED",
        Status.ARCHIVED: "PAUSED",
    },
}
_SERVING_STATUS = {
    Status.ACTIVE: "PENDING",
    Status.SERVING: "SERVING",
    Status.PAUSED: "SERVING",  # Google's serving status leaves a pause out of account.
    Status.ENDED: "ENDED",
    Status.ISSUE: "SUSPENDED",
    Status.UNDER_REVIEW: "PENDING",
}

Entry = dict[str, Any]


@dataclass
class Life:
    """A campaign and everything that happened to it; `campaign.id` is not yet known."""

    plan: CampaignPlan
    campaign: Campaign
    entries: list[Entry] = field(default_factory=list)
    last_listed_on: date | None = None
    """The day of the newest export that told of it."""

    @property
    def went_live(self) -> bool:
        """Whether it ever ran."""
        return any(change.to in LIVE for change in self.changes)

    @property
    def changes(self) -> list[StatusChange]:
        """When it had which status."""
        return [
            StatusChange(entry["at"], Status(entry["to_status"]))
            for entry in self.entries
            if entry["version"] is not None
        ]


def live(
    plan: CampaignPlan, of: ArtistPlan, *, label: LabelPlan, number: int, now: datetime
) -> Life:
    """Return the campaign's life up to `now`. Raises `FixtureWrong` for what the rules forbid."""
    link = of.link(plan.platform)
    dice = Random(f"{label.seed} {of.name} {plan.platform} {plan.name} life")  # noqa: S311
    setup = _setup(plan, dice, now=now)
    life = _created(plan, of, link, label=label, setup=setup, dice=dice, number=number, now=now)
    steps = [(at, status) for at, status in setup[1:]]
    told: list[tuple[datetime, Status | Step]] = [*steps]
    told += [(step.at(now), step) for step in (*plan.steps, *of.payments)]
    created = setup[0][0]
    for at, step in sorted((one for one in told if one[0] > created), key=lambda one: one[0]):
        _happen(life, step, at, of=of, link=link, label=label, now=now)
    _report(life, now=now)
    return life


def billing_at(of: ArtistPlan, at: datetime, *, now: datetime) -> BillingState:
    """Return how the artist's billing stood at an instant."""
    state = BillingState.IN_ORDER
    for step in of.payments:
        if step.at(now) <= at:
            state = BillingState.FAILING if step.do == FAILED else BillingState.IN_ORDER
    return state


def _setup(plan: CampaignPlan, dice: Random, *, now: datetime) -> list[tuple[datetime, Status]]:
    """Return when the campaign reached which status on its way to going live."""
    is_google = plan.platform is Platform.GOOGLE
    target = plan.setup or (Status.SERVING if is_google else Status.ACTIVE)
    path = _SETUP[1 if is_google else 0 : _SETUP.index(target) + 1]
    until_first = plan.created - max((step.ago for step in plan.steps), default=0.0)
    span = min(_SETUP_DAYS, until_first / 2)
    parts = sorted(dice.uniform(0.05, 1) for _ in path[1:])
    ages = [plan.created, *(plan.created - span * part for part in parts)]
    return [(before(now, age), status) for age, status in zip(ages, path, strict=True)]


def _created(
    plan: CampaignPlan,
    of: ArtistPlan,
    link: ConnectionPlan,
    *,
    label: LabelPlan,
    setup: Sequence[tuple[datetime, Status]],
    dice: Random,
    number: int,
    now: datetime,
) -> Life:
    created, first = setup[0]
    zone = ZoneInfo(link.zone)
    kind = plan.type or usual_type(plan.platform)
    ends_on = _in_days(now, zone, plan.ends_in)
    campaign = Campaign(
        id=number,
        artist_id=0,
        platform=plan.platform,
        external_id=_external_id(plan.platform, dice),
        name=plan.name,
        campaign_type=kind,
        promotes=plan.promotes,
        link=f"{label.links}/{_slug(plan.promotes)}",
        status=first,
        version=1,
        status_since=created,
        status_origin=Origin.PERSON,
        created_at=created,
        starts_on=_starts_on(setup, zone),
        ends_on=ends_on,
        currency=plan.planned.currency,
        budget_micros=plan.planned.micros,
        budget_period=plan.planned.period,
        locations=plan.locations,
        headline_kind=usual_kind(kind, plan.platform),
        zone=link.zone,
    )
    if ends_on and campaign.starts_on and ends_on < campaign.starts_on:
        raise FixtureWrong(f"“{plan.name}” ends before it starts.")
    life = Life(plan, campaign)
    actor = label.person(of.manager)
    life.entries.append(_entry(campaign, created, actor, Origin.PERSON, "campaign:create"))
    return life


def _happen(
    life: Life,
    step: Status | Step,
    at: datetime,
    *,
    of: ArtistPlan,
    link: ConnectionPlan,
    label: LabelPlan,
    now: datetime,
) -> None:
    if isinstance(step, Status):
        _moved(life, step, at)
    elif step.do in (FAILED, RECOVERED):
        _billed(life, step, at, link)
    elif step.do == "carried_out":
        _carried_out(life, at, label.person(step.by or of.manager))
    elif step.do in set(Action):
        billing = billing_at(of, at, now=now)
        _acted(life, step, at, billing, link.gateway, label.person(step.by or of.manager))
    else:
        _moved(life, Status(step.do), at, note=step.note)


def _acted(
    life: Life, step: Step, at: datetime, billing: BillingState, kind: GatewayKind, actor: str
) -> None:
    action = Action(step.do)
    decision = judge_action(
        life.campaign, action, circumstances=Circumstances(billing=billing), now=at
    )
    if decision.to is None:
        raise FixtureWrong(f"“{life.plan.name}”, {step.ago} days ago: {decision.why_not}")
    if action is Action.PAUSE and step.reason is None:
        raise FixtureWrong(f"“{life.plan.name}”, {step.ago} days ago: a pause without a reason.")
    pending = pending_after(action, life.campaign, kind)
    details = {"to_be_carried_out": pending} if pending else {}
    effective = status_now(life.campaign, now=at)
    if effective is not life.campaign.status:
        details["effective_from"] = effective.value
    _move(
        life,
        decision.to,
        at,
        actor=actor,
        origin=Origin.PERSON,
        event=event_of(action),
        pending=pending,
        reason=step.reason,
        note=step.note,
        details=details or None,
    )


def _moved(life: Life, to: Status, at: datetime, *, note: str | None = None) -> None:
    origin = _MADE_BY.get(to, Origin.PLATFORM)
    if not can_move(origin, life.campaign.status, to):
        raise FixtureWrong(
            f"“{life.plan.name}”: the {origin} cannot move {life.campaign.status} to {to}."
        )
    actor = DESK_ACTOR if origin is Origin.SYSTEM else life.campaign.platform.label
    _move(
        life,
        to,
        at,
        actor=actor,
        origin=origin,
        event=f"campaign:{to.value}",
        pending=life.campaign.pending_action,
        note=note or (life.plan.platform_note if to is Status.ISSUE else None),
    )


def _billed(life: Life, step: Step, at: datetime, link: ConnectionPlan) -> None:
    is_failing = step.do == FAILED
    to = billing_movement(life.campaign, is_failing=is_failing, now=at)
    if to is None:
        return
    action = Action.PAUSE if is_failing else Action.RESUME
    can = gateway(link.gateway).capability(action, life.campaign.platform)
    _move(
        life,
        to,
        at,
        actor=BILLING_ACTOR,
        origin=Origin.BILLING,
        event=_BILLING_EVENTS[to],
        pending=None if can.is_carried_out or to is Status.ENDED else action.value,
    )


def _carried_out(life: Life, at: datetime, actor: str) -> None:
    subject = life.campaign
    if subject.pending_action is None:
        raise FixtureWrong(f"“{life.plan.name}”: nothing waits to be carried out.")
    details = {
        "action": subject.pending_action,
        "version": subject.version,
        "status": subject.status.value,
    }
    life.campaign = subject.model_copy(update={"pending_action": None})
    entry = _entry(subject, at, actor, Origin.PERSON, CARRIED_OUT)
    life.entries.append(entry | {"version": None, "to_status": None, "details": details})


def _move(
    life: Life,
    to: Status,
    at: datetime,
    *,
    actor: str,
    origin: Origin,
    event: str,
    pending: str | None,
    reason: str | None = None,
    note: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    subject = life.campaign
    life.campaign = subject.model_copy(
        update={
            "status": to,
            "version": subject.version + 1,
            "status_since": at,
            "status_origin": origin,
            "pending_action": pending,
            "status_before_archive": subject.status if to is Status.ARCHIVED else None,
            **stops_and_starts(subject, to, now=at),
        }
    )
    entry = _entry(life.campaign, at, actor, origin, event)
    life.entries.append(
        entry | {"from_status": subject.status, "reason": reason, "note": note, "details": details}
    )


def _entry(subject: Campaign, at: datetime, actor: str, origin: Origin, event: str) -> Entry:
    return {
        "version": subject.version,
        "at": at,
        "actor": actor,
        "origin": origin,
        "source": Source.DEMO,
        "event": event,
        "from_status": None,
        "to_status": subject.status,
        "reason": None,
        "note": None,
        "details": None,
    }


def _report(life: Life, *, now: datetime) -> None:
    """Add what the platform itself says of the campaign today."""
    subject, plan = life.campaign, life.plan
    is_over = subject.ends_on is not None and subject.today(now) > subject.ends_on
    status = Status.ENDED if is_over and subject.status in LIVE else subject.status
    reported = plan.platform_status or _REPORTED[subject.platform].get(status)
    serving = _SERVING_STATUS.get(status) if subject.platform is Platform.GOOGLE else None
    life.campaign = subject.model_copy(
        update={
            "platform_status": reported,
            "serving_status": plan.serving_status or serving,
            "platform_note": plan.platform_note,
        }
    )


def _starts_on(setup: Sequence[tuple[datetime, Status]], zone: ZoneInfo) -> date:
    """Return the day on which it first went live, or is meant to."""
    for at, status in setup:
        if status in LIVE:
            return at.astimezone(zone).date()
    return setup[0][0].astimezone(zone).date() + timedelta(days=2)


def _in_days(now: datetime, zone: ZoneInfo, count: int | None) -> date | None:
    return None if count is None else now.astimezone(zone).date() + timedelta(days=count)


def _external_id(platform: Platform, dice: Random) -> str:
    if platform is Platform.META:
        return f"12024{dice.randrange(10**12, 10**13)}"
    if platform is Platform.GOOGLE:
        return str(dice.randrange(2 * 10**10, 3 * 10**10))
    digits = f"{dice.getrandbits(128):032x}"
    return "-".join(_cut(digits, (8, 4, 4, 4, 12)))


def _cut(text: str, lengths: Sequence[int]) -> Iterator[str]:
    start = 0
    for length in lengths:
        yield text[start : start + length]
        start += length


def _slug(promotes: str) -> str:
    title = promotes.partition(" · ")[2].casefold()
    return "-".join("".join(sign if sign.isalnum() else " " for sign in title).split())
