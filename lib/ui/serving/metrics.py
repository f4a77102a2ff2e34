"""`/metrics`: what Prometheus reads, in its text format.

https://prometheus.io/docs/instrumenting/exposition_formats/

Every process counts for itself; where several serve one desk, each is asked.
"""

import hmac
import ipaddress
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from streamlit.runtime import Runtime

from lib.events import Outcome, happened, tell
from lib.services.health import Vitals
from lib.settings import ROOT, Settings
from lib.ui.serving import watch
from lib.ui.serving.health import NotReady, Pulse

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STARTED_AT = time.time()
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Family:
    """All numbers of one name: what it means, its kind, and (suffix, labels, number)."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    samples: tuple[tuple[str, Labels, float], ...]

    def lines(self) -> Iterator[str]:
        """Yield its lines of the text format."""
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        for suffix, labels, number in self.samples:
            told = ",".join(f'{key}="{word.translate(_ESCAPES)}"' for key, word in labels.items())
            yield f"{self.name}{suffix}{f'{{{told}}}' if told else ''} {number:.17g}"


def metrics(pulse: Pulse, settings: Settings) -> Callable[[Request], object]:
    """Return the endpoint: the numbers for whoever may read them, 401 for everybody else."""

    async def answer(request: Request) -> PlainTextResponse:
        if not may_read(request, settings):
            tell("access:metrics", Outcome.REFUSED)
            return PlainTextResponse(
                "Metrics need the bearer token of METRICS_TOKEN.\n",
                status_code=401,
                headers={"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"},
            )
        try:
            vitals, is_up = await pulse.ask(), True
        except NotReady:
            vitals, is_up = None, False
        lines = "".join(f"{line}\n" for one in families(vitals, is_up) for line in one.lines())
        return PlainTextResponse(
            lines, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE
        )

    return answer


def may_read(request: Request, settings: Settings) -> bool:
    """Return whether this request may read the numbers.

    With a token in the settings everybody needs it. Without one only this very machine may ask,
    by a loopback address and not through a proxy, behind which everybody would look local.
    """
    if settings.metrics_token is not None:
        given = request.headers.get("authorization", "").encode()
        wanted = f"Bearer {settings.metrics_token.get_secret_value()}".encode()
        return hmac.compare_digest(given, wanted)
    if any(name in request.headers for name in _PASSED_ON):
        return False
    peer = request.client.host if request.client else ""
    return _is_loopback(peer) and _is_loopback(request.url.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def families(vitals: Vitals | None, is_up: bool) -> Iterator[Family]:
    """Yield everything that is counted; while the database is down, without what it would say."""
    yield _gauge("desk_info", "The version of the desk and what it runs on.", 1, _versions())
    yield _gauge("desk_database_up", "Whether the database answers, with our schema.", int(is_up))
    if vitals is not None:
        yield from _of_the_database(vitals)
    yield _gauge("desk_sessions", "Browser tabs that are connected.", _sessions())
    yield _counter("desk_events", "What was done, repeated, refused or failed.",
                   happened.numbers(), ("event", "outcome"))  # fmt: skip
    yield _counter("desk_http_requests", "HTTP answers by area and status.",
                   watch.requests.numbers(), ("area", "status"))  # fmt: skip
    yield _runs()
    yield _counter("desk_errors", "Errors of a page that nobody foresaw.",
                   {(): 0.0} | watch.errors.numbers(), ())  # fmt: skip
    yield from _of_the_process()


def _of_the_database(vitals: Vitals) -> Iterator[Family]:
    schema = {"revision": vitals.revision or ""}
    yield _gauge("desk_schema_info", "The schema of the database.", 1, schema)
    yield _single("desk_history_entries_total", "counter", "Entries that the history was given.",
                  vitals.history_entries)  # fmt: skip
    yield _single("desk_import_runs_total", "counter", "Imports in the database.",
                  vitals.import_runs)  # fmt: skip
    if vitals.last_import_at is not None:
        yield _gauge("desk_last_import_timestamp_seconds", "When the last import came in.",
                     vitals.last_import_at.timestamp())  # fmt: skip
    yield _gauge("desk_staged_imports", "Imports on their way in.", vitals.staged_imports)


def _of_the_process() -> Iterator[Family]:
    yield _gauge("process_start_time_seconds", "When this process started.", _STARTED_AT)
    yield _single("process_cpu_seconds_total", "counter", "Processor time of this process.",
                  time.process_time())  # fmt: skip
    memory = Path("/proc/self/statm")
    if memory.exists():  # Linux
        pages = int(memory.read_text().split()[1])
        yield _gauge("process_resident_memory_bytes", "Memory of this process.", pages * 4096)
        count = sum(1 for _ in Path("/proc/self/fd").iterdir())
        yield _gauge("process_open_fds", "Open files of this process.", count)


def _runs() -> Family:
    counted, seconds = watch.runs.numbers(), watch.run_seconds.numbers()
    samples: list[tuple[str, Labels, float]] = []
    for (page,) in seconds:
        for bucket in (*map(str, watch.BUCKETS), watch.ENDLESS):
            number = counted.get((page, bucket), 0)
            samples.append(("_bucket", {"page": page, "le": bucket}, number))
        samples.append(("_sum", {"page": page}, seconds[page,]))
        samples.append(("_count", {"page": page}, counted.get((page, watch.ENDLESS), 0)))
    return Family("desk_run_seconds", "histogram", "How long pages took to run.", tuple(samples))


def _gauge(name: str, words: str, number: float, labels: Labels | None = None) -> Family:
    return Family(name, "gauge", words, (("", labels or {}, number),))


def _single(name: str, kind: Literal["counter"], words: str, number: float) -> Family:
    return Family(name, kind, words, (("", {}, number),))


def _counter(
    name: str, words: str, numbers: Mapping[tuple[str, ...], float], labels: Iterable[str]
) -> Family:
    names = tuple(labels)
    samples = tuple(
        ("", dict(zip(names, key, strict=True)), number) for key, number in sorted(numbers.items())
    )
    return Family(f"{name}_total", "counter", words, samples)


def _sessions() -> int:
    """Return how many tabs are connected; the number is no public interface of Streamlit."""
    if not Runtime.exists():
        return 0
    return int(Runtime.instance()._session_mgr.num_active_sessions())  # noqa: SLF001


@cache
def _versions() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python = ".".join(map(str, sys.version_info[:3]))
    return {"version": project["version"], "python": python, "streamlit": st.__version__}
