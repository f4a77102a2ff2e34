"""The switch: from nothing of an import to all of it, in one short transaction.

A small file is staged, switched over and folded in the same transaction. A large one is
staged before it and folded after it; the switch itself writes campaigns, names, coverage and
history only, and says which campaign each position of the staged days is.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update
from sqlalchemy.exc import DBAPIError

from lib.db.engine import DatabaseUnreachable, reading, retrying
from lib.db.tables import import_run, staged_import
from lib.platforms import ExportFile
from lib.services.access import present_rights
from lib.services.importing.folding import finish_imports, fold, fold_some
from lib.services.importing.foresight import Foresight, foresee, put_foreseen
from lib.services.importing.known import campaign_rows, newest_import
from lib.services.importing.owner import ensure_artist, ensure_connection, find_artist, insert_one
from lib.services.importing.plan import Plan
from lib.services.importing.staging import (
    Pace,
    PlanOutdated,
    Progress,
    is_alive,
    make_ready,
    open_staged,
    remove_staged,
    stage,
)
from lib.services.importing.status import decide_status
from lib.services.importing.writing import Writer
from lib.services.recording import Occasion, bump_data_version, campaign_record, record_event
from lib.services.transactions import in_transaction
from lib.services.trend.trends import refresh

logger = logging.getLogger(__name__)

AT_ONCE = 2_000
"""A file with at most so many days is brought in by one transaction, which is short enough."""

# What the verbs change of a campaign. Where anything else has changed, the plan falls.
_BY_VERBS = frozenset(
    {
        "status",
        "version",
        "status_since",
        "status_origin",
        "stopped_at",
        "resumed_at",
        "status_before_archive",
        "pending_action",
    }
)


@dataclass(frozen=True)
class BroughtIn:
    """An import that is in."""

    import_id: int
    artist_id: int


@dataclass
class Switch:
    """All that the switch needs to know; worked out before it."""

    plan: Plan
    file: ExportFile
    file_name: str
    artist_name: str
    zone: str
    counts: Mapping[str, Any]
    occasion: Occasion
    writer: Writer
    foresight: Foresight | None = None
    changed: set[int] = field(default_factory=set)
    """Campaigns that somebody changed since the plan was made."""

    def look_ahead(self, engine: Engine) -> None:
        """Work out the trends that the import will bring, before it holds any lock."""

        def work() -> Foresight:
            with reading(engine) as db:
                return foresee(db, self.plan, self.file, zone=self.zone, occasion=self.occasion)

        self.foresight = retrying(work)


def bring_in(engine: Engine, switch: Switch, *, progress: Progress) -> BroughtIn:
    """Bring the import in, all or nothing, and return when its days are in place.

    Raises `PlanOutdated` where the plan does not hold any more; then nothing is in.
    """
    if switch.plan.days <= AT_ONCE:
        switch.look_ahead(engine)
        done = in_transaction(engine, lambda db: _at_once(db, switch))
        progress(1.0, "Everything is in")
        return done
    plan, now = switch.plan, switch.occasion.now
    # At most one import of an artist and platform waits to be folded.
    finish_imports(engine)
    # What takes long comes before the staging: between its last sign of life and the switch
    # nobody has the time to take it for dead.
    switch.look_ahead(engine)
    staged = stage(
        engine, plan, switch.file.platform, now=now, told=lambda s, w: progress(s / 2, w)
    )
    try:
        done = in_transaction(engine, lambda db: switch_over(db, switch, staged))
    except Exception:
        _forget(engine, staged)
        raise
    try:
        fold(engine, staged, days=plan.days, told=lambda s, w: progress((1 + s) / 2, w))
    except Exception:
        # It is in, and everybody sees it; the next import or start puts it in place.
        logger.exception("An import is in, but not all of it is in place yet")
        progress(1.0, "Everything is in; it is put in place later")
    return done


def _forget(engine: Engine, staged: int) -> None:
    """Remove what was staged in vain; where the database is away, it is removed later."""
    try:
        remove_staged(engine, staged)
    except (DBAPIError, DatabaseUnreachable):
        return


def _at_once(db: Connection, switch: Switch) -> BroughtIn:
    now = switch.occasion.now
    _check(db, switch)
    staged = open_staged(db, switch.plan, switch.file.platform, now=now)
    for batch in make_ready(switch.plan, staged, Pace(AT_ONCE)):
        batch.write(db)
    return _write(db, switch, staged, is_folded=True)


def switch_over(db: Connection, switch: Switch, staged: int) -> BroughtIn:
    """Make everything that was staged count. Raises `PlanOutdated`; then nothing is changed."""
    _check(db, switch)
    if not is_alive(db, staged):
        raise PlanOutdated("The staged import was taken for dead.")
    return _write(db, switch, staged, is_folded=False)


def _check(db: Connection, switch: Switch) -> None:
    """Lock what the import is about, and see that its plan still holds.

    Where somebody has changed a campaign's status since, what the import does to it is
    decided anew, by the campaign as it is now.
    """
    plan, platform = switch.plan, switch.file.platform
    rights = present_rights(db, switch.occasion.actor, now=switch.occasion.now)
    # The artist first, then its campaigns by id: everybody locks in this order.
    artist_id = find_artist(db, switch.artist_name, rights=rights, is_locked=True)
    basis = plan.basis
    if artist_id != basis.artist_id or newest_import(db, artist_id, platform) != (
        basis.newest_import
    ):
        raise PlanOutdated("Another import came in between.")
    if artist_id is None:
        return
    fresh = campaign_rows(db, artist_id, platform, is_locked=True)
    if fresh.keys() != basis.campaigns.keys():
        raise PlanOutdated("Campaigns came or went.")
    changed = {
        number: row for number, row in fresh.items() if tuple(row) != tuple(basis.campaigns[number])
    }
    if any(_differ(row, basis.campaigns[number]) - _BY_VERBS for number, row in changed.items()):
        raise PlanOutdated("Campaigns changed in more than their status.")
    for position, one in enumerate(plan.campaigns):
        if one.known and one.known.id in changed:
            one.known = campaign_record(changed[one.known.id]._asdict())
            decide_status(one, observed_on=plan.observed_on)
            switch.writer.again(position)
            switch.changed.add(one.known.id)


def _differ(row: Row[Any], other: Row[Any]) -> set[str]:
    return {name for name in row._fields if getattr(row, name) != getattr(other, name)}


def _write(db: Connection, switch: Switch, staged: int, *, is_folded: bool) -> BroughtIn:
    plan, file, occasion = switch.plan, switch.file, switch.occasion
    artist_id, is_new = ensure_artist(db, switch.artist_name, now=occasion.now)
    ensure_connection(db, artist_id, file.platform, zone=switch.zone)
    if _is_folding(db, artist_id, switch):
        raise PlanOutdated("Another import of the artist is being folded.")
    import_id = insert_one(
        db,
        import_run,
        artist_id=artist_id,
        platform=file.platform,
        file_name=switch.file_name,
        sha256=file.sha256,
        form=file.form,
        grain=file.grain,
        starts_on=file.starts_on,
        ends_on=file.ends_on,
        observed_on=plan.observed_on,
        at=occasion.now,
        actor=occasion.actor.name,
        counts=dict(switch.counts),
    )
    ids = switch.writer.write(db, artist_id=artist_id, import_id=import_id, staged=staged)
    db.execute(
        update(staged_import)
        .where(staged_import.c.id == staged)
        .values(artist_id=artist_id, import_id=import_id)
    )
    if is_folded:
        while fold_some(db, staged, AT_ONCE):
            pass
    assert switch.foresight is not None  # noqa: S101 - looked ahead before
    anew = put_foreseen(db, switch.foresight, plan, ids, changed=switch.changed, now=occasion.now)
    # As late as can be: whoever records anything else waits from here on to the commit.
    if is_new:
        own = replace(occasion, request_id=None)
        name = {"name": switch.artist_name}
        record_event(db, own, "artist:create", artist_id=artist_id, details=name)
    switch.writer.record(db, ids, artist_id=artist_id)
    said = {"import_id": import_id, "file": switch.file_name, "form": file.form}
    record_event(
        db, occasion, "import:finish", artist_id=artist_id, details=said | dict(switch.counts)
    )
    if anew:
        refresh(db, anew, now=occasion.now, by=occasion.actor.name)
    bump_data_version(db)
    return BroughtIn(import_id, artist_id)


def _is_folding(db: Connection, artist_id: int, switch: Switch) -> bool:
    """Say whether an earlier import of the artist and platform is not yet in place."""
    query = select(staged_import.c.id).where(
        staged_import.c.artist_id == artist_id,
        staged_import.c.platform == switch.file.platform,
        staged_import.c.import_id.is_not(None),
    )
    return db.execute(query.limit(1)).first() is not None
