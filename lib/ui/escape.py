"""One escape for every text from outside that goes into a label or Markdown.

Streamlit renders Markdown in labels, titles, toasts, tooltips and metrics. Backslashes
neutralise what CommonMark knows. What Streamlit finds in the text afterwards (colour and icon
directives, emoji shortcodes, bare addresses, arrows) ignores backslashes, so an invisible word
joiner breaks those up. Cells of `st.dataframe`, options of a select box and texts of Plotly are
plain already and must not pass through here.
"""

import re
import string
import unicodedata

JOINER = "\u2060"

_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
_SPACES = re.compile(r"\s+")
# Streamlit turns these into arrows and signs: its Markdown renders "->" as an arrow.
_SIGNS = re.compile(r"([-<>=~])(?=[-<>=~])")
_WORD_ADDRESS = re.compile(r"(?i)(www)(?=\.)")
# Characters that reorder what follows, or are no text at all.
_HIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def esc(text: object) -> str:
    """Return `text` so that Markdown shows it literally, on one line."""
    visible = "".join(_visible(character) for character in str(text))
    plain = _SPACES.sub(" ", visible).strip()
    plain = _WORD_ADDRESS.sub(rf"\1{JOINER}", _SIGNS.sub(rf"\1{JOINER}", plain))
    plain = plain.replace(":", f":{JOINER}").replace("@", f"@{JOINER}")
    return _PUNCTUATION.sub(r"\\\1", plain)


def cell(text: object) -> str:
    """Return `text` for a button cell of a table, where only a leading icon is markup."""
    return f"{JOINER}{text}" if str(text).startswith(":") else str(text)


def _visible(character: str) -> str:
    if character in _HIDDEN:
        return "\ufffd"
    is_control = unicodedata.category(character) == "Cc" and not character.isspace()
    return "\ufffd" if is_control else character
