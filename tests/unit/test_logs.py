"""The log: what an event says, what is never written, and how often."""

import inspect
import io
import json
import logging
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

import lib.services
from lib import events, logs
from lib.domain.records import Actor, Source
from lib.domain.rights import FULL
from lib.events import Outcome, tell, told
from lib.services.campaigns import StaleCampaign
from lib.settings import load_settings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALICE = Actor(name="alice@label.example", rights=FULL)
SECRETS = ("hunter2hunter2", "a-cookie-secret-of-the-desk")


@contextmanager
def written(*, as_json: bool) -> Iterator[io.StringIO]:
    """Yield what the log writes meanwhile; everything is as before afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(level="DEBUG", as_json=as_json, secrets=SECRETS, stream=stream)
    try:
        yield stream
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.captureWarnings(capture=False)


@dataclass(frozen=True)
class Answer:
    campaign_id: int
    at: datetime


@told("campaign:pause")
def pause(
    engine: object,
    campaign_id: int,
    *,
    actor: Actor,
    request_id: str,
    now: datetime,
    note: str = "",
    source: Source = Source.DESK,
    raises: Exception | None = None,
    at: datetime = NOW,
) -> Answer:
    del engine, actor, request_id, now, note, source
    if raises:
        raise raises
    return Answer(campaign_id, at)


def pressed(**more) -> dict:
    with written(as_json=True) as stream, suppress(StaleCampaign, OperationalError, ValueError):
        pause(None, 7, actor=ALICE, request_id="r-1", now=NOW, note="private words", **more)
    (line,) = stream.getvalue().splitlines()
    return json.loads(line)


def test_a_change_is_told_once_with_who_what_which_and_how_it_ended():
    told_of = pressed(source=Source.COMMAND)
    assert told_of.pop("at")
    assert told_of == {
        "level": "info",
        "logger": "desk.events",
        "event": "campaign:pause",
        "outcome": "done",
        "actor": "alice@label.example",
        "source": "command",
        "campaign_id": 7,
        "request_id": "r-1",
    }


@pytest.mark.parametrize(
    ("error", "outcome", "level"),
    [
        (StaleCampaign("“Low Tide” has changed"), "refused", "warning"),
        (OperationalError("SELECT 1", {}, Exception("hunter2hunter2")), "failed", "error"),
        (ValueError("/home/alice"), "failed", "error"),
    ],
)
def test_what_was_not_done_is_told_with_the_kind_of_the_error_only(error, outcome, level):
    told_of = pressed(raises=error)
    assert (told_of["outcome"], told_of["level"]) == (outcome, level)
    assert told_of["why"] == type(error).__name__
    assert "Low Tide" not in str(told_of)
    assert "hunter2" not in str(told_of)
    assert "/home" not in str(told_of)


def test_the_same_request_again_is_told_as_such():
    assert pressed(at=NOW - timedelta(seconds=5))["outcome"] == "repeated"


def test_every_event_is_counted_by_its_outcome():
    before = events.happened.numbers()
    with written(as_json=False):
        tell("a:thing", Outcome.DONE)
        tell("a:thing", Outcome.DONE)
        tell("a:thing", Outcome.REFUSED)
    after = events.happened.numbers()
    assert after[("a:thing", "done")] - before.get(("a:thing", "done"), 0) == 2
    assert after[("a:thing", "refused")] - before.get(("a:thing", "refused"), 0) == 1


def verbs():
    """Yield every public function of the services that takes a request."""
    for module in pkgutil.iter_modules(lib.services.__path__, "lib.services."):
        for name, function in vars(import_module(module.name)).items():
            if name.startswith("_") or not inspect.isfunction(function):
                continue
            if function.__module__ != module.name:
                continue
            if "request_id" in inspect.signature(function).parameters:
                yield function


def test_every_verb_that_takes_a_request_is_told():
    found = list(verbs())
    assert len(found) >= 8
    assert not [one.__qualname__ for one in found if not hasattr(one, "told_as")]


LEAKS = [
    "postgresql+psycopg://desk:hunter2@db.internal:5432/desk",
    "could not connect to postgres://desk@db/desk?sslmode=require",
    "sqlite:////srv/private/desk.sqlite",
    "https://alice:hunter2@proxy.example/",
    "Cookie: _streamlit_user=hunter2; other=1",
    "{'Set-Cookie': 'hunter2'}",
    "Authorization: Bearer hunter2hunter2",
    "authorization=Basic hunter2=",
    "password=hunter2 host=db.internal",
    '"client_secret": "hunter2"',
    "id_token=hunter2",
    "eyJhbGciOiJIUzI1NiJ9.eyJodW50ZXIyIjoxfQ.hunter2",
    "GET /campaign?artist=Neon%20hunter2&id=1 HTTP/1.1",
    "https://desk.example/oauth2callback?code=hunter2&state=x",
    "who: bob.private@label.example",
    "the secret is a-cookie-secret-of-the-desk",
]
GONE = ("hunter2", "db.internal", "/srv/private", "bob.private", "a-cookie-secret", "artist=")


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("leak", LEAKS)
def test_nothing_secret_is_written_by_whoever_logs_it(leak, as_json):
    with written(as_json=as_json) as stream:
        logging.getLogger("some.package").warning("it said %s", leak)
        try:
            raise RuntimeError(leak)
        except RuntimeError:
            logging.getLogger("lib.ui.serving.door").exception("Something went wrong, reference 1f")
    output = stream.getvalue()
    assert "it said" in output
    assert "reference 1f" in output
    assert "RuntimeError" in output
    assert not [word for word in GONE if word in output]


@given(st.text(), st.text())
def test_json_is_one_object_a_line_whatever_is_logged(message, actor):
    with written(as_json=True) as stream:
        logging.getLogger("x").info("%s", message)
        tell("a:thing", Outcome.DONE, actor=actor)
    lines = stream.getvalue().split("\n")
    assert len(lines) == 3
    assert [json.loads(line)["level"] for line in lines[:2]] == ["info", "info"]


@given(st.text(max_size=30))
def test_a_line_of_an_event_stays_one_line_in_words_too(actor):
    with written(as_json=False) as stream:
        tell("a:thing", Outcome.DONE, actor=actor)
    assert len(stream.getvalue().splitlines()) == 1


def test_the_settings_know_what_must_not_be_written():
    told_of = load_settings(
        {
            "DATABASE_URL": "postgresql://desk:p%40ss-word@db/desk",
            "METRICS_TOKEN": "sixteen-characters",
        }
    )
    hidden = told_of.secrets()
    assert {"p%40ss-word", "p@ss-word", "sixteen-characters", told_of.database_url} <= set(hidden)
    assert not [secret for secret in hidden if secret in repr(told_of)]
