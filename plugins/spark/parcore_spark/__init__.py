"""Editions over wide tables on a Spark cluster: a plugin of parcore, found through its entry point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from parcore.hookspecs import hookimpl

if TYPE_CHECKING:
    from parcore.bulk.engines import Engine, EngineFactory


@hookimpl
def parcore_engines() -> Mapping[str, EngineFactory]:
    """`spark`."""
    return {"spark": spark}


def spark(options: Mapping[str, str]) -> Engine:
    """The engine `spark`: `master` is the cluster's address, any `spark.…` a setting of Spark's own.

    Raises:
        ParcoreError: another option.
    """
    from parcore_spark.engine import engine

    return engine(options)
