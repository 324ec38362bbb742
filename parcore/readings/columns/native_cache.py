"""Where compiled code is kept for another time: a folder that is the user's own, a file for each code.

In and out: object code by its key. Code is run without being looked at, so what anybody else may have written
is not read: not from a folder that others own or can write to, not through a link, not from such a file.
What cannot be kept is compiled again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final

_FOR_ALL: Final = stat.S_IWGRP | stat.S_IWOTH
_PLAIN: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Not through a link, and without waiting for one who writes to a pipe."""
_UNKEPT: Final = (OSError, RuntimeError)
"""No folder, none that is the user's own, no room; no home."""


def cache_folder() -> Path:
    """Where compiled code is kept: `parcore/native` in XDG_CACHE_HOME, or in `~/.cache`."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(root) if Path(root).is_absolute() else Path.home() / ".cache"
    return base / "parcore" / "native"


def kept(key: str) -> bytes | None:
    """Code that was kept whole under this key, where nobody else can have written it."""
    with suppress(*_UNKEPT), _opened(cache_folder() / f"{key}.o") as file:
        held = file.read()
        if held[:32] == _sum(key, held[32:]):
            return held[32:]
    return None


def keep(key: str, code: bytes) -> None:
    """Keep code for another time; where there is no room for it, it is compiled again then."""
    with suppress(*_UNKEPT):
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _own(folder.lstat(), stat.S_IFDIR)
        with NamedTemporaryFile(dir=folder, delete=False) as file:
            place = Path(file.name)
        try:
            place.write_bytes(_sum(key, code) + code)
            place.replace(folder / f"{key}.o")
        except OSError:
            place.unlink()


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    """A file of the user's own in a folder of the user's own.

    Raises:
        OSError: there is none, or it is not the user's.
    """
    _own(file.parent.lstat(), stat.S_IFDIR)
    with open(file, "rb", opener=lambda name, flags: os.open(name, flags | _PLAIN)) as held:
        _own(os.fstat(held.fileno()), stat.S_IFREG)
        yield held


def _own(found: os.stat_result, kind: int) -> None:
    """That it is of this kind, the user's, and not for others to write to (where a system tells users apart).

    Raises:
        PermissionError: it is not.
    """
    others = hasattr(os, "geteuid") and (found.st_uid != os.geteuid() or bool(found.st_mode & _FOR_ALL))
    if others or stat.S_IFMT(found.st_mode) != kind:
        raise PermissionError("not the user's own")


def _sum(key: str, code: bytes) -> bytes:
    """What tells that code is whole, and that it is of this key."""
    return sha256(key.encode() + code).digest()
