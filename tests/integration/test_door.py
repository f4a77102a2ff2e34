"""The door on real answers: headers, what is shut, what needs a sign-in, what an error shows."""

import base64
import hashlib
import html.parser
import json
import logging
import re
import time
from unittest.mock import MagicMock

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from streamlit.web.server.app_discovery import discover_asgi_app
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from lib.settings import ROOT, load_settings
from lib.ui import components
from lib.ui.serving import shell
from lib.ui.serving.door import (
    GUARDED,
    SHUT,
    Guard,
    SecurityHeaders,
    content_security_policy,
    inline_script_hashes,
    is_under,
)
from tests.provider import provider, signed_in
from tests.standin import COOKIE_SECRET, serving_standin, sign_in_secrets

PORT = 8501
ORIGIN = f"http://127.0.0.1:{PORT}"
ALICE = {"is_logged_in": True, "email": "alice@label.example", "email_verified": True}
COOKIE = "_streamlit_user"


@pytest.fixture
def told(tmp_path):
    """Settings that demand a sign-in and admit label.example."""
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(
        sign_in_secrets(port=PORT, provider="https://provider.example", domain="label.example")
    )
    return load_settings({"SECRETS_FILE": str(secrets)})


@pytest.fixture
def one_person(tmp_path):
    """Settings without a sign-in."""
    secrets = tmp_path / "none.toml"
    secrets.touch()
    return load_settings({"SECRETS_FILE": str(secrets)})


def behind_the_door(settings, *, is_in=lambda _claims, _settings: True):
    """Return a client of an application that answers everything with 200, behind the door."""

    async def answer(_request) -> Response:
        response = PlainTextResponse("inside")
        response.set_cookie("one", "1")
        return response

    app = Starlette(
        routes=[Route("/{path:path}", answer, methods=["GET", "PUT", "DELETE"])],
        middleware=[
            Middleware(SecurityHeaders, settings=settings, html=shell.page()),
            Middleware(Guard, settings=settings, is_in=is_in),
        ],
    )
    return TestClient(app, base_url=ORIGIN)


def signed(claims, *, secret=COOKIE_SECRET, origin=ORIGIN):
    payload = json.dumps({"origin": origin, **claims})
    return {COOKIE: create_signed_value(secret, COOKIE, payload).decode()}


# What every answer carries.


