"""What makes the server answer sooner, or not at all: warm, undisturbed, at once, kept."""

import gc
import importlib
import pkgutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import lib.ui
from lib.ui import components

_INTERNET = (socket.AF_INET, socket.AF_INET6)
_OK = 200
_FOR_EVER = "public, max-age=31536000, immutable"
_SLOW = ("pandas", "plotly.graph_objects")


@asynccontextmanager
async def warm(_app: st.App) -> AsyncIterator[None]:
    """Import everything that a page needs before the first visitor has to wait for it."""
    for name in (*_SLOW, *_own_modules()):
        importlib.import_module(name)
    components.register()
    # What is there now stays for as long as the server runs: the collector need not look through
    # these hundreds of thousands of objects again and again.
    gc.collect()
    gc.freeze()
    yield


def _own_modules() -> list[str]:
    own = pkgutil.walk_packages(lib.ui.__path__, prefix="lib.ui.")
    # The server is what is being started.
    return [module.name for module in own if module.name != "lib.ui.serving.server"]


class AtOnce:
    """Middleware: sends what goes over a websocket at once.

    The kernel holds a small message back until the one before it has been acknowledged, which
    browsers delay by up to 40 ms. asyncio turns that off for sockets that name TCP; Streamlit
    opens its own listening socket without (`socket.socket(family=…)`, 1.67).
    """

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application behind."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""
        if scope["type"] in ("http", "websocket"):
            hold_nothing_back(send)
        await self.app(scope, receive, send)


class Kept:
    """Middleware: lets browsers keep the files of the desk's components, named by their content.

    Streamlit says neither how long they may be kept nor how they are told apart, so every tab
    would fetch them anew.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application behind."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does; say of these files that they stay as they are."""
        if scope["type"] != "http" or not scope["path"].startswith(components.PATH):
            await self.app(scope, receive, send)
            return

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _OK:
                MutableHeaders(scope=message)["Cache-Control"] = _FOR_EVER
            await send(message)

        await self.app(scope, receive, send_kept)


def hold_nothing_back(send: Send) -> None:
    """Turn the kernel's waiting off for the connection of `send`, where it can be reached.

    Uvicorn gives a method of its protocol, which knows the connection; another server may not.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    connection = transport.get_extra_info("socket") if transport else None
    if connection is not None and connection.family in _INTERNET:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
