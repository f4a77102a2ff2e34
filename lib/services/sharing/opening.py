"""What a share link opens: one artist, while it works and its maker may still share."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, or_, select, update

from lib.db.engine import reading, retrying, writing
from lib.db.tables import artist, organization, person, share_link
from lib.domain.presentation import Period
from lib.domain.rights import FULL, NOTHING, Deed, Place, Rights, Role
from lib.services.access import rights_of
from lib.services.scope import may_for_artist
from lib.services.sharing.tokens import hash_of, is_signed

_NOTED_AGAIN = timedelta(minutes=1)
"""An opening is noted once in so long: whoever reloads costs no write."""


class LinkUnknown(LookupError):
    """What was opened is no link of this desk, and never was."""


class LinkOver(LookupError):
    """The link worked once: it has expired, was revoked, or its artist or maker is gone."""


class LinkState(StrEnum):
    """Whether a link can be opened, and why not."""

    WORKS = "works"
    EXPIRED = "expired"
    REVOKED = "revoked"
    MAKER_GONE = "maker gone"
    """Whoever made it was switched off or may no longer share with this artist."""


@dataclass(frozen=True)
class OpenedLink:
    """What a link opens."""

    link_id: int
    artist_id: int
    label: str
    period: Period | None
    expires_at: datetime


def state_of(db: Connection, row: Row[Any], *, now: datetime) -> LinkState:
    """Return whether a link, a row of `share_link`, works at `now`, and why not."""
    if row.revoked_at is not None:
        return LinkState.REVOKED
    if now >= row.expires_at:
        return LinkState.EXPIRED
    makers = _makers_rights(db, row.person_id)
    may_share = may_for_artist(db, makers, Deed.SHARE, row.artist_id)
    return LinkState.WORKS if may_share else LinkState.MAKER_GONE


def _makers_rights(db: Connection, person_id: int | None) -> Rights:
    """Return what whoever made a link may do by now; None is who needed no sign-in."""
    if person_id is None:
        return FULL
    is_active = db.execute(select(person.c.is_active).where(person.c.id == person_id)).scalar()
    return rights_of(db, person_id) if is_active else NOTHING


def open_link(engine: Engine, token: str, *, key: bytes, now: datetime) -> OpenedLink:
    """Return what a token opens at `now`, and note that it was opened.

    Raises `LinkUnknown` and `LinkOver`; a token that is not signed costs no look at the database.
    """
    if not is_signed(token, key):
        raise LinkUnknown
    wanted = hash_of(token)

    def work() -> tuple[OpenedLink, datetime | None]:
        with reading(engine) as db:
            row = db.execute(
                select(share_link, organization.c.name, organization.c.retired_at)
                .join(artist, artist.c.id == share_link.c.artist_id)
                .join(organization, organization.c.id == artist.c.organization_id)
                .where(share_link.c.token_hash == wanted)
            ).first()
            if row is None or not hmac.compare_digest(row.token_hash, wanted):
                raise LinkUnknown
            if row.retired_at is not None or state_of(db, row, now=now) is not LinkState.WORKS:
                raise LinkOver
            period = Period(row.period) if row.period else None
            opened = OpenedLink(row.id, row.artist_id, row.name, period, row.expires_at)
            return opened, row.last_opened_at

    opened, last = retrying(work, patience=0)
    if last is None or now - last >= _NOTED_AGAIN:
        _note(engine, opened.link_id, now=now)
    return opened


def _note(engine: Engine, link_id: int, *, now: datetime) -> None:
    with writing(engine) as db:
        db.execute(
            update(share_link)
            .where(
                share_link.c.id == link_id,
                or_(share_link.c.last_opened_at.is_(None), share_link.c.last_opened_at < now),
            )
            .values(last_opened_at=now)
        )


def rights_to_open(artist_id: int) -> Rights:
    """Return the rights by which a link reads: to look at this one artist, and nothing else."""
    return Rights(((Place(artist_id=artist_id), Role.VIEWER),))
