"""The chain of the history: each entry's hash covers all that it says and the hash before it.

The form is for ever: the hashes that stand in a database were made by it. A field that is
empty is left out, so that a later column does not change what was hashed before it was there.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

GENESIS = "0" * 64
"""What the first entry carries in place of the hash before it."""
OWN = "hash"
"""The one field that is not hashed: the hash itself."""

_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def entry_hash(fields: Mapping[str, Any]) -> str:
    """Return the hash of an entry: SHA-256, in hexadecimal, of its fields as canonical JSON.

    ASCII, keys in order, no spaces; instants in UTC to the microsecond. The same for what goes
    into either database and for what comes out of it.
    """
    said = {
        name: _plain(value) for name, value in fields.items() if value is not None and name != OWN
    }
    return sha256(_CANONICAL.encode(said).encode("ascii")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, dict):
        # As it comes back: keys are texts, tuples are lists.
        return json.loads(json.dumps(value))
    return value
