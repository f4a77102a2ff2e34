"""Kill a child process with SIGKILL at random moments, many times, and look after each.

A child does real work in its own process and tells, line by line, what it was told is done.
To kill fifty in seconds rather than minutes, a nursery (`python -m tests.crash MODULE…`)
imports everything once and forks each child from there; it opens no database itself.

    with Nursery("tests.crash_children") as nursery:
        for death in nursery.kill_repeatedly("tests.crash_children:change", [url], times=50):
            ...  # death.lines: what the child had said before it died; now look at the database
"""

import importlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 60

Say = Callable[[str], None]
"""What a child is given to tell with: one line, out of its hands when the call returns."""


class ChildFailed(AssertionError):
    """A child ended by itself, though it should have worked until it was killed."""


@dataclass(frozen=True)
class Death:
    """What a child had said before it was killed, and for how long it had worked by then."""

    number: int
    lines: list[str]
    seconds: float


@dataclass(frozen=True)
class Child:
    """A child at work, and the file that what it says is kept in."""

    pid: int
    said: Path


class Nursery:
    """A process that has imported `modules` and forks children that know them."""

    def __init__(self, *modules: str) -> None:
        self.modules = modules

    def __enter__(self) -> Self:
        self.folder = tempfile.TemporaryDirectory(prefix="crash-")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash", *self.modules],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(_PATIENCE)
        self.process.stdout.close()
        self.folder.cleanup()

    def kill_repeatedly(
        self, target: str, arguments: list[str], *, times: int, longest: float = 0.2, seed: int = 1
    ) -> Iterator[Death]:
        """Start `target` (module:function), kill it, yield what it had said; `times` over.

        The function is called as `function(say, number, *arguments)` and must never return.
        It is killed at a random moment within `longest` seconds after its first line.
        """
        dice = random.Random(seed)  # noqa: S311 - not a secret
        for number in range(times):
            yield self._kill_one(target, arguments, number, dice.uniform(0, longest))

    def start(self, target: str, arguments: list[str], *, number: int) -> Child:
        """Start `target` and return it once it has said its first line."""
        said = Path(self.folder.name) / f"{number}-{time.monotonic_ns()}"
        said.touch()
        order = {"target": target, "number": number, "arguments": arguments, "said": str(said)}
        child = Child(int(self._ask(order)), said)
        until = time.monotonic() + _PATIENCE
        while said.stat().st_size == 0:
            if time.monotonic() > until:
                self.end(child)
                raise ChildFailed("The child said nothing in time.")
            time.sleep(0.002)
        return child

    def end(self, child: Child) -> list[str]:
        """Kill a child, stopped or not, and return what it had said.

        Raises `ChildFailed` where it had ended by itself.
        """
        os.kill(child.pid, signal.SIGKILL)
        ended = int(self._ask({"gone": child.pid}))
        lines = child.said.read_text(encoding="utf-8").splitlines()
        if ended != signal.SIGKILL:
            raise ChildFailed(f"The child ended by itself ({ended}) and had said {lines[-3:]}.")
        return lines

    def _kill_one(self, target: str, arguments: list[str], number: int, after: float) -> Death:
        child = self.start(target, arguments, number=number)
        time.sleep(after)
        return Death(number, self.end(child), after)

    def _ask(self, order: dict[str, object]) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()


def _serve(modules: list[str]) -> None:
    """Fork a child for every order, and say how each one ended."""
    for module in modules:
        importlib.import_module(module)
    for line in sys.stdin:
        order = json.loads(line)
        if "gone" in order:
            _, status = os.waitpid(order["gone"], 0)
            print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)
        elif pid := os.fork():
            print(pid, flush=True)
        else:
            _work(order)


def _work(order: dict[str, Any]) -> None:
    descriptor = os.open(str(order["said"]), os.O_WRONLY | os.O_APPEND)

    def say(line: str) -> None:
        os.write(descriptor, f"{line}\n".encode())

    try:
        module, name = str(order["target"]).split(":")
        getattr(importlib.import_module(module), name)(say, order["number"], *order["arguments"])
    except BaseException as error:  # noqa: BLE001 - told to the parent, which fails by it
        say(f"{type(error).__name__}: {error}".replace("\n", " "))
    finally:
        os._exit(1)


if __name__ == "__main__":
    _serve(sys.argv[1:])
