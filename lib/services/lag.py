"""Lag, measured from the stored observations: measured, kept, and read by whoever needs it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Table,
    and_,
    delete,
    exists,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from lib.db.engine import reading, retrying, writing
from lib.db.tables import campaign, settle_age
from lib.domain.lag import (
    SPEND,
    CompletenessCurve,
    Point,
    SettleAges,
    completeness,
    settle_age_from,
)
from lib.domain.metrics import usual_kind, usual_type
from lib.domain.records import Platform
from lib.domain.rights import Rights
from lib.services.lag_days import Kind, load_days
from lib.services.recording import bump_data_version
from lib.services.scope import within

Answer = TypeVar("Answer")
Source = Engine | Connection
"""Where to work: an engine, in a transaction of its own, or inside the caller's."""
Curves = Mapping[Kind, CompletenessCurve]

# Made once: every change of a campaign asks.
_SETTLE_AGES = select(settle_age.c.platform, settle_age.c.kind, settle_age.c.age_days).where(
    settle_age.c.age_days.is_not(None)
)


def measure(source: Source, *, now: datetime) -> Curves:
    """Return what the observations say by now, for every platform and kind; nothing is written.

    What is read is bounded: per platform some thousand observations, of those of the newest 200
    days that were observed more than once.
    """
    return _read(source, lambda db: _measured(db, now=now))


def settle_ages(source: Source) -> SettleAges:
    """Return the settle ages in force: as measured last, the defaults behind them."""
    return _read(source, _settle_ages)


def curves(source: Source) -> Curves:
    """Return the curves as measured last."""
    return _read(source, _stored)


def curves_to_show(engine: Engine, *, rights: Rights) -> Curves:
    """Return the curves as measured last, without kinds that only campaigns out of sight have.

    What a platform's figures lack is measured over everybody's and names nobody; the name of a
    kind may be somebody's own.
    """

    def work() -> Curves:
        with reading(engine) as db:
            return _stored(db, or_(*_everybodys(), _is_seen(rights)))

    return retrying(work)


def _everybodys() -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on the kinds that are nobody's own."""
    yield settle_age.c.kind == SPEND
    for one in Platform:
        usual = usual_kind(usual_type(one), one)
        yield and_(settle_age.c.platform == one, settle_age.c.kind == usual)


def _is_seen(rights: Rights) -> ColumnElement[bool]:
    """Return the condition that a campaign in sight has the kind."""
    return exists().where(
        campaign.c.platform == settle_age.c.platform,
        campaign.c.headline_kind == settle_age.c.kind,
        within(campaign.c.artist_id, rights),
    )


def remeasure(source: Source, *, now: datetime) -> frozenset[Kind]:
    """Measure again and keep it, in one transaction; return whose settle age changed.

    Call it after an import. Whatever was computed with the old ages has to be made anew for
    the campaigns of a kind that is returned, and for all of a platform where it is `SPEND`.
    """
    if isinstance(source, Connection):
        return _remeasure(source, now=now)

    def work() -> frozenset[Kind]:
        with writing(source) as db:
            return _remeasure(db, now=now)

    return retrying(work)


def _measured(db: Connection, *, now: datetime) -> Curves:
    days = load_days(db, now=now)
    return {
        (platform, kind): completeness(
            platform,
            kind,
            days.shares.get((platform, kind), []),
            too_small=days.too_small[platform, kind],
        )
        for platform, kind in sorted({*days.shares, *days.too_small})
    }


def _remeasure(db: Connection, *, now: datetime) -> frozenset[Kind]:
    measured = {key: curve for key, curve in _measured(db, now=now).items() if curve.points}
    if measured == _stored(db):
        return frozenset()
    # Raised before the rows are written, so that of two who measure at once one waits here.
    bump_data_version(db)
    before = _settle_ages(db)
    db.execute(
        delete(settle_age).where(
            tuple_(settle_age.c.platform, settle_age.c.kind).not_in(list(measured))
        )
    )
    for curve in measured.values():
        _put(db, settle_age, _row(curve, now=now))
    after = _settle_ages(db)
    return frozenset(
        key for key in {*before.measured, *after.measured} if before.of(*key) != after.of(*key)
    )


def _row(curve: CompletenessCurve, *, now: datetime) -> dict[str, Any]:
    return {
        "platform": curve.platform,
        "kind": curve.kind,
        "age_days": settle_age_from(curve),
        "days": curve.days,
        "points": [[one.age, one.share, one.days] for one in curve.points],
        "reference_age": curve.reference_age,
        "measured_at": now,
    }


def _put(db: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert the row; where its key is there already, take its values."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    keys = [column.name for column in table.primary_key]
    changed = {name: value for name, value in row.items() if name not in keys}
    db.execute(
        dialect.insert(table).values(**row).on_conflict_do_update(index_elements=keys, set_=changed)
    )


def _settle_ages(db: Connection) -> SettleAges:
    rows = db.execute(_SETTLE_AGES)
    return SettleAges({(Platform(row.platform), row.kind): row.age_days for row in rows})


def _stored(db: Connection, *conditions: ColumnElement[bool]) -> Curves:
    query = select(settle_age).where(*conditions)
    rows = db.execute(query.order_by(settle_age.c.platform, settle_age.c.kind)).mappings()
    return {(Platform(row["platform"]), row["kind"]): _curve(row) for row in rows}


def _curve(row: RowMapping) -> CompletenessCurve:
    return CompletenessCurve(
        platform=Platform(row["platform"]),
        kind=row["kind"],
        points=tuple(Point(age, share, days) for age, share, days in row["points"]),
        reference_age=row["reference_age"],
        days=row["days"],
    )


def _read(source: Source, work: Callable[[Connection], Answer]) -> Answer:
    if isinstance(source, Connection):
        return work(source)

    def attempt() -> Answer:
        with reading(source) as db:
            return work(db)

    return retrying(attempt)
