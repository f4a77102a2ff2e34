"""What the switch of an import writes of its campaigns, and the writing, many at a time.

It is worked out before the switch, so that the switch is short; only campaigns that somebody
changed meanwhile are worked out again within it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Dialect, Table

from lib.db.bulk import Shape, Values, insert_rows, next_ids, update_rows
from lib.db.tables import (
    campaign,
    campaign_name,
    coverage,
    hash_of_name,
    staged_campaign,
)
from lib.domain.names import name_key
from lib.domain.records import Campaign, Origin, Source
from lib.platforms import ExportFile
from lib.services.history_chain import append_entries
from lib.services.importing.plan import Plan
from lib.services.importing.status import PlannedCampaign
from lib.services.recording import RESTATED, Occasion, movement

_NOTHING = object()
"""A report that says expressly that there is none, where None says nothing."""
_NEW = (
    "platform",
    "external_id",
    "name",
    "named_on",
    "campaign_type",
    "status",
    "version",
    "status_since",
    "status_origin",
    "currency",
    "budget_micros",
    "budget_period",
    "starts_on",
    "ends_on",
    "locations",
    "headline_kind",
    "headline_named_on",
    "platform_status",
    "serving_status",
    "platform_note",
    "reported_on",
)

Columns = dict[str, Any]


@dataclass
class CampaignWrites:
    """What is written of one campaign, in the driver's form but for the entries."""

    row: Values | None = None
    """Of a new campaign."""
    changed: tuple[tuple[str, ...], Values] | None = None
    """Of a known one: the columns that change, and their values."""
    entries: list[Columns] = field(default_factory=list)
    """Of its history, without its id and artist."""
    name: Values | None = None
    """A name that it was not known under before."""
    spans: list[Values] = field(default_factory=list)


class Writer:
    """Makes ready and writes what one import says of its campaigns."""

    def __init__(
        self, dialect: Dialect, plan: Plan, file: ExportFile, *, occasion: Occasion
    ) -> None:
        self._dialect, self._plan, self._file, self._occasion = dialect, plan, file, occasion
        self._name = Shape(dialect, campaign_name, ("name_hash", "name_key", "platform"))
        self._span = Shape(dialect, coverage, ("starts_on", "ends_on"))
        self._shapes: dict[tuple[Table, tuple[str, ...]], Shape] = {}
        # The request's id names one entry alone, and that is the import's own.
        self._same = {
            "at": occasion.now,
            "actor": occasion.actor.name,
            "origin": Origin.IMPORT,
            "source": Source.IMPORT,
        }
        self._writes = [self._ready(one) for one in plan.campaigns]

    def again(self, position: int) -> None:
        """Make ready once more what is written of a campaign that has changed meanwhile."""
        self._writes[position] = self._ready(self._plan.campaigns[position])

    def _ready(self, one: PlannedCampaign) -> CampaignWrites:
        plan, writes = self._plan, CampaignWrites()
        if one.known is None:
            new = new_row(one, plan, self._file, self._occasion)
            writes.row = self._shape(campaign, _NEW).row(new)
            entries = [_created(one)]
        else:
            changed, entries = _changes(one, plan, self._occasion)
            if changed:
                shape = self._shape(campaign, tuple(sorted(changed)))
                writes.changed = shape.columns, shape.row(changed)
        writes.entries = [self._same | entry for entry in entries]
        key = name_key(one.export.name)
        if one.known is None or one.known.id not in plan.basis.names.get(key, ()):
            writes.name = self._name.row(
                {"name_hash": hash_of_name(key), "name_key": key, "platform": self._file.platform}
            )
        writes.spans = [
            self._span.row({"starts_on": first, "ends_on": last})
            for first, last in spans_of(one, plan)
        ]
        return writes

    def _shape(self, table: Table, columns: tuple[str, ...]) -> Shape:
        if (table, columns) not in self._shapes:
            self._shapes[table, columns] = Shape(self._dialect, table, columns)
        return self._shapes[table, columns]

    def write(self, db: Connection, *, artist_id: int, import_id: int, staged: int) -> list[int]:
        """Create and update the campaigns, with names, coverage and staged places.

        Return their ids, in the order of the plan.
        """
        writes = self._writes
        made = iter(next_ids(db, campaign, sum(w.row is not None for w in writes)))
        ids = [one.known.id if one.known else next(made) for one in self._plan.campaigns]
        pairs = list(zip(ids, writes, strict=True))
        rows = [(n, artist_id, *w.row) for n, w in pairs if w.row is not None]
        insert_rows(db, campaign, ("id", "artist_id", *_NEW), rows)
        alike: dict[tuple[str, ...], list[Values]] = defaultdict(list)
        for n, w in pairs:
            if w.changed:
                alike[w.changed[0]].append((*w.changed[1], n))
        for columns, some in alike.items():
            update_rows(db, campaign, columns, "id", some)
        insert_rows(
            db,
            campaign_name,
            ("campaign_id", "artist_id", *self._name.columns),
            [(n, artist_id, *w.name) for n, w in pairs if w.name],
        )
        insert_rows(
            db,
            coverage,
            ("campaign_id", "import_id", *self._span.columns),
            [(n, import_id, *span) for n, w in pairs for span in w.spans],
        )
        insert_rows(
            db,
            staged_campaign,
            ("staged_id", "position", "campaign_id", "days"),
            [
                (staged, position, n, len(one.brought))
                for position, (n, one) in enumerate(zip(ids, self._plan.campaigns, strict=True))
                if one.brought
            ],
        )
        return ids

    def record(self, db: Connection, ids: list[int], *, artist_id: int) -> None:
        """Write the history of the campaigns, after they have been written themselves."""
        append_entries(
            db,
            [
                {"campaign_id": n, "artist_id": artist_id, **entry}
                for n, writes in zip(ids, self._writes, strict=True)
                for entry in writes.entries
            ],
        )


