"""The number that open pages ask for: cheap, honest about an outage, the same in every process."""

import asyncio
import json
import time
from contextlib import ExitStack

import httpx
import pytest

from lib.domain.actions import PauseReason
from lib.services import queries
from lib.services.campaigns import pause_campaign
from lib.ui.live import PATH, Pulse
from tests.browser.desk import serving
from tests.cast import ALICE, add_artist, add_campaign
from tests.provider import provider, signed_in
from tests.standin import serving_standin
from tests.wire import visit

# One second old at most where the number is kept, and a busy machine.
SOON = 5


def ask(pulse, *, times=1):
    """Return the status and content of each of several answers at once."""

    async def all_of_them():
        answers = await asyncio.gather(*(pulse(None) for _ in range(times)))
        return [(answer.status_code, json.loads(answer.body)) for answer in answers]

    return asyncio.run(all_of_them())


@pytest.fixture
def counted(monkeypatch):
    """How often the database was asked."""
    asked = []
    real = queries.current_data_version

    def count(*arguments, **named):
        asked.append(1)
        return real(*arguments, **named)

    monkeypatch.setattr(queries, "current_data_version", count)
    return asked


def test_a_hundred_tabs_ask_the_database_once_a_second(engine, counted, now):
    seconds = [0.0]
    pulse = Pulse(lambda: engine, monotonic=lambda: seconds[0])
    before = queries.current_data_version(engine).number
    counted.clear()
    assert ask(pulse, times=100) == [(200, {"version": before})] * 100
    seconds[0] = 0.9
    assert ask(pulse, times=100) == [(200, {"version": before})] * 100
    assert len(counted) == 1
    one = add_campaign(engine, add_artist(engine, now=now), now=now)
    pause_campaign(
        engine,
        one,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=1,
        request_id="p",
        now=now,
    )
    seconds[0] = 1.0
    assert ask(pulse) == [(200, {"version": before + 1})]


def test_a_database_that_is_away_is_told_at_once_and_without_a_word_about_it(open_engine):
    away = open_engine("postgresql://desk:hunter2@127.0.0.1:1/desk")
    start = time.monotonic()
    assert ask(Pulse(lambda: away), times=20) == [(503, {"error": "database"})] * 20
    assert time.monotonic() - start < SOON


def until(found, *, seconds=SOON):
    """Return what `found()` says as soon as it says anything."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.2)
    raise AssertionError("it did not come about in time")


def test_several_processes_on_one_database_show_each_others_changes_at_the_next_run(
    engine, database_url, tmp_path, now
):
    artist_id = add_artist(engine, now=now, name="Ida")
    one = add_campaign(engine, artist_id, now=now, name="Low Tide")
    secrets = tmp_path / "secrets.toml"
    secrets.touch()
    env = {"DATABASE_URL": database_url, "DESK_DEMO": "0", "SECRETS_FILE": str(secrets)}
    with ExitStack() as stack:
        desks = []
        for name in ("here", "there"):
            folder = tmp_path / name
            folder.mkdir()
            desks.append(stack.enter_context(serving(folder, env=env)))
        tabs = [stack.enter_context(visit(desk.url)) for desk in desks]
        for tab in tabs:
            assert b"Low Tide" in tab.run()
            assert b"Paused by Alice" not in tab.run()
        numbers = [httpx.get(desk.url + PATH).json()["version"] for desk in desks]
        assert numbers[0] == numbers[1]
        press_pause(tabs[0], one)
        for desk in desks:
            until(lambda desk=desk: httpx.get(desk.url + PATH).json()["version"] > numbers[0])
        assert b"Paused by Alice" in tabs[1].run()


def press_pause(tab, campaign_id):
    """Pause a campaign as somebody does in a browser: the button, the reason, the confirmation."""
    tab.run("campaign", query=f"id={campaign_id}")
    tab.press(tab.widget("button", label="Pause").id)
    reason = tab.widget("radio", label="Why is it paused?")
    tab.set(reason.id, string_value=reason.options[2])
    tab.press(tab.widgets("button", label="Pause")[-1].id)


def test_nobody_signed_out_hears_that_anything_has_changed(tmp_path):
    with (
        provider() as address,
        serving_standin(tmp_path, script="import streamlit", provider=address) as shut,
    ):
        assert httpx.get(shut.url + PATH).status_code == 404
        with signed_in(shut.url, "charlie") as charlie:
            assert charlie.get(shut.url + PATH).status_code == 404
        with signed_in(shut.url, "alice") as alice:
            assert alice.get(shut.url + PATH).status_code in (200, 503)
