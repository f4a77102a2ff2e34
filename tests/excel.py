"""Reads an Excel file as Excel would: from its parts, with none of the code that wrote it."""

import io
import zipfile
from typing import Any
from xml.etree.ElementTree import Element, fromstring

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read(file: bytes) -> dict[str, list[list[Any]]]:
    """Return the cells of every sheet by its name: numbers, text, None; formulas fail."""
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        shared = _shared(parts)
        names = [
            one.get("name") or "" for one in _of(parts, "xl/workbook.xml").iter(f"{_MAIN}sheet")
        ]
        pages = [_of(parts, f"xl/worksheets/sheet{at + 1}.xml") for at in range(len(names))]
    return {name: _rows(page, shared) for name, page in zip(names, pages, strict=True)}


def part(file: bytes, name: str) -> str:
    """Return the text of a part of the file."""
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        return parts.read(name).decode()


def _of(parts: zipfile.ZipFile, name: str) -> Element:
    return fromstring(parts.read(name))  # noqa: S314 - the file is the test's own


def _shared(parts: zipfile.ZipFile) -> list[str]:
    found = _of(parts, "xl/sharedStrings.xml").iter(f"{_MAIN}si")
    return ["".join(text.text or "" for text in one.iter(f"{_MAIN}t")) for one in found]


def _rows(page: Element, shared: list[str]) -> list[list[Any]]:
    assert not list(page.iter(f"{_MAIN}f")), "there is a formula"
    found = [
        {_column(cell): _value(cell, shared) for cell in row.iter(f"{_MAIN}c")}
        for row in page.iter(f"{_MAIN}row")
    ]
    width = max((at + 1 for row in found for at in row), default=0)
    return [[row.get(at) for at in range(width)] for row in found]


def _column(cell: Element) -> int:
    letters = [letter for letter in cell.get("r") or "" if letter.isalpha()]
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: Element, shared: list[str]) -> Any:
    value = cell.find(f"{_MAIN}v")
    if value is None or value.text is None:
        return None
    return shared[int(value.text)] if cell.get("t") == "s" else float(value.text)
