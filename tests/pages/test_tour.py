"""The tour: offered in the demo label to whoever has not met it, ended at any step, taken again."""

import pytest
from streamlit.testing.v1 import AppTest

from lib.settings import ROOT, settings
from lib.ui.frame import tour
from lib.ui.frame.tour import STEPS
from tests.pages.conftest import texts


@pytest.fixture
def with_tour(monkeypatch):
    monkeypatch.setenv("DESK_TOUR", "1")
    settings.cache_clear()


def keys(at):
    return {one.key for one in at.button if (one.key or "").startswith("tour")}


def press(at, key):
    at.button(key=key).click().run()
    assert not at.exception


@pytest.mark.usefixtures("demo_engine", "with_tour")
def test_it_is_offered_in_the_second_run_and_not_again_after_a_no():
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert keys(at) == set()
    at.run()
    assert keys(at) == {"tour-start", "tour-not-now", "tour-reopen"}
    press(at, "tour-not-now")
    assert keys(at) == {"tour-reopen"}
    assert [one for one in at.get("bidi_component") if "remember" in one.proto.component_name]
    at.run()
    assert keys(at) == {"tour-reopen"}
    assert not [one for one in at.get("bidi_component") if "remember" in one.proto.component_name]


@pytest.mark.usefixtures("demo_engine", "with_tour")
@pytest.mark.parametrize("number", range(len(STEPS)))
def test_a_step_can_be_ended_and_the_tour_taken_again(open_desk, number):
    at = open_desk()
    at.session_state[tour.STEP] = number
    at.run()
    assert f"step {number + 1} of 5" in texts(at)
    assert "tour-reopen" not in keys(at)
    press(at, "tour-end")
    assert keys(at) == {"tour-reopen"}


@pytest.mark.usefixtures("demo_engine", "with_tour")
def test_a_browser_that_has_met_it_is_not_asked_again(open_desk, monkeypatch):
    monkeypatch.setattr(tour, "_has_met", lambda: True)
    at = open_desk()
    at.run()
    assert keys(at) == {"tour-reopen"}


@pytest.mark.usefixtures("empty_engine", "with_tour")
def test_without_the_demo_label_there_is_no_tour(open_desk):
    at = open_desk()
    at.run()
    assert keys(at) == set()


@pytest.mark.usefixtures("demo_engine", "with_tour")
def test_the_artists_screen_is_never_disturbed(open_desk):
    at = open_desk("pages/marketing/present.py", screen="true")
    at.session_state[tour.STEP] = 3
    at.run()
    assert not [one for one in at.main.button if (one.key or "").startswith("tour")]


@pytest.mark.usefixtures("demo_engine")
def test_a_desk_may_do_without_it(open_desk):
    at = open_desk()
    at.run()
    assert keys(at) == set()
    assert len(STEPS) <= 5
