"""The text that evidence names (`dossiers.spark`): which files the cases are in, and settings of Spark's own.

A setting a line, as in `spark-defaults.conf`: its name, then its value; a line that `#` begins is a remark.

    files         /shared/dossiers
    spark.master  spark://host:7077
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from parcore.diagnostics import Place, stop
from parcore_spark.cluster import MASTER, SETTING

ENDING: Final = ".spark"
_FILES: Final = "files"
_SETTING_LINE: Final = re.compile(r"(files|spark\.[^\s=]+)\s*(?:=|\s)\s*(\S.*)")


@frozen
class Register:
    """A file or folder of records, as workers name it; Spark's master, where one is named, and settings."""

    files: Path
    master: str | None
    settings: Mapping[str, str]


def read_register(path: Path) -> Register:
    """What a text says.

    Raises:
        ParcoreError: it is no text, a line is no setting or one again, or no files are named.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise stop("file-unreadable", Place(str(path)), reason=error) from error
    said: dict[str, str] = {}
    for at, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _SETTING_LINE.fullmatch(line.strip())
        if found is None:
            raise stop("register-setting", Place(str(path), at), line=line.strip()[:60])
        if found[1] in said:
            raise stop("register-twice", Place(str(path), at), name=found[1])
        said[found[1]] = found[2]
    if _FILES not in said:
        raise stop("register-files", Place(str(path)))
    settings = {name: value for name, value in said.items() if name != _FILES}
    files = path.parent.absolute() / said[_FILES]  # workers are in folders of their own
    return Register(files, settings.pop(f"{SETTING}{MASTER}", None), settings)
