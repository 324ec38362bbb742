"""The engine that a name on the command line stands for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from parcore.bulk.engines import Engine
from parcore.diagnostics import Place, stop


def engine_of(name: str, options: Mapping[str, str] | None = None) -> Engine:
    """The engine of a name: `columns`, or one that a plugin adds.

    Raises:
        ParcoreError: there is none, it knows no such option, or what it needs is not installed.
    """
    from parcore import plugins

    place = Place(f"--engine {name}")
    if any(find_spec(needed) is None for needed in ("numpy", "pyarrow")):
        raise stop("bulk-needs", place, what="parcore[arrow]")
    if name == "columns":
        from parcore.bulk.blocks import columns

        return columns(options or {})
    engines = plugins.load().engines
    if name not in engines:
        raise stop("engine-unknown", place, engine=name, known=", ".join([*plugins.ENGINES, *engines]))
    return engines[name](options or {})
