"""The verbs on a campaign: pause, resume, archive, unarchive; move; confirm.

Each checks the version that the person was looking at, the rule and the guards, changes,
and writes the history entry: one transaction. The same request id again changes nothing and
returns the same answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, bindparam, select, update

from lib.db.tables import artist, campaign, connection, history
from lib.domain.actions import (
    Action,
    Circumstances,
    PauseReason,
    can_move,
    judge_action,
    status_now,
)
from lib.domain.records import (
    Actor,
    BillingState,
    Campaign,
    ConnectionState,
    GatewayKind,
    Origin,
    Source,
)
from lib.domain.rights import Deed
from lib.domain.status import FACTS, Status
from lib.domain.text import kept_note
from lib.events import told
from lib.platforms.gateways import gateway
from lib.services.access import demand_for_artist, present_rights
from lib.services.recording import (
    CampaignNotFound,
    Occasion,
    Recorded,
    bump_data_version,
    event_of,
    lock_campaign,
    no_such_campaign,
    record_event,
    record_status,
)
from lib.services.scope import may_for_artist
from lib.services.transactions import ChangeRefused, answered, in_transaction
from lib.services.trend.trends import refresh

# Made once, not for each change.
_CIRCUMSTANCES = (
    select(artist.c.billing, connection.c.state, connection.c.gateway)
    .join_from(artist, connection)
    .where(artist.c.id == bindparam("artist_id"), connection.c.platform == bindparam("platform"))
)

CARRIED_OUT = "campaign:carried_out"

Renewal = Callable[[Connection, int, Occasion], None]
"""Brings up to date what depends on a campaign that has just been changed."""


class IllegalTransition(ChangeRefused):
    """The rules do not allow this action in the campaign's effective status."""


class StaleCampaign(ChangeRefused):
    """Somebody changed the campaign after the person had looked at it."""


class ReasonMissing(ChangeRefused):
    """A pause without a reason."""


class NothingToConfirm(ChangeRefused):
    """There is no decision left that waits to be carried out."""


@dataclass(frozen=True)
class Change:
    """A change as recorded: the answer to a request, and to the same request again."""

    campaign_id: int
    event: str
    from_status: Status
    to_status: Status
    version: int
    at: datetime
    is_to_be_carried_out: bool
    entry_id: int
    """The history entry that tells of it."""


@told("campaign:pause")
def pause_campaign(
    engine: Engine,
    campaign_id: int,
    *,
    reason: PauseReason,
    actor: Actor,
    seen_version: int,
    request_id: str,
    now: datetime,
    note: str = "",
    source: Source = Source.DESK,
) -> Change:
    """Pause an Active or Serving campaign and record who, when and why.

    Raises `NotAllowed`, `StaleCampaign`, `IllegalTransition`, `ReasonMissing`,
    `RequestReused`, `CampaignNotFound`; then nothing was changed.
    """
    try:
        checked = PauseReason(reason)
    except ValueError:
        known = ", ".join(PauseReason)
        raise ReasonMissing(f"Say why it is paused: one of {known}.") from None
    return _act(
        engine,
        campaign_id,
        Action.PAUSE,
        seen_version=seen_version,
        reason=checked,
        note=note,
        occasion=Occasion(actor, now, Origin.PERSON, source, request_id),
    )


@told("campaign:resume")
def resume_campaign(
    engine: Engine,
    campaign_id: int,
    *,
    actor: Actor,
    seen_version: int,
    request_id: str,
    now: datetime,
    note: str = "",
    source: Source = Source.DESK,
) -> Change:
    """Resume a campaign that a person paused, while billing and connection are in order.

    Raises `NotAllowed`, `StaleCampaign`, `IllegalTransition`, `RequestReused`,
    `CampaignNotFound`.
    """
    return _act(
        engine,
        campaign_id,
        Action.RESUME,
        seen_version=seen_version,
        note=note,
        occasion=Occasion(actor, now, Origin.PERSON, source, request_id),
    )


@told("campaign:archive")
def archive_campaign(
    engine: Engine,
    campaign_id: int,
    *,
    actor: Actor,
    seen_version: int,
    request_id: str,
    now: datetime,
    note: str = "",
    source: Source = Source.DESK,
) -> Change:
    """Put a campaign away that does not spend; nothing is sent to the ad platform.

    Raises `NotAllowed`, `StaleCampaign`, `IllegalTransition`, `RequestReused`,
    `CampaignNotFound`.
    """
    return _act(
        engine,
        campaign_id,
        Action.ARCHIVE,
        seen_version=seen_version,
        note=note,
        occasion=Occasion(actor, now, Origin.PERSON, source, request_id),
    )


@told("campaign:unarchive")
def unarchive_campaign(
    engine: Engine,
    campaign_id: int,
    *,
    actor: Actor,
    seen_version: int,
    request_id: str,
    now: datetime,
    note: str = "",
    source: Source = Source.DESK,
) -> Change:
    """Bring an archived campaign back in the status it had, never in one that spends.

    Raises `NotAllowed`, `StaleCampaign`, `IllegalTransition`, `RequestReused`,
    `CampaignNotFound`.
    """
    return _act(
        engine,
        campaign_id,
        Action.UNARCHIVE,
        seen_version=seen_version,
        note=note,
        occasion=Occasion(actor, now, Origin.PERSON, source, request_id),
    )


