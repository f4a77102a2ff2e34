"""What billing does: a failed payment stops what spends, a recovered one brings it back.

Billing never touches what a person paused or put away: its recovery would undo a decision.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from lib.db.rows import named
from lib.db.tables import artist, campaign, connection
from lib.domain.actions import Action, billing_movement
from lib.domain.records import BillingState, Campaign, GatewayKind
from lib.domain.status import Status
from lib.platforms.gateways import gateway
from lib.services.recording import (
    Occasion,
    campaign_record,
    record_event,
    record_status,
)
from lib.services.trend.trends import refresh

PAYMENT_FAILED = "billing:payment_failed"
PAYMENT_RECOVERED = "billing:payment_recovered"


class ArtistNotFound(LookupError):
    """There is no such artist."""


def set_billing(
    db: Connection,
    artist_id: int,
    state: BillingState,
    *,
    occasion: Occasion,
    details: Mapping[str, Any],
) -> tuple[int, ...]:
    """Set an artist's billing, move what it stops or brings back, and record both.

    Return the ids of the campaigns that moved. The caller has locked the artist, knows that
    the notice is new, and raises the data version; `details` go into every entry.
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
    event = "campaign:subscription_pause" if is_failing else "campaign:subscription_resume"
    record_status(
        db,
        occasion,
        event,
        subject,
        to,
        pending_action=pending,
        details=details,
    )
    return True
