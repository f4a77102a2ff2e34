"""A page is asked for before Streamlit's own scripts can ask: by `static/ahead.js`, in its words.

A browser takes half a second to read Streamlit's scripts, and only then asks the server for the
first time. Here it asks as soon as it has the page: the server runs the script meanwhile. What
Streamlit's page asks for in the end is the same once more, and is dropped.
"""

from contextlib import suppress
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

_DAY = 24 * 60  # minutes


class Wanted(BaseModel):
    """Which page a browser wants, and what Streamlit wants to know of the browser."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    query: str
    """What stands behind the `?` of the address."""
    page: str
    """The path of the page below the root of the desk; empty for the first one."""
    url: str
    locale: str
    timezone: str
    timezone_offset: Annotated[int, Field(ge=-_DAY, le=_DAY)]
    """Minutes that are to be added to local time to get UTC, as browsers count them."""
    is_dark: bool

    def message(self) -> bytes:
        """Return what Streamlit's page would send as its first message."""
        asked = BackMsg()
        run = asked.rerun_script
        run.widget_states.SetInParent()
        run.query_string, run.page_name = self.query, self.page
        of_browser = run.context_info
        of_browser.url, of_browser.is_embedded = self.url, False
        of_browser.locale = self.locale
        of_browser.timezone, of_browser.timezone_offset = self.timezone, self.timezone_offset
        of_browser.color_scheme = "dark" if self.is_dark else "light"
        return bytes(asked.SerializeToString())


class Ahead:
    """Middleware: says to Streamlit what a browser has said ahead, and drops what repeats it.

    What differs is passed on: then the page runs once more, as it is asked for. Words that are
    none of the desk's are dropped, so that Streamlit's page is answered as ever.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application behind."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""
        if scope["type"] == "websocket":
            receive = _Asked(receive).next
        await self.app(scope, receive, send)


class _Asked:
    """What comes over one websocket, as Streamlit is to hear it."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.said: bytes | None = None

    async def next(self) -> Message:
        while True:
            message = await self.receive()
            if message["type"] != "websocket.receive":
                return message
            text, said, self.said = message.get("text"), self.said, None
            if text is not None:  # Streamlit's own messages are bytes.
                with suppress(ValidationError):
                    self.said = Wanted.model_validate_json(text).message()
                    return {"type": "websocket.receive", "bytes": self.said}
            elif message.get("bytes") != said:
                return message
