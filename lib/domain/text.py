"""What people write, as every database takes it.

PostgreSQL takes no zero byte, and no driver takes half a character.
"""

import unicodedata

MAX_NOTE = 2000
_NO_TEXT = frozenset({"Cc", "Cs"})  # Control characters and halves of characters.
_KEPT_IN_NOTES = frozenset("\n\t")


def is_name(text: str) -> bool:
    """Return whether a text can be a name: one line, all of it text."""
    return not any(unicodedata.category(sign) in _NO_TEXT for sign in text)


def kept_note(note: str) -> str:
    """Return a note as it is kept: its lines, without what is no text, cut to `MAX_NOTE`."""
    kept = (sign for sign in note if sign in _KEPT_IN_NOTES or is_name(sign))
    return "".join(kept)[:MAX_NOTE]
