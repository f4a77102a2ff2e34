from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from lib.domain.metrics import Window
from lib.ui import format as fmt


def test_what_is_missing_reads_as_a_dash():
    assert {
        fmt.money(None, "EUR"),
        fmt.unit_cost(None, "EUR"),
        fmt.count(None),
        fmt.results(None),
        fmt.percent(None),
        fmt.day(None),
        fmt.span(None),
        fmt.instant(None, UTC),
        fmt.listed(()),
    } == {"—"}


def test_zero_is_not_missing():
    assert fmt.money(0, "EUR") == "€0.00"
    assert fmt.results(0) == "0"


def test_money_has_the_decimals_of_its_currency():
    assert fmt.money(1_234_500_000, "EUR") == "€1,234.50"
    assert fmt.money(1_234_000_000, "JPY") == "¥1,234"


def test_a_small_cost_has_one_decimal_more():
    assert fmt.unit_cost(19_400, "USD") == "$0.019"
    assert fmt.unit_cost(1_619_400, "USD") == "$1.62"


def test_two_digits_of_a_cost_always_stand():
    assert fmt.unit_cost(1_400_000, "JPY") == "¥1.4"
    assert fmt.unit_cost(26_000_000, "JPY") == "¥26"
    assert fmt.unit_cost(420_000, "JPY") == "¥0.42"
    assert fmt.unit_cost(420, "AUD") == "A$0.00042"
    assert fmt.unit_cost(1_234_000, "KWD") == "KWD1.234"
    assert fmt.unit_cost(0, "EUR") == "€0.00"


def test_windows_name_their_dates():
    assert fmt.span(Window(date(2026, 11, 15), date(2026, 11, 21))) == "15–21 Nov"
    assert fmt.span(Window(date(2026, 10, 25), date(2026, 11, 21))) == "25 Oct – 21 Nov"
    assert "2025" in fmt.span(Window(date(2025, 12, 25), date(2026, 1, 3)))


def test_an_instant_is_told_in_the_zone_of_the_reader():
    assert fmt.instant(datetime(2026, 11, 21, 14, 5, tzinfo=UTC), UTC) == "21 Nov 2026, 14:05"


def test_a_zone_reads_as_a_person_calls_it():
    assert fmt.zone_name(ZoneInfo("UTC")) == "UTC"
    assert fmt.zone_name(ZoneInfo("Europe/Berlin")) == "Central European Time"


def test_a_date_of_another_year_says_which():
    now = datetime(2026, 1, 2, tzinfo=UTC)
    assert fmt.day_before(date(2026, 1, 1), now) == "1 Jan"
    assert fmt.day_before(date(2025, 12, 31), now) == "31 Dec 2025"
    assert fmt.day_before(None, now) == "—"
