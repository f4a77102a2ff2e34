"""What happened, told once: to the log for those who run the desk, and to its counters.

An event names who, what, which records by their ids, under which request and how it ended;
never a name from an ad account, a note, an address or a token. This lowest layer knows
nothing of the rest.
"""

import functools
import inspect
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar

logger = logging.getLogger("desk.events")

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")

FIELDS = "desk_fields"
"""The attribute of a log record that holds an event's fields."""
_LONGEST = 200


class Outcome(StrEnum):
    """How something ended that somebody asked for."""

    DONE = "done"
    REPEATED = "repeated"
    """The same request again: nothing more was done."""
    REFUSED = "refused"
    FAILED = "failed"


_LEVELS = {Outcome.FAILED: logging.ERROR, Outcome.REFUSED: logging.WARNING}


class Counters:
    """How often what happened in this process, under labels; safe between threads."""

    def __init__(self) -> None:
        self._numbers: Counter[tuple[str, ...]] = Counter()
        self._lock = threading.Lock()

    def add(self, *labels: str, by: float = 1) -> None:
        """Count `by` more under the labels."""
        with self._lock:
            self._numbers[labels] += by  # type: ignore[assignment] # seconds are no integers

    def numbers(self) -> dict[tuple[str, ...], float]:
        """Return every number by its labels, as of now."""
        with self._lock:
            return dict(self._numbers)


happened = Counters()
"""Every event by its name and outcome."""


def tell(event: str, outcome: Outcome, **fields: str | int | None) -> None:
    """Log the event on one line and count it; fields without a value are left out."""
    happened.add(event, outcome.value)
    known = {name: _short(value) for name, value in fields.items() if value is not None}
    said = {"event": event, "outcome": outcome.value, **known}
    words = " ".join(f"{name}={value}" for name, value in known.items())
    level = _LEVELS.get(outcome, logging.INFO)
    logger.log(level, "%s %s %s", event, outcome.value, words, extra={FIELDS: said})


def told(
    event: str,
) -> Callable[[Callable[Parameters, Answer]], Callable[Parameters, Answer]]:
    """Return a decorator by which each call of a verb is told once, however it ends.

    The actor, the source and every argument that is called `…_id` go along, and so does every
    `…_id` of what the verb returns. An answer that was recorded before the `now` of the call,
    or says so itself (`is_repeat`), is a repeated request. A named error of the desk is a
    refusal, and any other a failure.
    """

    def decorate(verb: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
        signature = inspect.signature(verb)

        @functools.wraps(verb)
        def telling(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
            given = signature.bind_partial(*args, **kwargs).arguments
            fields = _fields_of(given)
            try:
                answer = verb(*args, **kwargs)
            except Exception as error:
                tell(event, _ending(error), **fields, why=type(error).__name__)
                raise
            is_repeat = _is_repeat(answer, given)
            outcome = Outcome.REPEATED if is_repeat else Outcome.DONE
            tell(event, outcome, **fields | _ids(_attributes(answer)))
            return answer

        telling.told_as = event  # type: ignore[attr-defined]
        return telling

    return decorate


def _fields_of(given: Mapping[str, Any]) -> dict[str, str | int]:
    actor = getattr(given.get("actor"), "name", None)
    source = given.get("source")
    fields: dict[str, str | int] = {"actor": actor} if isinstance(actor, str) else {}
    if isinstance(source, str):
        fields["source"] = str(source)
    return fields | _ids(given)


def _ids(named: Mapping[str, Any]) -> dict[str, str | int]:
    return {
        name: value
        for name, value in named.items()
        if name.endswith("_id") and isinstance(value, int | str)
    }


def _attributes(answer: object) -> Mapping[str, Any]:
    return getattr(answer, "__dict__", {})


def _is_repeat(answer: object, given: Mapping[str, Any]) -> bool:
    if getattr(answer, "is_repeat", False) is True:
        return True
    at, now = getattr(answer, "at", None), given.get("now")
    return at is not None and now is not None and bool(at < now)


def _ending(error: Exception) -> Outcome:
    """Return a refusal for the desk's own named errors, a failure for all others."""
    module = type(error).__module__
    is_named = module.startswith("lib.") and not module.startswith("lib.db.")
    return Outcome.REFUSED if is_named else Outcome.FAILED


def _short(value: str | int) -> str | int:
    """Return a value that cannot break a line of the log nor fill the disk."""
    if isinstance(value, int):
        return value
    return "".join(one if one.isprintable() else "\ufffd" for one in value[:_LONGEST])
