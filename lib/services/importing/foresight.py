"""The trends that an import will bring, worked out before it counts.

The summary changes in the transaction that switches an import over, and that transaction holds
locks that a person's click may wait for. So everything is computed before it, from the plan and
what is stored; the switch only puts the rows in. What the plan cannot foresee, a campaign that
somebody changed meanwhile or one whose result kind changes, is computed within it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import Connection, select

from lib.db.tables import connection
from lib.domain.lag import SettleAges
from lib.domain.records import Coverage
from lib.domain.run_days import LEAVES_IDLE_DAYS_OUT, Told
from lib.platforms import ExportFile
from lib.services.importing.known import completed, figures_of
from lib.services.importing.plan import Plan
from lib.services.importing.status import PlannedCampaign
from lib.services.importing.writing import is_budget_change, new_row, newer_facts, spans_of
from lib.services.lag import settle_ages
from lib.services.recording import Occasion, movement
from lib.services.trend.days import Ahead, AheadDay, Loaded, load_campaigns, loaded
from lib.services.trend.trends import Ready, make_ready, put, rows_of, spoken


@dataclass(frozen=True)
class Foresight:
    """The trends of a plan's campaigns, in the order and the numbers of the plan."""

    ready: Ready
    ages: SettleAges
    positions: frozenset[int]
    """The places in the plan of the campaigns that were foreseen."""


def foresee(
    db: Connection, plan: Plan, file: ExportFile, *, zone: str, occasion: Occasion
) -> Foresight:
    """Return the trends as they will be once the plan is in; nothing is written.

    A new campaign stands under the negative number of its place in the plan, less one.
    """
    now, ages = occasion.now, settle_ages(db)
    known_zone = db.execute(
        select(connection.c.zone).where(
            connection.c.artist_id == plan.basis.artist_id, connection.c.platform == file.platform
        )
    ).scalar()
    ahead: dict[int, Ahead] = {}
    new: list[Loaded] = []
    foreseen: set[int] = set()
    for position, one in enumerate(plan.campaigns):
        if one.known and "headline_kind" in newer_facts(one, plan):
            continue
        foreseen.add(position)
        number = _number(position, one)
        ahead[number] = _ahead(one, plan, file, occasion)
        if one.known is None:
            facts = {**ahead[number].facts, "zone": known_zone or zone}
            some = loaded(
                number,
                facts,
                spans=ahead[number].spans,
                told=ahead[number].told,
                now=now,
                ages=ages,
            )
            if some:
                some.files_from = ahead[number].files_from
                new.append(some)
    ids = [one.known.id for one in plan.campaigns if one.known and one.known.id in ahead]
    campaigns = [*load_campaigns(db, ids, now=now, ages=ages, ahead=ahead), *new]
    by_number = {_number(place, one): (place, one) for place, one in enumerate(plan.campaigns)}
    for some in campaigns:
        place, one = by_number[some.id]
        if not _add_sums(some, one, plan.observed_on):
            foreseen.discard(place)
    rows = rows_of(db, campaigns, ahead=ahead)
    before = spoken(db, ids, now=now)
    ready = make_ready(db.dialect, rows, before, now=now, by=occasion.actor.name)
    return Foresight(ready, ages, frozenset(foreseen))


def put_foreseen(
    db: Connection,
    found: Foresight,
    plan: Plan,
    ids: Sequence[int],
    *,
    changed: Collection[int],
    now: datetime,
) -> list[int]:
    """Put the trends in, within the switch; return the ids of those to compute anew.

    `changed` are among them. They are computed once their history is in.
    """
    if settle_ages(db) != found.ages:
        return list(ids)
    anew = set(changed) | {
        number for place, number in enumerate(ids) if place not in found.positions
    }
    places = {_number(place, one): place for place, one in enumerate(plan.campaigns)}
    numbered = {number: ids[place] for number, place in places.items() if number < 0}
    kept = Ready(
        {number: rows for number, rows in found.ready.rows.items() if number not in anew},
        {number: rows for number, rows in found.ready.flips.items() if number not in anew},
    )
    stored = [one.known.id for one in plan.campaigns if one.known and one.known.id not in anew]
    put(db, stored, kept, now=now, numbered=numbered)
    return sorted(anew)


def _number(position: int, one: PlannedCampaign) -> int:
    return one.known.id if one.known else -1 - position


def _ahead(one: PlannedCampaign, plan: Plan, file: ExportFile, occasion: Occasion) -> Ahead:
    spans = [
        Coverage.model_construct(campaign_id=0, starts_on=first, ends_on=last)
        for first, last in spans_of(one, plan)
    ]
    days_since = partial(_days_since, one, plan.observed_on)
    has_idle_days = file.platform in LEAVES_IDLE_DAYS_OUT
    files_from = file.starts_on if spans and has_idle_days else None
    if one.known is None:
        created = Told(occasion.now, "campaign:create", after=one.status)
        facts = new_row(one, plan, file, occasion)
        return Ahead(facts, spans, [created], files_from, days_since)
    facts, told = newer_facts(one, plan), []
    if is_budget_change(one.known, facts):
        told.append(Told(occasion.now, "campaign:budget"))
    if one.moves:
        told.append(Told(occasion.now, "campaign:reported", one.known.status, one.status))
        facts |= movement(one.known, one.status, occasion, pending_action=one.pending_action)
    return Ahead(facts, spans, told, files_from, days_since)


def _days_since(one: PlannedCampaign, observed_on: date, first: date) -> Iterator[AheadDay]:
    """Yield the days from `first` on as they will currently stand, where anything changes."""
    for day in reversed(one.brought):
        if day.day < first:
            return
        known, brought = one.before.get(day.day), figures_of(day)
        if known is None:
            yield AheadDay(day.day, *brought)
            continue
        is_older = observed_on < known.observed_on
        current = (
            completed(known.figures, brought) if is_older else completed(brought, known.figures)
        )
        if current != known.figures:
            yield AheadDay(day.day, *current)


def _add_sums(some: Loaded, one: PlannedCampaign, observed_on: date) -> bool:
    """Add what the import changes of the sums over the whole run.

    Say whether they are right: where the last day with spend loses it, nobody knows without
    looking which one is the last then.
    """
    if not one.brought:
        return True
    first = one.brought[0].day
    some.first_row_on = min(some.first_row_on or first, first)
    spent: list[int] = [] if some.spent_micros is None else [some.spent_micros]
    last = some.last_spend_on
    for day in _days_since(one, observed_on, first):
        before = one.before.get(day.day)
        if before is not None and before.spend_micros is not None:
            spent.append(-before.spend_micros)
        if day.spend_micros is not None:
            spent.append(day.spend_micros)
        if day.spend_micros and day.spend_micros > 0:
            last = day.day if last is None else max(last, day.day)
        elif day.day == last == some.last_spend_on:
            return False
    some.spent_micros = sum(spent) if spent else None
    some.last_spend_on = last
    return True
