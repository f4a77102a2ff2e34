"""A page is asked for before Streamlit's scripts have been read: once, whatever the browser is."""

from collections import Counter
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from lib.ui.serving import shell
from lib.ui.serving.ahead import Wanted
from tests.browser.chromium import drawn
from tests.browser.desk import Desk


class Heard:
    """What goes over the websockets of a page."""

    def __init__(self, page: Page) -> None:
        """Listen from now on."""
        self.sent: list[list[str | bytes]] = []
        self.came: Counter[str] = Counter()
        page.on("websocket", self._opened)

    def _opened(self, socket) -> None:
        sent: list[str | bytes] = []
        self.sent.append(sent)
        socket.on("framesent", lambda payload: sent.append(payload))  # noqa: PLW0108 - a builtin is refused
        socket.on("framereceived", self._received)

    def _received(self, payload) -> None:
        self.came[ForwardMsg.FromString(payload).WhichOneof("type")] += 1


def opened(page: Page, url: str) -> Heard:
    heard = Heard(page)
    page.goto(url)
    page.get_by_role("heading", level=1).first.wait_for()
    drawn(page)
    return heard


@pytest.fixture(scope="module")
def addresses(desk: Desk) -> list[str]:
    """Every page that is in the menu of whoever runs the desk alone, and some with a question."""
    (one,) = desk.asked("SELECT campaign_id FROM daily_result LIMIT 1")[0]
    plain = [path for path in shell.FIRST_DRAWN if path not in ("campaign", "people")]
    return [*plain, f"campaign?id={one}&range=90+days", "?artist=Ch%C3%A2teau+%26+Co#there"]


def is_repeated(sent: list[str | bytes]) -> bool:
    """Whether Streamlit's page asks for what was asked ahead, to the byte: that is dropped."""
    ahead, own, *_ = sent
    return Wanted.model_validate_json(ahead).message() == own


def asked_for_once(page: Page, url: str) -> None:
    heard = opened(page, url)
    (sent,) = heard.sent
    assert is_repeated(sent), url
    # The first run, and the one for what it put off.
    assert heard.came["new_session"] == 2, url


def test_every_page_is_asked_for_once_over_one_websocket(
    page: Page, desk: Desk, addresses: list[str]
) -> None:
    opened(page, desk.url)
    for address in addresses:
        another = page.context.new_page()
        asked_for_once(another, f"{desk.url}/{address}")
        another.close()


@pytest.mark.parametrize(
    "browser",
    [
        {"color_scheme": "dark", "timezone_id": "Asia/Tokyo", "locale": "de-DE"},
        {"color_scheme": "light", "timezone_id": "America/St_Johns", "locale": "fr"},
    ],
    ids=["dark, east", "west"],
)
def test_a_browser_elsewhere_and_in_the_dark_asks_once_too(
    chromium: Browser, desk: Desk, addresses: list[str], browser: dict[str, Any]
) -> None:
    with closing(chromium.new_context(**browser)) as context:
        opened(context.new_page(), desk.url)
        for address in addresses[-2:]:
            asked_for_once(context.new_page(), f"{desk.url}/{address}")


def test_a_browser_that_the_server_does_not_know_is_asked_by_streamlit(
    page: Page, desk: Desk
) -> None:
    (sent,) = opened(page, desk.url).sent
    assert not [one for one in sent if isinstance(one, str)]


def test_a_websocket_that_is_lost_before_streamlit_takes_it_is_opened_anew(
    page: Page, desk: Desk
) -> None:
    opened(page, desk.url)
    another = page.context.new_page()
    another.add_init_script(
        """const Socket = window.WebSocket;
        let isFirst = true;
        window.WebSocket = class extends Socket {
          constructor(...asked) {
            super(...asked);
            if (isFirst) this.addEventListener("open", () => this.close());
            isFirst = false;
          }
        };"""
    )
    heard = opened(another, desk.url)
    assert [[type(one) for one in sent[:1]] for sent in heard.sent] == [[], [bytes]]


def test_a_page_that_streamlit_asks_for_otherwise_is_the_one_that_streamlit_asks_for(
    page: Page, desk: Desk
) -> None:
    opened(page, desk.url)
    another = page.context.new_page()
    # An embedded page is one that the desk does not know of.
    heard = opened(another, f"{desk.url}/roster?embed=true")
    assert another.get_by_role("heading", level=1).inner_text() == "Roster"
    (sent,) = heard.sent
    assert not is_repeated(sent)
