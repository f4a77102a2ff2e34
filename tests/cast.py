"""The cast: Alice may edit, Bob may read, Charlie is outside; and campaigns for them."""

import itertools
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select

from lib.db.engine import reading, writing
from lib.db.tables import artist, campaign, connection, metadata, organization
from lib.domain.metrics import usual_kind, usual_type
from lib.domain.names import artist_key
from lib.domain.records import (
    Actor,
    BillingState,
    Campaign,
    ConnectionState,
    GatewayKind,
    Origin,
    Platform,
    Source,
)
from lib.domain.rights import FULL, Place, Role
from lib.domain.status import Status
from lib.services.arrivals import Identity, arrive
from lib.services.billing_notices import Notice, Payment, Settled, receive_notice
from lib.services.history_chain import append_entry
from lib.services.people import give_role
from lib.services.recording import load_campaign

ALICE = Actor(name="Alice", rights=FULL)
BOB = Actor(name="Bob", rights=FULL)
CHARLIE = Actor(name="Charlie", rights=FULL)
BILLING = Actor(name="Billing", rights=FULL)
NOBODY = Actor(name="nobody in particular", rights=FULL)

_numbers = itertools.count(1)


def signed_in(
    engine: Engine, email: str, *held: tuple[Place, Role], now: datetime, **said: Any
) -> Actor:
    """Return a person who has just signed in and has exactly these roles."""
    actor = arrive(engine, identity(email, now=now, **said), newcomers=None, now=now)
    for place, role in held:
        give_role(engine, person_of(actor), place, role, actor=ALICE, now=now)
    return arrive(engine, identity(email, now=now, **said), newcomers=None, now=now)


def person_of(actor: Actor) -> int:
    """Return the number of the person who acts."""
    assert actor.sign_in is not None
    return actor.sign_in.person_id


def identity(email: str, *, now: datetime, **said: Any) -> Identity:
    """Return what a provider vouches for, of a person who signs in at `now`."""
    known = {
        "iss": "https://provider.example",
        "sub": f"sub of {email}",
        "name": None,
        "signed_in_at": now,
        "ends_at": now + timedelta(hours=12),
        "is_listed_admin": False,
    }
    return Identity(email=email, **(known | said))


def insert_one(db: Connection, table: Table, values: dict[str, Any]) -> int:
    """Insert a row and return the number that the database gave it."""
    key = db.execute(insert(table).values(values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def database_url(engine: Engine) -> str:
    """Return the `DATABASE_URL` of an engine, for another process."""
    url = engine.url.set(drivername=engine.dialect.name)
    return url.render_as_string(hide_password=False)


def new_request() -> str:
    """Return a request id that was never used."""
    return f"request-{next(_numbers)}"


def add_artist(
    engine: Engine,
    *,
    now: datetime,
    name: str = "",
    billing: BillingState = BillingState.IN_ORDER,
    gateway: GatewayKind = GatewayKind.SIMULATED,
    state: ConnectionState = ConnectionState.LIVE,
    zone: str = "Europe/Berlin",
    is_demo: bool = False,
    label_id: int | None = None,
) -> int:
    """Add an artist with a connection to every platform, in a label of its own or a known one."""
    name = name or f"Artist {next(_numbers)}"
    with writing(engine) as db:
        label = {"name": f"Label of {name}", "is_demo": is_demo, "created_at": now}
        label_id = label_id or insert_one(db, organization, label)
        artist_id = insert_one(
            db,
            artist,
            {
                "organization_id": label_id,
                "name": name,
                "name_key": artist_key(name),
                "billing": billing,
                "created_at": now,
            },
        )
        for platform in Platform:
            db.execute(
                insert(connection).values(
                    artist_id=artist_id,
                    platform=platform,
                    gateway=gateway,
                    state=state,
                    zone=zone,
                )
            )
    return artist_id


def add_campaign(
    engine: Engine,
    artist_id: int,
    *,
    now: datetime,
    status: Status = Status.ACTIVE,
    platform: Platform = Platform.META,
    origin: Origin = Origin.PERSON,
    ends_on: date | None = None,
    before_archive: Status | None = None,
    **columns: Any,
) -> int:
    """Add a campaign that stands in `status` since ten days, with the entry that says so."""
    at = now - timedelta(days=10)
    kind = usual_type(platform)
    with writing(engine) as db:
        campaign_id = insert_one(
            db,
            campaign,
            {
                "artist_id": artist_id,
                "platform": platform,
                "name": f"Campaign {next(_numbers)}",
                "campaign_type": kind,
                "status": status,
                "version": 1,
                "status_since": at,
                "status_origin": origin,
                "status_before_archive": before_archive,
                "created_at": at,
                "currency": "EUR",
                "locations": ["DE"],
                "headline_kind": usual_kind(kind, platform),
                "ends_on": ends_on,
            }
            | columns,
        )
        created = {
            "artist_id": artist_id,
            "campaign_id": campaign_id,
            "version": 1,
            "at": at,
            "actor": ALICE.name,
            "origin": origin,
            "source": Source.DESK,
            "event": "campaign:create",
            "to_status": status,
        }
        append_entry(db, created)
    return campaign_id


def fail_payment(engine: Engine, artist_id: int, *, now: datetime) -> Settled:
    """Receive the notice that an artist's payment failed."""
    return _receive(engine, artist_id, Payment.FAILED, now=now)


def recover_payment(engine: Engine, artist_id: int, *, now: datetime) -> Settled:
    """Receive the notice that an artist's payment recovered."""
    return _receive(engine, artist_id, Payment.RECOVERED, now=now)


def _receive(engine: Engine, artist_id: int, event: Payment, *, now: datetime) -> Settled:
    with reading(engine) as db:
        name = db.execute(select(artist.c.name).where(artist.c.id == artist_id)).scalar_one()
    notice = Notice(id=new_request(), event=event, at=now, artist=name)
    (settled,) = receive_notice(engine, notice, actor=BILLING, now=now).artists
    return settled


def see(engine: Engine, campaign_id: int) -> Campaign:
    """Return the campaign as somebody sees it now."""
    with reading(engine) as db:
        return load_campaign(db, campaign_id)


def dump(engine: Engine, *, without: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, to be compared before and after."""
    with reading(engine) as db:
        return {
            table.name: sorted(tuple(map(repr, row)) for row in db.execute(select(table)))
            for table in metadata.sorted_tables
            if table.name not in without
        }
