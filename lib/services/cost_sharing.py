"""Whether an artist is shown what the campaigns cost: a setting; at first nobody is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from lib.db.engine import reading, retrying
from lib.db.tables import artist, organization
from lib.domain.records import Actor, Origin, Source
from lib.domain.rights import Deed, Rights
from lib.events import told
from lib.services.access import demand_for_artist, present_rights
from lib.services.billing import ArtistNotFound
from lib.services.recording import Occasion, bump_data_version, record_event
from lib.services.scope import within
from lib.services.transactions import ChangeRefused, answered, in_transaction

COSTS_SHARED, COSTS_KEPT = "artist:share_costs", "artist:keep_costs"
SHARED, KEPT = "shared", "not shared"


class StaleSetting(ChangeRefused):
    """Somebody changed the setting after the person had looked at it."""


@dataclass(frozen=True)
class CostSharing:
    """The setting as recorded: the answer to a request, and to the same one again."""

    artist_id: int
    shares_cost: bool
    at: datetime


def shares_cost(engine: Engine, artist_id: int, *, rights: Rights) -> bool:
    """Return whether the artist is shown costs; also False for one who may not be seen."""

    def work() -> bool:
        query = select(artist.c.shares_cost).where(
            artist.c.id == artist_id, within(artist.c.id, rights)
        )
        with reading(engine) as db:
            return bool(db.execute(query).scalar())

    return retrying(work)


@told("artist:cost_sharing")
def set_cost_sharing(
    engine: Engine,
    artist_id: int,
    shares_cost: bool,
    *,
    seen: bool,
    actor: Actor,
    request_id: str,
    now: datetime,
    source: Source = Source.DESK,
) -> CostSharing:
    """Set whether the artist is shown costs, from what the person saw, and record it.

    Raises `NotAllowed`, `ArtistNotFound`, `StaleSetting`, `RequestReused`; then nothing was
    changed.
    """
    occasion = Occasion(actor, now, Origin.PERSON, source, request_id)
    event = COSTS_SHARED if shares_cost else COSTS_KEPT

    def work(db: Connection) -> CostSharing:
        rights = present_rights(db, actor, now=now)
        before = lock_artist(db, artist_id, rights=rights)
        demand_for_artist(db, rights, Deed.SET_SHARING, artist_id)
        if answer := _answer_to(db, occasion, artist_id, event):
            return answer
        if before is not seen or before is shares_cost:
            raise StaleSetting(
                f"By now costs are {SHARED if before else KEPT} with this artist. Nothing was "
                "changed; look at it again and decide anew."
            )
        db.execute(update(artist).where(artist.c.id == artist_id).values(shares_cost=shares_cost))
        details = {"before": SHARED if before else KEPT, "after": SHARED if shares_cost else KEPT}
        record_event(db, occasion, event, artist_id=artist_id, details=details)
        bump_data_version(db)
        return CostSharing(artist_id, shares_cost, now)

    return in_transaction(engine, work)


def lock_artist(db: Connection, artist_id: int, *, rights: Rights) -> bool:
    """Keep others from changing an artist until the commit; return whether costs are shared.

    Raises `ArtistNotFound`, also for one who may not be seen or whose label is gone.
    """
    # SQLite has no such lock and needs none; a row of two tables is not locked at once.
    db.execute(select(artist.c.id).where(artist.c.id == artist_id).with_for_update(of=artist))
    found = db.execute(
        select(artist.c.shares_cost)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(
            artist.c.id == artist_id,
            organization.c.retired_at.is_(None),
            within(artist.c.id, rights),
        )
    ).scalar()
    if found is None:
        raise ArtistNotFound("There is no such artist. Nothing was changed.")
    return bool(found)


def _answer_to(
    db: Connection, occasion: Occasion, artist_id: int, event: str
) -> CostSharing | None:
    row = answered(db, occasion, artist_id=artist_id, event=event)
    if row is None:
        return None
    return CostSharing(artist_id, event == COSTS_SHARED, row["at"])
