"""What is counted and told of the requests, runs and sign-ins of this process."""

import http.cookies
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.events import Counters, Outcome, tell
from lib.settings import Settings
from lib.ui.serving.cookies import signed_claims

requests = Counters()
"""HTTP answers, by the area of the address and the status."""
runs = Counters()
"""Runs of a page's script, by page and the bucket of their duration."""
run_seconds = Counters()
errors = Counters()
"""Errors of a page that nobody foresaw."""

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds. A run counts in every bucket that it fits in; the last one has no end."""
ENDLESS = "+Inf"

_SIGN_IN, _SIGN_OUT = "/oauth2callback", "/auth/logout"
_AREAS = {
    *("healthz", "readyz", "metrics", "media", "static", "component", "auth", "oauth2callback"),
    *("_stcore", "shared"),
}
_TOLD = "refusal-told"


class Watch:
    """Middleware: counts every HTTP answer, and tells of sign-ins and sign-outs."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        """Keep the settings, by which cookies are read."""
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                requests.add(area(scope["path"]), str(message["status"]))
                self._tell(scope, message)
            await send(message)

        await self.app(scope, receive, counting)

    def _tell(self, scope: Scope, answer: Message) -> None:
        if not self.settings.is_sign_in_required:
            return
        if scope["path"] == _SIGN_IN:
            self._tell_sign_in(_cookies_set(answer["headers"]))
        elif scope["path"] == _SIGN_OUT:
            claims = signed_claims(HTTPConnection(scope).cookies, settings=self.settings)
            if claims is not None:
                tell("person:sign_out", Outcome.DONE, actor=_who(claims))

    def _tell_sign_in(self, cookies: Mapping[str, str]) -> None:
        claims = signed_claims(cookies, settings=self.settings)
        if claims is None:
            tell("person:sign_in", Outcome.REFUSED, why="NotVouchedFor")
        elif self.settings.access.admits(claims):
            tell("person:sign_in", Outcome.DONE, actor=_who(claims))
        else:
            tell("person:sign_in", Outcome.REFUSED, actor=_who(claims), why="NotAdmitted")


def area(path: str) -> str:
    """Return the part of the desk that an address belongs to, one of a few."""
    first = re.sub("/+", "/", path).split("/")[1] if path.startswith("/") else ""
    return first if first in _AREAS else "page"


@contextmanager
def run(page: str) -> Iterator[None]:
    """Count a run of `page` (its URL path) and how long it takes, however it ends."""
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds, path = time.perf_counter() - began, f"/{page}"
        for bucket in (*(one for one in BUCKETS if seconds <= one), ENDLESS):
            runs.add(path, str(bucket))
        run_seconds.add(path, by=seconds)


def access_refused(refusal: Exception) -> None:
    """Tell that somebody with a sign-in was not let in, once a session."""
    if not st.user.is_logged_in or st.session_state.get(_TOLD):
        return
    st.session_state[_TOLD] = True
    who = _who(st.user.to_dict())
    tell("access:desk", Outcome.REFUSED, actor=who, why=type(refusal).__name__)


def _who(claims: Mapping[str, object]) -> str | None:
    email = claims.get("email")
    return email.lower() if isinstance(email, str) else None


def _cookies_set(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    cookies: dict[str, str] = {}
    for name, value in headers:
        if name.lower() == b"set-cookie":
            read = http.cookies.SimpleCookie(value.decode("latin-1"))
            cookies |= {key: morsel.value for key, morsel in read.items()}
    return cookies
