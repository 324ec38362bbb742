"""Bytes of a file to text: bounded in size, UTF-8 (a BOM is taken off), no NUL bytes."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Final
from unicodedata import combining

from parcore.diagnostics import Place, stop
from parcore.i18n import nfc

MAX_YAML_BYTES: Final = 8 * 2**20
"""Largest YAML document; the largest real edition has some hundred kilobytes."""

MAX_TABLE_BYTES: Final = 64 * 2**20
"""Largest CSV table read in one piece."""


MAX_MARKS: Final = 30
"""Most marks on one letter, as in Unicode's stream-safe text."""

UNCHECKED: Final = 200
"""Texts up to so long are brought into one form quickly, whatever is in them."""


def read_text(path: Path, limit: int, name: str | None = None) -> str:
    """The text of a file; `name` is what diagnostics call it (default: the path as given).

    Raises:
        ParcoreError: not there, not a file, over `limit` bytes, not UTF-8, or with NUL bytes.
    """
    place = Place(name or str(path))
    try:
        if not path.is_file():
            raise stop("file-not-found", place)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise stop("file-unreadable", place, reason=error.strerror or str(error)) from error
    if len(data) > limit:
        raise stop("file-oversize", place, limit=f"{limit // 2**20} MB")
    return decode(data, place.file)


def one_form(text: str, place: Place) -> str:
    """A text in the form in which the engine keeps it (NFC).

    Raises:
        ParcoreError: a letter with more marks than any writing has; Unicode sorts them in quadratic time.
    """
    if len(text) > UNCHECKED and not text.isascii():
        runs = (sum(1 for _ in run) for marks, run in groupby(map(combining, text), bool) if marks)
        if max(runs, default=0) > MAX_MARKS:
            raise stop("marks-too-many", place, limit=MAX_MARKS)
    return nfc(text)


def decode(data: bytes, name: str) -> str:
    """Bytes as text.

    Raises:
        ParcoreError: UTF-16 or UTF-32, NUL bytes, or bytes that are not UTF-8.
    """
    place = Place(name)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:4] == b"\x00\x00\xfe\xff":
        raise stop("encoding-utf16", place)
    nul = data.find(b"\x00")
    if nul >= 0:
        raise stop("nul-byte", Place(name, data.count(b"\n", 0, nul) + 1), offset=nul)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise stop("encoding-not-utf8", Place(name, line), byte=f"0x{data[error.start]:02x}") from error
