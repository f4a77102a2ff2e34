"""What the address says and what is kept: an echo of what was replaced changes nothing back."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from lib.ui import in_url

    with in_url.address():
        st.button("Reset", on_click=in_url.keep, args=("platform", ""))
        st.button("Choose", on_click=in_url.keep, args=("platform", "Google"))
        st.markdown(f"said: {in_url.read('platform')!r}")


@pytest.fixture
def at():
    """The page, asked for with a filter."""
    app = AppTest.from_function(page, default_timeout=20)
    app.query_params["platform"] = "Meta"
    return said(app.run(), "Meta")


def said(at, what):
    assert at.markdown[0].value == f"said: {what!r}"
    assert at.query_params.get("platform", "") in (what, [what])
    return at


def press(at, label):
    return next(one for one in at.button if one.label == label).click().run()


def asked_with(at, platform, **more):
    """Run the page as the browser asks for it that has this address."""
    at.query_params.clear()
    at.query_params.update(more)
    if platform:
        at.query_params["platform"] = platform
    return at.run()


@pytest.mark.parametrize(("button", "kept"), [("Reset", ""), ("Choose", "Google")])
def test_an_address_from_before_a_change_does_not_undo_it(at, button, kept):
    said(press(at, button), kept)
    # Asked for by what can wait, before the browser had heard of the change.
    for _ in range(2):
        said(asked_with(at, "Meta"), kept)
    said(asked_with(at, kept), kept)


def test_every_value_that_was_replaced_can_come_as_an_echo(at):
    press(at, "Choose")
    said(press(at, "Reset"), "")
    for platform in ("Meta", "Google"):
        said(asked_with(at, platform), "")


def test_what_the_browser_says_once_it_knows_of_the_change_is_meant(at):
    press(at, "Reset")
    said(asked_with(at, ""), "")
    said(asked_with(at, "Meta"), "Meta")


def test_what_nobody_replaced_is_meant(at):
    press(at, "Reset")
    said(asked_with(at, "Spotify"), "Spotify")


def test_whoever_goes_back_means_what_the_address_says(at):
    press(at, "Reset")
    said(asked_with(at, "Meta", back=""), "Meta")


def test_long_after_a_change_no_address_is_an_echo(at, monkeypatch):
    press(at, "Reset")
    monkeypatch.setattr("lib.ui.in_url.monotonic", lambda: float("inf"))
    said(asked_with(at, "Meta"), "Meta")
