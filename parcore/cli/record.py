"""`parcore explain … --record ID`: the points that one case of a unit's list gave, criterion by criterion."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

from parcore.cli.emptiness import named
from parcore.diagnostics import Findings, Place
from parcore.documents.schema import report_unknown
from parcore.editions.edition import Criterion
from parcore.editions.records import MeanOver, mean_of
from parcore.evidence.evidence import Datum, Record, RecordList
from parcore.i18n import say
from parcore.readings.exact import Trace, evaluate
from parcore.readings.story import Teller
from parcore.results.output import number
from parcore.results.result import Result, Scorecard
from parcore.results.scope import RecordScope
from parcore.results.steps import steps
from parcore.rules.program import lay_out

ROOT = "points"
NAMED = 10_000
"""Numbers of cases among which the nearest is looked for."""


@frozen
class ScoredRecord:
    """A case as one criterion scores it: the rule of each case, and the list that the case stands in."""

    result: Result
    card: Scorecard
    leaf: Criterion
    rule: MeanOver
    listed: RecordList
    record: Record

    @property
    def trace(self) -> Trace:
        """The steps that lead to the case's points."""
        top = None if self.leaf.max is None else self.leaf.max.of(self.card.group)
        program = lay_out({ROOT: self.rule.body(self.card.group, top)})
        return evaluate(program, RecordScope(self.record, self.result.period))

    def paragraph(self, lang: str) -> str:
        """The story of its points."""
        words = self.result.edition.vocabulary.records[self.rule.records]
        leaf = evolve(self.leaf, rule=self.rule.rule, when=self.rule.when, falls_through=False)
        scope = RecordScope(self.record, self.result.period)
        teller = Teller(leaf, self.card.group, words, scope, self._datum, lang)
        heading = say(
            "tell-heading-record",
            lang,
            unit=self.card.unit.name.in_(lang),
            criterion=named(self.result, self.leaf, lang),
            record=self.record.id,
        )
        return heading + "\n  " + " ".join(teller.story(self.trace[ROOT]))

    def data(self, lang: str) -> dict[str, object]:
        """The same as plain data, with every step."""
        return {
            "unit": self.card.unit.id,
            "edition": self.result.edition.key,
            "criterion": self.leaf.id,
            "record": self.record.id,
            "points": number(self.trace[ROOT]),
            "told": self.paragraph(lang),
            "steps": steps(self.trace, ROOT),
        }

    def _datum(self, name: str, lag: int) -> Datum | None:
        cell = None if lag else self.record.cells.get(name)
        if cell is None:
            return None
        listed = self.listed
        return Datum(
            unit=listed.unit,
            period=listed.period,
            field=name,
            value=cell.value,
            text=cell.text,
            stage=listed.stage,
            method=listed.method,
            source=listed.source,
            place=self.record.place,
        )


def scored_records(result: Result, leaves: Iterable[Criterion], id_: str) -> list[ScoredRecord]:
    """A case of this number in each of the criteria that score it.

    Raises:
        ParcoreError: none of the criteria scores cases, or no list that counts has the case.
    """
    findings, at = Findings(), Place("--record")
    rules = {leaf.id: (leaf, rule) for leaf in leaves if (rule := mean_of(leaf.rule)) is not None}
    if not rules:
        known = ", ".join(leaf.id for leaf in result.edition.scored if mean_of(leaf.rule) is not None)
        findings.add("record-none", at, edition=result.edition.key, known=known or "—")
    found: list[ScoredRecord] = []
    ids: dict[str, None] = {}
    for card in result.scorecards:
        for leaf, rule in rules.values():
            if not leaf.applies(card.group):
                continue
            listed = result.evidence.records(card.unit.id, result.period, rule.records, result.stage)
            for record in () if listed is None else listed.records:
                if len(ids) < NAMED:
                    ids.setdefault(record.id)
                if listed is not None and record.id == id_:
                    found.append(ScoredRecord(result, card, leaf, rule, listed, record))
    if rules and not found:
        report_unknown(id_, list(ids), at, findings, "record-unknown")
    findings.raise_errors()
    return found
