"""Dates: ISO, numeric in the file's one order, or with the month written out."""

import re
import unicodedata
from datetime import date

from lib.platforms.figures import Misread
from lib.platforms.shapes import DateOrder

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
_REMEMBERED = 50_000
_LONGEST = 60
_LONGEST_LINE = 200
_ISO = re.compile(
    r"([0-9]{4})([-/.])([0-9]{2})\2([0-9]{2})"
    r"(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?"  # midnight, as interfaces write a day
)
_NUMERIC = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_WORDS = re.compile(r"[0-9]+|[^\W\d_]+")
_BETWEEN = re.compile(r"[\s.,/-]*")
_TIME = re.compile(
    r"(?:,|\s)\s*(?:at\s+)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[ap]\.?m\.?)?$", re.IGNORECASE
)
# What may stand around a written date without changing it.
_FILLERS = frozenset({"de", "del", "of", "the", "st", "nd", "rd", "th", "er", "o", "feira"})
_WEEKDAY_NAMES = (
    "mon tue tues wed thu thur thurs fri sat sun "
    "monday tuesday wednesday thursday friday saturday sunday "
    "seg ter qua qui sex sab dom segunda terca quarta quinta sexta sabado domingo "
    "lun mar mie jue vie lunes martes miercoles jueves viernes "
    "mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonntag "
    "mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche"
)
_WEEKDAYS = frozenset(_WEEKDAY_NAMES.split())
_LONGER = frozenset(
    {"week", "month", "quarter", "semana", "mes", "trimestre", "woche", "monat", "quartal",
     "semaine", "mois"}
)  # fmt: skip
# Month names of the languages that exports come in, without accents; the first three
# letters tell them apart, apart from French June and July.
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan", "ene"),
    ("feb", "fev"),
    ("mar", "mrz", "maerz"),
    ("apr", "abr", "avr"),
    ("may", "mai"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "ago", "aou"),
    ("sep", "set"),
    ("oct", "okt", "out"),
    ("nov",),
    ("dec", "dez", "dic"),
)
_FULL_NAMES = (
    "january february march april may june july august september october november december "
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro "
    "enero febrero marzo mayo junio julio septiembre setiembre octubre noviembre diciembre "
    "januar februar marz maerz mai juni juli oktober dezember "
    "janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre "
    "jan feb mar apr jun jul aug sep sept oct nov dec fev abr ago set out dez ene dic "
    "mrz okt janv fevr avr juil aou"
)
_FULL = frozenset(_FULL_NAMES.split())
_ALL_TIME = frozenset(
    {
        "all time",
        "todo o periodo",
        "todo o tempo",
        "todo el periodo",
        "todo el tiempo",
        "gesamter zeitraum",
        "gesamtzeitraum",
        "toute la periode",
        "toutes les dates",
        "depuis le debut",
    }
)


def bare(text: str) -> str:
    """Return text case folded and without accents, for comparing words."""
    spread = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in spread if not unicodedata.combining(char)).strip()


def order_proved(cell: str) -> DateOrder | None:
    """Return the order that a numeric date proves: a value over 12 cannot be a month."""
    found = _numeric(cell)
    if found is None:
        return None
    first, second = int(found[1]), int(found[3])
    if first > 12 >= second:
        return "dmy"
    return "mdy" if second > 12 >= first else None


def is_ambiguous(cell: str) -> bool:
    """Say whether a numeric date is another day when read in the other order."""
    found = _numeric(cell)
    return found is not None and int(found[1]) != int(found[3])


def _numeric(cell: str) -> re.Match[str] | None:
    text = cell.strip()
    return _NUMERIC.fullmatch(text) if len(text) <= _LONGEST else None


