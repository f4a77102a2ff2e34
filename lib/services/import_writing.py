"""Writes a plan: campaigns, days, observations, coverage and history, in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lib.db.tables import (
    artist,
    campaign,
    campaign_name,
    connection,
    coverage,
    daily_kind_result,
    daily_observation,
    daily_result,
    history,
    import_run,
    organization,
)
from lib.domain.names import artist_key, name_key
from lib.domain.records import (
    BillingState,
    ConnectionState,
    GatewayKind,
    Origin,
    Platform,
)
from lib.platforms import ExportDay, ExportFile
from lib.services.import_known import Figures, KnownDay, completed, figures_of
from lib.services.import_plan import Plan
from lib.services.import_shapes import ImportRefused
from lib.services.import_status import PlannedCampaign
from lib.services.recording import Occasion, record_event, record_status

Progress = Callable[[float, str], None]

OWN_LABEL = "My label"
_NOTHING = object()
"""A report that says expressly that there is none, where None says nothing."""
BATCH = 5_000


def ensure_artist(db: Connection, name: str, *, occasion: Occasion) -> int:
    """Return the artist's id, created in the person's own label if the name is new.

    The artist stays locked until the transaction ends: imports for one artist queue.
    """
    found = db.execute(
        select(artist.c.id).where(artist.c.name_key == artist_key(name)).with_for_update()
    ).scalar()
    if found is not None:
        return int(found)
    label = db.execute(
        select(organization.c.id)
        .where(organization.c.is_demo.is_(False))
        .order_by(organization.c.id)
    ).scalar()
    if label is None:
        label = _insert_one(
            db, organization, name=OWN_LABEL, is_demo=False, created_at=occasion.now
        )
    number = _insert_one(
        db,
        artist,
        organization_id=label,
        name=name.strip(),
        name_key=artist_key(name),
        billing=BillingState.IN_ORDER,
        created_at=occasion.now,
    )
    record_event(db, _unasked(occasion), "artist:create", artist_id=number, details={"name": name})
    return number


def ensure_connection(db: Connection, artist_id: int, platform: Platform, *, zone: str) -> None:
    """Make sure that the artist has a connection for the platform: by hand if it is new.

    Raises `ImportRefused` for a zone that the time zone database does not know.
    """
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise ImportRefused(
            f"“{zone}” is no time zone. Give an IANA name such as Europe/Berlin; nothing was "
            "imported."
        ) from None
    found = db.execute(
        select(connection.c.zone).where(
            connection.c.artist_id == artist_id, connection.c.platform == platform
        )
    ).scalar()
    if found is None:
        db.execute(
            insert(connection).values(
                artist_id=artist_id,
                platform=platform,
                gateway=GatewayKind.BY_HAND,
                state=ConnectionState.LIVE,
                zone=zone,
            )
        )


def write_plan(
    db: Connection,
    plan: Plan,
    file: ExportFile,
    *,
    artist_id: int,
    file_name: str,
    counts: Mapping[str, Any],
    occasion: Occasion,
    progress: Progress,
) -> int:
    """Write everything that the plan says, and return the import's id."""
    import_id = _insert_one(
        db,
        import_run,
        artist_id=artist_id,
        platform=file.platform,
        file_name=file_name,
        sha256=file.sha256,
        form=file.form,
        grain=file.grain,
        starts_on=file.starts_on,
        ends_on=file.ends_on,
        observed_on=plan.observed_on,
        at=occasion.now,
        actor=occasion.actor.name,
        counts=dict(counts),
    )
    inner = _unasked(occasion)
    total = len(plan.campaigns) or 1
    for position, one in enumerate(plan.campaigns):
        campaign_id = _write_campaign(db, one, plan, file, artist_id=artist_id, occasion=inner)
        _write_days(db, one, plan, campaign_id, import_id, occasion=inner)
        progress((position + 1) / total, f"{position + 1} of {total} campaigns")
    record_event(
        db,
        occasion,
        "import:finish",
        artist_id=artist_id,
        details={"import_id": import_id, "file": file_name, "form": file.form, **counts},
    )
    return import_id


