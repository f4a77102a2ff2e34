"""What the switch of an import writes of its campaigns, and the writing, many at a time.

It is worked out before the switch, so that the switch is short; only campaigns that somebody
changed meanwhile are worked out again within it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from lib.db.tables import campaign, campaign_name, coverage, history, staged_campaign
from lib.domain.names import name_key
from lib.domain.records import Campaign, Origin
from lib.platforms import ExportFile
from lib.services.import_plan import Plan
from lib.services.import_status import PlannedCampaign
from lib.services.recording import Occasion, movement

RESTATED = "campaign:restated"
_NOTHING = object()
"""A report that says expressly that there is none, where None says nothing."""

Values = dict[str, Any]


@dataclass
class CampaignWrites:
    """What is written of one campaign: its row or what changes of it, and its history."""

    is_new: bool
    row: Values
    """Of a new campaign everything but its artist; of a known one what changes."""
    entries: list[Values] = field(default_factory=list)
    is_name_new: bool = False
    spans: Sequence[tuple[date, date]] = ()


def prepare(plan: Plan, file: ExportFile, *, occasion: Occasion) -> list[CampaignWrites]:
    """Return what is to be written of each campaign of the plan, in its order."""
    return [prepare_one(one, plan, file, occasion=occasion) for one in plan.campaigns]


def prepare_one(
    one: PlannedCampaign, plan: Plan, file: ExportFile, *, occasion: Occasion
) -> CampaignWrites:
    """Return what is to be written of one campaign."""
    if one.known is None:
        writes = CampaignWrites(True, _new_row(one, plan, file, occasion), [_created(one)], True)
    else:
        changed, entries = _changes(one, plan, occasion)
        names = plan.basis.names.get(name_key(one.export.name), ())
        writes = CampaignWrites(False, changed, entries, one.known.id not in names)
    writes.spans = _spans(one, plan)
    return writes


def write_campaigns(
    db: Connection,
    plan: Plan,
    file: ExportFile,
    writes: Sequence[CampaignWrites],
    *,
    artist_id: int,
    occasion: Occasion,
) -> list[int]:
    """Create and update the campaigns with their names and history; return their ids in order."""
    new = [w.row | {"artist_id": artist_id} for w in writes if w.is_new]
    made = iter(_insert_campaigns(db, new))
    ids = [one.known.id if one.known else next(made) for one in plan.campaigns]
    pairs = list(zip(ids, writes, strict=True))
    _update_campaigns(db, [(number, w.row) for number, w in pairs if not w.is_new])
    _insert_all(
        db,
        campaign_name,
        [
            {
                "campaign_id": number,
                "name_key": name_key(one.export.name),
                "artist_id": artist_id,
                "platform": file.platform,
            }
            for one, (number, w) in zip(plan.campaigns, pairs, strict=True)
            if w.is_name_new
        ],
    )
    # After the campaigns: the database takes no entry that runs ahead of its campaign.
    same = _of_occasion(occasion) | {"artist_id": artist_id}
    entries = [same | entry | {"campaign_id": n} for n, w in pairs for entry in w.entries]
    _insert_all(db, history, [entry for entry in entries if "version" in entry])
    _insert_all(db, history, [entry for entry in entries if "version" not in entry])
    return ids


def write_coverage(
    db: Connection,
    plan: Plan,
    writes: Sequence[CampaignWrites],
    ids: Sequence[int],
    *,
    import_id: int,
    staged: int,
) -> None:
    """Write which days the import speaks for, and which campaigns its staged days are of."""
    _insert_all(
        db,
        coverage,
        [
            {"campaign_id": n, "import_id": import_id, "starts_on": first, "ends_on": last}
            for n, w in zip(ids, writes, strict=True)
            for first, last in w.spans
        ],
    )
    _insert_all(
        db,
        staged_campaign,
        [
            {"staged_id": staged, "position": position, "campaign_id": n, "days": len(one.brought)}
            for position, (n, one) in enumerate(zip(ids, plan.campaigns, strict=True))
            if one.brought
        ],
    )


def _new_row(one: PlannedCampaign, plan: Plan, file: ExportFile, occasion: Occasion) -> Values:
    export = one.export
    return {
        "platform": file.platform,
        "external_id": export.external_id,
        "name": export.name,
        "named_on": plan.observed_on,
        "campaign_type": one.campaign_type,
        "status": one.status,
        "version": 1,
        "status_since": occasion.now,
        "status_origin": Origin.IMPORT,
        "currency": export.currency or file.currency,
        "budget_micros": export.budget_micros,
        "budget_period": export.budget_period,
        "starts_on": export.starts_on,
        "ends_on": export.ends_on,
        "locations": list(export.locations),
        "headline_kind": one.headline_kind,
        "headline_named_on": plan.observed_on if one.is_kind_named else None,
        "platform_status": export.platform_status,
        "serving_status": export.serving_status,
        "platform_note": export.platform_note,
        "reported_on": plan.observed_on if export.status else None,
    }


def _created(one: PlannedCampaign) -> Values:
    note = "No status in the file: read from its delivery." if one.is_status_inferred else None
    return {"event": "campaign:create", "version": 1, "to_status": one.status, "note": note}


def _changes(one: PlannedCampaign, plan: Plan, occasion: Occasion) -> tuple[Values, list[Values]]:
    """Return the columns of a known campaign that change, and the entries that tell of it."""
    known = one.known
    assert known is not None  # noqa: S101 - the caller asked
    changed = _newer_facts(one, plan)
    entries: list[Values] = []

    def note(event: str, **details: Any) -> None:
        entries.append({"event": event, "details": details})

    if one.is_confirmed:
        note(
            "campaign:carried_out",
            action=known.pending_action,
            reported=one.export.platform_status,
            status=known.status.value,
            version=known.version,
        )
    if one.is_contradicted:
        note("campaign:still_running", reported=one.export.platform_status)
    if "name" in changed:
        note("campaign:rename", before=known.name, after=changed["name"])
    if {"budget_micros", "budget_period"} & changed.keys():
        note(
            "campaign:budget",
            before=known.budget_micros,
            after=changed.get("budget_micros", known.budget_micros),
            period=changed.get("budget_period", known.budget_period),
        )
    if one.restated:
        days = {"first": one.restated.first.isoformat(), "last": one.restated.last.isoformat()}
        note(RESTATED, **(asdict(one.restated) | days))
    if one.pending_action != known.pending_action:
        changed["pending_action"] = one.pending_action
    if one.moves:
        changed |= movement(known, one.status, occasion, pending_action=one.pending_action)
        moved = {
            "event": "campaign:reported",
            "version": changed["version"],
            "from_status": known.status,
            "to_status": one.status,
            "details": {"reported": one.export.platform_status},
        }
        entries.insert(0, moved)
    return changed, entries


def _newer_facts(one: PlannedCampaign, plan: Plan) -> dict[str, Any]:
    """Return the columns in which a newer report differs; what it leaves out stays."""
    known, export = one.known, one.export
    assert known is not None  # noqa: S101 - the caller asked
    facts: dict[str, Any] = {}
    if export.external_id:
        facts["external_id"] = export.external_id
    if known.named_on is None or plan.observed_on >= known.named_on:
        facts |= {"name": export.name, "named_on": plan.observed_on}
    if one.is_kind_named and (
        known.headline_named_on is None or plan.observed_on >= known.headline_named_on
    ):
        facts |= {"headline_kind": one.headline_kind, "headline_named_on": plan.observed_on}
    elif not one.is_kind_named and one.is_newest_report:
        facts["headline_kind"] = one.headline_kind
    if one.is_newest_report:
        facts |= {
            "campaign_type": one.campaign_type,
            "budget_micros": export.budget_micros,
            "budget_period": export.budget_period,
            "starts_on": export.starts_on,
            "ends_on": _NOTHING if export.is_open_ended else export.ends_on,
            "locations": list(export.locations) or None,
        }
        if export.status is not None:
            # The words belong together: an old reason beside a new status would mislead.
            facts |= {
                "platform_status": export.platform_status or _NOTHING,
                "serving_status": export.serving_status or _NOTHING,
                "platform_note": export.platform_note or _NOTHING,
                "reported_on": plan.observed_on,
            }
    said = {key: value for key, value in facts.items() if value is not None}
    changed = {key: None if value is _NOTHING else value for key, value in said.items()}
    return {key: value for key, value in changed.items() if value != _had(known, key)}


def _had(known: Campaign, column: str) -> object:
    return list(known.locations) if column == "locations" else getattr(known, column)


def _spans(one: PlannedCampaign, plan: Plan) -> list[tuple[date, date]]:
    """Return the days that the file speaks for: not those from before the campaign ever ran."""
    if plan.covered is None or not one.brought:
        return []
    if not plan.is_gapless:
        return _runs([day.day for day in one.brought])
    began = one.brought[0].day
    if one.known:
        began = min(began, plan.basis.first_days.get(one.known.id, began))
    return [(max(began, plan.covered[0]), plan.covered[1])]


def _runs(days: list[date]) -> list[tuple[date, date]]:
    """Return the first and last day of every unbroken run of `days`."""
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _of_occasion(occasion: Occasion) -> Values:
    """Return what the entries share. The request's id names one entry alone: the import's."""
    return {
        "at": occasion.now,
        "actor": occasion.actor.name,
        "origin": Origin.IMPORT,
        "source": occasion.source,
    }


def _insert_campaigns(db: Connection, rows: Sequence[Values]) -> list[int]:
    if not rows:
        return []
    made = insert(campaign).returning(campaign.c.id, sort_by_parameter_order=True)
    return list(db.execute(made, rows).scalars())


def _update_campaigns(db: Connection, changes: Iterable[tuple[int, Values]]) -> None:
    """Write what changes: campaigns in which the same columns change by one statement."""
    alike: dict[tuple[str, ...], list[Values]] = defaultdict(list)
    for number, changed in changes:
        if changed:
            alike[tuple(sorted(changed))].append(changed | {"this_campaign": number})
    for rows in alike.values():
        db.execute(update(campaign).where(campaign.c.id == bindparam("this_campaign")), rows)


def _insert_all(db: Connection, table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert the rows: those with the same columns by one statement."""
    alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        alike[tuple(row)].append(row)
    for some in alike.values():
        db.execute(insert(table), some)
