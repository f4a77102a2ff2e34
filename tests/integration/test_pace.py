"""The server answers sooner: over real connections, and with what is imported put aside."""

import asyncio
import gc
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import streamlit as st
import uvicorn
from websockets.sync.client import connect

from lib.ui.serving.pace import AtOnce, hold_nothing_back, warm


async def tell_whether_held_back(scope, receive, send):
    """Answer a websocket with its connection's TCP_NODELAY."""
    assert scope["type"] == "websocket"
    await receive()
    connection = send.__self__.transport.get_extra_info("socket")
    told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "at once" if told else "held back"})
    await send({"type": "websocket.close"})


@contextmanager
def served(app) -> Iterator[str]:
    """Serve `app` as Streamlit serves: on a socket that it has opened itself."""
    with socket.socket(family=socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(app, ws="websockets-sansio", lifespan="off", log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"ws://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def answer(app) -> str:
    with served(app) as url, connect(url, proxy=None) as session:
        return str(session.recv())


def test_a_message_of_the_desk_goes_out_at_once():
    assert answer(AtOnce(tell_whether_held_back)) == "at once"


def test_without_that_a_message_is_held_back():
    # Once this fails, Streamlit's manner of opening its socket needs no answer any more.
    assert answer(tell_whether_held_back) == "held back"


class _Method:
    transport = None

    async def send(self, message):
        raise AssertionError(message)


@pytest.mark.parametrize("send", [_Method().send, print])
def test_a_server_that_does_not_show_its_connection_is_left_alone(send):
    hold_nothing_back(send)


def test_what_is_imported_at_the_start_is_not_collected_again():
    async def start_and_stop() -> int:
        async with warm(st.App("app.py")):
            return gc.get_freeze_count()

    try:
        assert asyncio.run(start_and_stop()) > 100_000
    finally:
        gc.unfreeze()
