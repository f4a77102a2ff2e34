"""The desk's log: plain lines or, on request, one JSON object a line; without secrets.

What a library writes may quote a database address, a cookie or the query of a URL, and so may
the text of an error. Everything but an event's own fields is scrubbed before it is written.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TextIO

from lib.events import FIELDS

GONE = "[removed]"
_SHORTEST_SECRET = 6
_PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# Each pattern with what stays of it.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A database's address, whole: it names a host, a user and often a password.
    (re.compile(r"(?i)\b(postgres(?:ql)?|mysql|sqlite)(\+\w+)?://[^\s\"']*"), rf"\1://{GONE}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@\"']+@"), rf"\1{GONE}@"),
    (
        re.compile(
            r"(?i)\b((?:set-)?cookie|(?:proxy-)?authorization|password|passwd|\w*secret|\w*token)"
            r"(\\?[\"']?\s*[:=]\s*).*"
        ),
        rf"\1\2{GONE}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {GONE}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), GONE),
    (re.compile(r"\b(_streamlit_\w+)=[^\s;,\"']+"), rf"\1={GONE}"),
    (re.compile(r"\?[^\s\"'<>)]*=[^\s\"'<>)]*"), f"?{GONE}"),
    # People's addresses; who acted stands in an event's own field.
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), GONE),
)


def configure(
    *, level: str, as_json: bool, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> logging.Handler:
    """Write the whole process's log to `stream` (default: standard error); return the handler.

    `secrets` are removed wherever they turn up, besides what looks like one.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    known = tuple(sorted((one for one in secrets if len(one) >= _SHORTEST_SECRET), key=len))[::-1]
    handler.setFormatter(AsJson(known) if as_json else Scrubbed(known))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    return handler


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without `secrets` and without whatever looks like one."""
    for secret in secrets:
        text = text.replace(secret, GONE)
    for pattern, stays in _PATTERNS:
        text = pattern.sub(stays, text)
    return text


class Scrubbed(logging.Formatter):
    """One line in words; an error's traceback follows it."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        """Keep what must never be written."""
        super().__init__(_PLAIN)
        self.secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the record in words. An event's fields are the desk's own and stay whole."""
        line = super().format(record)
        return line if hasattr(record, FIELDS) else scrub(line, self.secrets)


class AsJson(logging.Formatter):
    """One JSON object a line: when, how grave, from where, and the event's own fields."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        """Keep what must never be written."""
        super().__init__()
        self.secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON on one line."""
        at = datetime.fromtimestamp(record.created, UTC)
        said: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        fields = getattr(record, FIELDS, None)
        if fields is None:
            said["message"] = scrub(record.getMessage(), self.secrets)
        else:
            said |= fields
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
            said["trace"] = scrub(self.formatException(record.exc_info), self.secrets)
        return json.dumps(said, ensure_ascii=False, default=str)
