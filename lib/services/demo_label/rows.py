"""The demo label as rows: lists ready to be inserted, with positions in place of ids."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from lib.domain.names import artist_key, name_key
from lib.domain.records import MICROS, Origin, Source
from lib.services.billing import PAYMENT_FAILED, PAYMENT_RECOVERED
from lib.services.demo_label.figures import (
    Day,
    Export,
    exports_of,
    said_of,
    span_of,
    true_days,
)
from lib.services.demo_label.fixtures import ArtistPlan, ConnectionPlan, LabelPlan, before
from lib.services.demo_label.recipe import campaigns_of
from lib.services.demo_label.story import BILLING_ACTOR, FAILED, Life, billing_at, live

FORM = "Demo label"
Row = dict[str, Any]

_LIFE_COLUMNS = (
    "platform",
    "external_id",
    "name",
    "campaign_type",
    "promotes",
    "link",
    "status",
    "version",
    "status_since",
    "status_origin",
    "stopped_at",
    "resumed_at",
    "status_before_archive",
    "pending_action",
    "created_at",
    "starts_on",
    "ends_on",
    "currency",
    "budget_micros",
    "budget_period",
    "headline_kind",
    "platform_status",
    "serving_status",
    "platform_note",
)


@dataclass
class Label:
    """Rows of the whole label; `artist_id`, `campaign_id` and `import_id` are positions."""

    name: str
    artists: list[Row] = field(default_factory=list)
    connections: list[Row] = field(default_factory=list)
    imports: list[Row] = field(default_factory=list)
    campaigns: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    names: list[Row] = field(default_factory=list)
    coverage: list[Row] = field(default_factory=list)
    observations: list[Row] = field(default_factory=list)
    days: list[Row] = field(default_factory=list)
    kinds: list[Row] = field(default_factory=list)


def label_rows(label: LabelPlan, *, now: datetime) -> Label:
    """Return every row of the demo label for a loading at `now`: the same ones every time."""
    rows = Label(label.name)
    for of in label.artists:
        _artist(rows, label, of, now=now)
    # History is read newest id first, so it is written in the order of time.
    rows.entries.sort(key=lambda entry: entry["at"])
    return rows


def _artist(rows: Label, label: LabelPlan, of: ArtistPlan, *, now: datetime) -> None:
    artist_id = len(rows.artists)
    joined = before(now, 200 + artist_id)
    rows.artists.append(
        {
            "name": of.name,
            "name_key": artist_key(of.name),
            "billing": billing_at(of, now, now=now),
            "created_at": joined,
        }
    )
    actor = label.person(of.manager)
    rows.entries.append(
        _happened(artist_id, joined, actor, Origin.PERSON, "artist:create", note=of.genre)
    )
    plans = of.campaign
    if of.recipe:
        plans += campaigns_of(of.recipe, seed=f"{label.seed} {of.name}")
    first = len(rows.campaigns)
    lives = [
        live(plan, of, label=label, number=first + position, now=now)
        for position, plan in enumerate(plans)
    ]
    for link in of.connection:
        of_link = [life for life in lives if life.plan.platform is link.platform]
        _connection(rows, label, of, link, of_link, artist_id=artist_id, now=now)
    _campaigns(rows, lives, artist_id=artist_id)
    _payments(rows, of, lives, artist_id=artist_id, now=now)
    for step in of.happenings:
        rows.entries.append(
            _happened(
                artist_id, step.at(now), "Campaign Desk", Origin.SYSTEM, step.do, note=step.note
            )
        )


def _campaigns(rows: Label, lives: list[Life], *, artist_id: int) -> None:
    for life in lives:
        campaign = life.campaign
        columns = {name: getattr(campaign, name) for name in _LIFE_COLUMNS}
        rows.campaigns.append(
            columns
            | {
                "artist_id": artist_id,
                "locations": list(campaign.locations),
                "named_on": life.last_listed_on,
                "reported_on": life.last_listed_on,
            }
        )
        rows.names.append(
            {
                "campaign_id": campaign.id,
                "name_key": name_key(campaign.name),
                "artist_id": artist_id,
                "platform": campaign.platform,
            }
        )
        keys = {"artist_id": artist_id, "campaign_id": campaign.id}
        rows.entries.extend(entry | keys for entry in life.entries)


def _connection(
    rows: Label,
    label: LabelPlan,
    of: ArtistPlan,
    link: ConnectionPlan,
    lives: list[Life],
    *,
    artist_id: int,
    now: datetime,
) -> None:
    rows.connections.append(
        {
            "artist_id": artist_id,
            "platform": link.platform,
            "gateway": link.gateway,
            "state": link.state,
            "zone": link.zone,
        }
    )
    if not lives:
        return
    exports = exports_of(link, now=now)
    base = len(rows.imports)
    counts: list[Counter[str]] = [Counter() for _ in exports]
    for life in lives:
        _figures(rows, life, exports, base, counts, label=label, of=of, now=now)
    actor = label.person(of.manager)
    for export, count in zip(exports, counts, strict=True):
        rows.imports.append(_import(of, export, count, actor, artist_id=artist_id, now=now))


def _import(
    of: ArtistPlan,
    export: Export,
    count: Counter[str],
    actor: str,
    *,
    artist_id: int,
    now: datetime,
) -> Row:
    name = f"{artist_key(of.name).replace(' ', '-')}-{export.platform}-{export.observed_on}.csv"
    return {
        "artist_id": artist_id,
        "platform": export.platform,
        "file_name": name,
        "sha256": hashlib.sha256(f"{FORM} {name} {now.isoformat()}".encode()).hexdigest(),
        "form": FORM,
        "grain": "day",
        "starts_on": export.first,
        "ends_on": export.last,
        "observed_on": export.observed_on,
        "at": export.at,
        "actor": actor,
        "counts": dict(count),
    }


def _figures(
    rows: Label,
    life: Life,
    exports: list[Export],
    base: int,
    counts: list[Counter[str]],
    *,
    label: LabelPlan,
    of: ArtistPlan,
    now: datetime,
) -> None:
    """Add what every export said of the campaign, and the newest of it as current."""
    campaign = life.campaign
    seed = f"{label.seed} {of.name} {campaign.platform} {campaign.name}"
    days = true_days(life, label=label, seed=seed, now=now)
    current: dict[date, tuple[int, Export, Day]] = {}
    for position, export in enumerate(exports):
        said = [
            said_of(day, observed_on=export.observed_on, headline=campaign.headline_kind, seed=seed)
            for day in days
            if export.first <= day.day <= export.last
        ]
        span = span_of(life, export, has_days=bool(said), now=now)
        if span is None:
            continue
        life.last_listed_on = export.observed_on
        counts[position].update(campaigns=1, days=len(said))
        import_id = base + position
        keys = {"campaign_id": campaign.id, "import_id": import_id}
        rows.coverage.append(keys | {"starts_on": span[0], "ends_on": span[1]})
        rows.observations.extend(_observation(keys, day, export) for day in said)
        current |= {day.day: (import_id, export, day) for day in said}
    _current(rows, campaign.id, current)


def _current(rows: Label, campaign_id: int, current: dict[date, tuple[int, Export, Day]]) -> None:
    for day, (import_id, export, said) in sorted(current.items()):
        rows.days.append(
            {
                "campaign_id": campaign_id,
                "day": day,
                "spend_micros": said.spend_micros,
                "impressions": said.impressions,
                "clicks": said.clicks,
                "import_id": import_id,
                "observed_on": export.observed_on,
            }
        )
        rows.kinds.extend(
            {
                "campaign_id": campaign_id,
                "day": day,
                "kind": kind,
                "results_micros": count * MICROS,
            }
            for kind, count in said.results.items()
        )


def _observation(keys: Row, day: Day, export: Export) -> Row:
    return keys | {
        "day": day.day,
        "imported_at": export.at,
        "spend_micros": day.spend_micros,
        "impressions": day.impressions,
        "clicks": day.clicks,
        "results": {kind: count * MICROS for kind, count in day.results.items()},
    }


def _payments(
    rows: Label, of: ArtistPlan, lives: list[Life], *, artist_id: int, now: datetime
) -> None:
    for step in of.payments:
        at = step.at(now)
        moved = [
            life.campaign.id
            for life in lives
            if any(one["origin"] is Origin.BILLING and one["at"] == at for one in life.entries)
        ]
        event = PAYMENT_FAILED if step.do == FAILED else PAYMENT_RECOVERED
        entry = _happened(artist_id, at, BILLING_ACTOR, Origin.BILLING, event, note=step.note)
        rows.entries.append(entry | {"details": {"moved": moved}})


def _happened(
    artist_id: int, at: datetime, actor: str, origin: Origin, event: str, *, note: str | None
) -> Row:
    return {
        "artist_id": artist_id,
        "campaign_id": None,
        "version": None,
        "at": at,
        "actor": actor,
        "origin": origin,
        "source": Source.DEMO,
        "event": event,
        "from_status": None,
        "to_status": None,
        "reason": None,
        "note": note,
        "details": None,
    }
