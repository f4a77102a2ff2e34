"""The demo label: loaded into an empty database, and started over when a person asks for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    String,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)

from lib.db.engine import reading, retrying
from lib.db.tables import (
    artist,
    campaign,
    campaign_name,
    campaign_trend,
    connection,
    coverage,
    daily_kind_result,
    daily_observation,
    daily_result,
    history,
    import_run,
    organization,
    scheduled_change,
    verdict_flip,
)
from lib.domain.records import Actor, Origin, Source
from lib.domain.rights import FULL, Deed, Place, Rights
from lib.events import told
from lib.services.access import NotAllowed, demand, present_rights
from lib.services.current_days import forget_staged
from lib.services.demo_label.fixtures import read_label
from lib.services.demo_label.people import give_back, roles_in, take_roles
from lib.services.demo_label.rows import FORM, Label, label_rows
from lib.services.history_chain import append_entries, lock_head
from lib.services.lag import remeasure
from lib.services.recording import Occasion, bump_data_version, record_event
from lib.services.scope import of_artists
from lib.services.transactions import in_transaction
from lib.services.trend.trends import refresh

DEMO_ACTOR = Actor(name="Demo", rights=FULL)
LOADED, STARTED_OVER = "demo:load", "demo:start_over"


class DemoRefused(RuntimeError):
    """The demo label was not touched; the message says why."""


class NotEmpty(DemoRefused):
    """The database holds something in use, so the demo label is not put beside it."""


class NoDemo(DemoRefused):
    """There is no demo label to start over."""


@dataclass(frozen=True)
class LoadedDemo:
    """What was loaded: the label's name, and how many artists, campaigns and reported days."""

    name: str
    artists: int
    campaigns: int
    days: int


@dataclass(frozen=True)
class WhatWouldGo:
    """What starting over puts away: the demo's campaigns, and what people added to them."""

    campaigns: int
    imports: int
    """Imports made by people into the demo's artists."""
    changes: int
    """Entries of the history that did not come with the demo."""


def is_empty(engine: Engine) -> bool:
    """Return whether the database holds no label, no artist and no history at all."""

    def work() -> bool:
        with reading(engine) as db:
            return _is_empty(db)

    return retrying(work)


@told(LOADED)
def load_demo(engine: Engine, *, now: datetime, actor: Actor = DEMO_ACTOR) -> LoadedDemo:
    """Load the demo label into an empty database, in one transaction.

    Raises `NotAllowed`, and `NotEmpty` where the database holds anything; then nothing was
    changed.
    """
    rows, occasion = label_rows(read_label(), now=now), _occasion(actor, now)

    def work(db: Connection) -> LoadedDemo:
        demand(present_rights(db, actor, now=now), Deed.RUN_DEMO)
        # First of all, so that a second process that loads at the same moment waits here.
        lock_head(db)
        if not _is_empty(db):
            raise NotEmpty(
                "The database holds data already, so the demo was not loaded into it. "
                "Point DATABASE_URL at an empty database to see the demo."
            )
        return _load(db, rows, LOADED, occasion)

    return in_transaction(engine, work)


@told(STARTED_OVER)
def start_over(engine: Engine, *, actor: Actor, now: datetime) -> LoadedDemo:
    """Retire the demo label with everything people did in it, and load a fresh one.

    Its figures are removed; its history stays, as all history does. Other labels are not
    touched. One transaction. What people may do in the demo holds in the fresh one as well.
    Raises `NoDemo`, `NotAllowed`.
    """
    rows, occasion = label_rows(read_label(), now=now), _occasion(actor, now)

    def work(db: Connection) -> LoadedDemo:
        # People, schedules, artists, the head of the history: the order in which everybody
        # locks. Whoever is changing something in the demo finishes first; a second one waits
        # here too.
        rights = present_rights(db, actor, now=now)
        of_demo = artist.c.organization_id.in_(_demo_id())
        _lock_schedules(db)
        db.execute(select(artist.c.id).where(of_demo).order_by(artist.c.id).with_for_update())
        lock_head(db)
        label_id = _demo_of(db, rights)
        # The database lets the figures of a retired demo go, and no other.
        db.execute(update(organization).where(organization.c.id == label_id).values(retired_at=now))
        held = roles_in(db, label_id)
        take_roles(db, label_id)
        _give_up_names(db, label_id)
        _remove_figures(db, label_id)
        loaded = _load(db, rows, STARTED_OVER, occasion)
        give_back(db, held, db.execute(_demo_id()).scalar_one())
        return loaded

    return in_transaction(engine, work)


def what_would_go(engine: Engine, *, rights: Rights) -> WhatWouldGo:
    """Return what starting the demo over would remove. Raises `NoDemo`, `NotAllowed`."""

    def work() -> WhatWouldGo:
        with reading(engine) as db:
            label_id = _demo_of(db, rights)
            of_demo = _artists_of(label_id)
            return WhatWouldGo(
                campaigns=_count(db, campaign, campaign.c.artist_id.in_(of_demo)),
                imports=_count(
                    db,
                    import_run,
                    import_run.c.artist_id.in_(of_demo),
                    import_run.c.form != FORM,
                ),
                changes=_count(
                    db,
                    history,
                    history.c.artist_id.in_(of_demo),
                    history.c.source != Source.DEMO,
                ),
            )

    return retrying(work)


