"""The work in OpenFisca: a variable with a vectorised formula for each criterion, component and index.

Figures are parameters, dated, as OpenFisca has them. It keeps inputs in 32 bits (int32, float32): amounts in
đồng do not fit its integers, and are floats; what formulas give keeps the type that NumPy gives it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from benchmarks.engines.data import Columns
from benchmarks.engines.floats import POINTS, counts, half_up
from benchmarks.engines.results import Floats, Run
from benchmarks.engines.work import COMPONENTS, FIELDS, OPTIONS, WORK, Criterion, Style

YEAR: Final = "2024"


class _Figures:
    """A criterion's parameters on a day, under the names that the formulas of NumPy use."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self.top = node.top

    def __getitem__(self, figure: str) -> Any:
        return getattr(self._node, figure)


def _parameters() -> Any:
    def dated(number: Any) -> dict[str, Any]:
        return {"values": {"2000-01-01": {"value": float(number)}}}

    data = {
        each.id: {"top": dated(each.most)} | {name: dated(number) for name, number in each.figures.items()}
        for each in WORK
    }
    return import_module("openfisca_core.parameters").ParameterNode("", data=data)


def _given(each: Criterion, unit: Any, period: Any) -> list[Any]:
    """A criterion's inputs, arrays; a choice is its position."""
    if each.kind == "growth":
        return [unit(each.names[0], period), unit(each.names[0], period.last_year)]
    return [np.asarray(unit(name, period)) for name in each.names]


def _points(each: Criterion, style: Style) -> Any:
    def formula(unit: Any, period: Any, parameters: Any) -> Any:
        figures = _Figures(getattr(parameters(period), each.id))
        found = POINTS[each.kind](figures, *_given(each, unit, period))
        return half_up(found) if style is Style.CRITERION else found

    return formula


def _counted(each: Criterion) -> Any:
    return lambda unit, period: counts(each, *_given(each, unit, period))


def _sum(names: list[str], more: float = 0.0) -> Any:
    return lambda unit, period: sum((unit(name, period) for name in names), more)


def _formulas(style: Style) -> dict[str, Any]:
    """The formula of every variable that is not an input."""
    always = float(sum(each.most for each in WORK if not each.can_be_left_out))
    left = {f"most_{each.id}": _counted(each) for each in WORK if each.can_be_left_out}
    blocks = {
        f"block{at}": _sum([each.id for each in WORK if each.component == at]) for at in range(COMPONENTS)
    }
    return {
        **{each.id: _points(each, style) for each in WORK},
        **left,
        **blocks,
        "base": _sum(list(blocks)),
        "attainable": _sum(list(left), always),
        "rate": lambda unit, period: 100 * unit("base", period) / unit("attainable", period),
        "index": lambda unit, period: half_up(unit("rate", period)),
    }


@cache
def _system(style: Style) -> Any:
    core: Any = import_module("openfisca_core.model_api")
    systems: Any = import_module("openfisca_core.taxbenefitsystems")
    year = import_module("openfisca_core.periods").DateUnit.YEAR
    unit = import_module("openfisca_core.entities").Entity("unit", "units", "A unit that is scored", "")
    unit.is_person = True
    system = systems.TaxBenefitSystem([unit])
    system.parameters = _parameters()
    chosen = core.Enum("Chosen", {each: each for each in OPTIONS})

    def add(name: str, kind: Any, **more: Any) -> None:
        said = {"value_type": kind, "entity": unit, "definition_period": year, "label": name}
        system.add_variable(type(name, (core.Variable,), said | more))

    for name, kind in FIELDS.items():
        if name.startswith("choice"):
            add(name, core.Enum, possible_values=chosen, default_value=chosen.never)
        elif not name.startswith("before"):
            add(name, float if kind is np.int64 else int)
    for name, formula in _formulas(style).items():
        add(name, float, formula=formula)
    return system


class OpenFisca:
    """A simulation over arrays: made, given its inputs and asked, each time."""

    name = "openfisca"
    title = "openfisca-core"

    def version(self) -> str | None:
        try:
            import_module("openfisca_core.simulations")
        except ImportError:
            return None
        return version("openfisca-core")

    def ready(self, style: Style, columns: Columns) -> Run:
        builder: Any = import_module("openfisca_core.simulations").SimulationBuilder
        system = _system(style)
        size = len(next(iter(columns.values())))
        names = {name: name.replace("before", "revenue") for name in FIELDS}

        def run() -> Floats:
            simulation = builder().build_default_simulation(system, count=size)
            for name, column in columns.items():
                year = "2023" if name.startswith("before") else YEAR
                simulation.set_input(names[name], year, column)
            index = simulation.calculate("index", YEAR)
            found = [simulation.calculate(each.id, YEAR) for each in WORK]
            return Floats(found, index, simulation.calculate("rate", YEAR))

        return run
