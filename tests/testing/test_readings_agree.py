"""The exact, NumPy and DuckDB readings of drawn editions: equal in every root of every unit."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, note, settings

from parcore.readings.columns import reading as columns
from parcore.readings.exact import Scope, evaluate
from parcore.readings.pair import guard
from parcore.readings.pair.reading import Run, read
from parcore.results.population import frozen_scopes
from parcore.testing.bench import bench_of
from parcore.testing.strategies import Case, cases

FULL = os.environ.get("PARCORE_PROFILE") == "full"
patient = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def agree(case: Case, run: Run) -> Counter[str]:
    """How many cells were compared, and how many rows the backend left to the exact reading."""
    bench, made = bench_of(case), Counter[str]()
    cards = sorted(bench.result.scorecards, key=lambda card: card.group)
    scopes: Mapping[str, Scope] = {unit.id: bench.scope(unit.id) for unit in bench.result.population.units}
    for _, mates in groupby(cards, key=lambda card: card.group):
        units = list(mates)
        frozen = bench.programs(units[0])[1]
        found = frozen_scopes(frozen, bench.result.population, scopes, [card.unit.id for card in units])
        reading = read(frozen.program, list(found.values()), run)
        made["redone"] += reading.redone
        for at, (unit, scope) in enumerate(found.items()):
            trace = evaluate(frozen.program, scope)
            for root in frozen.program.roots:
                made["cells"] += 1
                assert reading[root][at] == trace[root], (unit, root)
    return made


def test_numpy_reads_every_drawn_edition_exactly() -> None:
    """Points, attainable maxima, states, index: every root of every unit is what the exact reading gives."""
    made = Counter[str]()

    @patient
    @given(cases())
    def hold(case: Case) -> None:
        note(repr(case))
        made.update(agree(case, columns.run))

    hold()
    assert made["cells"] > 1000
    assert not made["redone"]


def test_floats_with_proofs_read_every_drawn_edition_exactly() -> None:
    """The same where integers count as wide from a few bits on, so that floats answer before they do."""
    made = Counter[str]()

    @patient
    @given(cases())
    def hold(case: Case) -> None:
        note(repr(case))
        made.update(agree(case, columns.run))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "NARROW", 15)
        hold()
    assert made["cells"] > 1000
    assert not made["redone"]


def test_duckdb_reads_every_drawn_edition_exactly() -> None:
    """As in NumPy; what DuckDB has no room for is counted, and read exactly."""
    from parcore_sql import score_block

    made = Counter[str]()

    @settings(patient, max_examples=2_000 if FULL else 20)
    @given(cases(depth=1, components=2))
    def hold(case: Case) -> None:
        note(repr(case))
        made.update(agree(case, score_block))

    hold()
    assert made["cells"] > 500
