"""Undo: the opposite verb, recorded as a change of its own that names the entry it takes back.

It is held to the same rules and guards as the verb that a person would press, and it is made
only while the change is the campaign's last one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, select

from lib.db.engine import reading, retrying
from lib.db.tables import history
from lib.domain.actions import (
    LOOK_ONLY,
    OPPOSITE,
    Action,
    Decision,
    judge_action,
    status_now,
)
from lib.domain.records import Actor, Campaign, GatewayKind, Origin, Source
from lib.domain.rights import Deed, Rights
from lib.domain.status import FACTS, Status
from lib.domain.text import kept_note
from lib.events import told
from lib.services.access import demand_for_artist, present_rights
from lib.services.campaigns import (
    CARRIED_OUT,
    Change,
    IllegalTransition,
    answer_to,
    circumstances_of,
    details_of,
    finish,
    pending_after,
)
from lib.services.recording import (
    NO_CHANGES,
    UNDO,
    Occasion,
    event_of,
    load_campaign,
    lock_campaign,
    record_status,
)
from lib.services.scope import may_for_artist, within
from lib.services.transactions import ChangeRefused, in_transaction

_DONE: Mapping[str, str] = {
    CARRIED_OUT: "marked it as carried out on the platform",
    "campaign:rename": "renamed it",
    "campaign:budget": "changed its budget",
}
_ACTIONS: Mapping[str, Action] = {event_of(action): action for action in Action}


class CannotUndo(ChangeRefused):
    """The entry tells of nothing that a person can take back."""


class ChangedSince(ChangeRefused):
    """The campaign has changed after the change that was to be undone."""


class EntryNotFound(ChangeRefused):
    """There is no such entry in the history."""


@dataclass(frozen=True)
class UndoOffer:
    """What undoing an entry would do now: the verb and where it leads, or why it is refused."""

    entry_id: int
    action: Action | None = None
    to: Status | None = None
    why_not: str = ""

    @property
    def is_possible(self) -> bool:
        return self.to is not None


@told(UNDO)
def undo_change(
    engine: Engine,
    history_id: int,
    *,
    actor: Actor,
    request_id: str,
    now: datetime,
    note: str = "",
    source: Source = Source.DESK,
) -> Change:
    """Take back a pause, resume, archive or unarchive, or an undo of one, by a new change.

    Raises `NotAllowed`, `EntryNotFound` (also for an entry that the actor may not see),
    `CannotUndo`, `ChangedSince` naming who changed what and when since, `IllegalTransition`,
    `RequestReused`, `CampaignNotFound`; then nothing was changed.
    """
    occasion = Occasion(actor, now, Origin.PERSON, source, request_id)
    note = kept_note(note)

    def work(db: Connection) -> Change:
        rights = present_rights(db, actor, now=now)
        undone = _entry(db, history_id, rights)
        demand_for_artist(db, rights, Deed.CHANGE, undone["artist_id"])
        action = _opposite(undone)
        subject = lock_campaign(db, undone["campaign_id"])
        reason = _reason(db, undone) if action is Action.PAUSE else None
        if answer := answer_to(
            db, occasion, subject.id, UNDO, reason=reason, note=note, undoes=history_id
        ):
            return answer
        _check_unchanged(db, subject, undone)
        decision, kind = _judge(db, subject, action, now=now)
        if decision.to is None:
            raise IllegalTransition(_why_not(subject, decision, now=now))
        pending = pending_after(action, subject, kind)
        recorded = record_status(
            db,
            occasion,
            UNDO,
            subject,
            decision.to,
            pending_action=pending,
            reason=reason,
            note=note,
            details={"action": action.value, "undone": undone["event"]}
            | details_of(subject, pending, now=now),
            undoes=history_id,
        )
        return finish(
            db, subject, UNDO, decision.to, recorded, occasion, is_pending=pending is not None
        )

    return in_transaction(engine, work)


def look_at_undo(engine: Engine, history_id: int, *, rights: Rights, now: datetime) -> UndoOffer:
    """Return what undoing the entry would do at `now`; nothing is changed.

    Raises `EntryNotFound`, `CampaignNotFound`.
    """

    def work() -> UndoOffer:
        with reading(engine) as db:
            return _look(db, history_id, rights, now=now)

    return retrying(work)


def _look(db: Connection, history_id: int, rights: Rights, *, now: datetime) -> UndoOffer:
    undone = _entry(db, history_id, rights)
    try:
        action = _opposite(undone)
        subject = load_campaign(db, undone["campaign_id"])
        _check_unchanged(db, subject, undone)
    except (CannotUndo, ChangedSince) as refusal:
        return UndoOffer(history_id, why_not=str(refusal))
    if not may_for_artist(db, rights, Deed.CHANGE, subject.artist_id):
        return UndoOffer(history_id, action, why_not=LOOK_ONLY)
    decision, _ = _judge(db, subject, action, now=now)
    if decision.to is None:
        return UndoOffer(history_id, action, why_not=_why_not(subject, decision, now=now))
    return UndoOffer(history_id, action, decision.to)


def _entry(db: Connection, history_id: int, rights: Rights) -> RowMapping:
    query = select(history).where(history.c.id == history_id, within(history.c.artist_id, rights))
    row = db.execute(query).mappings().first()
    if row is None:
        raise EntryNotFound(f"There is no entry {history_id} in the history.")
    return row


def _opposite(undone: RowMapping) -> Action:
    """Return the verb that takes an entry back. Raises `CannotUndo`."""
    if undone["origin"] == Origin.PERSON:
        if undone["event"] == UNDO:
            return OPPOSITE[Action(undone["details"]["action"])]
        if undone["event"] in _ACTIONS:
            return OPPOSITE[_ACTIONS[undone["event"]]]
    raise CannotUndo(
        "Only what a person decided here can be undone: a pause, a resume, an archive or an "
        "unarchive."
    )


def _reason(db: Connection, undone: RowMapping) -> str | None:
    """Return why the campaign was paused before the resume that is undone: it is so again."""
    return db.execute(
        select(history.c.reason).where(
            history.c.campaign_id == undone["campaign_id"],
            history.c.version == undone["version"] - 1,
        )
    ).scalar()


def _check_unchanged(db: Connection, subject: Campaign, undone: RowMapping) -> None:
    query = (
        select(history)
        .where(
            history.c.campaign_id == subject.id,
            history.c.id > undone["id"],
            history.c.event.not_in(sorted(NO_CHANGES)),
        )
        .order_by(history.c.id.desc())
    )
    since = db.execute(query).mappings().all()
    if not since:
        return
    last = since[0]
    at = f"{last['at']:%d %b %Y %H:%M} UTC"
    if last["undoes"] == undone["id"]:
        raise ChangedSince(f"{last['actor']} has undone it already ({at}).")
    more = f" It was the last of {len(since)} changes since." if len(since) > 1 else ""
    raise ChangedSince(
        f"“{subject.name}” has changed since: {last['actor']} {_done(last)} ({at}).{more} "
        "Nothing was undone; look at it again and decide anew."
    )


def _done(entry: RowMapping) -> str:
    if entry["to_status"]:
        return f"moved it to {FACTS[Status(entry['to_status'])].label}"
    return _DONE.get(entry["event"], f"recorded “{entry['event']}”")


def _judge(
    db: Connection, subject: Campaign, action: Action, *, now: datetime
) -> tuple[Decision, GatewayKind]:
    circumstances, kind = circumstances_of(db, subject)
    return judge_action(subject, action, circumstances=circumstances, now=now), kind


def _why_not(subject: Campaign, decision: Decision, *, now: datetime) -> str:
    label = FACTS[status_now(subject, now=now)].label
    verb = decision.action.label.lower()
    return f"“{subject.name}” is {label}, and to undo this means to {verb} it. {decision.why_not}"
