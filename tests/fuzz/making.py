"""What somebody might put in: names, files, queries, messages and bodies, each made by dice."""

import json
import random
from collections.abc import Sequence
from typing import Any

from lib.settings import ROOT

EXPORTS = [
    file.read_bytes() for file in sorted((ROOT / "data" / "fixtures" / "exports").glob("*.csv"))
]
PIECES = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>", "</td>", "javascript:x"),
    *("![x](http://evil.example/x.png)", "[x](http://evil.example)", "http://evil.example", "`"),
    *("$x$", "$$\\frac{1}{2}$$", ":red[x]", ":material/star:", ":smile:", ":blue-badge[x]", "->"),
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "\uff1d1", "'", '"'),
    *("'; DROP TABLE campaign;--", "%s", "{0}", "${7*7}", "{{7*7}}", "../../etc/passwd", "%00"),
    *("\x00", "\x1b[31m", "\u202e", "\u2028", "\ufeff", "\ud7ff", "\U0001f3b5", "e\u0301" * 9),
    *("www.evil.example", "a@evil.example", "#", "# x", "> x", "- x", "1. x", "| a | b |", "---"),
    *(
        "\\",
        "*x*",
        "__x__",
        "~~x~~",
        "NaN",
        "None",
        "null",
        "inf",
        "-0",
        "1e309",
        "\u0663",
        "\uff10",
        " ",
    ),
    *("", "0", "1", "999999999999", "-1", "1.5", "2026-02-30", "9999-12-31", "EUR", "Neonbrache"),
)
CAPTIONS = (
    *("Campaign name", "Campaign", "Day", "Amount spent (EUR)", "Cost", "Currency code", "Impr."),
    *("Campaign status", "Status", "Results", "Result type", "Reporting starts", "Reporting ends"),
    *("Delivery status", "Budget", "Ends", "Campaign ID", "Row Type", "Clicks", "x", ""),
)
_CODECS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1")
PARAMETERS = (
    *("id", "artist", "q", "status", "platform", "type", "verdict", "learning", "sort", "range"),
    *("artists", "group", "location", "pacing", "figures", "budget", "budget_from", "budget_to"),
    *("from", "until", "show", "person", "campaign", "action", "source", "embed"),
    *("embed_options", "page", "unknown"),
)


def text(dice: random.Random, most: int = 6) -> str:
    """Return a few pieces and odd characters, one after the other."""
    parts = []
    for _ in range(dice.randint(0, most)):
        kind = dice.random()
        if kind < 0.6:
            parts.append(dice.choice(PIECES))
        elif kind < 0.8:
            parts.append("".join(chr(dice.randint(32, 126)) for _ in range(dice.randint(1, 8))))
        elif kind < 0.98:
            parts.append("".join(_character(dice) for _ in range(dice.randint(1, 4))))
        else:
            parts.append(dice.choice(PIECES) * dice.randint(2, 200))
    return "".join(parts)


def _character(dice: random.Random) -> str:
    number = dice.randint(1, 0x10FFFF)
    return chr(number) if not 0xD800 <= number <= 0xDFFF else "\ufffd"


def file(dice: random.Random) -> bytes:
    """Return a file: a real export that something happened to, a table of pieces, or bytes."""
    kind = dice.random()
    if kind < 0.5:
        return _damaged(dice, dice.choice(EXPORTS))
    if kind < 0.9:
        return table(dice)
    return dice.randbytes(dice.randint(0, 600))


def _damaged(dice: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(changed) + 1)
        until = min(len(changed), at + dice.randint(0, 30))
        kind = dice.random()
        if kind < 0.3:
            changed[at:until] = dice.choice(PIECES).encode("utf-8", "surrogatepass")
        elif kind < 0.5:
            changed[at:until] = b""
        elif kind < 0.7:
            changed[at:at] = dice.choice((b",", b'"', b"\n", b"\r", b"\t", b";", b"\x00"))
        elif kind < 0.9:
            changed[at:until] = dice.randbytes(dice.randint(0, 6))
        else:
            changed[at:at] = changed[dice.randrange(len(changed) + 1) :][:200]
    return bytes(changed)


