"""What those who run the desk ask it: does it live, can it work, what does it count."""

import re
import threading
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from lib.db.engine import make_engine
from lib.db.migrations import upgrade
from lib.domain.actions import PauseReason
from lib.services.campaigns import StaleCampaign, pause_campaign
from lib.services.health import Vitals, look
from lib.settings import load_settings
from lib.ui.serving import watch
from lib.ui.serving.health import NO_ANSWER, NOT_IN_TIME, OTHER_SCHEMA, Pulse, healthz, readyz
from lib.ui.serving.metrics import metrics
from tests.cast import ALICE, add_artist, add_campaign, new_request
from tests.postgres import Postgres

TOKEN = "a-token-of-the-operator"
WELL = Vitals("0005", "0005", 7, 2, datetime(2026, 11, 24, tzinfo=UTC), 0)


@pytest.fixture
def alone(tmp_path):
    """Settings of one person without a token for the metrics."""
    secrets = tmp_path / "none.toml"
    secrets.touch()
    return load_settings({"SECRETS_FILE": str(secrets)})


@pytest.fixture
def with_token(alone):
    return load_settings({"SECRETS_FILE": str(alone.secrets_file), "METRICS_TOKEN": TOKEN})


def asked(pulse, settings, *, peer="127.0.0.1", host="127.0.0.1:8501"):
    """Return a client of the three endpoints that connects from `peer`."""
    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz(pulse)),
            Route("/metrics", metrics(pulse, settings)),
            Route("/boom", boom),
        ],
        middleware=[Middleware(watch.Watch, settings=settings)],
    )
    return TestClient(app, base_url=f"http://{host}", client=(peer, 50_000))


async def boom(_request):
    return PlainTextResponse("no", status_code=404)


# Ready or not.


def test_it_is_ready_where_the_database_answers_with_our_schema(engine: Engine, alone) -> None:
    client = asked(Pulse(lambda: look(engine)), alone)
    assert client.get("/readyz").json() == {"status": "ok"}
    assert client.get("/readyz").headers["cache-control"] == "no-store"


def test_an_empty_database_or_an_older_schema_is_not_ours(tmp_path, alone) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    for prepare in (lambda: None, lambda: upgrade(engine, "0001")):
        prepare()
        answer = asked(Pulse(lambda: look(engine)), alone).get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "not ready", "reason": OTHER_SCHEMA}
    engine.dispose()


@pytest.mark.postgresql
def test_a_stopped_server_is_told_without_internals_and_found_again(alone, caplog) -> None:
    caplog.set_level("INFO")
    with Postgres() as server:
        engine = make_engine(server.create_database("desk"))
        upgrade(engine)
        client = asked(Pulse(lambda: look(engine), fresh=0, patience=10), alone)
        assert client.get("/readyz").status_code == 200
        server.stop()
        for _ in range(3):
            answer = client.get("/readyz")
            assert answer.status_code == 503
            assert answer.json()["reason"] == NO_ANSWER
            assert not [word for word in ("127.0.0.1", server.password, "psycopg", "desk ")
                        if word in answer.text]  # fmt: skip
        assert client.get("/healthz").status_code == 200
        metrics_text = client.get("/metrics").text
        assert "desk_database_up 0" in metrics_text
        assert "desk_history" not in metrics_text
        server.start()
        assert client.get("/readyz").status_code == 200
        engine.dispose()
    told = [record for record in caplog.messages if record.startswith("desk:ready")]
    assert [line.split()[1] for line in told] == ["failed", "done"]


