import string

from hypothesis import given
from hypothesis import strategies as st

from lib.ui.escape import JOINER, cell, esc

HOSTILE = "![x](http://evil/x.png) $x$ :red[x] <b> www.evil.example a@evil.example :material/x: ->"


def read(escaped: str) -> str:
    """Return what a person reads: no backslashes, no joiners."""
    shown = []
    is_escaped = False
    for letter in escaped.replace(JOINER, ""):
        if letter == "\\" and not is_escaped:
            is_escaped = True
            continue
        shown.append(letter)
        is_escaped = False
    return "".join(shown)


@given(st.text())
def test_every_sign_that_markdown_knows_is_escaped(text):
    escaped = esc(text)
    bare = escaped.replace("\\\\", "")
    for position, letter in enumerate(bare):
        if letter in string.punctuation and letter != "\\":
            assert bare[position - 1] == "\\"


@given(st.text(alphabet=string.printable))
def test_what_is_read_is_what_was_written(text):
    printable = "".join(one if one.isspace() or one.isprintable() else "\ufffd" for one in text)
    assert read(esc(text)) == " ".join(printable.split())


@given(st.text(alphabet=":@htps/w.<>-=~materialred[]_x "))
def test_nothing_is_left_that_streamlit_finds_after_markdown(text):
    plain = esc(text).replace("\\", "")
    for pattern in ("://", ":material", ":red[", "www.", "->", "<-", "--", ">=", "<=", "~="):
        assert pattern not in plain
    assert not any(f"@{letter}" in plain for letter in string.ascii_letters)


def test_the_hostile_name_reads_as_it_was_given():
    assert read(esc(HOSTILE)) == HOSTILE
    assert "![" not in esc(HOSTILE)


def test_line_breaks_and_hidden_characters_do_not_get_through():
    assert esc("a\n# b\u202ec") == "a \\# b\ufffdc"


def test_a_button_cell_does_not_start_with_an_icon():
    assert not cell(":material/x: name").startswith(":")
    assert cell("name") == "name"
