"""POST /api/billing: who is believed, what is refused and with which words, and what is done."""

import json
import string
import subprocess
import time
from datetime import timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from lib.db.engine import make_engine, reading
from lib.db.tables import artist
from lib.domain.records import BillingState
from lib.domain.status import Status
from lib.settings import ROOT, Billing
from lib.ui.serving import billing_endpoint
from lib.ui.serving.billing_endpoint import (
    BURST,
    MOST_BYTES,
    PATH,
    RATE,
    BillingEndpoint,
    signature,
)
from tests.browser.desk import serving
from tests.cast import add_artist, add_campaign, dump, see
from tests.invariants import faults

SECRET = "known-to-the-billing-system-only-" * 2
BILLING = Billing(secret=SecretStr(SECRET))


class Sender:
    """The billing system: signs and sends, and may do either wrong."""

    def __init__(self, endpoint, now):
        methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
        route = Route(PATH, endpoint.__call__, methods=methods)
        self.client = TestClient(Starlette(routes=[route]), raise_server_exceptions=True)
        self.now = now

    def send(self, content, *, at=None, secret=SECRET, method="POST", **headers):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        timestamp = str(int((at or self.now).timestamp()))
        told = {
            "content-type": "application/json",
            "x-desk-timestamp": timestamp,
            "x-desk-signature": signature(secret, timestamp, body),
        }
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(
            method,
            PATH,
            content=body,
            headers={name: value for name, value in (told | sent).items() if value is not None},
        )


@pytest.fixture
def ida(engine, now):
    return add_artist(engine, now=now, name="Ida")


@pytest.fixture
def running(engine, ida, now):
    return add_campaign(engine, ida, now=now)


@pytest.fixture
def sender(engine, now):
    return Sender(BillingEndpoint(BILLING, engine=lambda: engine, now=lambda: now), now)


def failed(now, **content):
    told = {"id": "evt-1", "event": "payment_failed", "artist": "Ida", "at": now.isoformat()}
    return {name: value for name, value in (told | content).items() if value is not None}


def test_a_signed_notice_stops_what_spends(engine, sender, now, running):
    answer = sender.send(failed(now))
    assert answer.status_code == 200
    assert answer.json() == {
        "id": "evt-1",
        "event": "payment_failed",
        "recorded_at": now.isoformat(),
        "artists": [
            {
                "artist": "Ida",
                "billing": "failing",
                "campaigns_moved": [running],
                "is_outdated": False,
            }
        ],
    }
    assert see(engine, running).status is Status.SUBSCRIPTION_PAUSED
    assert faults(engine) == []


@pytest.mark.usefixtures("running")
def test_a_notice_sent_again_is_answered_as_the_first_time(engine, sender, now):
    first = sender.send(failed(now))
    once = dump(engine)
    again = sender.send(failed(now), at=now + timedelta(seconds=40))
    assert (again.status_code, again.content) == (200, first.content)
    assert dump(engine) == once


@pytest.mark.usefixtures("running")
def test_the_same_id_with_another_content_is_a_conflict(engine, sender, now):
    sender.send(failed(now))
    once = dump(engine)
    other = sender.send(failed(now, event="payment_recovered"))
    assert (other.status_code, other.json()["error"]) == (409, "id_reused")
    assert dump(engine) == once


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"secret": "another-secret-of-somebody-else-"}, 401, "signature"),
        ({"secret": ""}, 401, "signature"),
        ({"x_desk_signature": None}, 401, "signature"),
        ({"x_desk_signature": ""}, 401, "signature"),
        ({"x_desk_signature": "v1="}, 401, "signature"),
        ({"x_desk_signature": b"v1=\xff\xfe"}, 401, "signature"),
        ({"x_desk_timestamp": None}, 401, "signature"),
        ({"x_desk_timestamp": "now"}, 401, "signature"),
        ({"x_desk_timestamp": "-1"}, 401, "signature"),
        ({"x_desk_timestamp": "9" * 40}, 401, "signature"),
        ({"x_desk_timestamp": "9" * 12}, 401, "time"),
        ({"x_desk_timestamp": "1"}, 401, "time"),
        ({"content_type": "text/plain"}, 415, "content_type"),
        ({"content_type": None}, 415, "content_type"),
        ({"method": "PUT"}, 405, "method"),
        ({"method": "DELETE"}, 405, "method"),
    ],
)
def test_what_is_not_proven_changes_nothing(engine, sender, now, wrong, status, error):
    unchanged = dump(engine)
    answer = sender.send(failed(now), **wrong)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert dump(engine) == unchanged


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_signature_is_good_for_five_minutes(engine, sender, now, seconds):
    unchanged = dump(engine)
    answer = sender.send(failed(now), at=now + timedelta(seconds=seconds))
    assert (answer.status_code, answer.json()["error"]) == (401, "time")
    assert dump(engine) == unchanged
    near = now + timedelta(seconds=seconds - (1 if seconds > 0 else -1))
    assert sender.send(failed(now), at=near).status_code == 200


@pytest.mark.usefixtures("running")
def test_a_body_that_was_changed_on_its_way_is_not_believed(sender, now):
    signed = json.dumps(failed(now)).encode()
    timestamp = str(int(now.timestamp()))
    answer = sender.send(
        signed.replace(b"Ida", b"Ole"), x_desk_signature=signature(SECRET, timestamp, signed)
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "signature")


@pytest.mark.usefixtures("ida")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"id": "a", "id": "b"}',
        b"[" * 5000,
        b'{"artist": "\\ud800", "id": "a", "event": "payment_failed"}',
    ],
)
def test_what_is_no_notice_is_refused_without_being_repeated(engine, sender, content):
    unchanged = dump(engine)
    answer = sender.send(content)
    assert (answer.status_code, answer.json()["error"]) == (422, "content")
    assert dump(engine) == unchanged


