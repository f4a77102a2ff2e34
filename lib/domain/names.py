"""When two spellings are the same: of a campaign's name, of an artist's, of a word searched for."""

import unicodedata


def name_key(name: str) -> str:
    """Return what two spellings of a campaign's name have in common: composed, trimmed."""
    return unicodedata.normalize("NFC", name).strip()


def artist_key(name: str) -> str:
    """Return what the spellings of one artist's name have in common."""
    return " ".join(name_key(name).casefold().split())


def folded_text(text: str | None) -> str | None:
    """Return text without case and accents, so that "beyonce" finds "Beyoncé"."""
    if text is None or text.isascii():
        return text and text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
