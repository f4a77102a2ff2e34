"""What a browser says before Streamlit's page can: said to Streamlit once, and only if it holds."""

import asyncio
import json

import pytest
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg

from lib.ui.serving.ahead import Ahead, Wanted

SAID = {
    "query": "artist=Amber+Avenue",
    "page": "campaign",
    "url": "http://desk.test/campaign",
    "locale": "en-GB",
    "timezone": "Asia/Tokyo",
    "timezone_offset": -540,
    "is_dark": True,
}
WANTED = Wanted.model_validate(SAID).message()


def heard(*sent: Message, kind: str = "websocket") -> list[Message]:
    """Return what the application behind receives of what a browser sends."""
    waiting = [*sent, {"type": "websocket.disconnect"}]
    received: list[Message] = []

    async def receive():
        return waiting.pop(0)

    async def app(_scope, receive, _send):
        while not received or received[-1]["type"] != "websocket.disconnect":
            received.append(await receive())

    async def send(message):
        raise AssertionError(message)

    asyncio.run(Ahead(app)({"type": kind}, receive, send))
    return received[:-1]


def text(said: object) -> Message:
    words = said if isinstance(said, str) else json.dumps(said)
    return {"type": "websocket.receive", "text": words, "bytes": None}


def own(payload: bytes) -> Message:
    return {"type": "websocket.receive", "bytes": payload}


def test_it_becomes_the_message_that_asks_for_a_page():
    (message,) = heard(text(SAID))
    run = BackMsg.FromString(message["bytes"]).rerun_script
    assert (run.query_string, run.page_name) == ("artist=Amber+Avenue", "campaign")
    assert run.HasField("widget_states")
    told = run.context_info
    assert (told.timezone, told.timezone_offset, told.locale) == ("Asia/Tokyo", -540, "en-GB")
    assert (told.url, told.color_scheme) == ("http://desk.test/campaign", "dark")
    assert told.HasField("is_embedded")


def test_what_streamlits_page_repeats_is_dropped_once():
    again = own(WANTED)
    assert heard(text(SAID), again, again) == [own(WANTED), again]


def test_what_differs_is_passed_on_and_so_is_all_that_follows():
    other = own(Wanted.model_validate(SAID | {"is_dark": False}).message())
    assert heard(text(SAID), other, own(WANTED)) == [own(WANTED), other, own(WANTED)]


def test_without_anything_said_ahead_all_is_passed_on():
    opened = {"type": "websocket.connect"}
    assert heard(opened, own(WANTED), own(b"x")) == [opened, own(WANTED), own(b"x")]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "x",
        "[]",
        "[" * 100_000,
        '{"query": "\\ud800"}',
        {},
        SAID | {"timezone_offset": 2**40},
        SAID | {"timezone_offset": "0"},
        SAID | {"more": 1},
        {name: value for name, value in SAID.items() if name != "page"},
        json.dumps(SAID).replace("Amber", "\\ud800"),
    ],
    ids=lambda said: str(said)[:20],
)
def test_words_that_are_none_of_the_desk_are_dropped(said):
    assert heard(text(said), own(WANTED)) == [own(WANTED)]


def test_a_hundred_thousand_such_words_are_dropped_one_by_one():
    assert heard(*[text("x")] * 100_000, own(WANTED)) == [own(WANTED)]


def test_requests_are_left_alone():
    assert heard(text(SAID), kind="http") == [text(SAID)]