class InlineScripts(html.parser.HTMLParser):
    """Collects inline scripts as a browser would, without the door's own regular expression."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.is_inline = False

    def handle_starttag(self, tag, attrs):
        self.is_inline = tag == "script" and "src" not in dict(attrs)

    def handle_endtag(self, tag):  # noqa: ARG002 - the parser calls it so
        self.is_inline = False

    def handle_data(self, data):
        if self.is_inline:
            self.found.append(data)


def test_the_policy_allows_exactly_the_inline_scripts_of_the_installed_streamlit():
    parser = InlineScripts()
    parser.feed(shell.page())
    assert parser.found
    digests = [hashlib.sha256(script.encode()).digest() for script in parser.found]
    expected = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    assert inline_script_hashes(shell.page()) == expected


def test_the_policy_names_no_other_host_and_no_eval():
    policy = content_security_policy(shell.page())
    assert not re.search(r"https?:|wss?:|\*", policy)
    assert "eval" not in policy
    script_sources = policy.partition("script-src ")[2].partition(";")[0]
    assert "unsafe-inline" not in script_sources
    assert "frame-ancestors 'none'" in policy


def test_cookies_become_secure_behind_tls_only(one_person):
    behind_tls = one_person.model_copy(update={"behind_tls": True})
    assert "secure" not in behind_the_door(one_person).get("/").headers["set-cookie"].lower()
    answer = behind_the_door(behind_tls).get("/")
    assert answer.headers["set-cookie"].endswith("; Secure")
    assert "max-age" in answer.headers["strict-transport-security"]


# What is shut, and what needs a sign-in.

SHUT_PATHS = [
    "/_stcore/metrics",
    "/_stcore/agent/interact",
    "/_stcore/agent/openapi.json",
    "/_stcore/script-health-check",
]
GUARDED_PATHS = ["/media/abc.csv", "//media/abc.csv", "/_stcore/upload_file/session/file"]


@pytest.mark.parametrize("path", SHUT_PATHS)
def test_what_the_desk_does_not_use_is_shut_for_everybody(told, one_person, path):
    assert behind_the_door(one_person).get(path).status_code == 404
    signed_in = behind_the_door(told)
    signed_in.cookies.update(signed(ALICE))
    assert signed_in.get(path).status_code == 404


@pytest.mark.parametrize("path", GUARDED_PATHS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_files_are_not_there_for_somebody_signed_out(told, path, method):
    answer = behind_the_door(told).request(method, f"{ORIGIN}{path}")
    assert answer.status_code == 404
    assert "x-content-type-options" in answer.headers


@pytest.mark.parametrize("path", GUARDED_PATHS)
def test_files_are_there_for_somebody_signed_in(told, path):
    client = behind_the_door(told)
    client.cookies.update(signed(ALICE))
    assert client.get(f"{ORIGIN}{path}").text == "inside"


def test_files_are_not_there_for_whom_the_table_of_people_turns_away(told):
    asked = []

    def is_in(claims, settings):
        asked.append((claims["email"], settings))
        return False

    client = behind_the_door(told, is_in=is_in)
    client.cookies.update(signed(ALICE))
    for path in GUARDED_PATHS:
        assert client.get(f"{ORIGIN}{path}").status_code == 404
    assert asked == [(ALICE["email"], told)] * len(GUARDED_PATHS)


def test_another_cookie_does_not_shut_somebody_out(told):
    cookie = f"odd thing; {COOKIE}={signed(ALICE)[COOKIE]}; brackets[]=1"
    assert behind_the_door(told).get("/media/a", headers={"Cookie": cookie}).text == "inside"


def test_without_a_sign_in_files_are_the_one_persons(one_person):
    assert behind_the_door(one_person).get("/media/abc.csv").text == "inside"


@pytest.mark.parametrize("path", ["/", "/static/media/font.woff2", "/_stcore/health", "/media2"])
def test_the_frame_of_the_page_is_open_to_everybody(told, path):
    assert behind_the_door(told).get(path).text == "inside"


@pytest.mark.parametrize(
    "cookies",
    [
        {COOKIE: ""},
        {COOKIE: "garbage"},
        {COOKIE: json.dumps(ALICE)},
        signed(ALICE, secret=""),
        signed(ALICE, secret="another-secret-" * 4),
        signed(ALICE, origin="https://elsewhere.example"),
        signed({**ALICE, "is_logged_in": False}),
        signed({**ALICE, "is_logged_in": "yes"}),
        signed({**ALICE, "email": "charlie@elsewhere.example"}),
        signed({**ALICE, "email_verified": False}),
        {COOKIE: create_signed_value(COOKIE_SECRET, COOKIE, "[1]").decode()},
        {COOKIE: create_signed_value(COOKIE_SECRET, COOKIE, "{").decode()},
        {COOKIE: create_signed_value(COOKIE_SECRET, "another_cookie", json.dumps(ALICE)).decode()},
    ],
)
def test_any_other_cookie_is_nobody(told, cookies):
    client = behind_the_door(told)
    client.cookies.update(cookies)
    assert client.get("/media/abc.csv").status_code == 404


def test_a_sign_in_ends_after_its_hours(told, monkeypatch):
    signed_at = time.time() - told.session_hours * 3600
    with monkeypatch.context() as earlier:
        earlier.setattr("itsdangerous.timed.time.time", lambda: signed_at - 60)
        too_old = signed(ALICE)
        earlier.setattr("itsdangerous.timed.time.time", lambda: signed_at + 60)
        still_good = signed(ALICE)
    client = behind_the_door(told)
    client.cookies.update(too_old)
    assert client.get("/media/abc.csv").status_code == 404
    client.cookies.update(still_good)
    assert client.get("/media/abc.csv").text == "inside"


KNOWN_ROUTES = {
    *("/_stcore/health", "/_stcore/host-config", "/_stcore/stream"),
    *("/auth/login", "/auth/logout", "/oauth2callback"),
    *("/component/{path:path}", "/_stcore/bidi-components/{path:path}"),
}


def test_every_route_of_streamlit_is_shut_guarded_or_known_to_be_harmless():
    routes = create_streamlit_routes(MagicMock())
    paths = {route.path for route in routes if isinstance(route, Route | WebSocketRoute)}
    assert len(paths) > len(KNOWN_ROUTES)
    unknown = [path for path in paths if path not in KNOWN_ROUTES]
    assert not [path for path in unknown if not is_under(path, (*SHUT, *GUARDED))]


# What an error shows.


def failing_page() -> None:
    from lib.ui.serving.door import show_reference

    show_reference(RuntimeError("postgresql://u:hunter2@h/desk: SELECT 1"))


def test_an_error_shows_a_reference_and_the_log_has_the_rest(caplog):
    with caplog.at_level(logging.ERROR):
        page = AppTest.from_function(failing_page).run(timeout=20)
    shown = page.error[0].value
    reference = re.search(r"reference ([0-9a-f]{8})", shown)
    assert reference
    assert reference[1] in caplog.text
    assert "hunter2" not in shown
    assert "SELECT" not in shown


# The real server.

STANDIN = """
import streamlit as st
st.title("A desk")
"""


@pytest.fixture(scope="module")
def standin(tmp_path_factory):
    with serving_standin(tmp_path_factory.mktemp("standin"), script=STANDIN) as running:
        yield running


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/_stcore/health", "/favicon.png", "/media/none", "/_stcore/metrics"]
)
def test_every_real_answer_carries_the_headers(standin, path):
    headers = httpx.get(standin.url + path).headers
    assert headers["content-security-policy"] == content_security_policy(shell.page())
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]


def test_browsers_keep_the_files_of_the_desks_components_by_their_content(standin):
    script = components.script("table")
    answer = httpx.get(standin.url + script)
    assert answer.text == (ROOT / "lib/ui/assets/table/table.js").read_text()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    missing = httpx.get(standin.url + script.replace("table.js", "none.js"))
    other = httpx.get(standin.url + script.replace(components.name("table"), "desk-0.table"))
    for answer in (missing, other):
        assert answer.status_code == 404
        assert "immutable" not in answer.headers.get("cache-control", "")


@pytest.mark.parametrize(
    ("way", "isolates"),
    [
        (None, True),
        ("cross-site", True),
        ("same-site", True),
        ("none", False),
        ("same-origin", False),
    ],
)
def test_only_who_is_led_here_by_another_site_gets_a_window_of_its_own(standin, way, isolates):
    asked = {} if way is None else {"Sec-Fetch-Site": way}
    headers = httpx.get(standin.url, headers=asked).headers
    assert headers.get("cross-origin-opener-policy") == ("same-origin" if isolates else None)


def test_the_health_answer_says_ok_and_nothing_else(standin):
    assert httpx.get(f"{standin.url}/healthz").json() == {"status": "ok"}


def test_streamlit_finds_the_application_in_the_server_module():
    found = discover_asgi_app(ROOT / "lib" / "ui" / "serving" / "server.py")
    assert found.is_asgi_app
    assert found.app_name == "app"


@pytest.fixture(scope="module")
def shut_standin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shut")
    with provider() as address, serving_standin(folder, script=STANDIN, provider=address) as shut:
        yield shut


def test_a_real_sign_in_opens_files_for_who_is_admitted_only(shut_standin):
    url = shut_standin.url
    upload = f"{url}/_stcore/upload_file/session/file"
    with httpx.Client() as nobody, signed_in(url, "charlie") as charlie:
        for outside in (nobody, charlie):
            assert outside.get(f"{url}/media/none").text == "Not Found"
            assert outside.put(upload).status_code == 404
    with signed_in(url, "alice") as alice:
        # Streamlit's own words for a file that it does not have: the door was passed.
        assert alice.get(f"{url}/media/none").text == "File not found"
        assert alice.put(upload).status_code == 403  # Streamlit asks for its XSRF token.
