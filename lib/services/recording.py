"""The one place where history is written and a campaign's status changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, select, update

from lib.db.rows import named
from lib.db.tables import artist, campaign, connection, data_version
from lib.domain.actions import Action
from lib.domain.records import Actor, Campaign, Origin, Source
from lib.domain.status import LIVE, Status, parse_status
from lib.services.history_chain import append_entry
from lib.services.standing import retired_artists

RESTATED = "campaign:restated"
"""An import changed days that had counted as final."""
UNDO = "campaign:undo"
"""A person took an earlier change back; the entry names it."""
SCHEDULED, UNSCHEDULED, OVERSLEPT = "schedule:create", "schedule:cancel", "schedule:miss"
STILL_RUNNING = "campaign:still_running"
DESCRIBED = "campaign:describe"
"""A person said what the campaign promotes."""
NO_CHANGES = frozenset({RESTATED, STILL_RUNNING, DESCRIBED, SCHEDULED, UNSCHEDULED, OVERSLEPT})
"""Entries of a campaign that are news about it, and no change of how it runs."""
_STOPPED = frozenset({Status.PAUSED, Status.SUBSCRIPTION_PAUSED})

# Statements made once, not for each change: putting them together takes as long as running them.
_ONE: BindParameter[int] = bindparam("campaign_id")
_CAMPAIGN = (
    select(campaign, connection.c.zone)
    .join_from(campaign, connection)
    .where(campaign.c.id == _ONE, campaign.c.artist_id.not_in(retired_artists()))
)
_LOCKED_CAMPAIGN = _CAMPAIGN.with_for_update(of=campaign)
# The artist of a campaign never changes, so finding it needs no lock of its own.
_OF_CAMPAIGN = select(campaign.c.artist_id).where(campaign.c.id == _ONE).scalar_subquery()
_LOCKED_ARTIST = (
    select(artist.c.id).where(artist.c.id == _OF_CAMPAIGN).with_for_update(read=True, of=artist)
)
_SOME: BindParameter[int] = bindparam("ids", expanding=True)
_LOCKED_CAMPAIGNS = (
    select(campaign.c.id)
    .where(campaign.c.id.in_(_SOME))
    .order_by(campaign.c.id)
    # Days may point at them meanwhile, so that no fold waits, nor is waited for crosswise.
    .with_for_update(key_share=True, of=campaign)
)
_LOCKED_ARTISTS = (
    select(artist.c.id)
    .where(artist.c.id.in_(select(campaign.c.artist_id).where(campaign.c.id.in_(_SOME))))
    .order_by(artist.c.id)
    .with_for_update(read=True, of=artist)
)
_MOVED = update(campaign).where(
    campaign.c.id == bindparam("moved_id"), campaign.c.version == bindparam("moved_version")
)
_BUMPED = update(data_version).values(number=data_version.c.number + 1)
_BUMPED_AND_TOLD = _BUMPED.values(told=data_version.c.told + 1)


class CampaignNotFound(LookupError):
    """There is no campaign with this id."""


@dataclass(frozen=True)
class Occasion:
    """Who makes a change, when, from where and under which request."""

    actor: Actor
    now: datetime
    origin: Origin
    source: Source
    request_id: str | None = None


@dataclass(frozen=True)
class Recorded:
    """A movement as it stands in the history: the campaign's new version, the entry's id."""

    version: int
    entry_id: int


def bump_data_version(db: Connection, *, is_told: bool = False) -> None:
    """Raise the number by which every process knows that its cached reads are old.

    `is_told` says that the history tells of everything: this transaction changed nothing that a
    board shows but campaigns, and wrote an entry for each. Then a board is not read anew as a
    whole.
    """
    db.execute(_BUMPED_AND_TOLD if is_told else _BUMPED)


def load_campaign(db: Connection, campaign_id: int) -> Campaign:
    """Return the campaign as stored. Raises `CampaignNotFound`."""
    return _load(db, _CAMPAIGN, campaign_id)


def lock_campaign(db: Connection, campaign_id: int) -> Campaign:
    """Return the campaign as stored and keep others from changing it until the commit.

    Everybody locks in one order, so that no two wait for each other: the artist first, then
    its campaigns by id, the head of the history, the data version last. The artist is shared
    between verbs; billing and imports hold it alone, so its billing stays as it is too. Raises
    `CampaignNotFound`.
    """
    db.execute(_LOCKED_ARTIST, {"campaign_id": campaign_id})
    return _load(db, _LOCKED_CAMPAIGN, campaign_id)


def lock_campaigns(db: Connection, campaign_ids: Collection[int]) -> None:
    """Keep others from changing these campaigns until the commit, in the order of everybody."""
    for query in (_LOCKED_ARTISTS, _LOCKED_CAMPAIGNS):
        db.execute(query, {"ids": campaign_ids})


def _load(db: Connection, query: Select[Any], campaign_id: int) -> Campaign:
    rows = named(db.execute(query, {"campaign_id": campaign_id}))
    if not rows:
        raise CampaignNotFound(no_such_campaign(campaign_id))
    return campaign_record(rows[0])


def no_such_campaign(campaign_id: int) -> str:
    """Return what is said of a campaign that does not exist, or may not be seen."""
    return f"There is no campaign {campaign_id}. Choose one on the board."


def campaign_record(row: Mapping[str, Any]) -> Campaign:
    """Return a row of the campaign table, with its connection's zone, as a record.

    Raises `UnknownStatus` naming the record where the status is none of the eleven.
    """
    status = parse_status(row["status"], record=f"Campaign {row['id']} “{row['name']}”")
    return Campaign.of_row(row, status=status, locations=tuple(row["locations"]))


def record_event(
    db: Connection,
    occasion: Occasion,
    event: str,
    *,
    artist_id: int,
    campaign_id: int | None = None,
    note: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Write an entry that changes no status, and return its id."""
    return _append(
        db,
        occasion,
        event,
        artist_id=artist_id,
        campaign_id=campaign_id,
        note=note,
        details=dict(details) if details else None,
    )


