"""A visitor without a browser: Streamlit's real websocket and messages, every byte kept.

The messages are no public interface of Streamlit; the version is pinned.
"""

import http.cookies
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

_PATIENCE = 60
_COME_AGAIN = re.compile(rb'"again": [1-9]')
"""In what the pulse is told: see `lib.ui.live`."""


@dataclass
class Visit:
    """One session: what was received, message by message and as bytes."""

    socket: ClientConnection
    url: str
    cookies: Mapping[str, str]
    received: list[bytes] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    query: str = ""
    page_hash: str = ""
    session_id: str = ""
    values: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def run(self, page: str = "", query: str = "") -> bytes:
        """Ask for a page by name and return every byte that came until the script ended.

        As a browser does, it comes again for what the first run put off.
        """
        asked = BackMsg()
        asked.rerun_script.query_string = self.query = query
        asked.rerun_script.page_name = page
        self.received.clear()
        self.values.clear()
        said = self._send(asked)
        if _COME_AGAIN.search(said):
            said += self._send(asked)
        return said

    def run_hash(self, page_script_hash: str) -> bytes:
        """Ask for a page by its script's hash, as a tab does that knows it from earlier."""
        asked = BackMsg()
        asked.rerun_script.page_script_hash = page_script_hash
        return self._send(asked)

    def press(self, widget_id: str) -> bytes:
        """Press a button and return every byte that came until the script ended."""
        return self._send(self._again(widget_id, pressed=True))

    def set(self, widget_id: str, **value: object) -> bytes:
        """Set a widget's value by the name that the message has for it, such as `string_value`."""
        self.values[widget_id] = value
        return self._send(self._again(widget_id))

    def upload(self, widget_id: str, name: str, content: bytes) -> bytes:
        """Choose a file in a file field and return what came until the script ended."""
        asked = BackMsg()
        asked.file_urls_request.request_id = name
        asked.file_urls_request.file_names.append(name)
        asked.file_urls_request.session_id = self.session_id
        self.socket.send(asked.SerializeToString())
        (place,) = self._receive("file_urls_response").file_urls_response.file_urls
        httpx.put(
            self.url + place.upload_url,
            files={name: (name, content)},
            cookies=dict(self.cookies),
            headers={"X-Xsrftoken": self.cookies["_streamlit_xsrf"]},
            timeout=_PATIENCE,
        ).raise_for_status()
        chosen = FileUploaderState()
        chosen.uploaded_file_info.add(
            name=name, size=len(content), file_id=place.file_id, file_urls=place
        )
        return self.set(widget_id, file_uploader_state_value=chosen)

    def widgets(self, kind: str, **having: object) -> list[Any]:
        """Return the widgets of a kind that were drawn since the last page, oldest first."""
        found: dict[str, Any] = {}
        for message in self.messages():
            if message.WhichOneof("type") == "delta":
                element = message.delta.new_element
                if element.WhichOneof("type") == kind:
                    one = getattr(element, kind)
                    if all(getattr(one, name) == value for name, value in having.items()):
                        found[one.id] = one
        return list(found.values())

    def widget(self, kind: str, **having: object) -> Any:
        """Return the first of them."""
        return self.widgets(kind, **having)[0]

    def _again(self, widget_id: str, *, pressed: bool = False) -> BackMsg:
        """Return the request that a widget causes, with everything that was set on the page.

        Only the fragment runs that the widget stands in: a dialog is one.
        """
        asked = BackMsg()
        asked.rerun_script.query_string = self.query
        asked.rerun_script.page_script_hash = self.page_hash
        asked.rerun_script.fragment_id = self._fragment_of(widget_id)
        for known, value in self.values.items():
            state = asked.rerun_script.widget_states.widgets.add(id=known)
            for name, one in value.items():
                if isinstance(one, FileUploaderState):
                    getattr(state, name).CopyFrom(one)
                else:
                    setattr(state, name, one)
        if pressed:
            asked.rerun_script.widget_states.widgets.add(id=widget_id, trigger_value=True)
        return asked

    def _fragment_of(self, widget_id: str) -> str:
        for message in reversed(self.messages()):
            if message.WhichOneof("type") == "delta":
                element = message.delta.new_element
                kind = element.WhichOneof("type")
                if kind and getattr(getattr(element, kind), "id", "") == widget_id:
                    return str(message.delta.fragment_id)
        return ""

    def press_labelled(self, label: str, page: str = "", query: str = "") -> bytes:
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
            message = self._receive("script_finished")
            if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return b"".join(self.received[start:])

    def _receive(self, wanted: str) -> ForwardMsg:
        """Return the next message of a kind; whatever comes before it is kept too."""
        while True:
            raw = self.socket.recv(timeout=_PATIENCE)
            assert isinstance(raw, bytes)
            self.received.append(raw)
            message = ForwardMsg.FromString(raw)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page_hash = message.new_session.page_script_hash
                self.session_id = message.new_session.initialize.session_id or self.session_id
            if kind == "navigation":
                self.page_hash = message.navigation.page_script_hash or self.page_hash
                self.pages = {
                    page.url_pathname or page.page_name: page.page_script_hash
                    for page in message.navigation.app_pages
                }
            if kind == wanted:
                return message


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
        yield Visit(socket, url, known)


def _xsrf(url: str) -> dict[str, str]:
    found: dict[str, str] = {}
    with urlopen(f"{url}/_stcore/health", timeout=_PATIENCE) as answer:  # noqa: S310
        for line in answer.headers.get_all("Set-Cookie") or []:
            cookie = http.cookies.SimpleCookie(line)
            found |= {key: morsel.value for key, morsel in cookie.items()}
    return found