def test_a_database_that_hangs_is_told_in_time_and_looked_at_by_one_thread(alone) -> None:
    let_go, looks = threading.Event(), []

    def hanging() -> Vitals:
        looks.append(1)
        let_go.wait(20)
        return WELL

    client = asked(Pulse(hanging, patience=0.1, fresh=60), alone)
    began = time.monotonic()
    answers = [client.get("/readyz") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {503}
    assert answers[0].json()["reason"] == NOT_IN_TIME
    assert time.monotonic() - began < 10
    assert client.get("/healthz").status_code == 200
    assert len(looks) == 1
    let_go.set()
    until = time.monotonic() + 10
    while client.get("/readyz").status_code != 200 and time.monotonic() < until:
        time.sleep(0.01)
    assert client.get("/readyz").status_code == 200


def test_asking_often_looks_once_and_a_hanging_look_is_left_alone_in_the_end(alone) -> None:
    looks = []

    def looked() -> Vitals:
        looks.append(1)
        if len(looks) == 1:
            time.sleep(1.5)
        return WELL

    client = asked(Pulse(looked, patience=0.05, fresh=60, given_up=0.3), alone)
    assert client.get("/readyz").status_code == 503
    time.sleep(0.4)
    assert client.get("/readyz").status_code == 200
    assert [client.get("/readyz").status_code for _ in range(20)] == [200] * 20
    assert len(looks) == 2


def test_an_error_of_the_database_is_no_error_of_the_endpoint(alone) -> None:
    def broken() -> Vitals:
        raise OperationalError("SELECT", {}, Exception("postgresql://desk:hunter2@db/desk"))

    answer = asked(Pulse(broken), alone).get("/readyz")
    assert answer.status_code == 503
    assert "hunter2" not in answer.text


# The numbers.

LINE = re.compile(
    r'[a-z_]+(\{([a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? '
    r"(-?[0-9.]+(e[+-]?[0-9]+)?|\+Inf|NaN)"
)


def parsed(text: str) -> dict[str, float]:
    """Return every sample of the text format, read strictly."""
    samples: dict[str, float] = {}
    kinds: dict[str, str] = {}
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds
            kinds[name] = kind
            continue
        if line.startswith("# HELP "):
            continue
        assert LINE.fullmatch(line), line
        name, _, number = line.rpartition(" ")
        bare = re.sub(r"_(bucket|sum|count)$", "", name.partition("{")[0])
        assert name.partition("{")[0] in kinds or bare in kinds, line
        assert name not in samples
        samples[name] = float(number)
    assert {kinds[name] for name in kinds if name.endswith("_total")} == {"counter"}
    return samples


def test_the_numbers_are_what_was_done(engine: Engine, alone, now) -> None:
    client = asked(Pulse(lambda: look(engine), fresh=0), alone)
    before = parsed(client.get("/metrics").text)
    campaign_id = add_campaign(engine, add_artist(engine, now=now), now=now)
    request = {"actor": ALICE, "reason": PauseReason.BUDGET, "now": now}
    pause_campaign(engine, campaign_id, seen_version=1, request_id=new_request(), **request)
    with pytest.raises(StaleCampaign):
        pause_campaign(engine, campaign_id, seen_version=1, request_id=new_request(), **request)
    client.get("/boom")
    with watch.run("campaign"):
        pass
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    after = parsed(answer.text)

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert grown('desk_events_total{event="campaign:pause",outcome="done"}') == 1
    assert grown('desk_events_total{event="campaign:pause",outcome="refused"}') == 1
    assert grown('desk_http_requests_total{area="page",status="404"}') == 1
    assert grown('desk_run_seconds_count{page="/campaign"}') == 1
    assert grown('desk_run_seconds_bucket{page="/campaign",le="+Inf"}') == 1
    assert grown("desk_history_entries_total") == 2
    assert after["desk_database_up"] == 1
    assert after["desk_sessions"] == 0
    assert after["process_resident_memory_bytes"] > 10_000_000


def test_a_run_that_ends_by_an_error_is_counted_too() -> None:
    before = watch.runs.numbers().get(("/odd", "+Inf"), 0)
    with pytest.raises(KeyError), watch.run("odd"):
        raise KeyError
    assert watch.runs.numbers()[("/odd", "+Inf")] == before + 1


@pytest.mark.parametrize(
    "more",
    [
        {"peer": "192.168.1.4"},
        {"peer": "::ffff:10.0.0.1"},
        {"host": "desk.label.example"},
        {"host": "127.0.0.1.evil.example"},
    ],
)
def test_without_a_token_no_other_machine_reads_the_numbers(alone, more) -> None:
    answer = asked(Pulse(lambda: WELL), alone, **more).get("/metrics")
    assert answer.status_code == 401
    assert "desk_" not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_nobody_reads_them_through_a_proxy_on_this_machine(alone, header) -> None:
    client = asked(Pulse(lambda: WELL), alone)
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 401


def test_with_a_token_everybody_needs_it(with_token) -> None:
    pulse = Pulse(lambda: WELL)
    right = {"Authorization": f"Bearer {TOKEN}"}
    for peer in ("127.0.0.1", "192.168.1.4"):
        client = asked(pulse, with_token, peer=peer)
        assert client.get("/metrics", headers=right).status_code == 200
        for wrong in ("", TOKEN, f"Bearer {TOKEN}x", "Bearer ", "Bearer caf\u00e9", "bearer x"):
            answer = client.get("/metrics", headers={"Authorization": wrong.encode()})
            assert answer.status_code == 401, wrong
            assert answer.headers["www-authenticate"] == "Bearer"


def test_addresses_from_outside_make_no_new_series() -> None:
    made_up = [f"/{name}/{n}" for n, name in enumerate(("x" * 500, "..", "", '"', "campaign?id=1"))]
    assert {watch.area(path) for path in made_up} == {"page"}
    assert watch.area("//media/x.csv") == "media"
    assert watch.area("*") == "page"
