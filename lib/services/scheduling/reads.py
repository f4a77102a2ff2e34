"""Scheduled changes as they are read: one by its id, or those to come and what became of others."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, select, union_all

from lib.db.engine import reading, retrying
from lib.db.rows import named
from lib.db.tables import artist, campaign, organization, scheduled_change
from lib.domain.rights import Deed, Rights
from lib.domain.schedule import ScheduledChange, ScheduleState
from lib.services.scope import may_for_artist, of_artists

MOST_LISTED = 500


class ScheduleNotFound(LookupError):
    """There is no scheduled change with this id."""


def scheduled_changes(
    engine: Engine,
    *,
    rights: Rights,
    campaign_id: int | None = None,
    states: Collection[ScheduleState] = tuple(ScheduleState),
    limit: int = MOST_LISTED,
) -> tuple[ScheduledChange, ...]:
    """Return the scheduled changes that may be seen: those to come by time, then the others.

    What is settled comes newest first; at most `limit` of each.
    """
    chosen: list[ColumnElement[bool]] = [organization.c.retired_at.is_(None), of_artists(rights)]
    if set(states) != set(ScheduleState):
        chosen.append(scheduled_change.c.state.in_(sorted(states)))
    if campaign_id is not None:
        chosen.append(scheduled_change.c.campaign_id == campaign_id)
    is_coming = scheduled_change.c.state == ScheduleState.COMING

    def work() -> tuple[ScheduledChange, ...]:
        query = (
            _query()
            .join(organization, organization.c.id == artist.c.organization_id)
            .where(*chosen)
        )
        coming = query.where(is_coming).order_by(scheduled_change.c.run_at, scheduled_change.c.id)
        settled = query.where(~is_coming).order_by(
            scheduled_change.c.settled_at.desc(), scheduled_change.c.id.desc()
        )
        parts = (part.limit(limit).subquery() for part in (coming, settled))
        with reading(engine) as db:
            rows = named(db.execute(union_all(*(select(part) for part in parts))))
        return tuple(sorted((ScheduledChange.of_row(row) for row in rows), key=_turn))

    return retrying(work)


def _turn(one: ScheduledChange) -> tuple[bool, float, int]:
    if one.settled_at is None:
        return False, one.run_at.timestamp(), one.id
    return True, -one.settled_at.timestamp(), -one.id


def find_schedule(db: Connection, schedule_id: int) -> ScheduledChange | None:
    """Return the scheduled change as it stands, None where there is none."""
    rows = named(db.execute(_query().where(scheduled_change.c.id == schedule_id)))
    return ScheduledChange.of_row(rows[0]) if rows else None


def get_schedule(db: Connection, schedule_id: int, *, rights: Rights) -> ScheduledChange:
    """Return the scheduled change as it stands.

    Raises `ScheduleNotFound`, also for one that may not be seen.
    """
    found = find_schedule(db, schedule_id)
    if found is None or not may_for_artist(db, rights, Deed.LOOK, found.artist_id):
        raise ScheduleNotFound(f"There is no scheduled change {schedule_id}.")
    return found


def _query() -> Select[Any]:
    return (
        select(
            scheduled_change,
            campaign.c.name.label("campaign_name"),
            campaign.c.artist_id,
            campaign.c.platform,
            artist.c.name.label("artist_name"),
        )
        .join(campaign, campaign.c.id == scheduled_change.c.campaign_id)
        .join(artist, artist.c.id == campaign.c.artist_id)
    )
