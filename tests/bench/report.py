"""The table at the end of a run: what was measured, against what it may be."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.run import Outcome

_GROWTH = 1.1


@dataclass(frozen=True)
class Line:
    """One figure: what it is, against what it was measured, and its budget."""

    what: str
    value: float | None
    unit: str
    ratio: float | None = None
    budget: float | None = None
    note: str = ""

    @property
    def is_within(self) -> bool | None:
        """Whether the budget is kept; None where there is none or nothing was measured."""
        judged = self.value if self.ratio is None and self.unit != "ms" else self.ratio
        judged = self.value if self.note == "absolute" else judged
        return None if self.budget is None or judged is None else judged <= self.budget


# The mark that is waited for, what it is divided by, and what the ratio may be.
_VISIBLE = {
    "board 20": (("board", "bare", "title", 1.3),),
    "board 300": (("board", "bare", "title", 1.6),),
    "campaign": (("figures", "bare", "title", 1.3), ("charts", "bare chart", "chart", 1.1)),
    "roster": (("roster", "bare", "title", 1.8),),
}
_CLICK, _SQL, _ROSTER_SQL, _CPU = 2.0, 2.0, 100.0, 50.0


def lines(of: Outcome, sizes: list[str]) -> Iterator[Line]:
    """Yield every line of the table."""
    yield from _visits(of, sizes)
    if len(sizes) > 1:
        yield from _growth(of, sizes[0], sizes[-1])
    yield from _clicks(of, sizes)
    yield from _server(of, sizes)
    for name, reason in of.failed.items():
        yield Line(f"{name}: not measured", None, "", note=reason)


def _visits(of: Outcome, sizes: list[str]) -> Iterator[Line]:
    for name, mark in (("bare", "title"), ("bare chart", "chart")):
        yield Line(f"{name}: first visit", of.visible(name, mark, is_first=True), "ms")
        yield Line(f"{name}: warm visit", of.visible(name, mark), "ms")
        yield Line(f"{name}: CPU in the browser", of.browser_cpu(name), "ms")
        yield Line(f"{name}: websocket", of.kilobytes(name), "kB")
    for size in sizes:
        for page, marks in _VISIBLE.items():
            name = f"{size} {page}"
            if name not in of.warm:
                continue
            for mark, base, base_mark, budget in marks:
                what = f"{name}: {mark}" if len(marks) > 1 else name
                for is_first in (True, False):
                    value = of.visible(name, mark, is_first=is_first)
                    ratio = _ratio(value, of.visible(base, base_mark, is_first=is_first))
                    kind = "first visit" if is_first else "warm visit"
                    allowed = None if is_first else budget
                    yield Line(f"{what}, {kind} ÷ {base}", value, "ms", ratio, allowed)
            cpu, base = of.browser_cpu(name), marks[-1][1]
            what = f"{name}: CPU in the browser ÷ {base}"
            yield Line(what, cpu, "ms", _ratio(cpu, of.browser_cpu(base)))
            yield Line(f"{name}: websocket", of.kilobytes(name), "kB")


def _growth(of: Outcome, small: str, large: str) -> Iterator[Line]:
    for page, mark in (("board 20", "board"), ("campaign", "figures"), ("campaign", "charts")):
        value = of.visible(f"{large} {page}", mark)
        ratio = _ratio(value, of.visible(f"{small} {page}", mark))
        yield Line(f"{page}: {mark}, {large} ÷ {small}", value, "ms", ratio, _GROWTH)


def _clicks(of: Outcome, sizes: list[str]) -> Iterator[Line]:
    button = of.click("button")
    yield Line("bare button: click to new state", button, "ms")
    for size in sizes:
        for board in ("board 20", "board 300"):
            name = f"{size} {board} pause"
            if name in of.pressed:
                value = of.click(name)
                what = f"{size} {board}: Pause to changed board ÷ bare button"
                yield Line(what, value, "ms", _ratio(value, button), _CLICK)


def _server(of: Outcome, sizes: list[str]) -> Iterator[Line]:
    for name, cpu in of.cpu.items():
        budget = _CPU if name.startswith(sizes[-1]) else None
        yield Line(f"{name}: CPU of a rerun", cpu, "ms", None, budget, note="absolute")
    for name, megabytes in of.memory.items():
        yield Line(f"{name}: memory of the server", megabytes, "MB")
    for name, read in of.reads.items():
        told = f"{read.statements} statements, {read.rows} rows"
        ratio = _ratio(read.sqlalchemy, read.driver)
        yield Line(f"{name}: SQL ÷ bare driver ({told})", read.sqlalchemy, "ms", ratio, _SQL)
        if name.endswith("roster"):
            what = f"{name}: SQL altogether"
            yield Line(what, read.sqlalchemy, "ms", None, _ROSTER_SQL, note="absolute")


def _ratio(value: float | None, base: float | None) -> float | None:
    return value / base if value is not None and base else None


def table(found: list[Line]) -> str:
    """Return the lines as text in columns."""
    wide = max(len(line.what) for line in found)
    head = f"{'':{wide}}  {'measured':>12}  {'ratio':>6}  {'budget':>7}  within"
    return "\n".join([head, *(_text(line, wide) for line in found)])


def _text(line: Line, wide: int) -> str:
    value = "" if line.value is None else f"{line.value:,.1f} {line.unit}"
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    budget = "" if line.budget is None else f"{line.budget:g}"
    within = {True: "yes", False: "NO", None: ""}[line.is_within]
    note = line.note if line.value is None else ""
    return f"{line.what:{wide}}  {value:>12}  {ratio:>6}  {budget:>7}  {within}{note}".rstrip()
