"""What an import cannot take in, as its preview says it."""

from lib.ui.importing.view import by_reason


def test_a_reason_is_said_once_with_all_its_lines():
    rows = [(4, "no day"), (2, "odd status"), (3, "odd status"), (9, "odd status"), (7, "no day")]
    assert by_reason(rows) == [(2, "4, 7", "no day"), (3, "2–3, 9", "odd status")]
    assert by_reason([]) == []
