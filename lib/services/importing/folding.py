"""Folding: what is switched over goes where it belongs, in short transactions.

Its days count from the switch on; `lib.services.current_days` shows them until they are
folded. Each transaction takes some campaigns from the staged days to the final tables, so
the figures are the same at every moment, and a fold that was cut off is taken up by anybody.
"""

import time
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from lib.db.engine import reading, retrying
from lib.db.tables import (
    daily_kind_result,
    daily_observation,
    daily_result,
    staged_campaign,
    staged_day,
    staged_import,
    staged_kind_result,
)
from lib.services.importing.staging import BREATH, Pace, Progress, remove_given_up
from lib.services.transactions import in_transaction

_MOST_CAMPAIGNS = 500


def finish_imports(engine: Engine) -> None:
    """Fold every import that is switched over, and remove what dead processes left behind.

    It costs one read where there is nothing to do, which is nearly always.
    """

    def waiting() -> list[tuple[int, int | None]]:
        with reading(engine) as db:
            query = select(staged_import.c.id, staged_import.c.import_id)
            return [(number, switched) for number, switched in db.execute(query)]

    found = retrying(waiting)
    for number, switched in found:
        if switched is not None:
            fold(engine, number)
    if any(switched is None for _, switched in found):
        remove_given_up(engine)


def fold(
    engine: Engine, number: int, *, told: Progress = lambda _share, _words: None, days: int = 0
) -> None:
    """Fold an import that is switched over; `days` is how many it has, for the progress."""
    pace, done = Pace(2_000, most=10_000), 0
    while True:

        def work(db: Connection) -> int:
            pace.begin()
            return fold_some(db, number, pace.rows)

        folded = in_transaction(engine, work)
        if not folded:
            return
        pace.learn(folded)
        done += folded
        told(min(done / (days or done), 1.0), f"{done:,} of {days or done:,} days are in place")
        time.sleep(BREATH)


def fold_some(db: Connection, number: int, rows: int) -> int:
    """Fold whole campaigns with about so many days, and return how many days; 0 at the end."""
    # The header is locked, so that two who fold the same import take turns.
    header = db.execute(
        select(staged_import.c.import_id, staged_import.c.imported_at)
        .where(staged_import.c.id == number)
        .with_for_update()
    ).first()
    if header is None:
        return 0
    last, days = _next_campaigns(db, number, rows)
    if last is None:
        db.execute(delete(staged_import).where(staged_import.c.id == number))
        return 0
    _fold_days(db, number, last, header.import_id, header.imported_at)
    _fold_kinds(db, number, last)
    for table in (staged_day, staged_kind_result, staged_campaign):
        db.execute(delete(table).where(table.c.staged_id == number, table.c.position <= last))
    return max(days, 1)


def _next_campaigns(db: Connection, number: int, rows: int) -> tuple[int | None, int]:
    """Return the last of the next positions to fold, and how many days they have together."""
    last, days = None, 0
    for position, its_days in db.execute(
        select(staged_campaign.c.position, staged_campaign.c.days)
        .where(staged_campaign.c.staged_id == number)
        .order_by(staged_campaign.c.position)
        .limit(_MOST_CAMPAIGNS)
    ):
        if last is not None and days + its_days > rows:
            break
        last, days = position, days + its_days
    return last, days


def _fold_days(
    db: Connection, number: int, last: int, import_id: int, imported_at: datetime
) -> None:
    mine = _mine(staged_day, number, last)
    db.execute(
        daily_observation.insert().from_select(
            [column.name for column in daily_observation.columns],
            select(
                staged_campaign.c.campaign_id,
                staged_day.c.day,
                literal(import_id),
                literal(imported_at, daily_observation.c.imported_at.type),
                staged_day.c.spend_micros,
                staged_day.c.impressions,
                staged_day.c.clicks,
                staged_day.c.results,
            )
            .join_from(staged_campaign, staged_day, mine)
            .where(staged_campaign.c.staged_id == number),
        )
    )
    _put(
        db,
        daily_result,
        select(
            staged_campaign.c.campaign_id,
            staged_day.c.day,
            staged_day.c.current_spend_micros,
            staged_day.c.current_impressions,
            staged_day.c.current_clicks,
            func.coalesce(staged_day.c.current_import_id, import_id),
            func.coalesce(staged_day.c.current_observed_on, staged_import.c.observed_on),
        )
        .join_from(staged_campaign, staged_day, mine)
        .join(staged_import, staged_import.c.id == staged_campaign.c.staged_id)
        .where(staged_campaign.c.staged_id == number, staged_day.c.is_current),
    )


def _fold_kinds(db: Connection, number: int, last: int) -> None:
    _put(
        db,
        daily_kind_result,
        select(
            staged_campaign.c.campaign_id,
            staged_kind_result.c.day,
            staged_kind_result.c.kind,
            staged_kind_result.c.results_micros,
        )
        .join_from(staged_campaign, staged_kind_result, _mine(staged_kind_result, number, last))
        .where(staged_campaign.c.staged_id == number),
    )


def _mine(table: Table, number: int, last: int) -> ColumnElement[bool]:
    return and_(
        table.c.staged_id == number,
        table.c.position == staged_campaign.c.position,
        staged_campaign.c.position <= last,
    )


def _put(db: Connection, table: Table, rows: Select[tuple[object, ...]]) -> None:
    """Insert the rows; where the key is there already, take the row's values."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    keys = [column.name for column in table.primary_key]
    statement = dialect.insert(table).from_select([one.name for one in table.columns], rows)
    values = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys
    }
    db.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