def _write_campaign(
    db: Connection,
    one: PlannedCampaign,
    plan: Plan,
    file: ExportFile,
    *,
    artist_id: int,
    occasion: Occasion,
) -> int:
    if one.known is None:
        campaign_id = _create(db, one, plan, file, artist_id=artist_id, occasion=occasion)
    else:
        campaign_id = one.known.id
        _update(db, one, plan, occasion=occasion)
    _remember_name(db, one, campaign_id, artist_id=artist_id, platform=file.platform)
    return campaign_id


def _create(
    db: Connection,
    one: PlannedCampaign,
    plan: Plan,
    file: ExportFile,
    *,
    artist_id: int,
    occasion: Occasion,
) -> int:
    export = one.export
    campaign_id = _insert_one(
        db,
        campaign,
        artist_id=artist_id,
        platform=file.platform,
        external_id=export.external_id,
        name=export.name,
        named_on=plan.observed_on,
        campaign_type=one.campaign_type,
        status=one.status,
        version=1,
        status_since=occasion.now,
        status_origin=Origin.IMPORT,
        currency=export.currency or file.currency,
        budget_micros=export.budget_micros,
        budget_period=export.budget_period,
        starts_on=export.starts_on,
        ends_on=export.ends_on,
        locations=list(export.locations),
        headline_kind=one.headline_kind,
        headline_named_on=plan.observed_on if one.is_kind_named else None,
        platform_status=export.platform_status,
        serving_status=export.serving_status,
        platform_note=export.platform_note,
        reported_on=plan.observed_on if export.status else None,
    )
    note = "No status in the file: read from its delivery." if one.is_status_inferred else None
    db.execute(
        insert(history).values(
            artist_id=artist_id,
            campaign_id=campaign_id,
            version=1,
            at=occasion.now,
            actor=occasion.actor.name,
            origin=Origin.IMPORT,
            source=occasion.source,
            event="campaign:create",
            to_status=one.status,
            note=note,
        )
    )
    return campaign_id


def _update(db: Connection, one: PlannedCampaign, plan: Plan, *, occasion: Occasion) -> None:
    known = one.known
    assert known is not None  # noqa: S101 - the caller asked

    def note(event: str, **details: Any) -> None:
        record_event(
            db,
            occasion,
            event,
            artist_id=known.artist_id,
            campaign_id=known.id,
            details=details,
        )

    if one.moves:
        record_status(
            db,
            occasion,
            "campaign:reported",
            known,
            one.status,
            pending_action=one.pending_action,
            details={"reported": one.export.platform_status},
        )
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
    changed = _newer_facts(one, plan)
    if "name" in changed:
        note("campaign:rename", before=known.name, after=changed["name"])
    if {"budget_micros", "budget_period"} & changed.keys():
        note(
            "campaign:budget",
            before=known.budget_micros,
            after=changed.get("budget_micros", known.budget_micros),
            period=changed.get("budget_period", known.budget_period),
        )
    if one.pending_action != known.pending_action:
        changed["pending_action"] = one.pending_action
    if changed:
        db.execute(update(campaign).where(campaign.c.id == known.id).values(**changed))


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
    had = known.model_dump() | {"locations": list(known.locations)}
    said = {key: value for key, value in facts.items() if value is not None}
    changed = {key: None if value is _NOTHING else value for key, value in said.items()}
    return {key: value for key, value in changed.items() if value != had[key]}


def _remember_name(
    db: Connection, one: PlannedCampaign, campaign_id: int, *, artist_id: int, platform: Platform
) -> None:
    key = name_key(one.export.name)
    is_known = db.execute(
        select(campaign_name.c.campaign_id).where(
            campaign_name.c.campaign_id == campaign_id, campaign_name.c.name_key == key
        )
    ).first()
    if not is_known:
        db.execute(
            insert(campaign_name).values(
                campaign_id=campaign_id, name_key=key, artist_id=artist_id, platform=platform
            )
        )