@pytest.mark.usefixtures("ida")
@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": "with space"},
        {"id": "x" * 101},
        {"id": 7},
        {"id": None},
        {"event": "payment_odd"},
        {"event": 1},
        {"at": "2026-11-24T12:00:00"},
        {"at": 1_800_000_000},
        {"at": None},
        {"artist": None},
        {"artist": "a\x00b"},
        {"organization": "Both"},
        {"amount": 12},
    ],
)
def test_a_field_that_does_not_fit_is_named_and_nothing_is_done(engine, sender, now, change):
    unchanged = dump(engine)
    answer = sender.send(failed(now, **change))
    assert (answer.status_code, answer.json()["error"]) == (422, "content")
    assert dump(engine) == unchanged


@pytest.mark.usefixtures("ida")
def test_an_artist_who_is_not_there_is_not_found(sender, now):
    answer = sender.send(failed(now, artist="Nobody"))
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown")


def test_a_body_has_a_size_whatever_its_header_says(sender):
    huge = b" " * (MOST_BYTES + 1)
    assert sender.send(huge).status_code == 413
    assert sender.send(b"{}", content_length="99999999999").status_code == 413


@pytest.mark.usefixtures("running")
def test_a_desk_without_a_secret_takes_no_notice_at_all(engine, now):
    sender = Sender(BillingEndpoint(None, engine=lambda: engine, now=lambda: now), now)
    unchanged = dump(engine)
    answer = sender.send(failed(now))
    assert (answer.status_code, answer.json()["error"]) == (404, "not_configured")
    assert dump(engine) == unchanged


@pytest.mark.usefixtures("ida")
def test_more_notices_than_anybody_has_are_put_off(engine, now):
    seconds = [0.0]
    endpoint = BillingEndpoint(
        BILLING, engine=lambda: engine, now=lambda: now, monotonic=lambda: seconds[0]
    )
    sender = Sender(endpoint, now)
    told = [sender.send(failed(now)).status_code for _ in range(BURST + 3)]
    assert told == [200] * BURST + [429] * 3
    # What is not signed uses nothing up.
    seconds[0] = 1.0
    for _ in range(50):
        assert sender.send(failed(now), secret="somebody else's").status_code == 401
    told = [sender.send(failed(now)).status_code for _ in range(RATE + 1)]
    assert told == [200] * RATE + [429]


def test_a_database_that_is_away_is_said_without_its_address(now, caplog, monkeypatch):
    monkeypatch.setattr("lib.services.transactions.WRITE_PATIENCE", 0.1)
    away = make_engine("postgresql://desk:hunter2@127.0.0.1:1/desk")
    sender = Sender(BillingEndpoint(BILLING, engine=lambda: away, now=lambda: now), now)
    answer = sender.send(failed(now))
    assert (answer.status_code, answer.json()["error"]) == (503, "database")
    assert answer.headers["retry-after"]
    for hidden in ("hunter2", "127.0.0.1", "psycopg", "SELECT"):
        assert hidden not in answer.text
    assert "hunter2" not in caplog.text


def test_whatever_is_sent_is_answered_in_json_and_nothing_is_half_done(
    sqlite_url, open_engine, now
):
    engine = open_engine(sqlite_url)
    add_campaign(engine, add_artist(engine, now=now, name="Ida"), now=now)
    unchanged = dump(engine)
    endpoint = BillingEndpoint(
        BILLING, engine=lambda: engine, now=lambda: now, monotonic=time.monotonic
    )
    sender = Sender(endpoint, now)
    words = st.text(string.printable, max_size=20) | st.text(max_size=20)
    value = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | words,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
        max_leaves=8,
    )
    names = st.sampled_from(["id", "event", "at", "organization", "extra"]) | words
    bodies = st.binary(max_size=200) | st.dictionaries(names, value, max_size=6)

    @settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(bodies, st.booleans())
    def check(body, is_signed):
        answer = sender.send(body, **({} if is_signed else {"secret": "wrong"}))
        assert answer.status_code in (401, 404, 413, 422, 429)
        assert set(answer.json()) == {"error", "message"}

    check()
    assert dump(engine) == unchanged


# The real server.


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("billing")
    secrets = folder / "secrets.toml"
    secrets.write_text(f'[billing]\nsecret = "{SECRET}"\n')
    with serving(folder, env={"SECRETS_FILE": str(secrets)}) as running:
        yield running


def test_the_example_of_the_documentation_works_against_the_real_desk(desk, tmp_path):
    document = (ROOT / "docs" / "billing-endpoint.md").read_text(encoding="utf-8")
    shell = document.partition("```sh\n")[2].partition("```")[0]
    script = tmp_path / "notice.sh"
    script.write_text(
        shell.replace("https://desk.label.example", desk.url)
        .replace("YOUR-SECRET", SECRET)
        .replace("Ida Falk", "Alma Varn & the Weathervanes")
    )
    done = subprocess.run(["sh", str(script)], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["artists"][0]["billing"] == "failing"
    assert told["artists"][0]["campaigns_moved"]
    engine = make_engine(desk.database_url)
    with reading(engine) as db:
        query = select(artist.c.billing).where(artist.c.name == "Alma Varn & the Weathervanes")
        assert db.execute(query).scalar_one() == BillingState.FAILING
    engine.dispose()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
def test_the_real_desk_answers_everything_else_in_json_with_its_headers(desk, method):
    answer = httpx.request(method, desk.url + billing_endpoint.PATH)
    assert answer.status_code == (401 if method == "POST" else 405)
    assert set(answer.json()) == {"error", "message"}
    assert answer.headers["x-content-type-options"] == "nosniff"