def record_status(
    db: Connection,
    occasion: Occasion,
    event: str,
    subject: Campaign,
    to: Status,
    *,
    pending_action: str | None,
    reason: str | None = None,
    note: str | None = None,
    details: Mapping[str, Any] | None = None,
    undoes: int | None = None,
) -> Recorded:
    """Move a campaign to `to` and write the entry that explains it; return both.

    The caller has locked the campaign and judged the movement.
    """
    version = subject.version + 1
    # The campaign first, its entry after it: the database takes no entry that runs ahead.
    which = {"moved_id": subject.id, "moved_version": subject.version}
    values = movement(subject, to, occasion, pending_action=pending_action)
    changed = db.execute(_MOVED, which | values)
    if changed.rowcount != 1:
        raise AssertionError("The campaign was not locked by its caller.")
    entry_id = _append(
        db,
        occasion,
        event,
        artist_id=subject.artist_id,
        campaign_id=subject.id,
        version=version,
        from_status=subject.status,
        to_status=to,
        reason=reason,
        note=note or None,
        details=dict(details) if details else None,
        undoes=undoes,
    )
    return Recorded(version, entry_id)


def movement(
    subject: Campaign, to: Status, occasion: Occasion, *, pending_action: str | None
) -> dict[str, Any]:
    """Return the columns of a campaign that change as it moves to `to`.

    Whoever writes them writes the entry with the same version in the same transaction.
    """
    return {
        "status": to,
        "version": subject.version + 1,
        "status_since": occasion.now,
        "status_origin": occasion.origin,
        "pending_action": pending_action,
        **stops_and_starts(subject, to, now=occasion.now),
        "status_before_archive": subject.status if to is Status.ARCHIVED else None,
    }


def stops_and_starts(subject: Campaign, to: Status, *, now: datetime) -> dict[str, Any]:
    """Return what a movement at `now` says of when money stopped or went out again."""
    if to in _STOPPED and (subject.status in LIVE or subject.stopped_at is None):
        return {"stopped_at": now}
    # Between a stop and a start there may be more: a review by the platform, say.
    if to in LIVE and (subject.status in _STOPPED or subject.stopped_at is not None):
        return {"stopped_at": None, "resumed_at": now}
    return {}


def _append(db: Connection, occasion: Occasion, event: str, **columns: Any) -> int:
    own = {
        "at": occasion.now,
        "actor": occasion.actor.name,
        "origin": occasion.origin,
        "source": occasion.source,
        "event": event,
        "request_id": occasion.request_id,
    }
    return append_entry(db, own | columns)


def event_of(action: Action) -> str:
    """Return the history's word for a person's action."""
    return f"campaign:{action.value}"
