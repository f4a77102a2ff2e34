"""A share link against a real server that demands a sign-in: it opens its page, no other door."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import MagicMock

import httpx
import pytest
from sqlalchemy import update
from starlette.routing import BaseRoute, Route, WebSocketRoute
from streamlit import file_util
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from lib.db.engine import make_engine, writing
from lib.db.tables import share_link
from lib.domain.rights import FULL
from lib.services import queries
from lib.services.sharing.links import make_link, revoke_link
from lib.services.sharing.tokens import new_token
from lib.settings import ROOT, load_settings
from lib.ui import components
from lib.ui.serving.door import GUARDED, SHUT, fittings
from tests.browser.desk import Desk, serving
from tests.cast import ALICE
from tests.postgres import free_port
from tests.provider import provider
from tests.standin import sign_in_secrets
from tests.wire import visit

PAGES = sorted({"", "campaigns"} | {script.stem for script in ROOT.glob("pages/*/*.py")})
NAME = "Alma Varn &amp; the Weathervanes"


@pytest.fixture(scope="module")
def shut_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The real desk with the demo label, demanding a sign-in."""
    folder = tmp_path_factory.mktemp("shut-desk")
    port = free_port()
    secrets = folder / "secrets.toml"
    with provider() as address:
        secrets.write_text(sign_in_secrets(port=port, provider=address, domain="label.example"))
        with serving(folder, env={"PORT": str(port), "SECRETS_FILE": str(secrets)}) as running:
            yield running


@pytest.fixture(scope="module")
def token(shut_desk: Desk) -> str:
    return _make(shut_desk, "the link of this module")[1]


def _make(desk: Desk, request_id: str) -> tuple[int, str]:
    told = load_settings({"SECRETS_FILE": str(desk.log.parent / "secrets.toml")})
    engine, now = make_engine(desk.database_url), datetime.now(UTC)
    try:
        artist = next(one for one in queries.artists(engine, rights=FULL) if "Alma" in one.name)
        made = make_link(
            engine,
            artist.id,
            expires_at=now + timedelta(days=1),
            key=told.share_key,
            actor=ALICE,
            request_id=request_id,
            now=now,
        )
    finally:
        engine.dispose()
    assert made.token
    return made.link_id, made.token


@pytest.fixture(scope="module")
def foreign(shut_desk: Desk) -> list[str]:
    """Every name that the link must not show: other artists, all campaigns, people."""
    rows = shut_desk.asked(
        "SELECT name FROM artist WHERE name NOT LIKE 'Alma%' UNION SELECT name FROM campaign"
        " UNION SELECT actor FROM history UNION SELECT external_id FROM campaign"
    )
    # They act in the demo's history, and name the product and a platform to everybody.
    known = ("Campaign Desk", "Spotify")
    found = [name for (name,) in rows if name and len(name) > 5 and name not in known]
    assert len(found) > 300
    return found


def test_it_shows_its_artist_without_a_sign_in_and_no_name_of_others(
    shut_desk: Desk, token: str, foreign: list[str]
) -> None:
    for period in ("7", "28", "90", "whole"):
        answer = httpx.get(f"{shut_desk.url}/shared/{token}", params={"period": period})
        assert answer.status_code == 200
        assert NAME in answer.text
        assert [name for name in foreign if name in answer.text] == []
        assert "set-cookie" not in answer.headers


