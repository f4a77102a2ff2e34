"""Changes at a given time: scheduled by a person, cancelled by one, and listed.

Nothing is decided beforehand: what a scheduled change may do is judged when its time has come
(`lib.services.scheduling.runs`). Everybody locks people first, then the schedule, then the
campaign.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from lib.db.tables import history, scheduled_change
from lib.domain.actions import Action, PauseReason
from lib.domain.records import Actor, Campaign, Origin, Source
from lib.domain.rights import FULL, Deed
from lib.domain.schedule import FURTHEST_AHEAD, SCHEDULABLE, ScheduledChange, ScheduleState
from lib.domain.text import kept_note
from lib.events import told
from lib.services.access import demand_for_artist, present_rights
from lib.services.campaigns import ReasonMissing, check_version, lock_for
from lib.services.recording import (
    SCHEDULED,
    UNSCHEDULED,
    Occasion,
    bump_data_version,
    lock_campaign,
    record_event,
)
from lib.services.scheduling.reads import get_schedule
from lib.services.transactions import ChangeRefused, RequestReused, answered, in_transaction

MOST_COMING = 20
"""So many may be coming for one campaign; nobody needs more, and a script gone wild makes more."""


class NotSchedulable(ChangeRefused):
    """This change, or this time, cannot be scheduled; the message says what can."""


class ScheduleSettled(ChangeRefused):
    """A scheduled change has run, was missed or was cancelled already."""


@told(SCHEDULED)
def schedule_change(
    engine: Engine,
    campaign_id: int,
    action: Action,
    *,
    run_at: datetime,
    actor: Actor,
    seen_version: int,
    request_id: str,
    now: datetime,
    reason: PauseReason | None = None,
    note: str = "",
    source: Source = Source.DESK,
) -> ScheduledChange:
    """Note that `action` is to be done at `run_at`, and record who wants it and why.

    The same request id again schedules nothing and returns the same answer. Raises
    `NotAllowed`, `NotSchedulable`, `ReasonMissing`, `StaleCampaign`, `RequestReused`,
    `CampaignNotFound`.
    """
    if action not in SCHEDULABLE:
        raise NotSchedulable("Only a pause or a resume can be scheduled.")
    if action is Action.PAUSE and reason is None:
        raise ReasonMissing(f"Say why it is to be paused: one of {', '.join(PauseReason)}.")
    _check_time(run_at, now=now)
    asked = {
        "campaign_id": campaign_id,
        "action": action.value,
        "run_at": run_at,
        "reason": PauseReason(reason).value if reason else None,
        "note": kept_note(note) or None,
        "actor": actor.name,
    }
    occasion = Occasion(actor, now, Origin.PERSON, source, request_id)

    def work(db: Connection) -> ScheduledChange:
        subject = lock_for(db, campaign_id, Deed.CHANGE, occasion)
        if answer := _scheduled_by(db, request_id, asked):
            return answer
        check_version(db, subject, seen_version)
        _check_room(db, subject, run_at)
        key = db.execute(
            insert(scheduled_change).values(
                **asked,
                person_id=actor.sign_in.person_id if actor.sign_in else None,
                zone=subject.zone,
                scheduled_at=now,
                seen_version=seen_version,
                request_id=request_id,
                state=ScheduleState.COMING,
            )
        ).inserted_primary_key
        assert key is not None  # noqa: S101 - one row was inserted, so it has a key
        made = get_schedule(db, int(key[0]), rights=FULL)
        record_schedule(db, occasion, SCHEDULED, made)
        bump_data_version(db)
        return made

    return in_transaction(engine, work)


@told(UNSCHEDULED)
def cancel_schedule(
    engine: Engine,
    schedule_id: int,
    *,
    actor: Actor,
    request_id: str,
    now: datetime,
    source: Source = Source.DESK,
) -> ScheduledChange:
    """Cancel a scheduled change that has not run yet, and record who did.

    The same request id again changes nothing and returns the same answer. Raises
    `NotAllowed`, `ScheduleSettled`, `ScheduleNotFound`, `RequestReused`.
    """
    occasion = Occasion(actor, now, Origin.PERSON, source, request_id)

    def work(db: Connection) -> ScheduledChange:
        rights = present_rights(db, actor, now=now)
        # Whoever is running it right now has it locked: then this waits and finds it settled.
        db.execute(
            select(scheduled_change.c.id)
            .where(scheduled_change.c.id == schedule_id)
            .with_for_update()
        )
        one = get_schedule(db, schedule_id, rights=rights)
        demand_for_artist(db, rights, Deed.CHANGE, one.artist_id)
        lock_campaign(db, one.campaign_id)
        if _is_cancelled_by(db, occasion, schedule_id):
            return one
        if one.state is not ScheduleState.COMING:
            raise ScheduleSettled(_settled_words(one))
        settle(db, one, ScheduleState.CANCELLED, by=actor.name, now=now)
        record_schedule(db, occasion, UNSCHEDULED, one)
        bump_data_version(db)
        return get_schedule(db, schedule_id, rights=FULL)

    return in_transaction(engine, work)


def settle(
    db: Connection,
    one: ScheduledChange,
    state: ScheduleState,
    *,
    by: str,
    now: datetime,
    why: str | None = None,
) -> bool:
    """Say what became of a scheduled change that was coming; return whether it still was."""
    changed = db.execute(
        update(scheduled_change)
        .where(scheduled_change.c.id == one.id, scheduled_change.c.state == ScheduleState.COMING)
        .values(state=state, settled_at=now, settled_by=by, why=why)
    )
    return changed.rowcount == 1


def record_schedule(
    db: Connection,
    occasion: Occasion,
    event: str,
    one: ScheduledChange,
    *,
    why: str | None = None,
) -> None:
    """Write into the history what happens to a scheduled change itself."""
    details = {**schedule_details(one), "action": one.action.value}
    details |= {"reason": one.reason.value} if one.reason else {}
    record_event(
        db,
        occasion,
        event,
        artist_id=one.artist_id,
        campaign_id=one.campaign_id,
        note=one.note,
        details=details | ({"why": why} if why else {}),
    )


def schedule_details(one: ScheduledChange) -> dict[str, Any]:
    """Return what an entry tells of the schedule behind it."""
    return {
        "schedule": one.id,
        "scheduled_at": one.scheduled_at.isoformat(),
        "run_at": one.run_at.isoformat(),
        "zone": one.zone,
    }


def _check_time(run_at: datetime, *, now: datetime) -> None:
    if run_at <= now:
        raise NotSchedulable("This moment has passed. Choose a later one, or do it now.")
    if run_at - now > FURTHEST_AHEAD:
        raise NotSchedulable("That is more than a year ahead. Choose an earlier moment.")


def _check_room(db: Connection, subject: Campaign, run_at: datetime) -> None:
    """Refuse a second change at the same moment: nobody could say which one comes first."""
    coming = db.execute(
        select(
            scheduled_change.c.run_at, scheduled_change.c.action, scheduled_change.c.actor
        ).where(
            scheduled_change.c.campaign_id == subject.id,
            scheduled_change.c.state == ScheduleState.COMING,
        )
    ).all()
    for row in coming:
        if row.run_at == run_at:
            raise NotSchedulable(
                f"{row.actor} has scheduled a {row.action} of “{subject.name}” for this very "
                "moment. Cancel it first, or choose another moment."
            )
    if len(coming) >= MOST_COMING:
        raise NotSchedulable(
            f"{MOST_COMING} changes of “{subject.name}” are scheduled already. Cancel some first."
        )


def _scheduled_by(db: Connection, request_id: str, asked: dict[str, Any]) -> ScheduledChange | None:
    row = (
        db.execute(select(scheduled_change).where(scheduled_change.c.request_id == request_id))
        .mappings()
        .first()
    )
    if row is None:
        used = db.execute(select(history.c.id).where(history.c.request_id == request_id)).first()
        if used is not None:
            raise RequestReused(_REUSED)
        return None
    if any(row[column] != value for column, value in asked.items()):
        raise RequestReused(_REUSED)
    return get_schedule(db, row["id"], rights=FULL)


_REUSED = (
    "This request was used before for something else. Nothing was scheduled or cancelled; send "
    "a new request."
)


def _is_cancelled_by(db: Connection, occasion: Occasion, schedule_id: int) -> bool:
    return answered(db, occasion, event=UNSCHEDULED, schedule=schedule_id) is not None


def _settled_words(one: ScheduledChange) -> str:
    what = f"The {one.action.value} of “{one.campaign_name}”"
    when = f"{one.settled_at:%d %b %Y %H:%M} UTC"
    if one.state is ScheduleState.RAN:
        return f"{what} ran {when}, so there is nothing left to cancel."
    if one.state is ScheduleState.MISSED:
        return f"{what} was missed ({when}), so there is nothing left to cancel."
    return f"{what} was cancelled by {one.settled_by} ({when})."
