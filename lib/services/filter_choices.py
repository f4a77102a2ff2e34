"""What there is to choose from in the filters: facts of the campaigns that may be seen."""

import json
from dataclasses import dataclass

from sqlalchemy import Engine, Text, cast, func, select

from lib.db.engine import reading, retrying
from lib.db.tables import campaign, import_run
from lib.domain.campaign_filter import Money
from lib.domain.records import BudgetPeriod
from lib.domain.rights import Rights
from lib.services.standing import is_seen


@dataclass(frozen=True)
class Choices:
    """Every campaign type, location and kind of budget, each in its order."""

    types: tuple[str, ...]
    locations: tuple[str, ...]
    budgets: tuple[Money, ...]


def choices(engine: Engine, *, rights: Rights) -> Choices:
    """Return what the campaigns know that may be seen."""

    def work() -> Choices:
        one = campaign.c
        # The lists as they are written: a list cannot be compared on PostgreSQL.
        places = cast(one.locations, Text).label("places")
        query = (
            select(one.campaign_type, one.currency, one.budget_period, places)
            .where(one.id > 0, is_seen(one.artist_id, rights))
            .distinct()
        )
        with reading(engine) as db:
            rows = db.execute(query).all()
        lists = {row.places for row in rows}
        return Choices(
            types=tuple(sorted({row.campaign_type for row in rows})),
            locations=tuple(sorted({place for one in lists for place in json.loads(one)})),
            budgets=tuple(
                sorted(
                    {
                        Money(row.currency, BudgetPeriod(row.budget_period))
                        for row in rows
                        if row.budget_period
                    },
                    key=lambda money: money.label,
                )
            ),
        )

    return retrying(work)


def newest_campaigns(engine: Engine) -> tuple[int, int]:
    """Return two numbers that grow whenever there may be something new to choose.

    Only an import, or a campaign that is added, brings a type, a location or a budget.
    """

    def work() -> tuple[int, int]:
        with reading(engine) as db:
            newest = select(
                func.max(import_run.c.id), select(func.max(campaign.c.id)).scalar_subquery()
            )
            imported, added = db.execute(newest).one()
            return imported or 0, added or 0

    return retrying(work)