@told("campaign:move")
def move_campaign(
    engine: Engine,
    campaign_id: int,
    to: Status,
    *,
    origin: Origin,
    actor: Actor,
    request_id: str,
    now: datetime,
    note: str = "",
) -> Change:
    """Record a movement that the platform or the system made, where the rules know it.

    Raises `NotAllowed`, `IllegalTransition`, `RequestReused`, `CampaignNotFound`.
    """
    occasion = Occasion(actor, now, origin, Source.PLATFORM, request_id)
    event, note = f"campaign:{to.value}", kept_note(note)

    def work(db: Connection) -> Change:
        subject = lock_for(db, campaign_id, Deed.SPEAK_FOR_PLATFORM, occasion)
        if answer := answer_to(db, occasion, campaign_id, event, note=note):
            return answer
        if not can_move(origin, subject.status, to):
            raise IllegalTransition(
                f"The {origin.value} cannot move “{subject.name}” from "
                f"{FACTS[subject.status].label} to {FACTS[to].label}."
            )
        recorded = record_status(
            db, occasion, event, subject, to, pending_action=subject.pending_action, note=note
        )
        return finish(db, subject, event, to, recorded, occasion)

    return in_transaction(engine, work)


@told(CARRIED_OUT)
def confirm_carried_out(
    engine: Engine,
    campaign_id: int,
    *,
    actor: Actor,
    seen_version: int,
    request_id: str,
    now: datetime,
    source: Source = Source.DESK,
) -> Change:
    """Record that a person carried the pending decision out in the platform's own manager.

    Raises `NotAllowed`, `StaleCampaign`, `NothingToConfirm`, `RequestReused`,
    `CampaignNotFound`.
    """
    occasion = Occasion(actor, now, Origin.PERSON, source, request_id)

    def work(db: Connection) -> Change:
        subject = lock_for(db, campaign_id, Deed.CHANGE, occasion)
        if answer := answer_to(db, occasion, campaign_id, CARRIED_OUT):
            return answer
        check_version(db, subject, seen_version)
        if subject.pending_action is None:
            raise NothingToConfirm(
                f"Nothing of “{subject.name}” waits to be carried out. Reload to see it."
            )
        db.execute(update(campaign).where(campaign.c.id == campaign_id).values(pending_action=None))
        entry_id = record_event(
            db,
            occasion,
            CARRIED_OUT,
            artist_id=subject.artist_id,
            campaign_id=campaign_id,
            details={
                "action": subject.pending_action,
                "version": subject.version,
                "status": subject.status.value,
            },
        )
        recorded = Recorded(subject.version, entry_id)
        return finish(db, subject, CARRIED_OUT, subject.status, recorded, occasion)

    return in_transaction(engine, work)


def lock_for(db: Connection, campaign_id: int, deed: Deed, occasion: Occasion) -> Campaign:
    """Return the campaign, locked, where the actor may do `deed` to it by now.

    Raises `NotAllowed`, and `CampaignNotFound` as well for one that the actor may not see.
    """
    rights = present_rights(db, occasion.actor, now=occasion.now)
    subject = lock_campaign(db, campaign_id)
    if rights.sees_all(deed):
        return subject  # Whose it is makes no difference, so it is not looked up.
    if not may_for_artist(db, rights, Deed.LOOK, subject.artist_id):
        raise CampaignNotFound(no_such_campaign(campaign_id))
    demand_for_artist(db, rights, deed, subject.artist_id)
    return subject


def _act(
    engine: Engine,
    campaign_id: int,
    action: Action,
    *,
    seen_version: int,
    occasion: Occasion,
    note: str,
    reason: PauseReason | None = None,
) -> Change:
    return in_transaction(
        engine,
        lambda db: act_within(
            db,
            campaign_id,
            action,
            seen_version=seen_version,
            occasion=occasion,
            reason=reason,
            note=note,
        ),
    )


def renew(db: Connection, campaign_id: int, occasion: Occasion) -> None:
    """Bring the summary of a changed campaign up to date, and tell every process of it."""
    refresh(db, [campaign_id], now=occasion.now, by=occasion.actor.name)
    bump_data_version(db, is_told=True)


