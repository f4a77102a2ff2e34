"""/shared/TOKEN: an artist's presentation for whoever has the link, and nothing else of the desk.

A plain page of the server, no session of the app: no sign-in, no script, no cookie. Whatever
does not work answers with the same page, which names nobody; 404 where there never was such a
link, 410 where it is over.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from lib.db.engine import DatabaseUnreachable
from lib.domain.presentation import DEFAULT_PERIOD, Period
from lib.events import Outcome, tell
from lib.services.sharing.opening import (
    LinkOver,
    LinkUnknown,
    OpenedLink,
    open_link,
    rights_to_open,
)
from lib.services.sharing.tokens import is_signed
from lib.settings import Settings
from lib.ui import clock, reads
from lib.ui.format import day
from lib.ui.present import artist_page

logger = logging.getLogger(__name__)

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
_REFUSED = "This page is not available"
_WHAT_TO_DO = (
    "The link is not complete, has expired or was ended. Ask whoever sent it to you for a new one."
)
_BUSY, _LATER = "One moment, please", "This page cannot be shown right now. Try again in a minute."
# At most so many at work in the database and in line for it; the others come again later.
AT_ONCE, IN_LINE = 2, 20
# Openings a second over time, and how many may come at once. Only links that are signed count.
RATE, BURST = 10, 100


class Busy(Exception):
    """Too much is asked for at once."""


class ShareEndpoint:
    """Answers links; one for the process, since it counts what is under way."""

    def __init__(
        self,
        settings: Settings,
        *,
        engine: Callable[[], Engine],
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the settings, the way to the database and the clocks."""
        self.settings = settings
        self.engine = engine
        self.now = now
        self.monotonic = monotonic
        self.style = artist_page.style(settings.label_colour)
        self.turns = asyncio.Semaphore(AT_ONCE)
        self.waiting = 0
        self.allowance, self.counted_at = float(BURST), monotonic()

    async def __call__(self, request: Request) -> HTMLResponse:
        """Answer one request, whatever it is."""
        token = request.path_params["token"]
        if request.method not in ("GET", "HEAD"):
            return self._page(self._refusal(), 405, Allow="GET, HEAD")
        if not is_signed(token, self.settings.share_key):
            return self._refused(404)
        try:
            self._count()
            shown = await self._in_turn(token, request.query_params.get("period", ""))
        except LinkUnknown:
            return self._refused(404)
        except LinkOver:
            return self._refused(410)
        except Busy:
            return self._later(429)
        except (DatabaseUnreachable, SQLAlchemyError):
            logger.exception("A share link could not be looked up")
            return self._later(503)
        return self._page(shown, 200)

    def _count(self) -> None:
        """Count one opening against the rate. Raises `Busy`."""
        now = self.monotonic()
        self.allowance = min(BURST, self.allowance + (now - self.counted_at) * RATE)
        self.counted_at = now
        if self.allowance < 1:
            raise Busy
        self.allowance -= 1

    async def _in_turn(self, token: str, asked: str) -> str:
        if self.waiting >= IN_LINE:
            raise Busy
        self.waiting += 1
        try:
            async with self.turns:
                return await asyncio.to_thread(self._open, token, asked)
        finally:
            self.waiting -= 1

    def _open(self, token: str, asked: str) -> str:
        opened = open_link(self.engine(), token, key=self.settings.share_key, now=self.now())
        tell("share:open", Outcome.DONE, link_id=opened.link_id)
        return self._drawn(opened, asked)

    def _drawn(self, opened: OpenedLink, asked: str) -> str:
        period = opened.period or (Period(asked) if asked in set(Period) else DEFAULT_PERIOD)
        shown = reads.presentation_for(
            opened.artist_id, period, mine=rights_to_open(opened.artist_id)
        )
        if shown is None:  # It went between the two looks.
            raise LinkOver
        return artist_page.page(
            shown,
            artist_page.look(self.settings, organization=opened.label),
            periods=() if opened.period else tuple(Period),
            until=f"This link works until {day(opened.expires_at.date(), with_year=True)}.",
        )

    def _refused(self, status: int) -> HTMLResponse:
        tell("share:open", Outcome.REFUSED, why="LinkOver" if status == 410 else "LinkUnknown")
        return self._page(self._refusal(), status)

    def _refusal(self) -> str:
        return artist_page.refusal(_REFUSED, _WHAT_TO_DO, style=self.style)

    def _later(self, status: int) -> HTMLResponse:
        words = artist_page.refusal(_BUSY, _LATER, style=self.style)
        return self._page(words, status, **{"Retry-After": "60"})

    def _page(self, content: str, status: int, **headers: str) -> HTMLResponse:
        own = {
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex, nofollow",
            "Content-Security-Policy": artist_page.content_security_policy(self.style),
        }
        return HTMLResponse(content, status, headers=own | headers)


def routes(settings: Settings) -> list[Route]:
    """Return the routes of links for a desk with these settings.

    Whatever lies below the path is answered here, since Streamlit would show its own page.
    """
    answer = ShareEndpoint(settings, engine=reads.engine, now=clock.now)
    return [
        Route(f"{artist_page.LINKS}/{{token:path}}", answer.__call__, methods=[*_METHODS]),
        Route(artist_page.LINKS, _bare(answer), methods=[*_METHODS]),
    ]


def _bare(answer: ShareEndpoint) -> Callable[[Request], object]:
    async def without_token(request: Request) -> HTMLResponse:
        request.path_params["token"] = ""
        return await answer(request)

    return without_token
