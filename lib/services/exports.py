"""The current figures written out, so that what went in can be checked from outside."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, select

from lib.db.engine import reading
from lib.db.tables import (
    artist,
    campaign,
    connection,
    organization,
)
from lib.domain.actions import status_now
from lib.domain.names import artist_key
from lib.domain.rights import Rights
from lib.services.billing import ArtistNotFound
from lib.services.current_days import current_days
from lib.services.recording import campaign_record
from lib.services.scope import of_artists

DAILY_FIELDS = (
    "artist",
    "campaign",
    "campaign_id",
    "platform",
    "day",
    "currency",
    "spend",
    "impressions",
    "clicks",
    "result_kind",
    "results",
)
CAMPAIGN_FIELDS = (
    "artist",
    "campaign",
    "campaign_id",
    "platform",
    "type",
    "promotes",
    "status",
    "currency",
    "budget",
    "budget_period",
    "starts_on",
    "ends_on",
    "result_kind",
    "platform_status",
    "serving_status",
    "platform_note",
    "to_be_carried_out",
)

Value = str | int | Decimal | None
OutRow = Mapping[str, Value]

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
_FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\x00",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)


def daily(engine: Engine, artist_name: str, *, rights: Rights) -> Iterator[OutRow]:
    """Yield one row per campaign and day: the current figures, with the headline result kind.

    Spend and results are exact decimals in currency units and results; None is unknown.
    Raises `ArtistNotFound`.
    """
    return _daily(engine, _artist_id(engine, artist_name, rights))


def _daily(engine: Engine, artist_id: int) -> Iterator[OutRow]:
    with reading(engine) as db:
        chosen = campaign.c.artist_id == artist_id
        days, kinds = current_days(db, chosen)
        query = (
            select(
                artist.c.name.label("artist"),
                campaign.c.name.label("campaign"),
                campaign.c.external_id,
                campaign.c.platform,
                campaign.c.currency,
                campaign.c.headline_kind,
                days.c.day,
                days.c.spend_micros,
                days.c.impressions,
                days.c.clicks,
                kinds.c.results_micros,
            )
            .select_from(days)
            .join(campaign, campaign.c.id == days.c.campaign_id)
            .join(artist, artist.c.id == campaign.c.artist_id)
            .outerjoin(
                kinds,
                (kinds.c.campaign_id == days.c.campaign_id)
                & (kinds.c.day == days.c.day)
                & (kinds.c.kind == campaign.c.headline_kind),
            )
            .where(artist.c.id == artist_id)
            .order_by(campaign.c.platform, campaign.c.name, campaign.c.id, days.c.day)
        )
        for row in db.execute(query):
            yield {
                "artist": row.artist,
                "campaign": row.campaign,
                "campaign_id": row.external_id,
                "platform": row.platform,
                "day": row.day.isoformat(),
                "currency": row.currency,
                "spend": units(row.spend_micros, places=2),
                "impressions": row.impressions,
                "clicks": row.clicks,
                "result_kind": row.headline_kind,
                "results": units(row.results_micros),
            }


def campaigns(
    engine: Engine, artist_name: str, *, rights: Rights, now: datetime
) -> Iterator[OutRow]:
    """Yield one row per campaign: what it is at `now`. Raises `ArtistNotFound`."""
    return _campaigns(engine, _artist_id(engine, artist_name, rights), now=now)


def _campaigns(engine: Engine, artist_id: int, *, now: datetime) -> Iterator[OutRow]:
    query = (
        select(artist.c.name.label("artist"), campaign, connection.c.zone)
        .join(artist, artist.c.id == campaign.c.artist_id)
        .join(
            connection,
            (connection.c.artist_id == campaign.c.artist_id)
            & (connection.c.platform == campaign.c.platform),
        )
        .where(artist.c.id == artist_id)
        .order_by(campaign.c.platform, campaign.c.name, campaign.c.id)
    )
    with reading(engine) as db:
        for row in db.execute(query):
            yield {
                "artist": row.artist,
                "campaign": row.name,
                "campaign_id": row.external_id,
                "platform": row.platform,
                "type": row.campaign_type,
                "promotes": row.promotes,
                "status": status_now(campaign_record(row._asdict()), now=now).value,
                "currency": row.currency,
                "budget": units(row.budget_micros, places=2),
                "budget_period": row.budget_period,
                "starts_on": row.starts_on.isoformat() if row.starts_on else None,
                "ends_on": row.ends_on.isoformat() if row.ends_on else None,
                "result_kind": row.headline_kind,
                "platform_status": row.platform_status,
                "serving_status": row.serving_status,
                "platform_note": row.platform_note,
                "to_be_carried_out": row.pending_action,
            }


def units(micros: int | None, *, places: int = 0) -> Decimal | None:
    """Return millionths as an exact decimal with at least `places` decimal places."""
    if micros is None:
        return None
    whole, _, fraction = f"{Decimal(micros).scaleb(-6):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return Decimal(f"{whole}.{fraction}" if fraction else whole)


def as_csv(rows: Iterable[OutRow], fields: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a CSV file in which no text runs as a formula."""
    names = list(fields)
    yield _csv_line(names)
    for row in rows:
        yield _csv_line([harmless(_text(row[name])) for name in names])


def as_json(rows: Iterable[OutRow]) -> Iterator[str]:
    """Yield the lines of a JSON list; numbers are exact, text is literal."""
    yield "["
    separator = ""
    for row in rows:
        fields = ", ".join(f"{json.dumps(key)}: {_json_value(row[key])}" for key in row)
        yield f"{separator}\n  {{{fields}}}"
        separator = ","
    yield "\n]\n"


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet runs it as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii()


def _text(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _json_value(value: Value) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def _csv_line(cells: Iterable[Any]) -> str:
    line = io.StringIO()
    # Before Python 3.13 the writer quotes only what its line terminator holds, and a lone
    # carriage return would start a new row, which might start with a formula.
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n") + "\n"


def _artist_id(engine: Engine, name: str, rights: Rights) -> int:
    query = (
        select(artist.c.id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(
            artist.c.name_key == artist_key(name),
            organization.c.retired_at.is_(None),
            of_artists(rights),
        )
    )
    with reading(engine) as db:
        found = db.execute(query).scalar()
    if found is None:
        raise ArtistNotFound(f"There is no artist called “{name}”. Nothing was written.")
    return int(found)
