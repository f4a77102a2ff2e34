"""Captions: comparing what a header says, whatever its spelling, spacing or language."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

_SPACES = re.compile(r"\s+")
# Unicode normalisation and a memory are for captions and words; longer text is compared plainly.
_LONGEST = 500
_CURRENCY = re.compile(r"^(?P<rest>.*\S)\s*\((?P<code>[A-Z]{3})\)$")

Aliases = Mapping[str, tuple[str, ...]]
"""Field to the normalised captions that mean it, the preferred ones first."""


def normalised(caption: str) -> str:
    """Return a caption as it is compared: NFKC, case folded, single plain spaces."""
    if len(caption) > _LONGEST:
        return _SPACES.sub(" ", caption.casefold()).strip()
    return _normalised(caption)


@lru_cache(maxsize=4096)
def _normalised(caption: str) -> str:
    folded = unicodedata.normalize("NFKC", caption).casefold().replace("\ufeff", "")
    return _SPACES.sub(" ", folded).strip()


def split_currency(caption: str) -> tuple[str, str | None]:
    """Return a caption without its bracketed currency, and that currency: “Amount spent (AUD)”."""
    return _split_currency(caption) if len(caption) <= _LONGEST else (caption.strip(), None)


@lru_cache(maxsize=4096)
def _split_currency(caption: str) -> tuple[str, str | None]:
    found = _CURRENCY.match(caption.strip())
    return (found["rest"], found["code"]) if found else (caption.strip(), None)


def plain(caption: str) -> str:
    """Return a caption normalised and without a bracketed currency."""
    return normalised(split_currency(caption)[0])


def fingerprint(header: Sequence[str]) -> str:
    """Return the same short text for every header with the same normalised captions."""
    joined = "\x1f".join(normalised(caption) for caption in header)
    return hashlib.sha256(joined.encode()).hexdigest()[:32]


def find(header: Sequence[str], aliases: Sequence[str]) -> list[int]:
    """Return the columns whose caption is the first of these aliases that the header has."""
    captions = [plain(caption) for caption in header]
    for alias in aliases:
        if alias in captions:
            return [index for index, caption in enumerate(captions) if caption == alias]
    return []


def find_all(
    header: Sequence[str], aliases: Aliases
) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """Return the column of each field that is there, and the fields whose caption stands twice."""
    columns: dict[str, int] = {}
    repeated: dict[str, tuple[int, ...]] = {}
    for name, words in aliases.items():
        found = find(header, words)
        if found:
            columns[name] = found[0]
        if len(found) > 1:
            repeated[name] = tuple(found)
    return columns, repeated


def known(header: Sequence[str], words: frozenset[str]) -> int:
    """Return how many different captions of the header are among these words."""
    return len({plain(caption) for caption in header} & words)


def suggestions(header: Sequence[str], aliases: Aliases) -> dict[str, str]:
    """Return for each field the caption that most probably means it; a person decides."""
    columns, _ = find_all(header, aliases)
    return {name: header[index] for name, index in columns.items()}
