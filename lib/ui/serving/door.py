"""The door: what every HTTP answer carries, what stays shut, and what an error shows.

ASGI middleware around Streamlit's own application, which sends no security headers, serves
`/media/…` and takes uploads without a sign-in
(https://github.com/streamlit/streamlit/issues/8148). Nothing here knows campaigns.
"""

import base64
import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_routes import (
    BASE_ROUTE_CORE,
    BASE_ROUTE_MEDIA,
    BASE_ROUTE_UPLOAD_FILE,
)

from lib.db.engine import DatabaseUnreachable
from lib.events import Outcome, tell
from lib.services.health import look
from lib.settings import Settings
from lib.ui import clock, live, outage, reads, signin
from lib.ui.serving import billing_endpoint, share_endpoint, shell, watch
from lib.ui.serving.ahead import Ahead
from lib.ui.serving.cookies import signed_in_claims
from lib.ui.serving.health import Pulse, healthz, readyz
from lib.ui.serving.metrics import metrics
from lib.ui.serving.pace import AtOnce, Kept, warm

logger = logging.getLogger(__name__)

# Nothing of the desk uses these, so nobody gets them.
SHUT = (
    f"/{BASE_ROUTE_CORE}/metrics",
    f"/{BASE_ROUTE_CORE}/agent",
    f"/{BASE_ROUTE_CORE}/script-health-check",
)
# For people who are signed in: downloads, pictures, uploads, and that something has changed.
GUARDED = (f"/{BASE_ROUTE_MEDIA}", f"/{BASE_ROUTE_UPLOAD_FILE}", live.PATH)

POLICY = "Content-Security-Policy"
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# Typed, kept as a bookmark, or followed on the desk itself.
_OWN_WAYS = ("none", "same-origin")
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def fittings(settings: Settings) -> dict[str, Any]:
    """Return everything that `st.App` is given besides the script it serves."""
    pulse = Pulse(lambda: look(reads.engine()))
    return {
        "lifespan": warm,
        "routes": [
            Route("/healthz", healthz),
            Route("/readyz", readyz(pulse)),
            Route("/metrics", metrics(pulse, settings)),
            live.route(),
            billing_endpoint.route(settings),
            *share_endpoint.routes(settings),
            *shell.routes(),
        ],
        "middleware": [
            Middleware(AtOnce),
            Middleware(Ahead),
            Middleware(Kept),
            Middleware(watch.Watch, settings=settings),
            Middleware(SecurityHeaders, settings=settings, html=shell.page()),
            Middleware(Guard, settings=settings, is_in=is_in),
        ],
        "on_script_error": show_reference,
    }


def inline_script_hashes(html: str) -> list[str]:
    """Return the CSP source expression of every inline script in `html`."""
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in _INLINE_SCRIPT.findall(html)
    ]


def content_security_policy(html: str) -> str:
    """Return the policy under which Streamlit's page `html` runs and reaches no other host.

    Styles are inline because Streamlit's component library writes them at run time. Eval is
    not allowed: Streamlit, its tables, Plotly and Vega work without.
    """
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *inline_script_hashes(html)],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        # Since CSP 3 'self' covers the websocket of the same host and port.
        "connect-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "frame-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def security_headers(settings: Settings, *, html: str) -> dict[str, str]:
    """Return the headers that every answer carries."""
    headers = {
        POLICY: content_security_policy(html),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": _PERMISSIONS,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.behind_tls:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class SecurityHeaders:
    """Middleware: adds the security headers, and `Secure` to cookies behind TLS.

    A page that another site opens lets go of that site's window, so that nobody keeps hold of
    the desk's. A browser gives such a page a process of its own, which takes a tenth of the time
    that the page needs; who comes by an own way waits for no other process.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings, html: str) -> None:
        """Compute the headers once; `html` is the page whose inline scripts may run."""
        self.app = app
        self.are_cookies_secure = settings.behind_tls
        self.headers = security_headers(settings, html=html)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_own_way = Headers(scope=scope).get("sec-fetch-site") in _OWN_WAYS

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if not is_own_way:
                    headers["Cross-Origin-Opener-Policy"] = "same-origin"
                # A page of the desk's own that allows itself less keeps its policy.
                own = headers.get(POLICY)
                headers.update(self.headers)
                if own is not None:
                    headers[POLICY] = own
                if self.are_cookies_secure:
                    message["headers"] = [_secured(*header) for header in message["headers"]]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return the header, with `Secure` added where it sets a cookie that lacks it."""
    if name.lower() == b"set-cookie" and b"; secure" not in value.lower():
        return name, value + b"; Secure"
    return name, value


class Guard:
    """Middleware: answers 404 for what is shut, and for people's files without a sign-in."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: Settings,
        is_in: Callable[[Mapping[str, Any], Settings], bool],
    ) -> None:
        """Keep the settings; without OIDC the desk is one person's on loopback.

        `is_in` says whether whoever has these ID-token claims is let in by now; it may wait
        for the database.
        """
        self.app = app
        self.settings = settings
        self.is_in = is_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404 or let the request through."""
        if scope["type"] == "http" and await self._is_refused(scope):
            tell("access:path", Outcome.REFUSED, area=watch.area(scope["path"]))
            await PlainTextResponse("Not Found", status_code=404)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _is_refused(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if is_under(path, SHUT):
            return True
        if not self.settings.is_sign_in_required or not is_under(path, GUARDED):
            return False
        claims = signed_in_claims(HTTPConnection(scope).cookies, settings=self.settings)
        if claims is None:
            return True
        return not await run_in_threadpool(self.is_in, claims, self.settings)


def is_in(claims: Mapping[str, Any], settings: Settings) -> bool:
    """Return whether a run of a page would let this person in by now: the same table decides."""
    try:
        signin.arrived(claims, settings=settings, now=clock.now())
    except signin.SignedOut:
        return False
    except (DBAPIError, DatabaseUnreachable):
        logger.exception("The table of people could not be read; a file was refused")
        return False
    return True


def is_under(path: str, prefixes: Iterable[str]) -> bool:
    """Return whether `path` is one of `prefixes` or lies below one."""
    # Repeated slashes do not reach Streamlit's routes today; they must not open one tomorrow.
    plain = re.sub("/+", "/", path)
    return any(plain == prefix or plain.startswith(f"{prefix}/") for prefix in prefixes)


def show_reference(error: Exception) -> bool:
    """Log `error` under a new reference number and show the person that number only.

    Streamlit calls this for every error of a page or a callback; True tells it to show nothing
    of its own. The traceback goes to the log, never to the page.
    A database that is away is no error: that is said instead.
    """
    if isinstance(error, DatabaseUnreachable):
        outage.draw()
        return True
    reference = secrets.token_hex(4)
    watch.errors.add()
    logger.error("Something went wrong, reference %s", reference, exc_info=error)
    st.error(
        f"Something went wrong, reference {reference}. Nothing more was done. "
        "Try again; if it stays, give this number to whoever runs the desk."
    )
    return True
