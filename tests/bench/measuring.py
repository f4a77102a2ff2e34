"""A headless Chromium that tells when a page stood: by the page's own clock, frame by frame.

A page stands when what is waited for is laid out, no placeholder is left and two more frames have
been drawn; after a click, when the script has ended too. The time counts from the start of the
navigation, of a click from the event itself.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, WebSocket

WINDOW: ViewportSize = {"width": 1440, "height": 900}
PATIENCE = 60_000  # milliseconds
HAND = 300  # milliseconds

_EYE = """
(() => {
  const eye = (window.benchEye = { seen: {}, clicked: null });
  eye.laidOut = (css) =>
    [...document.querySelectorAll(css)].filter((one) => one.getClientRects().length).length;
  const placeholder = '[data-testid="stSkeleton"], [data-testid="stAppSkeleton"]';
  eye.waits = (css) => !!document.querySelector(css)?.querySelector(placeholder);
  eye.calm = () => !eye.waits('body');
  eye.told = (css) => eye.laidOut(css) && document.querySelector(css).textContent.trim();
  eye.ended = () =>
    !!document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]') &&
    !document.querySelector('[data-stale="true"]');
  eye.stands = () => eye.calm() && eye.ended();
  eye.watch = (name, holds) => {
    delete eye.seen[name];
    const look = () => {
      if (!holds()) { requestAnimationFrame(look); return; }
      requestAnimationFrame(() => requestAnimationFrame(() => {
        eye.seen[name] = performance.now();
      }));
    };
    look();
  };
  window.addEventListener('click', (event) => { eye.clicked = event.timeStamp; }, true);
})();
"""

TITLE = "eye.laidOut('h1') && eye.calm()"
# The six numbers of both windows, or a part of the page that says by its key that it holds them.
FIGURES = (
    "eye.laidOut('[data-testid=\"stMetricValue\"]') >= 6 || "
    "(eye.told('.st-key-figures') && !eye.waits('.st-key-figures'))"
)
CHART = "eye.laidOut('.js-plotly-plot .trace path') && eye.calm()"
TABLE = "eye.laidOut('.desk-table td') && eye.calm()"


@dataclass(frozen=True)
class Target:
    """A page to be visited, and what is waited for on it, by name."""

    name: str
    url: str
    watched: Mapping[str, str]


@dataclass
class Sighting:
    """One visit: when each thing stood, in milliseconds, and what came over the websocket."""

    seen: dict[str, float] = field(default_factory=dict)
    cpu: float = 0.0
    """Of the page's main thread, in milliseconds: steadier than the clock on a busy machine."""
    received: int = 0
    frames: int = 0


class Eyes:
    """Visits pages in one Chromium, with a warm cache for every server or without any."""

    def __init__(self, browser: Browser) -> None:
        """Keep the browser; contexts are opened as they are needed."""
        self.browser = browser
        self.warm: dict[str, BrowserContext] = {}

    def visit(self, target: Target, *, is_first: bool) -> Sighting:
        """Return what a visit saw: the very first of a browser, or one more of many."""
        with self.opened(target, is_first=is_first) as (_, sighting):
            return sighting

    @contextmanager
    def opened(self, target: Target, *, is_first: bool) -> Iterator[tuple[Page, Sighting]]:
        """Yield the page as it stands, to do more on it."""
        context = self._new() if is_first else self._known(target)
        page, sighting = self._open(context, target)
        try:
            yield page, sighting
        finally:
            page.close()
            if is_first:
                context.close()

    def _known(self, target: Target) -> BrowserContext:
        if target.url not in self.warm:
            origin = target.url.split("/")[2]
            context = self.warm.setdefault(origin, self._new())
            self.warm[target.url] = context
            page, _ = self._open(context, target)
            page.close()
        return self.warm[target.url]

    def _new(self) -> BrowserContext:
        context = self.browser.new_context(viewport=WINDOW, locale="en-GB", timezone_id="UTC")
        context.set_default_timeout(PATIENCE)
        return context

    def _open(self, context: BrowserContext, target: Target) -> tuple[Page, Sighting]:
        page, sighting = context.new_page(), Sighting()
        page.on("websocket", lambda socket: _count(socket, sighting))
        watches = "".join(_watch(name, holds) for name, holds in target.watched.items())
        page.add_init_script(_EYE + watches)
        inside = context.new_cdp_session(page)
        inside.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(target.url, wait_until="commit")
        sighting.seen = wait_for(page, target.watched)
        told = inside.send("Performance.getMetrics")["metrics"]
        found = {metric["name"]: metric["value"] for metric in told}
        sighting.cpu = float(found["TaskDuration"]) * 1000
        return page, sighting


def clicked(page: Page, holds: str, click: Callable[[], None]) -> float:
    """Return the milliseconds from the click that `click` makes until `holds` is drawn.

    What came before is over by then: no hand follows the page within a frame, as a script does.
    """
    page.wait_for_timeout(HAND)
    page.evaluate("() => { benchEye.clicked = null; }")
    page.evaluate(f"() => {{ {_watch('after', f'eye.clicked !== null && {holds}')} }}")
    click()
    after = wait_for(page, ["after"])["after"]
    return after - float(page.evaluate("benchEye.clicked"))


def wait_for(page: Page, names: Mapping[str, str] | list[str]) -> dict[str, float]:
    """Return when each of `names` stood, once all of them do."""
    listed = json.dumps(list(names))
    page.wait_for_function(f"() => {listed}.every((name) => name in benchEye.seen)", polling=50)
    seen = page.evaluate("benchEye.seen")
    return {name: float(seen[name]) for name in names}


def _watch(name: str, holds: str) -> str:
    return f"((eye) => eye.watch({json.dumps(name)}, () => {holds}))(window.benchEye);"


def _count(socket: WebSocket, sighting: Sighting) -> None:
    def received(payload: str | bytes) -> None:
        sighting.received += len(payload)
        sighting.frames += 1

    socket.on("framereceived", received)
