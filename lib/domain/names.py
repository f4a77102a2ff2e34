"""When two spellings are the same name: of a campaign, of an artist."""

import unicodedata


def name_key(name: str) -> str:
    """Return what two spellings of a campaign's name have in common: composed, trimmed."""
    return unicodedata.normalize("NFC", name).strip()


def artist_key(name: str) -> str:
    """Return what the spellings of one artist's name have in common."""
    return " ".join(name_key(name).casefold().split())
