"""The tokens of share links: random, signed, and known by their hash only."""

import base64
import hashlib
import hmac
import re
import secrets

_RANDOM_BYTES, _SIGNATURE_BYTES = 24, 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{54}")
_RANDOM_LENGTH = 32  # Letters: 24 bytes, 6 bits a letter.


def new_token(key: bytes) -> str:
    """Return a new token: 192 random bits and a signature over them with `key`."""
    random = _text(secrets.token_bytes(_RANDOM_BYTES))
    return random + _signature(random, key)


def is_signed(token: str, key: bytes) -> bool:
    """Return whether a token is one that this desk has given out; needs no database."""
    if not _TOKEN.fullmatch(token):
        return False
    right = _signature(token[:_RANDOM_LENGTH], key)
    return hmac.compare_digest(right, token[_RANDOM_LENGTH:])


def _signature(random: str, key: bytes) -> str:
    digest = hmac.new(key, f"share-link:{random}".encode(), hashlib.sha256).digest()
    return _text(digest[:_SIGNATURE_BYTES])


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
