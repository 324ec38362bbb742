"""Points that bulk evidence gives where a rule's text is not in hand: within their ends, on step."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from parcore.bulk.checks import SHOWN, failing
from parcore.bulk.columnar import Column
from parcore.bulk.engines import Held, Part
from parcore.diagnostics import Findings
from parcore.editions.edition import Criterion, Edition
from parcore.numbers import exact_text
from parcore.rules.combinations import Reported, reported_of
from parcore.rules.graph import Cmp, Field, Logic, Mul, Node, Round, const
from parcore.rules.program import lay_out


@frozen
class _Given:
    leaf: Criterion
    rule: Reported
    top: Fraction | None

    @property
    def ends(self) -> Node:
        """Whether points lie between nothing and the maximum."""
        given = Field(self.rule.field)
        low = Cmp(">=", given, const(self.rule.low))
        return low if self.top is None else Logic(True, (low, Cmp("<=", given, const(self.top))))

    @property
    def step(self) -> Node | None:
        """Whether points are on their step."""
        if self.rule.step is None:
            return None
        steps = Mul(const(1 / self.rule.step), Field(self.rule.field))
        return Cmp("=", Round(steps, 0), steps)


def admit_points(edition: Edition, part: Part, held: Held) -> None:
    """Refuse points given outside their ends or off their step.

    Raises:
        ParcoreError: the first few of each criterion, and how many more there are.
    """
    given = {each.leaf.id: each for each in _given(edition, part.group, held)}
    roots: dict[str, Node] = {}
    for id_, each in given.items():
        roots[f"ends:{id_}"] = each.ends
        step = each.step
        if step is not None:
            roots[f"step:{id_}"] = step
    if not roots:
        return
    fields = {f"given:{id_}": Field(each.rule.field) for id_, each in given.items()}
    asked = Part(part.group, lay_out({**roots, **fields}), part.units, (*roots, *fields))
    found = held.read(asked)
    findings = Findings()
    for root in roots:
        each = given[root.partition(":")[2]]
        _tell(root, each, found[root], found[f"given:{each.leaf.id}"], part, held, findings)
    findings.raise_errors()


def _given(edition: Edition, group: str, held: Held) -> Iterator[_Given]:
    for leaf in edition.scored:
        rule = reported_of(leaf.rule)
        if rule is not None and (rule.field, 0) in held.spoken:
            yield _Given(leaf, rule, None if leaf.max is None else leaf.max.of(group))


def _tell(
    root: str, given: _Given, checked: Column, points: Column, part: Part, held: Held, findings: Findings
) -> None:
    bad = failing(checked)
    for row in bad[:SHOWN].tolist():
        unit = int(part.units[row])
        told = {"criterion": given.leaf.id, "value": exact_text(points[row].number)}
        if root.startswith("ends:"):
            high = "…" if given.top is None else exact_text(given.top)
            limits = f"{exact_text(given.rule.low)}–{high}"
            findings.add("points-out-of-range", held.place(unit), **told, range=limits)
        elif given.rule.step is not None:
            findings.add("points-off-step", held.place(unit), **told, step=exact_text(given.rule.step))
    if len(bad) > SHOWN:
        findings.add("bulk-more", held.place(0), count=len(bad) - SHOWN, what=given.rule.field)