class Dates:
    """Reads the dates of one file in its one order; the same text is worked out once only."""

    def __init__(self, order: str) -> None:
        self._order = order
        self._seen: dict[str, date] = {}

    def read(self, cell: str) -> date:
        """Return the date of a cell, 2000 to 2100. Raises `Misread`."""
        found = self._seen.get(cell)
        if found is None:
            found = self._date(cell.strip())
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            if len(cell) <= _LONGEST:
                self._seen[cell] = found
        return found

    def _date(self, text: str) -> date:
        if len(text) > _LONGEST:
            raise Misread("is not a date: it is too long for one")
        if iso := _ISO.fullmatch(text):
            return real_date(int(iso[1]), int(iso[3]), int(iso[4]))
        if numeric := _NUMERIC.fullmatch(text):
            first, second, year = int(numeric[1]), int(numeric[3]), int(numeric[4])
            if self._order == "mdy" or first == second:
                return real_date(year, first, second)
            if self._order == "dmy":
                return real_date(year, second, first)
            raise Misread("is not a date in the order year, month, day")
        if not text:
            raise Misread("is blank where a date is needed")
        return _whole_date(bare(text))


def real_date(year: int, month: int, day: int) -> date:
    """Return a date of the calendar between 2000 and 2100. Raises `Misread`."""
    try:
        found = date(year, month, day)
    except ValueError:
        raise Misread("is not a day of the calendar") from None
    if not EARLIEST <= found <= LATEST:
        raise Misread("is not between the years 2000 and 2100")
    return found


def _whole_date(text: str) -> date:
    """Return the date that a text with a written month is as a whole. Raises `Misread`."""
    words = _WORDS.findall(text)
    if not _LONGER.isdisjoint(words):
        raise Misread("is a week, a month or a quarter, and not a day")
    words = [word for word in words if word not in _FILLERS]
    if len(words) == 4 and words[0] in _WEEKDAYS:
        words = words[1:]
    pieces = [piece for piece in map(_piece, words) if piece is not None]
    is_plain = all(map(_BETWEEN.fullmatch, _WORDS.split(text)))
    parts = _one_date(pieces) if is_plain and len(pieces) == len(words) == 3 else None
    if parts is None:
        raise Misread("is not a date")
    return real_date(*parts)


def without_time(text: str) -> str:
    """Return a date without the time of day behind it; a run starts at some hour."""
    if len(text) > _LONGEST:
        return text
    return text[:10] if text[4:5] == "-" else _TIME.sub("", text)


def written_dates(text: str) -> list[date]:
    """Return the dates with a written month in a text: “5 de maio de 2026”, “May 5, 2026”."""
    words = [word for word in map(_piece, _WORDS.findall(bare(text))) if word is not None]
    found = []
    index = 0
    while index + 3 <= len(words):
        parts = _one_date(words[index : index + 3])
        if parts is None:
            index += 1
            continue
        found.append(real_date(*parts))
        index += 3
    return found


def _piece(word: str) -> tuple[str, int] | None:
    """Return a word as a number or a month; None for all other words, such as “de”."""
    if word.isdecimal():
        return ("number", int(word)) if len(word) <= 4 else None
    if word in _FULL:
        for month, starts in enumerate(_MONTHS, start=1):
            if word.startswith(starts):
                return "month", month
    return None


def _one_date(words: list[tuple[str, int]]) -> tuple[int, int, int] | None:
    (first, a), (second, b), (third, c) = words
    if third != "number" or c < 1000:
        return None
    if (first, second) == ("number", "month") and a < 1000:
        return c, b, a
    if (first, second) == ("month", "number") and b < 1000:
        return c, a, b
    return None


def is_all_time(text: str) -> bool:
    """Say whether a report's range line means everything there ever was."""
    return len(text) <= _LONGEST_LINE and bare(text) in _ALL_TIME


def declared_range(text: str) -> tuple[date, date] | None:
    """Return the first and last day that a report's range line names, or None.

    “January 20, 2026 - January 21, 2026”, “27 January 2026 - 23 February 2026”, one date,
    the same in Portuguese, Spanish, German and French, or two ISO dates.
    """
    if len(text) > _LONGEST_LINE:
        return None
    try:
        iso = [real_date(int(y), int(m), int(d)) for y, m, d in _ISO_ANYWHERE.findall(text)]
        found = iso or written_dates(text)
    except Misread:
        return None
    if len(found) not in (1, 2) or found[0] > found[-1]:
        return None
    return found[0], found[-1]


_ISO_ANYWHERE = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
