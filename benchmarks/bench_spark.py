"""How long an edition of 100 criteria takes Spark on this machine, beside the engine `columns` in one run.

The same evidence, drawn, in one Parquet file; the same result, written to Parquet and compared cell by cell.
With `--sql` the edition's statement is run by Spark too, over evidence that is integers already, and its
result is thrown away: what a cluster would take on which nothing of ours is installed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import click
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from bench_columns import CRITERIA, PERIOD, drawn
from generated import write

from parcore.bulk.engines import Engine
from parcore.bulk.named import engine_of
from parcore.bulk.scoring import score_bulk
from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.evidence.units import Unit, UnitBook
from parcore.i18n import Text
from parcore.readings.columns.bulk import bulk_block
from parcore.registry import Registry
from parcore.rules.program import Program

ROUNDINGS = {"index": "rounding: {index: 2}", "criterion": "rounding: {leaf: 2, index: 2}"}
GROUP = 100_000
"""Rows of a row group."""


@click.command()
@click.option("--units", default=1_000_000, help="How many units.")
@click.option("--rounding", type=click.Choice([*ROUNDINGS]), default="criterion", help="What is rounded.")
@click.option("--master", default="local[2]", help="The cluster.")
@click.option("--times", default=3, help="How often Spark does it.")
@click.option("--sql", is_flag=True, help="Run the edition's statement too.")
def main(units: int, rounding: str, master: str, times: int, *, sql: bool) -> None:
    """Print what it took, and stop where a cell of the results differs."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        edition, table = made(folder, rounding), folder / "evidence.parquet"
        pq.write_table(table_of(units), table, row_group_size=GROUP)
        book = UnitBook([Unit(id_, "bench-province", Text(id_)) for id_ in ids(units)])
        click.echo(
            f"{units} units × {CRITERIA} criteria, {rounding} rounded, {table.stat().st_size / 1e6:.0f} MB"
        )
        score("columns", engine_of("columns"), edition, table, book, folder / "columns.parquet")
        options = {"master": master, "spark.driver.memory": "2g", "spark.ui.enabled": "false"}
        with clock("session"):
            spark = engine_of("spark", options)
        for _ in range(times):
            score("spark", spark, edition, table, book, folder / "spark.parquet")
        compare(folder / "spark.parquet", folder / "columns.parquet")
        if sql:
            statement(spark, compile_edition(edition, "").program, units, folder / "block.parquet")


def made(folder: Path, rounding: str) -> Edition:
    """The generated edition, rounded so."""
    write(folder, criteria=CRITERIA, units=3)
    path = folder / "edition.yaml"
    path.write_text(path.read_text("utf-8").replace(ROUNDINGS["index"], ROUNDINGS[rounding]), "utf-8")
    return Registry((folder,)).edition("bench@1")


def ids(units: int) -> Iterator[str]:
    """The ids of units."""
    return (f"bench-unit-{at}" for at in range(units))


def table_of(units: int) -> pa.Table:
    """Drawn evidence as a wide table."""
    columns: dict[str, Any] = {"unit": pa.array(ids(units))}
    for name, each in drawn(units).items():
        out = each.states != 0
        numbers = pa.array(each.numbers, mask=out)
        texts = pa.array(each.options) if each.options else None
        columns[str(name)] = numbers if texts is None else texts.take(numbers.cast(pa.int32()))
    return pa.table(columns)


@contextmanager
def clock(name: str) -> Iterator[None]:
    """Print how long something took: by the clock, and of processors, those of Spark and its workers too."""
    start, spent = perf_counter(), processors()
    yield
    click.echo(f"  {name:24} {perf_counter() - start:8.1f} s   {processors() - spent:8.1f} s of processors")


def processors() -> float:
    """Seconds of processors that this process and all begun by it have used (Linux)."""
    children: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = each.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        process = int(each.parent.name)
        children.setdefault(int(fields[1]), []).append(process)
        used[process] = sum(map(int, fields[11:15]))  # its own, and of those it has waited for
    total, waiting = 0, [os.getpid()]
    while waiting:
        process = waiting.pop()
        total += used.get(process, 0)
        waiting += children.get(process, [])
    return total / os.sysconf("SC_CLK_TCK")


def score(name: str, engine: Engine, edition: Edition, table: Path, book: UnitBook, path: Path) -> None:
    """Score and write."""
    with clock(f"{name}: score"):
        result = score_bulk(edition, engine, [table], book, PERIOD)
    with clock(f"{name}: write"):
        result.held.write(path, result)


def compare(one: Path, two: Path) -> None:
    """Stop where a cell of two results differs."""
    first, second = pq.read_table(one), pq.read_table(two)
    unlike = [name for name in second.column_names if plain(first, name) != plain(second, name)]
    if unlike or first.column_names != second.column_names:
        raise SystemExit(f"{unlike} are not what the engine `columns` gives")
    click.echo(f"  the same in {second.num_rows} rows of {second.num_columns} columns")


def plain(table: pa.Table, name: str) -> Any:
    """A column as texts."""
    return table.column(name).cast(pa.string()).combine_chunks()


def statement(engine: Any, program: Program, units: int, path: Path) -> None:
    """Run the program's statements over a block of integers."""
    from attrs import evolve

    from parcore_sql.dialects import SPARK
    from parcore_sql.parts import parts_of

    kept = {root: at for root, at in program.roots.items() if root.startswith(("points:", "index:"))}
    program = evolve(program, roots=kept)
    block = bulk_block(program, drawn(units), PERIOD)
    with clock("sql: printed"):
        parts = parts_of(program, block.shapes, SPARK)
    columns, held = {"unit": pa.array(np.arange(units))}, list(block.columns.values())
    for name in dict.fromkeys(name for each in parts.statements for name in each.reads):
        column = held[int(name[1:])]
        numbers: Any = column.numbers if name.startswith("n") else column.states
        columns[name] = pa.array(np.asarray(numbers).astype(np.int64))
    pq.write_table(pa.table(columns), path, row_group_size=GROUP)
    engine.session.read.parquet(str(path)).createOrReplaceTempView("block")
    for each in parts.statements:
        rows = engine.session.sql(each.sql)
        run: Callable[[], None] = rows.write.format("noop").mode("overwrite").save
        with clock(f"sql: {len(each.roots)} roots"):
            run()
    if parts.refused:
        click.echo(f"  sql has no room for {len(parts.refused)} of {len(kept)} roots")


if __name__ == "__main__":
    main()
