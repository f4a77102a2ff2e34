"""From bytes to rows: what kind of file it is, its encoding, its lines, its records.

Nothing here knows a platform. The file is read in pieces and never held as a whole; what
cannot be a table is refused from its first bytes.
"""

import codecs
import csv
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from lib.platforms.shapes import ExportRefused

HEAD = 256 * 1024
_CHUNK = 1024 * 1024
_PIECE = 128 * 1024
_LONGEST_LINE = 256 * 1024
_LONGEST_RECORD = 512 * 1024
_MOST_LINES = 5_000_000

Row = list[str]

_SPREADSHEET = (
    "spreadsheets are not read in this version: export as CSV, or save the table as CSV (UTF-8)"
)
# The first bytes by which files that are no text make themselves known.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", f"It is an Excel workbook or a zip archive; {_SPREADSHEET}"),
    (b"PK\x05\x06", f"It is an empty zip archive; {_SPREADSHEET}"),
    (b"\xd0\xcf\x11\xe0", f"It is an old Excel workbook; {_SPREADSHEET}"),
    (b"%PDF", "It is a PDF document; export the table as CSV"),
    (b"\x89PNG", "It is a PNG image; export the table as CSV"),
    (b"\xff\xd8\xff", "It is a JPEG image; export the table as CSV"),
    (b"GIF8", "It is a GIF image; export the table as CSV"),
    (b"RIFF", "It is a sound, film or image file; export the table as CSV"),
    (b"\x1f\x8b", "It is compressed (gzip); unpack it and import the CSV inside"),
    (b"SQLite format 3\0", "It is a database; export the table as CSV"),
    (b"PAR1", "It is a Parquet file; export the table as CSV"),
    (b"\xff\xfe\0\0", "It is UTF-32 text, which no ad platform writes; save it as UTF-8"),
)
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with BOM", "cp1252": "Windows-1252"}


class NotUtf8(Exception):
    """The bytes are not valid UTF-8, from this line on."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes become text: Python's codec, and the name a person knows."""

    codec: str
    name: str


CP1252 = Encoding("cp1252", _NAMES["cp1252"])


@contextmanager
def opened(data: bytes | BinaryIO, *, most_bytes: int | None = None) -> Iterator[BinaryIO]:
    """Give a stream that can be read twice; the caller's own stream is left open.

    Raises `ExportRefused` for more than `most_bytes`, a pipe's as soon as they have come.
    """
    if isinstance(data, bytes | bytearray | memoryview):
        _limit(len(data), most_bytes)
        yield io.BytesIO(data)
    elif data.seekable():
        _limit(data.seek(0, io.SEEK_END), most_bytes)
        yield data
    else:
        with tempfile.TemporaryFile() as spool:
            while chunk := data.read(_CHUNK):
                spool.write(chunk)
                _limit(spool.tell(), most_bytes)
            yield spool


def _limit(size: int, most: int | None) -> None:
    if most is not None and size > most:
        raise ExportRefused("The file is too large.", expected=f"at most {most:,} bytes")


def sniff(stream: BinaryIO) -> tuple[bytes, Encoding]:
    """Return the first bytes and the encoding. Raises `ExportRefused` for what is no text."""
    stream.seek(0)
    head = stream.read(HEAD)
    if not head.strip():
        raise ExportRefused("The file is empty.", expected="a header and rows", found="no text")
    for magic, reason in _MAGIC:
        if head.startswith(magic):
            raise ExportRefused(f"This file is not a table of text. {reason}.")
    if head.startswith(codecs.BOM_UTF16_LE):
        return head, Encoding("utf-16", "UTF-16 LE with BOM")
    if head.startswith(codecs.BOM_UTF16_BE):
        return head, Encoding("utf-16", "UTF-16 BE with BOM")
    codec = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    if b"\0" in head:
        line = head.count(b"\n", 0, head.index(b"\0")) + 1
        hint = " It may be UTF-16 without its byte-order mark: export it again."
        raise ExportRefused(
            f"Line {line} has a NUL byte, so this is not a table of text."
            + (hint if head.count(b"\0") * 3 > len(head) else "")
        )
    return head, Encoding(codec, _NAMES[codec])


def head_text(head: bytes, encoding: Encoding) -> str:
    """Return the first bytes as text, a character cut in two at the end dropped.

    Raises `NotUtf8` where the bytes are no UTF-8, `ExportRefused` for other encodings.
    """
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    try:
        return decoder.decode(head, len(head) < HEAD)
    except UnicodeDecodeError as error:
        raise _undecodable(encoding, head.count(b"\n", 0, error.start) + 1) from None


def digest(stream: BinaryIO) -> str:
    """Return the SHA-256 of the whole file."""
    stream.seek(0)
    sha = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        sha.update(chunk)
    return sha.hexdigest()


