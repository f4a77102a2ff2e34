"""The verbs on a campaign: pause, resume, archive, unarchive; move; confirm.

Each checks the version that the person was looking at, the rule and the guards, changes,
and writes the history entry: one transaction. The same request id again changes nothing and
returns the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine, RowMapping, select, update
from sqlalchemy.exc import IntegrityError

from lib.db.engine import retrying, writing
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
from lib.platforms.gateways import gateway
from lib.services.access import demand_for_artist, present_rights
from lib.services.recording import (
    CampaignNotFound,
    Occasion,
    bump_data_version,
    event_of,
    lock_campaign,
    no_such_campaign,
    record_event,
    record_status,
)
from lib.services.scope import may_for_artist
from lib.services.trends import refresh

MAX_NOTE = 2000
CARRIED_OUT = "campaign:carried_out"

Answer = TypeVar("Answer")


class ChangeRefused(RuntimeError):
    """A change that was not made; the message says why and what to do instead."""


class IllegalTransition(ChangeRefused):
    """The rules do not allow this action in the campaign's effective status."""


class StaleCampaign(ChangeRefused):
    """Somebody changed the campaign after the person had looked at it."""


class RequestReused(ChangeRefused):
    """A request id came again with another request."""


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
    event, note = f"campaign:{to.value}", note[:MAX_NOTE]

    def work(db: Connection) -> Change:
        subject = _lock(db, campaign_id, Deed.SPEAK_FOR_PLATFORM, occasion)
        if answer := _answer_to(db, occasion, campaign_id, event, note=note):
            return answer
        if not can_move(origin, subject.status, to):
            raise IllegalTransition(
                f"The {origin.value} cannot move “{subject.name}” from "
                f"{FACTS[subject.status].label} to {FACTS[to].label}."
            )
        version = record_status(
            db, occasion, event, subject, to, pending_action=subject.pending_action, note=note
        )
        return _finish(db, subject, event, to, version, occasion)

    return in_transaction(engine, work)


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
        subject = _lock(db, campaign_id, Deed.CHANGE, occasion)
        if answer := _answer_to(db, occasion, campaign_id, CARRIED_OUT):
            return answer
        _check_version(db, subject, seen_version)
        if subject.pending_action is None:
            raise NothingToConfirm(
                f"Nothing of “{subject.name}” waits to be carried out. Reload to see it."
            )
        db.execute(update(campaign).where(campaign.c.id == campaign_id).values(pending_action=None))
        record_event(
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
        return _finish(db, subject, CARRIED_OUT, subject.status, subject.version, occasion)

    return in_transaction(engine, work)


def _lock(db: Connection, campaign_id: int, deed: Deed, occasion: Occasion) -> Campaign:
    """Return the campaign, locked, where the actor may do `deed` to it by now.

    Raises `NotAllowed`, and `CampaignNotFound` as well for one that the actor may not see.
    """
    rights = present_rights(db, occasion.actor, now=occasion.now)
    subject = lock_campaign(db, campaign_id)
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
    event, note = event_of(action), note[:MAX_NOTE]

    def work(db: Connection) -> Change:
        subject = _lock(db, campaign_id, Deed.CHANGE, occasion)
        if answer := _answer_to(db, occasion, campaign_id, event, reason=reason, note=note):
            return answer
        _check_version(db, subject, seen_version)
        circumstances, kind = _circumstances(db, subject)
        decision = judge_action(subject, action, circumstances=circumstances, now=occasion.now)
        if decision.to is None:
            label = FACTS[status_now(subject, now=occasion.now)].label
            raise IllegalTransition(
                f"“{subject.name}” is {label} and cannot be {_DONE[action]}. {decision.why_not}"
            )
        pending = pending_after(action, subject, kind)
        version = record_status(
            db,
            occasion,
            event,
            subject,
            decision.to,
            pending_action=pending,
            reason=reason,
            note=note,
            details=_details(subject, pending, now=occasion.now),
        )
        return _finish(
            db, subject, event, decision.to, version, occasion, is_pending=pending is not None
        )

    return in_transaction(engine, work)


def _details(subject: Campaign, pending: str | None, *, now: datetime) -> dict[str, str]:
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


def _circumstances(db: Connection, subject: Campaign) -> tuple[Circumstances, GatewayKind]:
    row = db.execute(
        select(artist.c.billing, connection.c.state, connection.c.gateway)
        .join_from(artist, connection)
        .where(artist.c.id == subject.artist_id, connection.c.platform == subject.platform)
    ).one()
    circumstances = Circumstances(BillingState(row.billing), ConnectionState(row.state))
    return circumstances, GatewayKind(row.gateway)


def _check_version(db: Connection, subject: Campaign, seen_version: int) -> None:
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


def _answer_to(
    db: Connection,
    occasion: Occasion,
    campaign_id: int,
    event: str,
    *,
    reason: PauseReason | None = None,
    note: str = "",
) -> Change | None:
    """Return what the same request changed before, None for one that is new.

    Raises `RequestReused` where it asked for something else, or somebody else asked.
    """
    if occasion.request_id is None:
        return None
    row = (
        db.execute(select(history).where(history.c.request_id == occasion.request_id))
        .mappings()
        .first()
    )
    if row is None:
        return None
    asked = {
        "campaign_id": campaign_id,
        "event": event,
        "origin": occasion.origin,
        "reason": reason,
        "note": note or None,
        "actor": occasion.actor.name,
    }
    if any(row[column] != value for column, value in asked.items()):
        # Not for what, nor by whom: it may be a campaign that this person may not see.
        raise RequestReused(
            f"The request {occasion.request_id} was used before for another change, by another "
            "person, or with another reason or note. Nothing was changed; send a new request."
        )
    return _recorded(row)


def _recorded(row: RowMapping) -> Change:
    details = row["details"] or {}
    if row["version"] is None:
        status = Status(details["status"])
        return Change(
            row["campaign_id"], row["event"], status, status, details["version"], row["at"], False
        )
    return Change(
        campaign_id=row["campaign_id"],
        event=row["event"],
        from_status=Status(row["from_status"]),
        to_status=Status(row["to_status"]),
        version=row["version"],
        at=row["at"],
        is_to_be_carried_out="to_be_carried_out" in details,
    )


def _finish(
    db: Connection,
    subject: Campaign,
    event: str,
    to: Status,
    version: int,
    occasion: Occasion,
    *,
    is_pending: bool = False,
) -> Change:
    refresh(db, [subject.id], now=occasion.now, by=occasion.actor.name)
    bump_data_version(db)
    return Change(subject.id, event, subject.status, to, version, occasion.now, is_pending)


def in_transaction(engine: Engine, work: Callable[[Connection], Answer]) -> Answer:
    """Return `work(connection)`, all of it in one transaction, tried again on passing faults.

    `work` must look for its request id first, so that a second attempt changes nothing twice.
    """

    def attempt() -> Answer:
        with writing(engine) as db:
            return work(db)

    def once_more_if_doubled() -> Answer:
        try:
            return attempt()
        except IntegrityError:
            # The same request came twice at once and the other one was first: its entry
            # now stands in the history, and the second attempt returns it.
            return attempt()

    return retrying(once_more_if_doubled)