def _demo_of(db: Connection, rights: Rights) -> int:
    """Return the demo label's id, where the rights allow to start it over.

    Raises `NoDemo`, also for whoever sees none of its artists, and `NotAllowed`.
    """
    seen = _demo_id().join(artist, artist.c.organization_id == organization.c.id)
    label_id = db.execute(seen.where(of_artists(rights)).limit(1)).scalar()
    if label_id is None:
        raise NoDemo("There is no demo label here, so there is nothing to start over.")
    if not rights.may(Deed.RUN_DEMO, Place(organization_id=label_id)):
        raise NotAllowed(
            "Starting the demo label over needs the role Admin in it. Nothing was changed."
        )
    return label_id


def _load(db: Connection, rows: Label, event: str, occasion: Occasion) -> LoadedDemo:
    label_id = _insert_one(db, organization, name=rows.name, is_demo=True, created_at=occasion.now)
    artist_ids = [_insert_one(db, artist, organization_id=label_id, **one) for one in rows.artists]
    _insert_all(db, connection, _with(rows.connections, artist_id=artist_ids))
    import_ids = [
        _insert_one(db, import_run, **one) for one in _with(rows.imports, artist_id=artist_ids)
    ]
    campaign_ids = [
        _insert_one(db, campaign, **one) for one in _with(rows.campaigns, artist_id=artist_ids)
    ]
    entries = _with(rows.entries, artist_id=artist_ids, campaign_id=campaign_ids)
    append_entries(db, [_with_ids(entry, campaign_ids) for entry in entries])
    named = _with(rows.names, artist_id=artist_ids, campaign_id=campaign_ids)
    _insert_all(db, campaign_name, named)
    for table, given in (
        (coverage, rows.coverage),
        (daily_observation, rows.observations),
        (daily_result, rows.days),
        (daily_kind_result, rows.kinds),
    ):
        _insert_all(db, table, _with(given, campaign_id=campaign_ids, import_id=import_ids))
    remeasure(db, now=occasion.now)
    refresh(db, campaign_ids, now=occasion.now)
    record_event(db, occasion, event, artist_id=artist_ids[0], note=rows.name)
    bump_data_version(db)
    return LoadedDemo(rows.name, len(artist_ids), len(campaign_ids), len(rows.days))


def _with(rows: Iterable[dict[str, Any]], **ids: list[int]) -> list[dict[str, Any]]:
    """Return the rows with the database's ids where they hold positions."""
    return [
        row
        | {
            column: known[row[column]]
            for column, known in ids.items()
            if row.get(column) is not None
        }
        for row in rows
    ]


def _with_ids(entry: dict[str, Any], campaign_ids: list[int]) -> dict[str, Any]:
    details = entry["details"]
    if details and "moved" in details:
        moved = [campaign_ids[position] for position in details["moved"]]
        return entry | {"details": details | {"moved": moved}}
    return entry


def _insert_one(db: Connection, table: Any, **values: Any) -> int:
    key = db.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted, so it has a key
    return int(key[0])


def _insert_all(db: Connection, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    listed = list(rows)
    if listed:
        db.execute(insert(table), listed)


def _give_up_names(db: Connection, label_id: int) -> None:
    """Free the names of the label's artists, so that the fresh ones can have them."""
    # No name has a key with a capital letter.
    key = "RETIRED " + cast(artist.c.id, String)
    of_label = artist.c.organization_id == label_id
    db.execute(update(artist).where(of_label).values(name_key=key))


def _remove_figures(db: Connection, label_id: int) -> None:
    of_demo = _artists_of(label_id)
    campaigns = select(campaign.c.id).where(campaign.c.artist_id.in_(of_demo))
    forget_staged(db, of_demo)
    for table in (
        scheduled_change,
        verdict_flip,
        campaign_trend,
        daily_kind_result,
        daily_result,
        daily_observation,
        coverage,
        campaign_name,
    ):
        db.execute(delete(table).where(table.c.campaign_id.in_(campaigns)))
    db.execute(delete(import_run).where(import_run.c.artist_id.in_(of_demo)))


def _lock_schedules(db: Connection) -> None:
    campaigns = (
        select(campaign.c.id)
        .join(artist, artist.c.id == campaign.c.artist_id)
        .where(artist.c.organization_id.in_(_demo_id()))
    )
    db.execute(
        select(scheduled_change.c.id)
        .where(scheduled_change.c.campaign_id.in_(campaigns))
        .order_by(scheduled_change.c.id)
        .with_for_update()
    )


def _is_empty(db: Connection) -> bool:
    return not any(
        db.execute(select(table.c.id).limit(1)).first() for table in (organization, artist, history)
    )


def _demo_id() -> Select[int]:
    return select(organization.c.id).where(
        organization.c.is_demo, organization.c.retired_at.is_(None)
    )


def _artists_of(label_id: int) -> Select[int]:
    return select(artist.c.id).where(artist.c.organization_id == label_id)


def _count(db: Connection, table: Any, *chosen: Any) -> int:
    return int(db.execute(select(func.count()).select_from(table).where(*chosen)).scalar_one())


def _occasion(actor: Actor, now: datetime) -> Occasion:
    return Occasion(actor, now, Origin.PERSON, Source.DEMO)
