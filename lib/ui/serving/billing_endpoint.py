"""POST /api/billing: how the billing system tells the desk of failed and recovered payments.

Each request proves by HMAC-SHA256 over its time and its body that it comes from whoever
knows the shared secret, and that it is new. `docs/billing-endpoint.md` says how to sign.
"""

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lib.db.engine import DatabaseUnreachable
from lib.domain.records import Actor
from lib.domain.rights import FULL
from lib.services.billing import ArtistNotFound
from lib.services.billing_notices import (
    Answer,
    Notice,
    NoticeReused,
    NoticeTooEarly,
    OrganizationNotFound,
    as_json,
    receive_notice,
)
from lib.settings import Billing, Settings
from lib.ui import clock, reads

logger = logging.getLogger(__name__)

PATH = "/api/billing"
TIME_HEADER, SIGNATURE_HEADER = "x-desk-timestamp", "x-desk-signature"
VERSION = "v1"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MOST_BYTES = 16 * 1024
WINDOW_SECONDS = 300
_BODY_SECONDS = 10
# At most so many at work in the database and in line for it; the others come again later.
AT_ONCE, IN_LINE = 2, 20
# Notices a second over time, and how many may come at once.
RATE, BURST = 10, 60


class Refused(Exception):
    """A request that is not answered with what it asked for: status, code and words."""

    def __init__(self, status: int, code: str, words: str, **headers: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words, self.headers = status, code, words, headers


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what a request with this body, sent at this time, is signed with."""
    signed = f"{VERSION}:{timestamp}:".encode() + body
    return f"{VERSION}={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


class BillingEndpoint:
    """Answers notices; one for the process, since it counts what is under way."""

    def __init__(
        self,
        billing: Billing | None,
        *,
        engine: Callable[[], Engine],
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the secret, the way to the database and the clocks."""
        self.billing = billing
        self.engine = engine
        self.now = now
        self.monotonic = monotonic
        self.turns = asyncio.Semaphore(AT_ONCE)
        self.waiting = 0
        self.allowance, self.counted_at = float(BURST), monotonic()

    async def __call__(self, request: Request) -> JSONResponse:
        """Answer one request, whatever it is."""
        try:
            answer = await self._answer(request)
        except Refused as refusal:
            error = {"error": refusal.code, "message": refusal.words}
            return _json(error, status=refusal.status, **refusal.headers)
        return _json(as_json(answer))

    async def _answer(self, request: Request) -> Answer:
        if self.billing is None:
            raise Refused(404, "not_configured", "This desk takes no notices: it has no secret.")
        if request.method != "POST":
            raise Refused(405, "method", "Send notices by POST.", Allow="POST")
        body = await self._signed_body(request, self.billing)
        try:
            notice = Notice.model_validate_json(body, strict=True)
        except ValidationError as error:
            raise Refused(422, "content", _faults(error)) from None
        self._count()
        return await self._record(notice, Actor(name=self.billing.actor, rights=FULL))

    async def _signed_body(self, request: Request, billing: Billing) -> bytes:
        """Return the body, where the request is signed, fresh and not too large."""
        timestamp = request.headers.get(TIME_HEADER, "")
        told = request.headers.get(SIGNATURE_HEADER, "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and told):
            raise Refused(401, "signature", f"{TIME_HEADER} or {SIGNATURE_HEADER} is missing.")
        # What is refused by its headers costs no reading.
        if abs(self.now().timestamp() - int(timestamp)) > WINDOW_SECONDS:
            raise Refused(401, "time", "The time of the request is too far from now.")
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise Refused(415, "content_type", "Send application/json.")
        body = await _read(request)
        secret = billing.secret.get_secret_value()
        right = signature(secret, timestamp, body).encode()
        if not hmac.compare_digest(right, told.encode("utf-8", "surrogateescape")):
            raise Refused(401, "signature", "The signature does not fit.")
        return body

    def _count(self) -> None:
        """Count one signed notice against the rate."""
        now = self.monotonic()
        self.allowance = min(BURST, self.allowance + (now - self.counted_at) * RATE)
        self.counted_at = now
        if self.allowance < 1:
            raise Refused(429, "rate", "Too many notices at once.", **{"Retry-After": "5"})
        self.allowance -= 1

    async def _record(self, notice: Notice, actor: Actor) -> Answer:
        """Record the notice in a thread, when it is its turn."""
        if self.waiting >= IN_LINE:
            raise Refused(503, "busy", "The desk is busy.", **{"Retry-After": "5"})
        self.waiting += 1
        try:
            async with self.turns:
                return await asyncio.to_thread(self._record_now, notice, actor)
        finally:
            self.waiting -= 1

    def _record_now(self, notice: Notice, actor: Actor) -> Answer:
        try:
            return receive_notice(self.engine(), notice, actor=actor, now=self.now())
        except (ArtistNotFound, OrganizationNotFound) as refusal:
            raise Refused(404, "unknown", str(refusal)) from None
        except NoticeReused as refusal:
            raise Refused(409, "id_reused", str(refusal)) from None
        except NoticeTooEarly as refusal:
            raise Refused(422, "content", str(refusal)) from None
        except (DatabaseUnreachable, SQLAlchemyError):
            logger.exception("A billing notice could not be recorded")
            words = "The notice could not be recorded; send it again."
            raise Refused(503, "database", words, **{"Retry-After": "10"}) from None


def route(settings: Settings) -> Route:
    """Return the route of the endpoint for a desk with these settings."""
    answer = BillingEndpoint(settings.billing, engine=reads.engine, now=clock.now)
    # Every method, since Streamlit would answer the others with its page.
    return Route(PATH, answer.__call__, methods=[*_METHODS])


async def _read(request: Request) -> bytes:
    """Return the body of a request that ends in time and within its size."""
    length = request.headers.get("content-length", "0")
    too_large = Refused(413, "size", f"A notice has at most {MOST_BYTES} bytes.")
    if not length.isdigit() or len(length) > 9 or int(length) > MOST_BYTES:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    raise too_large
    except TimeoutError:
        raise Refused(408, "timeout", "The body did not come in time.") from None
    except ClientDisconnect:
        raise Refused(400, "cut_off", "The request was cut off.") from None
    return bytes(body)


def _faults(error: ValidationError) -> str:
    """Return what is wrong with the content, field by field, without repeating it."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False, include_context=False)[:5]
    )


def _json(content: dict[str, Any], *, status: int = 200, **headers: str) -> JSONResponse:
    return JSONResponse(content, status, headers={"Cache-Control": "no-store", **headers})