class Records:
    """The records of the file, each with the physical line that it starts on.

    Raises `ExportRefused` for a NUL, an unclosed or broken quote, a line or a file without
    end; `NotUtf8` where the bytes are no UTF-8. `told` hears which share of the file has been
    passed over.
    """

    def __init__(
        self,
        stream: BinaryIO,
        encoding: Encoding,
        delimiter: str,
        *,
        told: Callable[[float], None] = lambda _share: None,
    ) -> None:
        self._stream = stream
        self._size = stream.seek(0, io.SEEK_END) or 1
        self._told = told
        self._encoding = encoding
        self._delimiter = delimiter
        self._start = 1
        self.lines = 0

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, encoding=self._encoding.codec, newline="")
        self._start = start = 1
        try:
            # A record cannot outgrow a cell of csv's own limit (128 KiB) without an error.
            lines = chain.from_iterable(self._pieces(text))
            reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
            for row in reader:
                yield start, row
                self._start = start = reader.line_num + 1
        except csv.Error as error:
            raise _broken(start, error) from None
        except UnicodeDecodeError:
            raise _undecodable(self._encoding, self._first_bad_line()) from None
        finally:
            # The stream belongs to the caller: a wrapper that is dropped would close it.
            text.detach()

    def _pieces(self, text: io.TextIOWrapper) -> Iterator[Iterable[str]]:
        """Yield the file's lines, those of one piece at a time, each piece checked as a whole.

        A piece in which something is wrong is checked line by line, so that what stands above
        the wrong line is read before it is refused.
        """
        self.lines = 0
        started, length, rest = 1, 0, ""
        is_cp1252 = self._encoding.codec == "cp1252"
        while piece := text.read(_PIECE):
            lines = io.StringIO(rest + piece, newline="").readlines()
            rest = "" if lines[-1].endswith("\n") else lines.pop()
            # How long the record is that was begun and not ended, at least.
            length = length + len(piece) if started == self._start else 0
            started = self._start
            self._told(min(self._stream.tell() / self._size, 1.0))
            is_odd = (
                "\0" in piece
                or self.lines + len(lines) > _MOST_LINES
                or len(max(lines, key=len, default="")) >= _LONGEST_LINE
                or length > _LONGEST_RECORD
                or (is_cp1252 and not piece.isascii())
            )
            yield self._checked(lines, length) if is_odd else lines
            self.lines += 0 if is_odd else len(lines)
            if len(rest) >= _LONGEST_LINE:
                yield self._checked([rest], length)
        if rest:
            yield self._checked([rest], length)

    def _checked(self, lines: Iterable[str], length: int) -> Iterator[str]:
        """Yield the lines one by one. Raises `ExportRefused` at the first that is no export's."""
        is_cp1252 = self._encoding.codec == "cp1252"
        for line in lines:
            self.lines += 1
            if len(line) >= _LONGEST_LINE or length > _LONGEST_RECORD:
                raise ExportRefused(
                    f"Line {self.lines} is longer than any export's line.",
                    expected=f"rows of at most {_LONGEST_LINE:,} characters",
                )
            if "\0" in line:
                raise ExportRefused(
                    f"Line {self.lines} has a NUL character: the file is damaged. Export it again."
                )
            if self.lines > _MOST_LINES:
                raise ExportRefused(f"The file has more than {_MOST_LINES:,} lines; split it.")
            if is_cp1252 and not line.isascii() and _is_utf8_after_all(line):
                raise ExportRefused(
                    f"The file mixes encodings: line {self.lines} is UTF-8, other lines are not.",
                    expected="UTF-8 or UTF-16 throughout; export the file again",
                )
            yield line

    def _first_bad_line(self) -> int:
        """Return the physical line with the first byte that cannot be decoded."""
        self._stream.seek(0)
        decoder = codecs.getincrementaldecoder(self._encoding.codec)()
        line = 1
        while chunk := self._stream.read(_CHUNK):
            try:
                line += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError as error:
                # The bytes before the error, with what the decoder still held back.
                good = error.object[: error.start].decode(self._encoding.codec, "ignore")
                return line + good.count("\n")
        return line


def parse_head(text: str, delimiter: str, *, most: int) -> list[tuple[int, Row]]:
    """Return the first records of the head, up to the first that cannot be parsed."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, Row]] = []
    start = 1
    try:
        for row in reader:
            found.append((start, row))
            start = reader.line_num + 1
            if len(found) >= most:
                break
    except csv.Error:
        # The head may be cut within a quoted cell; reading the whole file says what is wrong.
        return found
    return found


def _is_utf8_after_all(line: str) -> bool:
    try:
        line.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return True


def _undecodable(encoding: Encoding, line: int) -> Exception:
    if encoding.codec == "utf-8":
        return NotUtf8(line)
    return ExportRefused(
        f"Line {line} cannot be read as {encoding.name}: the file is damaged or cut off.",
        expected="text in one encoding throughout; export the file again",
    )


def _broken(line: int, error: csv.Error) -> ExportRefused:
    if "unexpected end of data" in str(error) or "field larger" in str(error):
        return ExportRefused(
            f"A quote opened in the row of line {line} is never closed, or a cell has no end.",
            expected="a closing quote; export the file again rather than editing it by hand",
        )
    return ExportRefused(
        f"The row of line {line} cannot be taken apart: {error}.",
        expected="cells with quotes doubled inside quotes; export the file again",
    )
