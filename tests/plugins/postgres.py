"""A PostgreSQL of the tests' own: its files in a temporary folder, reached by a socket there, then gone."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, Final

import pytest

PROGRAMS: Final = Path("/usr/lib/postgresql")
"""Where Debian puts the programs of each version, off the path."""
_OWNERS: Final = ("postgres", "nobody")
"""Who may run a server where the tests are run by root, whom PostgreSQL refuses."""
_SETTINGS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
}


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: one on the path, else the newest that Debian has installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = [each for each in PROGRAMS.glob("*/bin") if (each / "initdb").exists()]
    return max(versions, key=lambda each: int(each.parent.name), default=None)


def programs_or_stop() -> Path:
    """The same, or the end of the test: CI fails where none is installed, others skip."""
    found = programs()
    if found is None:
        reason = "no PostgreSQL is installed (initdb is neither on the path nor in /usr/lib/postgresql)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return found


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server on a socket: how to connect to it. It is stopped, and its files are removed, at the end."""
    owner = _owner()
    with TemporaryDirectory(dir=_reachable(owner), prefix="pg", ignore_cleanup_errors=True) as own:
        data = Path(own) / "data"
        if owner is not None:
            shutil.chown(own, owner)
        _run(folder, owner, "initdb", "-D", data, "-A", "trust", "-U", "parcore", "--no-sync", "--no-locale",
             "-E", "UTF8")  # fmt: skip
        options = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        log = Path(own) / "log"
        try:
            _run(folder, owner, "pg_ctl", "-D", data, "-l", log, "-o", f"-k {own} {options}", "-w", "start")
            yield f"host={own} user=parcore dbname=postgres"
        finally:
            _run(folder, owner, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _owner() -> str | None:
    """Whom the server belongs to, where it may not belong to us."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return next(each for each in _OWNERS if each in known)


def _reachable(owner: str | None) -> str:
    """A folder for temporary files that the owner can get into."""
    folder = Path(gettempdir()).resolve()
    closed = [each for each in (folder, *folder.parents) if not each.stat().st_mode & 0o001]
    return "/tmp" if owner is not None and closed else str(folder)


def _run(folder: Path, owner: str | None, name: str, *args: object) -> None:
    command: Sequence[str] = [str(folder / name), *map(str, args)]
    as_owner: dict[str, Any] = (
        {} if owner is None else {"user": owner, "group": _group(owner), "extra_groups": []}
    )
    # What the server inherits it keeps open: no pipes.
    with TemporaryDirectory() as held, (Path(held) / "out").open("w+") as out:
        done = subprocess.run(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd="/", **as_owner, check=False
        )
        out.seek(0)
        if done.returncode:
            raise RuntimeError(f"{name}: {out.read()}")


def _group(owner: str) -> int:
    return pwd.getpwnam(owner).pw_gid