def new_row(one: PlannedCampaign, plan: Plan, file: ExportFile, occasion: Occasion) -> Columns:
    """Return the columns of a campaign that the file brings, but for its id and artist."""
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


def _created(one: PlannedCampaign) -> Columns:
    note = "No status in the file: read from its delivery." if one.is_status_inferred else None
    return {"event": "campaign:create", "version": 1, "to_status": one.status, "note": note}


def _changes(one: PlannedCampaign, plan: Plan, occasion: Occasion) -> tuple[Columns, list[Columns]]:
    """Return the columns of a known campaign that change, and the entries that tell of it."""
    known = one.known
    assert known is not None  # noqa: S101 - the caller asked
    changed = newer_facts(one, plan)
    entries: list[Columns] = []

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
    if is_budget_change(known, changed):
        note(
            "campaign:budget",
            before=known.budget_micros,
            after=changed.get("budget_micros", known.budget_micros),
            period=changed.get("budget_period", known.budget_period),
            currency=known.currency,
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


def newer_facts(one: PlannedCampaign, plan: Plan) -> dict[str, Any]:
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
    elif not one.is_kind_named and one.is_newest_file:
        facts["headline_kind"] = one.headline_kind
    plan_of_run = {
        "budget_micros": export.budget_micros,
        "budget_period": export.budget_period,
        "starts_on": export.starts_on,
        "locations": list(export.locations) or None,
    }
    if one.is_newest_file:
        facts |= plan_of_run | {
            "campaign_type": one.campaign_type,
            "ends_on": _NOTHING if export.is_open_ended else export.ends_on,
        }
    else:
        # An older file says what no newer one has said. Not an end: that there is none may have
        # been said since.
        facts |= {key: value for key, value in plan_of_run.items() if not _had(known, key)}
    if one.is_newest_report and export.status is not None:
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


def is_budget_change(known: Campaign, changed: Mapping[str, Any]) -> bool:
    """Return whether the columns that change make another budget of one that was known.

    A budget that a file names for the first time was no change: it is what had been there.
    """
    return any(
        key in changed and getattr(known, key) is not None
        for key in ("budget_micros", "budget_period")
    )


def _had(known: Campaign, column: str) -> object:
    return list(known.locations) if column == "locations" else getattr(known, column)


def spans_of(one: PlannedCampaign, plan: Plan) -> list[tuple[date, date]]:
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
