"""The form of the hash: for ever the same."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.chain import GENESIS, entry_hash
from lib.domain.records import Source

ENTRY: dict[str, Any] = {
    "id": 1,
    "at": datetime(2026, 11, 24, 12, 0, 0, 17, tzinfo=UTC),
    "actor": "Älice",
    "source": Source.DESK,
    "details": {"b": 1, "a": [1.5, None]},
    "note": None,
    "previous_hash": GENESIS,
}
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_the_form_is_the_one_by_which_the_hashes_in_the_databases_were_made():
    written = (
        r'{"actor":"\u00c4lice","at":"2026-11-24T12:00:00.000017+00:00",'
        r'"details":{"a":[1.5,null],"b":1},"id":1,"previous_hash":"'
        + "0" * 64
        + r'","source":"desk"}'
    )
    assert entry_hash(ENTRY) == sha256(written.encode()).hexdigest()
    assert entry_hash(ENTRY).startswith("1854130a52c0926e")


def test_what_is_empty_and_the_hash_itself_count_for_nothing():
    assert entry_hash(ENTRY | {"undoes": None, "hash": "f" * 64}) == entry_hash(ENTRY)


def test_the_same_instant_in_another_zone_and_the_order_of_fields_make_no_difference():
    elsewhere = ENTRY["at"].astimezone(timezone(timedelta(hours=9)))
    turned = dict(reversed(list((ENTRY | {"at": elsewhere}).items())))
    assert entry_hash(turned) == entry_hash(ENTRY)


@pytest.mark.parametrize("field", [name for name, value in ENTRY.items() if value is not None])
def test_every_field_counts(field):
    assert entry_hash(ENTRY | {field: None}) != entry_hash(ENTRY)


@given(st.dictionaries(st.text(max_size=5), json, max_size=5))
def test_details_are_hashed_as_they_come_back_from_a_database(details):
    from json import dumps, loads

    assert entry_hash({"details": details}) == entry_hash({"details": loads(dumps(details))})


@given(st.text(), st.text())
def test_text_cannot_pass_from_one_field_to_another(one, other):
    joined = entry_hash({"actor": one + other, "note": "x"})
    assert (joined == entry_hash({"actor": one, "note": other + "x"})) == (other == "")