def act_within(
    db: Connection,
    campaign_id: int,
    action: Action,
    *,
    seen_version: int | None,
    occasion: Occasion,
    reason: PauseReason | None = None,
    note: str = "",
    details: Mapping[str, Any] = MappingProxyType({}),
    renewed_by: Renewal = renew,
) -> Change:
    """Do a person's action inside the caller's transaction: check, change, record.

    `seen_version` None judges the campaign as it stands, whatever it was before. `details` is
    what the entry tells besides. Raises what the verbs raise, before anything is written.
    """
    event, note = event_of(action), kept_note(note)
    subject = lock_for(db, campaign_id, Deed.CHANGE, occasion)
    if answer := answer_to(db, occasion, campaign_id, event, reason=reason, note=note):
        return answer
    if seen_version is not None:
        check_version(db, subject, seen_version)
    circumstances, kind = circumstances_of(db, subject)
    decision = judge_action(subject, action, circumstances=circumstances, now=occasion.now)
    if decision.to is None:
        label = FACTS[status_now(subject, now=occasion.now)].label
        raise IllegalTransition(
            f"“{subject.name}” is {label} and cannot be {_DONE[action]}. {decision.why_not}"
        )
    pending = pending_after(action, subject, kind)
    recorded = record_status(
        db,
        occasion,
        event,
        subject,
        decision.to,
        pending_action=pending,
        reason=reason,
        note=note,
        details={**details, **details_of(subject, pending, now=occasion.now)},
    )
    return finish(
        db,
        subject,
        event,
        decision.to,
        recorded,
        occasion,
        is_pending=pending is not None,
        renewed_by=renewed_by,
    )


def details_of(subject: Campaign, pending: str | None, *, now: datetime) -> dict[str, str]:
    """Return what the entry says besides the stored statuses that it links."""
    effective = status_now(subject, now=now)
    details = {"to_be_carried_out": pending} if pending else {}
    return details | ({"effective_from": effective.value} if effective != subject.status else {})


_DONE = {
    Action.PAUSE: "paused",
    Action.RESUME: "resumed",
    Action.ARCHIVE: "archived",
    Action.UNARCHIVE: "unarchived",
}


def pending_after(action: Action, subject: Campaign, kind: GatewayKind) -> str | None:
    """Return the decision that waits to be carried out once `action` has been recorded.

    Archiving carries an earlier pause along: while nobody has switched the campaign off,
    money may still go out.
    """
    if action in (Action.ARCHIVE, Action.UNARCHIVE):
        return subject.pending_action
    is_carried_out = gateway(kind).capability(action, subject.platform).is_carried_out
    return None if is_carried_out else action.value


def circumstances_of(db: Connection, subject: Campaign) -> tuple[Circumstances, GatewayKind]:
    """Return what the guards look at, and what carries decisions out on the platform."""
    where = {"artist_id": subject.artist_id, "platform": subject.platform}
    row = db.execute(_CIRCUMSTANCES, where).one()
    circumstances = Circumstances(BillingState(row.billing), ConnectionState(row.state))
    return circumstances, GatewayKind(row.gateway)


def check_version(db: Connection, subject: Campaign, seen_version: int) -> None:
    """Raise `StaleCampaign` where the campaign has changed since that version was seen."""
    if subject.version == seen_version:
        return
    last = (
        db.execute(
            select(history).where(
                history.c.campaign_id == subject.id, history.c.version == subject.version
            )
        )
        .mappings()
        .one()
    )
    raise StaleCampaign(
        f"“{subject.name}” has changed since you looked: {last['actor']} moved it to "
        f"{FACTS[subject.status].label} ({last['at']:%d %b %Y %H:%M} UTC). Nothing was changed; "
        "look at it again and decide anew."
    )


def answer_to(
    db: Connection,
    occasion: Occasion,
    campaign_id: int,
    event: str,
    *,
    reason: str | None = None,
    note: str = "",
    undoes: int | None = None,
) -> Change | None:
    """Return what the same request changed before, None for one that is new.

    Raises `RequestReused` where it asked for something else, or somebody else asked.
    """
    row = answered(
        db,
        occasion,
        campaign_id=campaign_id,
        event=event,
        origin=occasion.origin,
        reason=reason,
        note=note or None,
        undoes=undoes,
    )
    return recorded_change(row) if row else None


def recorded_change(row: RowMapping) -> Change:
    """Return the change that an entry tells of."""
    details = row["details"] or {}
    if row["version"] is None:
        status = Status(details["status"])
        return Change(
            campaign_id=row["campaign_id"],
            event=row["event"],
            from_status=status,
            to_status=status,
            version=details["version"],
            at=row["at"],
            is_to_be_carried_out=False,
            entry_id=row["id"],
        )
    return Change(
        campaign_id=row["campaign_id"],
        event=row["event"],
        from_status=Status(row["from_status"]),
        to_status=Status(row["to_status"]),
        version=row["version"],
        at=row["at"],
        is_to_be_carried_out="to_be_carried_out" in details,
        entry_id=row["id"],
    )


def finish(
    db: Connection,
    subject: Campaign,
    event: str,
    to: Status,
    recorded: Recorded,
    occasion: Occasion,
    *,
    is_pending: bool = False,
    renewed_by: Renewal = renew,
) -> Change:
    """Bring what depends on a change up to date, and return the change."""
    renewed_by(db, subject.id, occasion)
    return Change(
        campaign_id=subject.id,
        event=event,
        from_status=subject.status,
        to_status=to,
        version=recorded.version,
        at=occasion.now,
        is_to_be_carried_out=is_pending,
        entry_id=recorded.entry_id,
    )
