"""Running what was scheduled: each change once, in one transaction with its claim and its entry.

Whoever runs a scheduled change locks it, judges the campaign as it stands by then, changes it
and writes the history: all of it is there after the commit, or nothing, and then the next one
who looks runs it. So two workers do nothing twice, and one that is killed leaves nothing half
done. What the rules refuse by then, what whoever scheduled it may no longer do, and what is more
than a day late, is missed and says why.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, exists, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from lib.db.engine import reading, retrying, writing
from lib.db.tables import history, scheduled_change, worker
from lib.domain.records import Actor, Origin, Source
from lib.domain.rights import NOTHING, Deed, Rights
from lib.domain.schedule import LATE_AFTER, ScheduledChange, ScheduleState, is_late
from lib.domain.status import FACTS, Status
from lib.events import told
from lib.services.access import lasting_rights
from lib.services.campaigns import act_within
from lib.services.recording import OVERSLEPT, Occasion, bump_data_version, lock_campaign
from lib.services.scheduling.reads import find_schedule
from lib.services.scheduling.schedules import record_schedule, schedule_details, settle
from lib.services.scope import may_for_artist
from lib.services.transactions import ChangeRefused, in_transaction

logger = logging.getLogger(__name__)

AT_ONCE = 1000
"""So many are run in one round; the rest in the next."""
SEEN_WITHIN = timedelta(minutes=3)
"""A worker that has not been seen for longer is taken for gone."""


def run_due(engine: Engine, *, clock: Callable[[], datetime], by: str) -> list[ScheduledChange]:
    """Run every scheduled change whose time has come, and return what this call settled.

    A round may be long, so the clock is read for each. One that fails for a reason of its own
    stays coming and does not hold up the others. Raises `DatabaseUnreachable`.
    """
    return list(_run_all(engine, clock=clock, by=by))


def _run_all(
    engine: Engine, *, clock: Callable[[], datetime], by: str
) -> Iterator[ScheduledChange]:
    for schedule_id in _due(engine, now=clock()):
        try:
            settled = run_one(engine, schedule_id, now=clock(), by=by)
        except (DBAPIError, ValueError, LookupError):
            # A record that cannot be read, say: told to the log and tried again later.
            logger.exception("Scheduled change %s failed", schedule_id)
            continue
        if settled is not None:
            yield settled


@told("schedule:run")
def run_one(engine: Engine, schedule_id: int, *, now: datetime, by: str) -> ScheduledChange | None:
    """Run one scheduled change; None where somebody else has settled it or is at it.

    `by` names the worker. Raises `DatabaseUnreachable`.
    """

    def work(db: Connection) -> ScheduledChange | None:
        rights = _rights(db, schedule_id)
        one = _claim(db, schedule_id, now=now)
        if one is None:
            return None
        if is_late(one.run_at, now=now):
            return _miss(db, one, _LATE, now=now, by=by)
        if not may_for_artist(db, rights, Deed.CHANGE, one.artist_id):
            return _miss(db, one, _no_longer_theirs(one), now=now, by=by)
        subject = lock_campaign(db, one.campaign_id)
        who = Actor(name=one.actor, rights=rights)
        occasion = Occasion(who, now, Origin.PERSON, Source.SCHEDULE, request_of(schedule_id))
        changed = _changed_since(db, one, subject.version)
        details = schedule_details(one) | ({"changed_since": changed} if changed else {})
        try:
            act_within(
                db,
                one.campaign_id,
                one.action,
                seen_version=None,
                occasion=occasion,
                reason=one.reason,
                note=one.note or "",
                details=details,
            )
        except ChangeRefused as refusal:
            return _miss(db, one, " ".join(filter(None, (str(refusal), changed))), now=now, by=by)
        settle(db, one, ScheduleState.RAN, by=by, now=now, why=changed or None)
        return find_schedule(db, schedule_id)

    return in_transaction(engine, work)


def request_of(schedule_id: int) -> str:
    """Return the request id under which a scheduled change is made: one for ever."""
    return f"schedule-{schedule_id}"


def next_due_at(engine: Engine) -> datetime | None:
    """Return when the next scheduled change is due, None where none is coming."""

    def work() -> datetime | None:
        with reading(engine) as db:
            found: datetime | None = db.execute(
                select(func.min(scheduled_change.c.run_at)).where(
                    scheduled_change.c.state == ScheduleState.COMING
                )
            ).scalar()
            return found

    return retrying(work)


def show_alive(engine: Engine, name: str, *, now: datetime) -> None:
    """Note that the worker `name` is there, and forget those that are long gone."""

    def work() -> None:
        with writing(engine) as db:
            db.execute(delete(worker).where(worker.c.alive_at < now - LATE_AFTER))
            changed = db.execute(update(worker).where(worker.c.name == name).values(alive_at=now))
            if not changed.rowcount:
                db.execute(insert(worker).values(name=name, alive_at=now))

    retrying(work)


def say_goodbye(engine: Engine, name: str) -> None:
    """Note that the worker `name` has stopped."""

    def work() -> None:
        with writing(engine) as db:
            db.execute(delete(worker).where(worker.c.name == name))

    retrying(work)


def is_anybody_working(engine: Engine, *, now: datetime) -> bool:
    """Return whether a worker was seen lately: whether what is scheduled will be run."""

    def work() -> bool:
        with reading(engine) as db:
            last = db.execute(select(func.max(worker.c.alive_at))).scalar()
            return last is not None and now - last < SEEN_WITHIN

    return retrying(work)


_LATE = (
    "Nobody ran it within a day of its time, and it may no longer be wanted. Decide anew, and "
    "see that a worker runs."
)


def _due(engine: Engine, *, now: datetime) -> list[int]:
    def work() -> list[int]:
        query = (
            select(scheduled_change.c.id)
            .where(
                scheduled_change.c.state == ScheduleState.COMING,
                scheduled_change.c.run_at <= now,
            )
            .order_by(scheduled_change.c.run_at, scheduled_change.c.id)
            .limit(AT_ONCE)
        )
        with reading(engine) as db:
            return list(db.execute(query).scalars())

    return retrying(work)


def _rights(db: Connection, schedule_id: int) -> Rights:
    """Return what whoever scheduled it may do by now; they are locked before the schedule is."""
    person_id = db.execute(
        select(scheduled_change.c.person_id).where(scheduled_change.c.id == schedule_id)
    ).scalar()
    return lasting_rights(db, person_id)


def _no_longer_theirs(one: ScheduledChange) -> str:
    return (
        f"By then {one.actor} was no longer allowed to change this artist's campaigns. Whoever "
        "is may decide anew."
    )


def _claim(db: Connection, schedule_id: int, *, now: datetime) -> ScheduledChange | None:
    """Return the scheduled change, locked until the commit; None where it is not to be had.

    Of one campaign the earlier comes first: while another worker is at it, the later waits.
    """
    one, earlier = scheduled_change.c, scheduled_change.alias("earlier")
    is_first = ~exists().where(
        earlier.c.campaign_id == one.campaign_id,
        earlier.c.state == ScheduleState.COMING,
        earlier.c.run_at < one.run_at,
        # What is too late to be run has no say any more.
        earlier.c.run_at >= now - LATE_AFTER,
    )
    found = db.execute(
        select(one.id)
        .where(
            one.id == schedule_id,
            one.state == ScheduleState.COMING,
            one.run_at <= now,
            is_first,
        )
        # Another worker, or somebody who cancels, has it: they settle it, so it is left alone.
        .with_for_update(skip_locked=True, of=scheduled_change)
    ).first()
    return find_schedule(db, schedule_id) if found else None


def _miss(
    db: Connection, one: ScheduledChange, why: str, *, now: datetime, by: str
) -> ScheduledChange | None:
    """Settle a scheduled change as missed, with its reason here and in the history."""
    lock_campaign(db, one.campaign_id)
    settle(db, one, ScheduleState.MISSED, by=by, now=now, why=why)
    occasion = Occasion(
        Actor(name=one.actor, rights=NOTHING),
        now,
        Origin.PERSON,
        Source.SCHEDULE,
        f"{request_of(one.id)}-missed",
    )
    record_schedule(db, occasion, OVERSLEPT, one, why=why)
    bump_data_version(db)
    return find_schedule(db, one.id)


def _changed_since(db: Connection, one: ScheduledChange, version: int) -> str:
    """Return in a sentence what was done to the campaign since the change was scheduled."""
    if version == one.seen_version:
        return ""
    last = (
        db.execute(
            select(history).where(
                history.c.campaign_id == one.campaign_id, history.c.version == version
            )
        )
        .mappings()
        .one()
    )
    return (
        f"Since it was scheduled the campaign had changed: {last['actor']} moved it to "
        f"{FACTS[Status(last['to_status'])].label} ({last['at']:%d %b %Y %H:%M} UTC)."
    )
