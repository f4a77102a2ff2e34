"""What a run has not drawn again yet fades while it takes long, and costs a short run nothing."""

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.chromium import drawn
from tests.browser.desk import Desk

FADED = 0.5
# What begins to move, and how long it waits first.
LISTEN = """() => {
  window.begun = [];
  addEventListener("transitionrun", (event) => {
    if (!event.target.dataset?.stale) return;
    const { transitionDelay } = getComputedStyle(event.target);
    window.begun.push(`${event.propertyName} after ${transitionDelay}`);
  });
}"""
RUNNING = """() =>
  document.getAnimations().filter((one) => one.effect.target?.dataset?.stale).length
"""
OPACITY = """() => {
  const old = document.querySelector('[data-testid="stElementContainer"][data-stale="true"]');
  return old ? Number(getComputedStyle(old).opacity) : 1;
}"""


class Line:
    """The websocket of a page, on which the answers to a click can be kept back."""

    # That a run has begun, in two messages.
    BEGINNING = 2

    def __init__(self) -> None:
        self.page: WebSocketRoute | None = None
        self.kept: list[str | bytes] | None = None

    def between(self, page: WebSocketRoute) -> None:
        """Let everything through from a page to its server, and what is not kept back."""
        self.page, server = page, page.connect_to_server()
        server.on_message(self._answered)

    def keep(self) -> None:
        """From now on let a page know no more than that its run has begun."""
        self.kept = []

    def let_go(self) -> None:
        """Send what was kept back."""
        assert self.page is not None
        for message in (self.kept or [])[self.BEGINNING :]:
            self.page.send(message)
        self.kept = None

    def _answered(self, message: str | bytes) -> None:
        assert self.page is not None
        if self.kept is not None:
            self.kept.append(message)
        if self.kept is None or len(self.kept) <= self.BEGINNING:
            self.page.send(message)


@pytest.fixture
def line(page: Page) -> Line:
    line = Line()
    page.route_web_socket("**/_stcore/stream", line.between)
    return line


def test_what_is_old_fades_in_a_long_run_without_a_layer_of_its_own(
    page: Page, desk: Desk, line: Line
) -> None:
    page.goto(desk.url)
    drawn(page)
    page.evaluate(LISTEN)
    line.keep()
    page.locator(".desk-table .pill").last.click()
    old = page.locator('[data-testid="stElementContainer"][data-stale="true"]')
    expect(old).not_to_have_count(0)
    page.wait_for_function(f"() => ({OPACITY})() < {FADED}")
    # A browser makes a layer of what changes its opacity by a transition of that.
    assert set(page.evaluate("begun")) == {"--desk-freshness after 0.5s"}
    line.let_go()
    expect(old).to_have_count(0)
    assert page.evaluate(OPACITY) == 1
    assert not page.evaluate(RUNNING)
