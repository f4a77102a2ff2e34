"""A visitor without a browser: Streamlit's real websocket and messages, every byte kept.

The messages are no public interface of Streamlit; the version is pinned.
"""

import http.cookies
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.request import urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

_PATIENCE = 60


@dataclass
class Visit:
    """One session: what was received, message by message and as bytes."""

    socket: ClientConnection
    received: list[bytes] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)

    def run(self, page: str = "", query: str = "") -> bytes:
        """Ask for a page by name and return every byte that came until the script ended."""
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        return self._send(asked)

    def run_hash(self, page_script_hash: str) -> bytes:
        """Ask for a page by its script's hash, as a tab does that knows it from earlier."""
        asked = BackMsg()
        asked.rerun_script.page_script_hash = page_script_hash
        return self._send(asked)

    def press(self, label: str, page: str = "", query: str = "") -> bytes:
        """Click the button with this label that was drawn last, and return what came of it."""
        buttons = [
            message.delta.new_element.button
            for message in self.messages()
            if message.WhichOneof("type") == "delta"
            and message.delta.new_element.WhichOneof("type") == "button"
        ]
        (*_, found) = [one for one in buttons if one.label == label]
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        asked.rerun_script.page_script_hash = self.pages.get(page, "")
        state = asked.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = found.id, True
        return self._send(asked)

    def messages(self) -> list[ForwardMsg]:
        """Return everything that was received, read."""
        return [ForwardMsg.FromString(raw) for raw in self.received]

    def _send(self, asked: BackMsg) -> bytes:
        self.socket.send(asked.SerializeToString())
        start = len(self.received)
        while True:
            raw = self.socket.recv(timeout=_PATIENCE)
            assert isinstance(raw, bytes)
            self.received.append(raw)
            message = ForwardMsg.FromString(raw)
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self.pages = {
                    page.url_pathname or page.page_name: page.page_script_hash
                    for page in message.navigation.app_pages
                }
            if kind == "script_finished" and (
                message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return b"".join(self.received[start:])


@contextmanager
def visit(url: str, cookies: Mapping[str, str] | None = None) -> Iterator[Visit]:
    """Yield a session of the desk at `url`, with the visitor's cookies."""
    known = {**_xsrf(url), **(cookies or {})}
    with connect(
        url.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=[Subprotocol("streamlit"), Subprotocol(known["_streamlit_xsrf"])],
        additional_headers={"Cookie": "; ".join(f"{key}={value}" for key, value in known.items())},
        origin=Origin(url),
        max_size=None,
        compression=None,
        proxy=None,
    ) as socket:
        yield Visit(socket)


def _xsrf(url: str) -> dict[str, str]:
    found: dict[str, str] = {}
    with urlopen(f"{url}/_stcore/health", timeout=_PATIENCE) as answer:  # noqa: S310
        for line in answer.headers.get_all("Set-Cookie") or []:
            cookie = http.cookies.SimpleCookie(line)
            found |= {key: morsel.value for key, morsel in cookie.items()}
    return found
