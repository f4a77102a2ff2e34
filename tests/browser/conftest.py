"""What a browser test may ask for: a Chromium, a running desk, a page that tolerates no fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    sync_playwright,
)

from tests.browser.chromium import ChromiumMissing, launch
from tests.browser.desk import Desk, serving
from tests.conftest import IS_CI

WIDE: ViewportSize = {"width": 1440, "height": 900}
_OWN_HOSTS = ("127.0.0.1", "localhost")
_PROVIDER = "localhost"
_OWN_SCHEMES = ("data", "blob", "about")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that `-m 'not browser'` leaves it out."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


# For the folder, not the session: Playwright keeps an event loop in this thread, and tests
# elsewhere may want one of their own.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A headless Chromium; where there is none CI fails and a person's machine skips."""
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except ChromiumMissing as error:
            if IS_CI:
                pytest.fail(str(error))
            pytest.skip(str(error))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk with the demo label, as `make run` serves it; the tests of a module share it."""
    with serving(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that fails its test on a script error, a blocked or an outside request."""
    with opened(chromium) as one:
        yield one


@contextmanager
def opened(chromium: Browser) -> Iterator[Page]:
    """Yield a page of a browser of its own, and raise at the end where it met a fault."""
    faults: list[str] = []
    context = chromium.new_context(viewport=WIDE, locale="en-GB", timezone_id="UTC")
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", lambda message: faults.extend(_violation(message)))
    context.on("request", lambda request: faults.extend(_outside(request)))
    yield page
    context.close()
    assert not faults, "\n".join(faults)


def _violation(message: ConsoleMessage) -> list[str]:
    is_policy = "Content Security Policy" in message.text
    return [f"blocked: {message.text}"] if is_policy else []


def _outside(request: Request) -> list[str]:
    address = urlsplit(request.url)
    if address.scheme in _OWN_SCHEMES or address.hostname in _OWN_HOSTS:
        return []  # Asked before its frame: a page that is opening has none yet.
    of = request.url if request.is_navigation_request() else request.frame.url
    if urlsplit(of).hostname == _PROVIDER:
        return []  # Its pages are none of the desk's, and may load what they like.
    return [f"outside request: {request.url}"]
