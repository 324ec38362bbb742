"""What a user states beside the evidence: errors and samples of surveys, bounds of weights, with sources.

In: a document `robustness: <methodology>`, or options of the command. Out: `Stated`. Nothing here is assumed:
what is not stated and not in evidence is not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from fractions import Fraction
from pathlib import Path
from typing import Final

from attrs import evolve, field, frozen

from parcore.diagnostics import Findings, Place
from parcore.documents.reading import interval_of, number_of, source_of, text_of
from parcore.documents.schema import check_shape
from parcore.documents.tree import Mapping, Scalar, Tree
from parcore.documents.yaml import read_yaml
from parcore.intervals import Interval
from parcore.numbers import ONE, NumberFormat
from parcore.sources import Basis, Source

NORMAL: Final = {
    "90%": Fraction(1_644_854, 10**6),
    "95%": Fraction(1_959_964, 10**6),
    "99%": Fraction(2_575_829, 10**6),
}
"""How many standard errors a margin of a confidence is."""

ALL: Final = "all"
"""The respondents of a survey without groups."""


@frozen
class Each:
    """A number for every unit, or one for each of some."""

    common: Fraction | None = None
    by_unit: MappingOf[str, Fraction] = field(factory=dict)

    def of(self, unit: str) -> Fraction | None:
        """A unit's number."""
        return self.by_unit.get(unit, self.common)

    def times(self, factor: Fraction) -> Each:
        """Every number multiplied."""
        common = None if self.common is None else self.common * factor
        return Each(common, {unit: number * factor for unit, number in self.by_unit.items()})


@frozen
class Error:
    """How uncertain a field's number is: its standard error, or the sample that it is the mean of."""

    standard: Each | None
    sample: Each | None
    range: Interval | None
    source: Source
    place: Place = field(eq=False)


@frozen
class Stated:
    """What is stated: errors by field, the design of surveys whose answers are counted, bounds of weights."""

    errors: MappingOf[str, Error] = field(factory=dict)
    design_effect: Fraction = ONE
    population: MappingOf[str, str] = field(factory=dict)
    around: Fraction | None = None
    bounds: MappingOf[str, Interval] = field(factory=dict)
    source: Source | None = None


def read_stated(path: Path, methodology: str, findings: Findings) -> Stated:
    """What a document states; what is wrong with it goes to the findings.

    Raises:
        ParcoreError: it cannot be read at all.
    """
    tree = read_yaml(path, findings)
    if not check_shape(tree, "robustness", findings) or not isinstance(tree, Mapping):
        return Stated()
    if text_of(tree["robustness"]) != methodology:
        findings.add("evidence-other", tree["robustness"].place, name=text_of(tree["robustness"])[:60],
                     methodology=methodology)  # fmt: skip
    source = source_of(tree["source"], findings) or Source(Basis.ILLUSTRATIVE)
    return evolve(
        _weights(tree.get("weights"), _survey(tree.get("survey"), source, findings), findings), source=source
    )


def _survey(tree: Tree | None, source: Source, findings: Findings) -> Stated:
    if not isinstance(tree, Mapping):
        return Stated()
    errors: dict[str, Error] = {}
    fields, population = tree.get("fields"), tree.get("population")
    for name, each in (fields.entries if isinstance(fields, Mapping) else {}).items():
        error = _error(each, source, findings)
        if error is not None:
            errors[name] = error
    effect = ONE
    if "design_effect" in tree:
        effect = number_of(tree["design_effect"], findings, NumberFormat.PLAIN) or ONE
        if effect < ONE:
            findings.add("robust-effect", tree["design_effect"].place)
    groups = population.entries if isinstance(population, Mapping) else {}
    return Stated(errors, effect, {group: text_of(each) for group, each in groups.items()})


def _error(tree: Tree, source: Source, findings: Findings) -> Error | None:
    if not isinstance(tree, Mapping):
        return None
    given = [key for key in ("standard_error", "margin", "sample") if key in tree]
    if len(given) != 1 or ("confidence" in tree) != (given == ["margin"]):
        findings.add("robust-error", tree.place)
        return None
    numbers = _each(tree[given[0]], findings)
    known = [*numbers.by_unit.values(), *([] if numbers.common is None else [numbers.common])]
    whole = given != ["sample"] or all(each.denominator == 1 and each > 0 for each in known)
    if not whole or any(each < 0 for each in known):
        findings.add("robust-error", tree.place)
        return None
    range_ = interval_of(tree["range"], findings) if "range" in tree else None
    if given == ["sample"]:
        return Error(None, numbers, range_, source, tree.place)
    if given == ["margin"]:
        numbers = numbers.times(1 / NORMAL[text_of(tree["confidence"])])
    return Error(numbers, None, range_, source, tree.place)


def _each(tree: Tree, findings: Findings) -> Each:
    if isinstance(tree, Mapping):
        read = {unit: number_of(each, findings, NumberFormat.PLAIN) for unit, each in tree.entries.items()}
        return Each(None, {unit: number for unit, number in read.items() if number is not None})
    return Each(number_of(tree, findings, NumberFormat.PLAIN))


def _weights(tree: Tree | None, stated: Stated, findings: Findings) -> Stated:
    if not isinstance(tree, Mapping):
        return stated
    around = number_of(tree["around"], findings, NumberFormat.PLAIN) if "around" in tree else None
    bounds, given = dict[str, Interval](), tree.get("bounds")
    for name, each in (given.entries if isinstance(given, Mapping) else {}).items():
        found = interval_of(each, findings)
        if found is not None and (found.low is None or found.high is None or found.low < 0):
            findings.add("robust-bounds", each.place, component=name, bounds=found)
        elif found is not None:
            bounds[name] = found
    return evolve(stated, around=around, bounds=bounds)


def with_options(stated: Stated, options: MappingOf[str, tuple[str, ...]], findings: Findings) -> Stated:
    """What is stated with what the command line adds: `FIELD=NUMBER` of `sample` and of `error`."""
    errors = dict(stated.errors)
    for option, texts in options.items():
        for text in texts:
            place = Place(f"--{option} {text}")
            name, equals, written = text.partition("=")
            number = number_of(Scalar(place, written), findings, NumberFormat.PLAIN) if equals else None
            if (
                number is None
                or number < 0
                or (option == "sample" and (number.denominator != 1 or not number))
            ):
                findings.add("robust-error", place)
                continue
            own = Source(Basis.ILLUSTRATIVE, title=f"--{option} {text}")
            each = Each(number)
            errors[name.strip()] = Error(
                each if option == "error" else None, each if option == "sample" else None, None, own, place
            )
    return evolve(stated, errors=errors)


def number_option(option: str, text: str, least: int, findings: Findings) -> Fraction:
    """The number of an option; the least it may be where it is none, which is told."""
    place = Place(f"--{option}")
    number = number_of(Scalar(place, text), findings, NumberFormat.PLAIN)
    if number is None or number >= least:
        return Fraction(least) if number is None else number
    findings.add("robust-effect", place)
    return Fraction(least)
