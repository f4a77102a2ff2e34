"""The trends of many campaigns that are about to be moved, worked out together.

One at a time, most of the work of a change is bringing its summary up to date. Here it is
computed for a whole portion before the first of its transactions, and each transaction only
puts its own rows in. They were computed from one state of the database, which the data version
names; where anybody else has written meanwhile, a campaign is computed anew in its transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from lib.db.engine import reading, retrying
from lib.db.rows import named
from lib.db.tables import campaign, connection, data_version
from lib.domain.records import Campaign
from lib.domain.run_days import Told
from lib.domain.status import Status
from lib.services.lag import settle_ages
from lib.services.recording import Occasion, bump_data_version, campaign_record, movement
from lib.services.trend.days import Ahead, load_campaigns
from lib.services.trend.trends import Ready, make_ready, put, refresh, rows_of, spoken


@dataclass
class Foreseen:
    """The trends of one portion, and the data version on which they rest."""

    ready: Ready
    version: int
    """Raised by one with each change of the portion itself."""
    is_raised: bool = False
    """Whether the attempt under way has raised it in the database."""

    def begin(self) -> None:
        """Note that an attempt begins: what an earlier one raised was rolled back with it."""
        self.is_raised = False

    def renew(self, db: Connection, campaign_id: int, occasion: Occasion) -> None:
        """Put the campaign's trend in, and tell every process of the change."""
        put(db, [campaign_id], _only(self.ready, campaign_id), now=occasion.now)
        bump_data_version(db, is_told=True)
        self.is_raised = True
        # From here to the commit nobody else raises it.
        if _data_version(db) != self.version + 1:
            refresh(db, [campaign_id], now=occasion.now, by=occasion.actor.name)

    def went_through(self) -> None:
        """Note that an attempt was committed; one that the history answered raised nothing."""
        self.version += self.is_raised


def foresee_moves(
    engine: Engine, moves: Mapping[int, Status], *, event: str, occasion: Occasion
) -> Foreseen:
    """Return the trends of campaigns as they will be once each has moved to its status."""

    def work() -> Foreseen:
        with reading(engine) as db:
            version = _data_version(db)
            ids = sorted(moves)
            ahead = {
                one.id: _ahead(one, moves[one.id], event=event, occasion=occasion)
                for one in _campaigns(db, ids)
            }
            some = load_campaigns(db, ids, now=occasion.now, ages=settle_ages(db), ahead=ahead)
            rows = rows_of(db, some) if some else {}
            before = spoken(db, ids, now=occasion.now)
            by = occasion.actor.name
            return Foreseen(make_ready(db.dialect, rows, before, now=occasion.now, by=by), version)

    return retrying(work)


def _data_version(db: Connection) -> int:
    return int(db.execute(select(data_version.c.number)).scalar_one())


def _ahead(one: Campaign, to: Status, *, event: str, occasion: Occasion) -> Ahead:
    return Ahead(
        facts=movement(one, to, occasion, pending_action=one.pending_action),
        told=[Told(occasion.now, event, one.status, to)],
    )


def _campaigns(db: Connection, ids: list[int]) -> list[Campaign]:
    query = (
        select(campaign, connection.c.zone)
        .join_from(campaign, connection)
        .where(campaign.c.id.in_(ids))
    )
    return [campaign_record(row) for row in named(db.execute(query))]


def _only(ready: Ready, campaign_id: int) -> Ready:
    return Ready(
        {campaign_id: ready.rows.get(campaign_id, [])},
        {campaign_id: ready.flips.get(campaign_id, [])},
    )
