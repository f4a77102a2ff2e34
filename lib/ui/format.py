"""Numbers, money and dates in words; what is missing reads "—", never 0."""

import math
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from babel.dates import format_date, format_datetime, get_timezone_name
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

from lib.domain.metrics import Window
from lib.domain.records import MICROS, BudgetPeriod, Campaign

LOCALE = "en"
MISSING = "—"

_MANY = 100
_SMALL = 1  # Below one unit, two decimals say too little of a cost per result.
_DIGITS = 2
_SINGULAR = {
    "saves": "save",
    "views": "view",
    "clicks": "click",
    "conversions": "conversion",
    "follows": "follow",
    "subscribers": "subscriber",
}


# A page writes hundreds of amounts, the same ones on every run, and Babel takes its time.
@lru_cache(maxsize=8192)
def money(micros: float | None, currency: str) -> str:
    """Return an amount of `currency` given in millionths, with the currency's own decimals."""
    if micros is None:
        return MISSING
    return str(format_currency(micros / MICROS, currency, locale=LOCALE))


@lru_cache(maxsize=8192)
def unit_cost(micros: float | None, currency: str) -> str:
    """Return a cost per result: one decimal more where it is below one unit.

    Two digits of it always stand, however little it is: ¥3 against ¥3 would hide a third.
    """
    if not micros:
        return money(micros, currency)
    amount, decimals = abs(micros) / MICROS, get_currency_precision(currency)
    wanted = max(decimals + (amount < _SMALL), _DIGITS - 1 - math.floor(math.log10(amount)))
    if wanted == decimals:
        return money(micros, currency)
    pattern = f"¤#,##0.{'0' * wanted}"
    return str(
        format_currency(micros / MICROS, currency, pattern, locale=LOCALE, currency_digits=False)
    )


@lru_cache(maxsize=8192)
def count(number: float | None) -> str:
    """Return a number of things: whole as it is, a fraction with one decimal."""
    if number is None:
        return MISSING
    pattern = "#,##0" if float(number).is_integer() else "#,##0.0"
    return str(format_decimal(number, pattern, locale=LOCALE))


def results(micros: int | None) -> str:
    """Return a number of results given in millionths."""
    return MISSING if micros is None else count(micros / MICROS)


def a_day(micros: float | None) -> str:
    """Return results a day given in millionths: one decimal below a hundred."""
    if micros is None:
        return MISSING
    number = micros / MICROS
    return count(round(number) if number >= _MANY else round(number, 1))


@lru_cache(maxsize=8192)
def percent(ratio: float | None) -> str:
    """Return a ratio in whole per cent."""
    return MISSING if ratio is None else str(format_percent(ratio, "#,##0 %", locale=LOCALE))


@lru_cache(maxsize=8192)
def share(ratio: float | None) -> str:
    """Return a small ratio in per cent with two decimals: "0.53 %"."""
    return MISSING if ratio is None else str(format_percent(ratio, "#,##0.00 %", locale=LOCALE))


def one_of(kind: str) -> str:
    """Return one result of a kind: "save" for saves; kinds that only exports name stay."""
    return _SINGULAR.get(kind, kind)


def small(words: str) -> str:
    """Return words of Markdown that stand back, as a part of an element: each costs its own."""
    return f":small[:gray[{words}]]"


@lru_cache(maxsize=8192)
def day(value: date | None, *, with_year: bool = False) -> str:
    """Return a date as "21 Nov", or "21 Nov 2026"."""
    if value is None:
        return MISSING
    return str(format_date(value, "d MMM yyyy" if with_year else "d MMM", locale=LOCALE))


def day_before(value: date | None, now: datetime) -> str:
    """Return a date that may lie far back: with its year where that is not the one of `now`."""
    return day(value, with_year=value is not None and value.year != now.year)


def span(window: Window | None) -> str:
    """Return both ends of a window: "15–21 Nov", "25 Oct – 21 Nov"."""
    if window is None:
        return MISSING
    if (window.first.year, window.first.month) == (window.last.year, window.last.month):
        return f"{window.first.day}–{day(window.last)}"
    has_year = window.first.year != window.last.year
    return f"{day(window.first, with_year=has_year)} – {day(window.last, with_year=has_year)}"


@lru_cache(maxsize=8192)
def instant(at: datetime | None, zone: tzinfo) -> str:
    """Return an instant as "21 Nov 2026, 14:05" in `zone`."""
    if at is None:
        return MISSING
    return str(format_datetime(at.astimezone(zone), "d MMM yyyy, HH:mm", locale=LOCALE))


def ago(passed: timedelta) -> str:
    """Return how long ago something was, in its largest unit: "3 days ago"."""
    seconds = passed.total_seconds()
    for name, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number} {name}{'' if number == 1 else 's'} ago"
    return "just now"


def local(at: datetime, zone: tzinfo) -> str:
    """Return an instant with its weekday and the clock of `zone`: "Fri 27 Nov 2026, 00:00 CET"."""
    there = at.astimezone(zone)
    words = str(format_datetime(there, "EEE d MMM yyyy, HH:mm", locale=LOCALE))
    return f"{words} {there.tzname() or ''}".rstrip()


def zone_name(zone: tzinfo) -> str:
    """Return the words for a zone: "Central European Time"."""
    # Babel knows no place for UTC and calls it an unknown region.
    return "UTC" if str(zone) == "UTC" else str(get_timezone_name(zone, locale=LOCALE))


def budget(campaign: Campaign) -> str:
    """Return the budget with its period: "€20.00 a day"."""
    if campaign.budget_micros is None:
        return MISSING
    amount = money(campaign.budget_micros, campaign.currency)
    if campaign.budget_period is None:
        return amount
    return f"{amount} {'a day' if campaign.budget_period is BudgetPeriod.DAILY else 'in total'}"


def listed(words: tuple[str, ...] | list[str]) -> str:
    """Return words as a list, "—" where there are none."""
    return ", ".join(words) if words else MISSING


def span_words(first: date | None, last: date | None) -> str:
    """Return a range of dates that may be open or unknown."""
    if first is None or last is None:
        return "no range named"
    return span(Window(first, last))
