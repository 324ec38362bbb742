"""A Spark of the tests' own: two cores of this machine, no network beyond it, its files gone at the end."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from parcore_sql.statement import TABLE
from parcore_sql.table import BlockTable

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SETTINGS: Final = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    "spark.python.worker.reuse": "true",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def java() -> str | None:
    """The Java that Spark would run on."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java") if home is None else shutil.which("java", path=f"{home}/bin")


@contextmanager
def session(folder: Path) -> Iterator[SparkSession]:
    """A session on `local[2]`, whose files are kept in a folder."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master("local[2]").config("spark.local.dir", str(folder))
    for name, value in {**_SETTINGS, "spark.sql.warehouse.dir": str(folder / "warehouse")}.items():
        builder = builder.config(name, value)
    opened = builder.getOrCreate()
    opened.sparkContext.setLogLevel("OFF")
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    try:
        yield opened
    finally:
        opened.stop()


def execute(spark: SparkSession, folder: Path, table: BlockTable, sql: str) -> Sequence[Sequence[Any]]:
    """Put a table in the place of the last one and run a statement on it."""
    kinds = {"BIGINT": pa.int64()}
    names = list(table.types)
    columns = zip(*table.rows(), strict=True)
    arrays = [
        pa.array([int(each) for each in column], kinds.get(table.types[name], pa.decimal128(38)))
        for name, column in zip(names, columns, strict=True)
    ]
    path = folder / "block.parquet"
    pq.write_table(pa.Table.from_arrays(arrays, names), path)
    spark.read.parquet(str(path)).createOrReplaceTempView(TABLE)
    return spark.sql(sql).collect()
