from hypothesis import given
from hypothesis import strategies as st

from lib.domain.text import MAX_NOTE, is_name, kept_note


def test_a_note_keeps_its_lines_and_loses_control_characters_and_halves_of_characters():
    assert kept_note("a\x00b\n\tc\ud800\r\nd\x9f \U0001f3b5") == "ab\n\tc\nd \U0001f3b5"
    assert kept_note("\x00\udfff") == ""


def test_a_note_is_cut_after_what_goes_has_gone():
    assert kept_note("\x00" * 9 + "x" * (MAX_NOTE + 1)) == "x" * MAX_NOTE


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_kept_of_a_note_can_be_encoded_and_stays_as_it_is(note):
    kept = kept_note(note)
    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    assert kept_note(kept) == kept


def test_a_name_has_neither():
    assert is_name("Skärgårdsvals \U0001f3b5")
    assert not any(is_name(f"a{sign}b") for sign in ("\x00", "\n", "\x9f", "\ud800"))
