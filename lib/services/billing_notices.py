"""Notices of the billing system: a payment failed or recovered, for an artist or a whole label.

A notice has an id of the billing system's own. It is kept with what it changed, in the same
transaction: sent again it changes nothing and is answered as the first time. Notices may come
in any order, so one that speaks of an earlier moment than the last one overturns nothing.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator
from sqlalchemy import Connection, Engine, insert, select

from lib.db.tables import artist, billing_notice, history, organization
from lib.domain.names import artist_key
from lib.domain.records import Actor, BillingState, Origin, Record, Source
from lib.domain.rights import Deed
from lib.domain.text import is_name
from lib.services.access import demand, present_rights
from lib.services.billing import (
    PAYMENT_FAILED,
    PAYMENT_RECOVERED,
    ArtistNotFound,
    set_billing,
)
from lib.services.recording import Occasion, bump_data_version
from lib.services.transactions import ChangeRefused, in_transaction

HAPPENED_AT = "happened_at"
_EARLY = timedelta(minutes=5)


class NoticeReused(ChangeRefused):
    """A notice's id came again with another content."""


class NoticeTooEarly(ChangeRefused):
    """A notice speaks of a moment that has not come yet."""


class OrganizationNotFound(LookupError):
    """There is no such organization, or more than one is called so."""


class Payment(StrEnum):
    """What a notice says about a payment."""

    FAILED = "payment_failed"
    RECOVERED = "payment_recovered"


_STATES: Mapping[Payment, BillingState] = MappingProxyType(
    {Payment.FAILED: BillingState.FAILING, Payment.RECOVERED: BillingState.IN_ORDER}
)


def _plain(name: str) -> str:
    """Return `name` where it can be the name of anything."""
    if not is_name(name) or not artist_key(name):
        raise ValueError("a name has letters, and no control characters")
    return name


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]


class Notice(Record):
    """What the billing system reports: which payment, whose, and when it happened."""

    id: Annotated[str, Field(pattern=r"^[!-~]{1,100}$")]
    event: Payment
    at: AwareDatetime
    artist: Name | None = None
    organization: Name | None = None

    @model_validator(mode="after")
    def _about_one(self) -> Self:
        if (self.artist is None) == (self.organization is None):
            raise ValueError("name either the artist or the organization")
        return self

    @property
    def content_hash(self) -> str:
        """What two notices with the same content have in common."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


@dataclass(frozen=True)
class Settled:
    """What a notice did to one artist; `is_outdated` where a later one had come before it."""

    artist: str
    billing: BillingState
    moved: tuple[int, ...]
    is_outdated: bool


@dataclass(frozen=True)
class Answer:
    """What a notice did: the answer to it, and to the same notice again."""

    notice_id: str
    event: Payment
    artists: tuple[Settled, ...]
    recorded_at: datetime


def as_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as it is written out, by the command and by the endpoint."""
    return {
        "id": answer.notice_id,
        "event": answer.event.value,
        "recorded_at": answer.recorded_at.isoformat(),
        "artists": [
            {
                "artist": one.artist,
                "billing": one.billing.value,
                "campaigns_moved": list(one.moved),
                "is_outdated": one.is_outdated,
            }
            for one in answer.artists
        ],
    }


def receive_notice(
    engine: Engine, notice: Notice, *, actor: Actor, now: datetime, source: Source = Source.BILLING
) -> Answer:
    """Record a notice once, and stop or bring back the campaigns that it concerns.

    Raises `NotAllowed`, `ArtistNotFound`, `OrganizationNotFound`, `NoticeReused`,
    `NoticeTooEarly`; then nothing was changed, and the notice may be sent again.
    """
    occasion = Occasion(actor, now, Origin.BILLING, source)
    if notice.at > now + _EARLY:
        raise NoticeTooEarly("The notice speaks of a moment that has not come yet.")

    def work(db: Connection) -> Answer:
        demand(present_rights(db, actor, now=now), Deed.SETTLE_BILLING)
        concerned = _lock_artists(db, notice)
        if answer := _answer_to(db, notice):
            return answer
        settled = [_settle(db, artist_id, name, notice, occasion) for artist_id, name in concerned]
        answer = Answer(notice.id, notice.event, tuple(settled), now)
        db.execute(
            insert(billing_notice).values(
                id=notice.id,
                content_hash=notice.content_hash,
                answer=_kept(answer),
                at=now,
                actor=actor.name,
            )
        )
        bump_data_version(db)
        return answer

    return in_transaction(engine, work)


def _lock_artists(db: Connection, notice: Notice) -> list[tuple[int, str]]:
    """Return whom the notice concerns, locked in the order in which everybody locks."""
    query = (
        select(artist.c.id, artist.c.name)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(organization.c.retired_at.is_(None))
        .order_by(artist.c.id)
        .with_for_update(of=artist)
    )
    if notice.artist is not None:
        query = query.where(artist.c.name_key == artist_key(notice.artist))
    else:
        query = query.where(organization.c.id == _organization(db, notice.organization or ""))
    found = [(row.id, row.name) for row in db.execute(query)]
    if notice.artist is not None and not found:
        raise ArtistNotFound(f"There is no artist called “{notice.artist}”.")
    return found


def _organization(db: Connection, name: str) -> int:
    found = (
        db.execute(
            select(organization.c.id).where(
                organization.c.name == name, organization.c.retired_at.is_(None)
            )
        )
        .scalars()
        .all()
    )
    if len(found) != 1:
        words = f"There are {len(found)} organizations" if found else "There is no organization"
        raise OrganizationNotFound(f"{words} called “{name}”.")
    return int(found[0])


def _settle(
    db: Connection, artist_id: int, name: str, notice: Notice, occasion: Occasion
) -> Settled:
    state = _STATES[notice.event]
    last = _last_notice(db, artist_id)
    if last is not None and notice.at < last[0]:
        return Settled(name, last[1], (), is_outdated=True)
    details = {"notice": notice.id, HAPPENED_AT: notice.at.isoformat()}
    moved = set_billing(db, artist_id, state, occasion=occasion, details=details)
    return Settled(name, state, moved, is_outdated=False)


def _last_notice(db: Connection, artist_id: int) -> tuple[datetime, BillingState] | None:
    """Return of which moment the artist's last billing entry speaks, and what it says."""
    row = db.execute(
        select(history.c.event, history.c.at, history.c.details)
        .where(
            history.c.artist_id == artist_id,
            history.c.event.in_((PAYMENT_FAILED, PAYMENT_RECOVERED)),
        )
        .order_by(history.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    said = (row.details or {}).get(HAPPENED_AT)
    at = datetime.fromisoformat(said) if said else row.at
    is_failing = row.event == PAYMENT_FAILED
    return at, BillingState.FAILING if is_failing else BillingState.IN_ORDER


def _answer_to(db: Connection, notice: Notice) -> Answer | None:
    row = db.execute(select(billing_notice).where(billing_notice.c.id == notice.id)).first()
    if row is None:
        return None
    if row.content_hash != notice.content_hash:
        raise NoticeReused(
            f"The notice {notice.id} was recorded before with another content. Nothing was "
            "changed; send a new id."
        )
    artists = [
        Settled(one["artist"], BillingState(one["billing"]), tuple(one["moved"]), one["outdated"])
        for one in row.answer
    ]
    return Answer(notice.id, notice.event, tuple(artists), row.at)


def _kept(answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "artist": one.artist,
            "billing": one.billing.value,
            "moved": list(one.moved),
            "outdated": one.is_outdated,
        }
        for one in answer.artists
    ]
