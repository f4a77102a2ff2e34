"""Figures: reading money and counts strictly, with the file's one decimal mark.

The mark is decided once per file, from every cell that can be read in one way only.
What stands in no proper form is refused and never guessed.
"""

import re
from decimal import Decimal

from lib.domain.records import MICROS
from lib.platforms.shapes import DecimalMark, shortened

LARGEST_MONEY = 10**9 * MICROS
LARGEST_COUNT = 10**12
"""The largest cells: thousands of campaigns over years still add up within 64 bits."""
LARGEST_TOTAL = 10**18
_MOST_DECIMALS = 6
_LONGEST = 40
_LONGEST_MONEY = 48
"""A number with a currency glued to it; nothing longer meets a regular expression."""
_PLAIN = 18
_POWERS = tuple(10 ** (_MOST_DECIMALS - decimals) for decimals in range(_MOST_DECIMALS + 1))
_REMEMBERED = 200_000
# Spaces that languages use between thousands: plain, no-break, thin, narrow no-break.
_SPACES = " \u00a0\u2009\u202f"
_UNKNOWN = frozenset({"", "-", "--", "\u2013", "\u2014"})
_BOUND = re.compile(r"[<>]\s*[0-9]")
_CODE_BEFORE = re.compile(r"([A-Z]{3})\s*(-?[0-9].*)")
_CODE_AFTER = re.compile(r"(-?[0-9].*?)\s*([A-Z]{3})")
_EXPONENT = re.compile(r"[0-9][eE][-+]?[0-9]")

# One thousands separator throughout, proper groups of three, then the decimals.
_WRITTEN = {
    mark: re.compile(
        rf"(?P<minus>[-\u2212])?"
        rf"(?P<whole>[0-9]+|[1-9][0-9]{{0,2}}(?P<sep>[{re.escape(other)}'\u2019{_SPACES}])[0-9]{{3}}"
        rf"(?:(?P=sep)[0-9]{{3}})*)"
        rf"(?:{re.escape(mark)}(?P<decimals>[0-9]+))?"
    )
    for mark, other in ((".", ","), (",", "."))
}
_SEPARATORS = re.compile(rf"[.,'\u2019{_SPACES}]")
_SHAPE = re.compile(rf"[-\u2212]?[0-9][0-9.,'\u2019{_SPACES}]*%?")


class Misread(ValueError):
    """A cell that is not what its column holds; the message says why."""


def evidence(cell: str) -> DecimalMark | None:
    """Return the decimal mark that this cell proves, or None where it proves nothing."""
    text = cell.strip()
    if len(text) > _LONGEST or not _SHAPE.fullmatch(text) or not ("." in text or "," in text):
        return None
    text = text.rstrip("%")
    point = _WRITTEN["."].fullmatch(text) is not None
    comma = _WRITTEN[","].fullmatch(text) is not None
    if point == comma:
        return None
    return "." if point else ","


def currency_in(cell: str) -> tuple[str, str | None]:
    """Return a money cell without the currency code glued to it, and that code."""
    text = cell.strip()
    if len(text) > _LONGEST_MONEY:
        return text, None
    if before := _CODE_BEFORE.fullmatch(text):
        return before[2], before[1]
    if after := _CODE_AFTER.fullmatch(text):
        return after[1], after[2]
    return text, None


def is_figure(cell: str) -> bool:
    """Say whether a cell is a number or says unknown, whatever the file's decimal mark."""
    text = currency_in(cell)[0]
    if len(text) > _LONGEST:
        return False
    return (
        text in _UNKNOWN
        or bool(_BOUND.match(text))
        or any(written.fullmatch(text) for written in _WRITTEN.values())
    )


