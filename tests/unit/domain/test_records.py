"""Records as they come out of rows."""

import pytest
from pydantic import ValidationError

from lib.domain.records import Artist

ROW = {
    "id": 7,
    "organization_id": 1,
    "organization": "Kittiwake",
    "name": "Night Bus",
    "is_demo": False,
    "name_key": "night bus",
}


def test_a_row_may_have_more_columns_than_the_record_has_fields() -> None:
    found = Artist.of_row(ROW)
    assert (found.id, found.name, found.organization) == (7, "Night Bus", "Kittiwake")


def test_what_is_said_instead_goes_before_what_stands_in_the_row() -> None:
    assert Artist.of_row(ROW, name="Day Bus").name == "Day Bus"


def test_a_row_that_lacks_a_column_or_holds_a_wrong_value_is_refused() -> None:
    with pytest.raises(ValidationError, match="name"):
        Artist.of_row({key: value for key, value in ROW.items() if key != "name"})
    with pytest.raises(ValidationError, match="is_demo"):
        Artist.of_row(ROW | {"is_demo": "unheard of"})
