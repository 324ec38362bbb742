"""A bundle as a folder or as a zip file: written in one form, and read strictly in it.

In: files by path. Out: a folder, or a zip that the same files make byte for byte again. Reading
follows no link, leaves the bundle nowhere, and takes no more than the limits of `bundle`.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

from parcore.audit.bundle import (
    MAX_BYTES,
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_SHOWN,
    Files,
    Refused,
    refuse,
    refuse_all,
    sound_path,
)
from parcore.diagnostics import Findings, Place, stop
from parcore.packages import readable

_DATE: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_MODE: Final = (stat.S_IFREG | 0o644) << 16
_BROKEN: Final = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, OverflowError,
    LookupError, MemoryError, struct.error,
)  # fmt: skip
"""What `zipfile` raises at bytes that are no sound zip."""


def write_bundle(files: Files, out: Path) -> None:
    """Write a bundle: a zip where the name ends in `.zip`, else a folder.

    Raises:
        ParcoreError: something is there already, or it cannot be written.
    """
    if out.exists() or out.is_symlink():
        raise stop("seal-taken", Place(str(out)))
    with readable(str(out)):
        if out.suffix == ".zip":
            out.write_bytes(zipped(files))
            return
        for path, data in sorted(files.items()):
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(data)


def zipped(files: Files) -> bytes:
    """The one zip of some files: by path, stored, with one date and one mode."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _DATE)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            archive.writestr(entry, data)
    return buffer.getvalue()


def read_bundle(path: Path) -> dict[str, bytes]:
    """The files of a bundle, by path.

    Raises:
        ParcoreError: there is no such file or folder, or it may not be read.
        Refused: it holds what no bundle holds, or more than it may.
    """
    with readable(str(path)):
        if path.is_dir():
            return _folder(path)
        if not path.is_file():
            raise stop("file-not-found", Place(str(path)))
        if path.stat().st_size > MAX_BYTES:
            raise refuse("bundle-limit", str(path), what=f"{path.stat().st_size} B", limit=f"{MAX_BYTES} B")
        data = path.read_bytes()
    return unzipped(data, str(path))


def _folder(folder: Path) -> dict[str, bytes]:
    """A folder's files; what is no plain file in its place is reported by its name."""
    findings, files, total = Findings(), dict[str, bytes](), 0
    for path, entry in _entries(folder, findings):
        size = entry.stat(follow_symlinks=False).st_size
        total += size
        _within(path, size, len(files) + 1, total)
        with Path(entry.path).open("rb") as file:
            files[path] = file.read(size + 1)
        if len(files[path]) != size:
            findings.add("bundle-size", Place(path), size=f"> {size}", said=size)
    refuse_all(findings)
    return files


def _entries(folder: Path, findings: Findings) -> list[tuple[str, os.DirEntry[str]]]:
    found: list[tuple[str, os.DirEntry[str]]] = []
    waiting = [("", str(folder))]
    while waiting:
        prefix, at = waiting.pop()
        with os.scandir(at) as entries:
            for entry in entries:
                path = prefix + entry.name
                if len(found) > MAX_FILES:
                    raise refuse("bundle-limit", path[:MAX_SHOWN], what="files", limit=MAX_FILES)
                if entry.is_symlink():
                    findings.add("bundle-link", Place(path[:MAX_SHOWN]))
                elif entry.is_dir(follow_symlinks=False) and not prefix:
                    waiting.append((f"{path}/", entry.path))
                elif entry.is_file(follow_symlinks=False) and sound_path(path):
                    found.append((path, entry))
                else:
                    findings.add("bundle-path", Place(path[:MAX_SHOWN]))
    return sorted(found, key=lambda each: each[0])


def _within(path: str, size: int, count: int, total: int) -> None:
    """Refuse what is over a limit.

    Raises:
        Refused: a file too large, too many files, too much in all.
    """
    for what, number, limit in (
        ("B", size, MAX_FILE_BYTES),
        ("files", count, MAX_FILES),
        ("B in all", total, MAX_BYTES),
    ):
        if number > limit:
            raise refuse("bundle-limit", path[:MAX_SHOWN], what=f"{number} {what}", limit=limit)


def unzipped(data: bytes, name: str) -> dict[str, bytes]:
    """The files in the bytes of a zip.

    Raises:
        Refused: it is no zip, not the one that its files make, or over a limit.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            files = _read_entries(archive)
    except Refused:
        raise
    except _BROKEN as error:
        raise refuse("bundle-zip", name, problem=str(error)[:MAX_SHOWN]) from error
    if zipped(files) != data:
        raise refuse("bundle-zip", name, problem="bytes")
    return files


def _read_entries(archive: zipfile.ZipFile) -> dict[str, bytes]:
    findings, files, total = Findings(), dict[str, bytes](), 0
    for count, entry in enumerate(archive.infolist(), 1):
        path, at = entry.orig_filename, Place(entry.orig_filename[:MAX_SHOWN])
        total += entry.file_size
        _within(path, entry.file_size, count, total)
        if stat.S_ISLNK(entry.external_attr >> 16):
            findings.add("bundle-link", at)
        elif not sound_path(path):
            findings.add("bundle-path", at)
        elif path in files:
            findings.add("bundle-twice", at)
        elif entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            findings.add("bundle-zip", at, problem="compressed")
        else:
            files[path] = archive.read(entry)
    refuse_all(findings)
    return files
