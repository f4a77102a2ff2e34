"""The log of a real server: every line is JSON, each thing stands in it once, nothing secret."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.desk import Desk, serving
from tests.postgres import free_port
from tests.provider import provider, signed_in
from tests.standin import COOKIE_SECRET, sign_in_secrets
from tests.wire import visit

TOKEN = "a-token-of-the-operator"


def lines(desk: Desk) -> list[dict[str, Any]]:
    return [json.loads(line) for line in desk.log_text().splitlines()]


def told(desk: Desk, event: str) -> list[tuple[str, str | None]]:
    found = [one for one in lines(desk) if one.get("event") == event]
    return [(one["outcome"], one.get("actor")) for one in found]


@pytest.mark.slow
def test_a_day_of_a_server_is_logged_once_each_and_without_secrets(tmp_path: Path) -> None:
    port = free_port()
    secrets = tmp_path / "secrets.toml"
    with provider() as address:
        secrets.write_text(sign_in_secrets(port=port, provider=address, domain="label.example"))
        env = {
            "PORT": str(port),
            "SECRETS_FILE": str(secrets),
            "LOG_FORMAT": "json",
            "METRICS_TOKEN": TOKEN,
        }
        with serving(tmp_path, env=env) as desk:
            kept = _a_day(desk)
            log, text = lines(desk), desk.log_text()
    assert told(desk, "person:sign_in") == [
        ("done", "alice@label.example"),
        ("refused", "charlie@elsewhere.example"),
        ("refused", None),
    ]
    assert told(desk, "person:sign_out") == [("done", "alice@label.example")]
    assert told(desk, "access:desk") == [("refused", "charlie@elsewhere.example")]
    assert told(desk, "access:metrics") == [("refused", None)]
    assert told(desk, "access:path") == [("refused", None), ("refused", None)]
    assert told(desk, "demo:load") == [("done", None)]
    assert all({"at", "level", "logger"} <= set(line) for line in log)
    leaks = [COOKIE_SECRET, TOKEN, "invented", "a-secret-code", "eyJ", "_streamlit_user=", "?"]
    leaks += [*kept, str(tmp_path), "sqlite:///"]
    assert not [leak for leak in leaks if leak in text]
    # People's addresses stand where they act, and nowhere else.
    rest = [{key: value for key, value in line.items() if key != "actor"} for line in log]
    assert "@" not in json.dumps(rest)


def _a_day(desk: Desk) -> list[str]:
    """Let people come and go; return the values of their cookies."""
    right = {"Authorization": f"Bearer {TOKEN}"}
    with signed_in(desk.url, "alice") as alice:
        kept = list(dict(alice.cookies).values())
        with visit(desk.url, dict(alice.cookies)) as session:
            assert b"Campaign" in session.run("campaigns", query="artist=Secret%20artist&q=x")
            numbers = alice.get(f"{desk.url}/metrics", headers=right).text
            assert "desk_sessions 1\n" in numbers
            assert 'desk_run_seconds_count{page="/"} 2\n' in numbers
        alice.get(f"{desk.url}/auth/logout")
    with signed_in(desk.url, "charlie") as charlie:
        kept += dict(charlie.cookies).values()
        with visit(desk.url, dict(charlie.cookies)) as session:
            session.run("campaigns")
            session.run("campaign", query="id=1")
    with httpx.Client(base_url=desk.url, timeout=20) as nobody:
        nobody.get("/oauth2callback?code=a-secret-code&state=made-up")
        nobody.get("/metrics")
        nobody.get("/media/a-secret-code.csv")
        nobody.get("/_stcore/metrics")
        assert nobody.get("/healthz").json() == {"status": "ok"}
        assert nobody.get("/readyz").json() == {"status": "ok"}
    return [value for value in kept if len(value) > 20]
