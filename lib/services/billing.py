"""Billing events: a failed payment stops what spends, a recovered one brings it back.

Billing never touches what a person paused or put away: its recovery would undo a decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from lib.db.rows import named
from lib.db.tables import artist, campaign, connection, history
from lib.domain.actions import Action, billing_movement
from lib.domain.records import Actor, BillingState, Campaign, GatewayKind, Origin, Source
from lib.domain.rights import Deed
from lib.domain.status import Status
from lib.events import told
from lib.platforms.gateways import gateway
from lib.services.access import demand_for_artist, present_rights
from lib.services.campaigns import RequestReused, in_transaction
from lib.services.recording import (
    Occasion,
    bump_data_version,
    campaign_record,
    record_event,
    record_status,
)
from lib.services.scope import may_for_artist
from lib.services.trends import refresh

PAYMENT_FAILED = "billing:payment_failed"
PAYMENT_RECOVERED = "billing:payment_recovered"


class ArtistNotFound(LookupError):
    """There is no such artist."""


@dataclass(frozen=True)
class BillingOutcome:
    """What a billing event moved: the artist and the campaigns, by id."""

    artist_id: int
    event: str
    moved: tuple[int, ...]
    at: datetime


@told(PAYMENT_FAILED)
def payment_failed(
    engine: Engine, artist_id: int, *, actor: Actor, request_id: str, now: datetime
) -> BillingOutcome:
    """Record that a payment failed: Active and Serving become Subscription Paused.

    The same request id again changes nothing. Raises `NotAllowed`, `ArtistNotFound`,
    `RequestReused`.
    """
    return _billing_event(
        engine,
        artist_id,
        PAYMENT_FAILED,
        BillingState.FAILING,
        occasion=Occasion(actor, now, Origin.BILLING, Source.BILLING, request_id),
    )


@told(PAYMENT_RECOVERED)
def payment_recovered(
    engine: Engine, artist_id: int, *, actor: Actor, request_id: str, now: datetime
) -> BillingOutcome:
    """Record that billing recovered: Subscription Paused becomes Active, or Ended with its run.

    The same request id again changes nothing. Raises `NotAllowed`, `ArtistNotFound`,
    `RequestReused`.
    """
    return _billing_event(
        engine,
        artist_id,
        PAYMENT_RECOVERED,
        BillingState.IN_ORDER,
        occasion=Occasion(actor, now, Origin.BILLING, Source.BILLING, request_id),
    )


def _billing_event(
    engine: Engine, artist_id: int, event: str, state: BillingState, *, occasion: Occasion
) -> BillingOutcome:
    def work(db: Connection) -> BillingOutcome:
        rights = present_rights(db, occasion.actor, now=occasion.now)
        # The artist first, the campaigns after it: the order in which everybody locks.
        known = db.execute(
            select(artist.c.id).where(artist.c.id == artist_id).with_for_update()
        ).first()
        if known is None or not may_for_artist(db, rights, Deed.LOOK, artist_id):
            raise ArtistNotFound(f"There is no artist {artist_id}.")
        demand_for_artist(db, rights, Deed.SETTLE_BILLING, artist_id)
        if answer := _answer_to(db, occasion, artist_id=artist_id, event=event):
            return answer
        moved = set_billing(db, artist_id, state, occasion=occasion)
        bump_data_version(db)
        return BillingOutcome(artist_id, event, moved, occasion.now)

    return in_transaction(engine, work)


def set_billing(
    db: Connection,
    artist_id: int,
    state: BillingState,
    *,
    occasion: Occasion,
    details: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[int, ...]:
    """Set an artist's billing, move what it stops or brings back, and record both.

    Return the ids of the campaigns that moved. The caller has locked the artist, knows that
    the notice is new, and raises the data version; `details` go into the artist's entry.
    """
    event = PAYMENT_FAILED if state is BillingState.FAILING else PAYMENT_RECOVERED
    subjects = _campaigns_of(db, artist_id)
    db.execute(update(artist).where(artist.c.id == artist_id).values(billing=state))
    moved = [
        subject.id
        for subject, kind in subjects
        if _move(db, subject, kind, state=state, occasion=occasion, details=details)
    ]
    record_event(db, occasion, event, artist_id=artist_id, details={**details, "moved": moved})
    refresh(db, moved, now=occasion.now, by=occasion.actor.name)
    return tuple(moved)


def _campaigns_of(db: Connection, artist_id: int) -> list[tuple[Campaign, GatewayKind]]:
    query = (
        select(campaign, connection.c.zone, connection.c.gateway)
        .join_from(campaign, connection)
        .where(campaign.c.artist_id == artist_id)
        .order_by(campaign.c.id)
        .with_for_update(of=campaign)
    )
    rows = named(db.execute(query))
    return [(campaign_record(row), GatewayKind(row["gateway"])) for row in rows]


def _move(
    db: Connection,
    subject: Campaign,
    kind: GatewayKind,
    *,
    state: BillingState,
    occasion: Occasion,
    details: Mapping[str, Any],
) -> bool:
    is_failing = state is BillingState.FAILING
    to = billing_movement(subject, is_failing=is_failing, now=occasion.now)
    if to is None:
        return False
    action = Action.PAUSE if is_failing else Action.RESUME
    can = gateway(kind).capability(action, subject.platform).is_carried_out
    pending = None if can or to is Status.ENDED else action.value
    # The request id belongs to the artist's entry; the campaigns' entries name it.
    own = Occasion(occasion.actor, occasion.now, occasion.origin, occasion.source)
    event = "campaign:subscription_pause" if is_failing else "campaign:subscription_resume"
    record_status(
        db,
        own,
        event,
        subject,
        to,
        pending_action=pending,
        details={"request_id": occasion.request_id, **details},
    )
    return True


def _answer_to(
    db: Connection, occasion: Occasion, *, artist_id: int, event: str
) -> BillingOutcome | None:
    row = (
        db.execute(select(history).where(history.c.request_id == occasion.request_id))
        .mappings()
        .first()
    )
    if row is None:
        return None
    asked = {"artist_id": artist_id, "event": event, "actor": occasion.actor.name}
    if any(row[column] != value for column, value in asked.items()):
        raise RequestReused(
            f"The request {occasion.request_id} was used before for another change or by "
            "somebody else. Nothing was changed; send a new request."
        )
    return BillingOutcome(artist_id, event, tuple(row["details"]["moved"]), row["at"])