class Figures:
    """Reads the cells of one file; the same text is worked out once only.

    `moneys` and `counts` hold what cells were found to say; None, or nothing: ask.
    """

    def __init__(
        self,
        mark: str,
        *,
        suppressed: frozenset[str] = frozenset(),
        largest_money: int = LARGEST_MONEY,
    ) -> None:
        self._written = _WRITTEN[mark]
        self.mark = mark
        self._suppressed = suppressed
        self._largest_money = largest_money
        self.moneys: dict[str, int | None] = {}
        self.counts: dict[str, int | None] = {}
        self._results: dict[str, int | None] = {}
        self.has_suppressed = False

    def money(self, cell: str) -> int | None:
        """Return micros; None where the cell says unknown. Raises `Misread`."""
        try:
            return self.moneys[cell]
        except KeyError:
            micros = self._plain(cell, self._largest_money)
            if micros is None:
                micros = self._micros(currency_in(cell)[0], self._largest_money)
            _remember(self.moneys, cell, micros)
            return micros

    def count(self, cell: str) -> int | None:
        """Return a whole number; None where the cell says unknown. Raises `Misread`."""
        try:
            return self.counts[cell]
        except KeyError:
            micros = self._number(cell, LARGEST_COUNT * MICROS)
            if micros is not None and micros % MICROS:
                raise Misread("is not a whole number") from None
            whole = None if micros is None else micros // MICROS
            _remember(self.counts, cell, whole)
            return whole

    def results(self, cell: str) -> int | None:
        """Return results in millionths; None where the cell says unknown. Raises `Misread`."""
        try:
            return self._results[cell]
        except KeyError:
            micros = self._number(cell, LARGEST_MONEY)
            _remember(self._results, cell, micros)
            return micros

    def _plain(self, cell: str, largest: int) -> int | None:
        """Return the millionths of the plainest numbers, “123.45”; None for all other cells."""
        whole, mark, decimals = cell.partition(self.mark)
        digits = whole + decimals
        if not (whole and digits.isdecimal() and digits.isascii()) or len(digits) > _PLAIN:
            return None
        if bool(mark) != bool(decimals) or len(decimals) > _MOST_DECIMALS:
            return None
        micros = int(digits) * _POWERS[len(decimals)]
        return micros if micros <= largest else None

    def _number(self, cell: str, largest: int) -> int | None:
        plain = self._plain(cell, largest)
        if plain is not None and cell not in self._suppressed:
            return plain
        return None if self._is_suppressed(cell) else self._micros(cell.strip(), largest)

    def _is_suppressed(self, cell: str) -> bool:
        """Say whether a platform wrote this instead of a small number that it keeps to itself."""
        text = cell.strip()
        is_suppressed = text in self._suppressed or bool(_BOUND.match(text))
        self.has_suppressed |= is_suppressed
        return is_suppressed

    def _micros(self, text: str, largest: int) -> int | None:
        if text in _UNKNOWN:
            return None
        if len(text) > _LONGEST:
            raise Misread("is not a number: it is too long for one")
        found = self._written.fullmatch(text)
        if found is None:
            raise Misread(self._complaint(text))
        decimals = found["decimals"] or ""
        if len(decimals.rstrip("0")) > _MOST_DECIMALS:
            raise Misread(f"has more than {_MOST_DECIMALS} decimals")
        whole = _SEPARATORS.sub("", found["whole"])
        micros = int(Decimal(f"{whole}.{decimals or '0'}").scaleb(_MOST_DECIMALS))
        if found["minus"] and micros:
            raise Misread("is negative")
        if micros > largest:
            raise Misread(f"is larger than {largest // MICROS:,}, more than can be kept")
        return micros

    def _complaint(self, text: str) -> str:
        if _EXPONENT.search(text):
            return "is written with an exponent, as a spreadsheet does: its digits are lost"
        if text.startswith("#"):
            return "is a spreadsheet's error and not a number"
        if _SHAPE.fullmatch(text):
            name = "point" if self.mark == "." else "comma"
            return f"is not a number with a decimal {name}, as the rest of this file has"
        return "is not a number"


def _remember(memory: dict[str, int | None], cell: str, value: int | None) -> None:
    """Keep an answer to a short cell, and forget them all before they fill the memory."""
    if len(cell) > _LONGEST_MONEY:
        return
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[cell] = value


def misread(column: str, cell: str, error: Misread) -> str:
    """Return the sentence that says which cell could not be read, and why."""
    return f"{column}: “{shortened(cell)}” {error}"