def test_its_token_opens_no_other_address_by_path_parameter_cookie_or_header(
    shut_desk: Desk, token: str, foreign: list[str]
) -> None:
    cookies = {"_streamlit_user": token, "token": token, "shared": token}
    headers = {
        "Authorization": f"Bearer {token}",
        "X-Streamlit-User": token,
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    shut = [f"{path}/x" for path in SHUT] + [f"{path}/x.csv" for path in GUARDED] + list(GUARDED)
    bare = {path: httpx.get(shut_desk.url + path).status_code for path in shut}
    assert set(bare.values()) == {404}
    tried = [*shut, *(f"/shared/{token}{path}" for path in ("/", *shut, "/_stcore/health"))]
    tried += [f"/shared/{token}/{page}" for page in PAGES if page]
    tried += [f"/shared//{token}", f"/shared/{token}x", f"/shared/x{token}"]
    with httpx.Client(base_url=shut_desk.url, headers=headers) as client:
        for path in tried:
            answer = client.get(path, params={"token": token, "shared": token, "artist": "1"})
            assert answer.status_code in (404, 410, 301, 307), path
            assert [name for name in (*foreign, NAME) if name in answer.text] == [], path
        assert client.post("/api/billing", json={"token": token}).status_code == 404
        assert client.get("/metrics").status_code != 200 or NAME not in client.get("/metrics").text
        # Streamlit's own empty page, whatever the address.
        for page in (*PAGES, f"/shared/{token}", f"shared{token}"):
            answer = client.get(f"/{page}", params={"shared": token})
            assert [name for name in (*foreign, NAME) if name in answer.text] == [], page


def test_its_token_opens_no_page_over_the_websocket(
    shut_desk: Desk, token: str, foreign: list[str]
) -> None:
    names = [name.encode() for name in (*foreign, "Weathervanes")]
    for cookies in ({}, {"_streamlit_user": token}, {"_streamlit_user": token, "shared": token}):
        with visit(shut_desk.url, cookies) as nobody:
            for page in PAGES:
                query = f"shared={token}&token={token}&artist=1&id=1&screen=true"
                received = nobody.run(page, query=query)
                assert b"Sign in" in received
                assert [name for name in names if name in received] == [], page


@pytest.mark.parametrize(
    "path",
    [
        "/shared/{token}/_stcore/stream",
        "/shared/{token}",
        "/shared/_stcore/stream?token={token}",
        "/{token}/_stcore/stream",
    ],
)
def test_below_a_link_there_is_no_websocket(shut_desk: Desk, token: str, path: str) -> None:
    address = shut_desk.url.replace("http", "ws", 1) + path.format(token=token)
    with (
        pytest.raises((InvalidStatus, WebSocketException)),
        connect(
            address,
            subprotocols=[Subprotocol("streamlit"), Subprotocol(token)],
            origin=Origin(shut_desk.url),
            proxy=None,
        ) as socket,
    ):
        socket.recv(timeout=5)


def test_a_revoked_link_is_over_on_the_running_server(shut_desk: Desk) -> None:
    number, token = _make(shut_desk, "a link to be revoked")
    address = f"{shut_desk.url}/shared/{token}"
    assert httpx.get(address).status_code == 200
    engine = make_engine(shut_desk.database_url)
    revoke_link(engine, number, actor=ALICE, now=datetime.now(UTC))
    engine.dispose()
    answer = httpx.get(address)
    assert answer.status_code == 410
    assert NAME not in answer.text
    assert token not in shut_desk.log_text()


def routes() -> list[BaseRoute]:
    """Return every route of the server: Streamlit's own and the desk's."""
    return [*create_streamlit_routes(MagicMock()), *fittings(load_settings({}))["routes"]]


def _parts(token: str) -> set[str]:
    names = components.name("table"), components.name("keys")
    return {token, f"{token}.csv", f"{names[0]}/{token}", f"{names[1]}/keys.js"}


def addresses(token: str) -> list[tuple[str, str]]:
    """Return every method and address of the server, and the token wherever one takes a part."""
    found = set()
    for route in routes():
        if isinstance(route, Route):
            for part in _parts(token):
                address = re.sub(r"\{[^}]*\}", part, route.path)
                found |= {(method, address) for method in route.methods or {"GET"}}
    # What no route takes is Streamlit's page or one of its files.
    static = Path(file_util.get_static_dir())
    files = ["index.html", *(file.name for file in static.iterdir() if file.is_file())]
    files += [
        f"static/{file.relative_to(static / 'static')}"
        for file in (static / "static").rglob("*.js")
    ][:5]
    for address in ("", token, *PAGES, *files):
        found |= {
            ("GET", f"/{address}"),
            ("GET", f"/{address}/{token}"),
            ("GET", f"/{token}/{address}"),
        }
    return sorted(found)


def test_wherever_its_token_is_put_one_address_alone_shows_the_artist(
    shut_desk: Desk, token: str, foreign: list[str]
) -> None:
    """The token in the path, and in every request as parameter, cookie and header."""
    names = (*foreign, NAME, "Weathervanes")
    known = ("token", "shared", "share", "session", "_streamlit_user", "_streamlit_xsrf", "artist")
    cookie = "; ".join(f"{name}={token}" for name in known)
    headers = {
        "Cookie": cookie,
        "Authorization": f"Bearer {token}",
        "X-Xsrftoken": token,
        "X-Streamlit-User": token,
        "Referer": f"{shut_desk.url}/shared/{token}",
        "Origin": shut_desk.url,
    }
    tried, shows = 0, set()
    with httpx.Client(base_url=shut_desk.url, timeout=60) as plain:
        for method, address in addresses(token):
            if address == "/metrics":
                continue  # It answers this machine with counters, and no name.
            bare = plain.request(method, address)
            plain.cookies.clear()
            asked = plain.request(
                method, address, params=dict.fromkeys(known, token), headers=headers
            )
            plain.cookies.clear()
            tried += 1
            if any(name in one.text for one in (bare, asked) for name in names):
                shows.add((method, address))
            # It changes no answer: with it nobody comes further than without.
            assert asked.status_code == bare.status_code, (method, address)
    assert shows == {("GET", f"/shared/{token}")}
    assert tried > 200


def test_every_websocket_of_the_server_is_known_to_these_tests() -> None:
    sockets = [route.path for route in routes() if isinstance(route, WebSocketRoute)]
    assert sockets == ["/_stcore/stream"]


def test_its_token_is_no_session_that_could_be_taken_up(
    shut_desk: Desk, token: str, foreign: list[str]
) -> None:
    """Streamlit takes a session's id, and an XSRF token, as sub-protocols of the handshake."""
    address = shut_desk.url.replace("http", "ws", 1) + f"/_stcore/stream?token={token}"
    asked = BackMsg()
    asked.rerun_script.query_string = f"shared={token}&token={token}"
    received = b""
    with connect(
        address,
        subprotocols=[Subprotocol(one) for one in ("streamlit", token, token)],
        origin=Origin(shut_desk.url),
        additional_headers={"Cookie": f"_streamlit_xsrf={token}; _streamlit_user={token}"},
        proxy=None,
        max_size=None,
    ) as socket:
        socket.send(asked.SerializeToString())
        message = ForwardMsg()
        while message.WhichOneof("type") != "script_finished":
            content = socket.recv(timeout=60, decode=False)
            message.ParseFromString(content)
            received += content
    assert b"Sign in" in received
    assert [name for name in (*foreign, "Weathervanes") if name.encode() in received] == []


@pytest.mark.parametrize("change", ["expired", "tampered", "cut", "of another desk"])
def test_a_link_that_is_over_or_no_link_is_refused_on_the_running_server(
    shut_desk: Desk, change: str
) -> None:
    number, token = _make(shut_desk, f"a link to be {change}")
    address = f"{shut_desk.url}/shared/"
    assert httpx.get(address + token).status_code == 200
    other = "A" if token[-20] != "A" else "B"
    asked = {
        "expired": token,
        "tampered": f"{token[:-20]}{other}{token[-19:]}",
        "cut": token[:-1],
        "of another desk": new_token(b"another secret"),
    }[change]
    if change == "expired":
        engine = make_engine(shut_desk.database_url)
        with writing(engine) as db:
            past = datetime.now(UTC) - timedelta(seconds=1)
            db.execute(update(share_link).where(share_link.c.id == number).values(expires_at=past))
        engine.dispose()
    answer = httpx.get(address + asked)
    assert answer.status_code == (410 if change == "expired" else 404)
    assert "Weathervanes" not in answer.text
