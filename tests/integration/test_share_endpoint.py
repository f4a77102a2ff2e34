"""/shared/TOKEN behind the real door: what it answers, and that it opens nothing else."""

import asyncio
import re
import threading
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from lib.db.engine import make_engine
from lib.domain.presentation import Period
from lib.domain.rights import FULL
from lib.services import queries
from lib.services.demo_label import demo
from lib.services.sharing.links import make_link, revoke_link, share_links
from lib.services.sharing.tokens import new_token
from lib.settings import settings
from lib.ui import clock
from lib.ui.present.artist_page import content_security_policy, style
from lib.ui.serving import share_endpoint
from lib.ui.serving.door import fittings
from lib.ui.serving.share_endpoint import BURST, ShareEndpoint
from tests.cast import ALICE, database_url, new_request

DAY = timedelta(days=1)
OTHERS = ("Dead Letter Ferry", "Tsukiyo", "Sluice", "Brother Abacus")


@pytest.fixture(scope="module")
def label(tmp_path_factory, sqlite_template):
    """A database with the demo label, which the desk of these tests reads."""
    from datetime import UTC, datetime

    file = tmp_path_factory.mktemp("shared") / "demo.sqlite"
    file.write_bytes(sqlite_template.read_bytes())
    engine = make_engine(f"sqlite:///{file}")
    demo.load_demo(engine, now=datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    yield engine
    engine.dispose()


@pytest.fixture
def desk(label, now, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url(label))
    settings.cache_clear()
    monkeypatch.setattr(clock, "now", lambda: now)
    yield label
    settings.cache_clear()


@pytest.fixture
def client(desk):
    del desk
    fitted = fittings(settings())
    inside = Route("/{path:path}", inside_of_the_desk, methods=["GET", "POST", "PUT", "DELETE"])
    app = Starlette(routes=[*fitted["routes"], inside], middleware=fitted["middleware"])
    return TestClient(app, base_url="http://desk.test", follow_redirects=False)


async def inside_of_the_desk(_request):
    return PlainTextResponse("inside of the desk")


def artist(engine, name="Alma Varn"):
    return next(one for one in queries.artists(engine, rights=FULL) if name in one.name)


def link(engine, now, **more):
    return make_link(
        engine,
        artist(engine).id,
        expires_at=now + 7 * DAY,
        key=settings().share_key,
        actor=ALICE,
        request_id=new_request(),
        now=now,
        **more,
    )


def test_a_link_shows_its_artist_and_nobody_else(desk, client, now):
    made = link(desk, now)
    answer = client.get(f"/shared/{made.token}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Alma Varn &amp; the Weathervanes</h1>" in answer.text
    assert "Last 28 days" in answer.text
    assert not [word for word in (*OTHERS, "Alice", "€", "EUR") if word in answer.text]
    head = client.head(f"/shared/{made.token}")
    assert (head.status_code, head.content) == (200, b"")


def test_whoever_has_it_may_choose_a_period_unless_the_link_has_one(desk, client, now):
    free, fixed = link(desk, now), link(desk, now, period=Period.WEEK)
    for period in Period:
        shown = client.get(f"/shared/{free.token}", params={"period": period.value}).text
        assert f"How your campaigns go · {period.label}" in shown
        shown = client.get(f"/shared/{fixed.token}", params={"period": period.value}).text
        assert "How your campaigns go · Last 7 days" in shown
        assert "<nav" not in shown
    for odd in ("x", "", "7 OR 1=1", "<script>", "28&period=7"):
        shown = client.get(f"/shared/{free.token}", params={"period": odd}).text
        assert "How your campaigns go · Last 28 days" in shown


def test_it_is_not_kept_not_found_by_search_engines_and_may_do_nothing(desk, client, now):
    for path in (link(desk, now).token, "no-such-link"):
        headers = client.get(f"/shared/{path}").headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == content_security_policy(
            style(settings().label_colour)
        )
        assert "set-cookie" not in headers


def test_whatever_does_not_work_answers_alike_and_names_nobody(desk, client, now, monkeypatch):
    made, revoked, old = (link(desk, now) for _ in range(3))
    revoke_link(desk, revoked.link_id, actor=ALICE, now=now)
    token = made.token
    unknown = {
        "never given out": new_token(settings().share_key),
        "cut off": token[:-1],
        "longer": f"{token}x",
        "tampered": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "signed by others": new_token(b"other"),
        "below": f"{token}/more",
        "above": "",
        "encoded": "%00%ff",
        "hostile": "<script>alert(1)</script>",
    }
    answers = {name: client.get(f"/shared/{path}") for name, path in unknown.items()}
    assert {one.status_code for one in answers.values()} == {404}
    answers["revoked"] = client.get(f"/shared/{revoked.token}")
    monkeypatch.setattr(clock, "now", lambda: now + 8 * DAY)
    late = Starlette(routes=share_endpoint.routes(settings()))
    answers["expired"] = TestClient(late).get(f"/shared/{old.token}")
    assert [answers[name].status_code for name in ("revoked", "expired")] == [410, 410]
    assert len({one.text for one in answers.values()}) == 1
    said = answers["revoked"].text
    assert "This page is not available" in said
    assert not re.search("Alma|Weathervane|Kittiwake|Alice|<script", said)
    assert client.get("/shared").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_it_takes_nothing(desk, client, now, method):
    made = link(desk, now)
    answer = client.request(method, f"/shared/{made.token}")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert "Alma" not in answer.text
    (one, *_) = share_links(desk, artist(desk).id, rights=FULL, now=now)
    assert one.last_opened_at is None


def test_an_opening_is_told_by_the_links_number_and_never_by_its_token(desk, client, now, caplog):
    caplog.set_level("INFO")
    made = link(desk, now)
    client.get(f"/shared/{made.token}")
    other = "A" if made.token[-1] != "A" else "B"
    client.get(f"/shared/{made.token[:-1]}{other}")
    told = [line for line in caplog.messages if line.startswith("share:open")]
    assert f"link_id={made.link_id}" in told[0]
    assert [line.split()[1] for line in told] == ["done", "refused"]
    # The client of this test tells of its own requests.
    ours = [one.getMessage() for one in caplog.records if one.name != "httpx"]
    assert not [line for line in ours if made.token[:20] in line]


def test_what_is_asked_too_often_is_asked_to_come_back(desk, now):
    made = link(desk, now)
    endpoint = ShareEndpoint(
        settings(), engine=lambda: desk, now=lambda: now, monotonic=lambda: 0.0
    )
    app = Starlette(routes=[Route("/shared/{token:path}", endpoint.__call__)])
    client = TestClient(app)
    forged = new_token(b"other")
    # What is not signed costs nothing and is not counted.
    assert {client.get(f"/shared/{forged}").status_code for _ in range(BURST + 5)} == {404}
    answers = [client.get(f"/shared/{made.token}").status_code for _ in range(BURST + 3)]
    assert answers == [200] * BURST + [429] * 3


def test_more_than_it_can_serve_at_once_is_turned_away(desk, now, monkeypatch):
    let_go = threading.Event()
    endpoint = ShareEndpoint(settings(), engine=lambda: desk, now=lambda: now)

    def slow(*_arguments):
        let_go.wait(20)
        return "page"

    monkeypatch.setattr(endpoint, "_open", slow)

    async def crowd():
        asked = [
            asyncio.create_task(endpoint._in_turn("token", ""))
            for _ in range(share_endpoint.IN_LINE + 5)
        ]
        await asyncio.sleep(0.1)
        let_go.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(crowd())
    assert answers.count("page") == share_endpoint.IN_LINE
    assert [type(one) for one in answers].count(share_endpoint.Busy) == 5


def test_a_database_that_is_away_is_no_refusal(now, tmp_path, caplog):
    del caplog
    away = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    endpoint = ShareEndpoint(settings(), engine=lambda: away, now=lambda: now)
    app = Starlette(routes=[Route("/shared/{token:path}", endpoint.__call__)])
    answer = TestClient(app).get(f"/shared/{new_token(settings().share_key)}")
    away.dispose()
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert "sqlite" not in answer.text


def test_the_rest_of_the_desk_keeps_its_own_policy(client):
    assert "script-src 'self'" in client.get("/healthz").headers["content-security-policy"]
    assert client.get("/sharedx").text == "inside of the desk"