def table(dice: random.Random) -> bytes:
    """Return a table of captions that the readers know and of cells that nobody expects."""
    header = [dice.choice(CAPTIONS) for _ in range(dice.randint(1, 9))]
    if dice.random() < 0.6:
        header = ["Campaign name", "Day", "Amount spent (EUR)", "Impressions", *header[:2]]
    rows = [[_cell(dice) for _ in header] for _ in range(dice.randint(0, 6))]
    mark = dice.choice((",", ",", ";", "\t"))
    lines = [mark.join(_quoted(dice, cell) for cell in row) for row in [header, *rows]]
    above = dice.choice(("", "", "Report\nAll time\n", "sep=,\n"))
    ends = dice.choice(("\n", "\r\n"))
    return (above + ends.join(lines)).encode(dice.choice(_CODECS), "ignore")


def good_table(dice: random.Random) -> bytes:
    """Return a table that can be read but for its hostile names."""
    lines = ["Campaign name,Day,Amount spent (EUR),Impressions,Link clicks"]
    for _ in range(dice.randint(1, 5)):
        name = text(dice, 4).replace("\x00", "").replace('"', '""')
        day = f"2026-{dice.randint(9, 10):02}-{dice.randint(1, 28):02}"
        spend = dice.choice((f"{dice.randint(0, 99)}.{dice.randint(0, 99):02}", "0", "", "5"))
        lines.append(f'"{name}",{day},{spend},{dice.randint(0, 999)},{dice.randint(0, 99)}')
    return "\n".join(lines).encode("utf-8", "ignore")


def _cell(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.3:
        return f"2026-{dice.randint(0, 13)}-{dice.randint(0, 32)}"
    if kind < 0.6:
        return f"{dice.uniform(-1, 1e4):.{dice.randint(0, 8)}f}"
    return text(dice, 3)


def _quoted(dice: random.Random, cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if dice.random() < 0.7 else cell


def anything(dice: random.Random, depth: int = 3) -> Any:
    """Return a value of the kinds that JSON knows, nested a little."""
    kind = dice.randrange(9 if depth else 6)
    if kind == 6:
        return [anything(dice, depth - 1) for _ in range(dice.randint(0, 4))]
    if kind >= 7:
        return {
            dice.choice(("id", "ids", "entry", "column", "all", "text", "group", text(dice, 1))):
                anything(dice, depth - 1)
            for _ in range(dice.randint(0, 4))
        }  # fmt: skip
    return (
        None,
        dice.random() < 0.5,
        dice.choice((0, 1, 7, 9, -1, 2**70)),
        dice.choice((1.5, float("nan"), float("inf"))),
        text(dice, 2),
        dice.choice(("pause", "campaign", "menu", "live")),
    )[kind]


def query(dice: random.Random) -> dict[str, str]:
    """Return URL parameters: names that the pages know, values that they do not."""
    asked = {dice.choice(PARAMETERS): text(dice, 3) for _ in range(dice.randint(0, 4))}
    if dice.random() < 0.3:
        asked["id"] = dice.choice(("", "0", "-", "+", " ")) + str(
            dice.randint(-5, 10 ** dice.choice((2, 12)))
        )
    return asked


def body(dice: random.Random) -> bytes:
    """Return the body of a request."""
    kind = dice.random()
    if kind < 0.5:
        return json.dumps(anything(dice)).encode("utf-8", "surrogatepass")
    if kind < 0.8:
        return text(dice, 6).encode("utf-8", "surrogatepass")
    return dice.randbytes(dice.randint(0, 300))


def headers(dice: random.Random, names: Sequence[str]) -> list[tuple[bytes, bytes]]:
    """Return a few headers with hostile values, as a server may pass them on."""
    return [
        (dice.choice(names).encode(), text(dice, 2).encode("latin-1", "replace")[:4000])
        for _ in range(dice.randint(0, 5))
    ]