def _write_days(
    db: Connection,
    one: PlannedCampaign,
    plan: Plan,
    campaign_id: int,
    import_id: int,
    *,
    occasion: Occasion,
) -> None:
    if plan.covered is None or not one.days:
        return
    spans = [(_first_covered(db, one, campaign_id, plan.covered[0]), plan.covered[1])]
    if not plan.is_gapless:
        spans = _runs([day.day for _, day, _ in one.days])
    _insert_all(
        db,
        coverage,
        (
            {
                "campaign_id": campaign_id,
                "import_id": import_id,
                "starts_on": first,
                "ends_on": last,
            }
            for first, last in spans
        ),
    )
    _insert_all(
        db,
        daily_observation,
        (
            {
                "campaign_id": campaign_id,
                "day": day.day,
                "import_id": import_id,
                "imported_at": occasion.now,
                "spend_micros": day.spend_micros,
                "impressions": day.impressions,
                "clicks": day.clicks,
                "results": dict(day.results),
            }
            for _, day, _ in one.days
        ),
    )
    _write_current(db, one, campaign_id, import_id, observed_on=plan.observed_on)


def _runs(days: list[date]) -> list[tuple[date, date]]:
    """Return the first and last day of every unbroken run of `days`."""
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _first_covered(
    db: Connection, one: PlannedCampaign, campaign_id: int, range_starts_on: date
) -> date:
    """Return from when the file speaks for the campaign: not from before it ever ran."""
    earliest = db.execute(
        select(func.min(daily_result.c.day)).where(daily_result.c.campaign_id == campaign_id)
    ).scalar()
    first_row = min(day.day for _, day, _ in one.days)
    began = first_row if earliest is None else min(first_row, earliest)
    return max(began, range_starts_on)


def _write_current(
    db: Connection,
    one: PlannedCampaign,
    campaign_id: int,
    import_id: int,
    *,
    observed_on: date,
) -> None:
    days: list[dict[str, Any]] = []
    kinds: list[dict[str, Any]] = []
    for _, day, known in one.days:
        figures, source, seen_on = _current_after(day, known, import_id, observed_on)
        if known is not None and (figures, seen_on) == (known.figures, known.observed_on):
            continue
        spend, impressions, clicks, results = figures
        days.append(
            {
                "campaign_id": campaign_id,
                "day": day.day,
                "spend_micros": spend,
                "impressions": impressions,
                "clicks": clicks,
                "import_id": source,
                "observed_on": seen_on,
            }
        )
        kinds += [
            {"campaign_id": campaign_id, "day": day.day, "kind": kind, "results_micros": micros}
            for kind, micros in results.items()
            if known is None or known.results.get(kind) != micros
        ]
    _put_all(db, daily_result, days)
    _put_all(db, daily_kind_result, kinds)


def _current_after(
    day: ExportDay, known: KnownDay | None, import_id: int, observed_on: date
) -> tuple[Figures, int, date]:
    """Return a day's figures once the file's are in, and which import they count as.

    The newer observation speaks; what it leaves blank the older one fills, in whichever
    order the two were imported.
    """
    if known is None:
        return figures_of(day), import_id, observed_on
    if observed_on < known.observed_on:
        return completed(known.figures, figures_of(day)), known.import_id, known.observed_on
    return completed(figures_of(day), known.figures), import_id, observed_on


def _put_all(db: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert the rows; where the key is there already, take the row's values."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    values = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys
    }
    put = statement.on_conflict_do_update(index_elements=keys, set_=values)
    for batch in _batches(rows):
        db.execute(put, batch)


def _insert_all(db: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    for batch in _batches(rows):
        db.execute(insert(table), batch)


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterable[Sequence[Mapping[str, Any]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _insert_one(db: Connection, table: Table, **values: Any) -> int:
    key = db.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted, so it has a key
    return int(key[0])


def _unasked(occasion: Occasion) -> Occasion:
    """Return the occasion for entries that follow from the import; the id names only one."""
    return Occasion(occasion.actor, occasion.now, Origin.IMPORT, occasion.source)
