"""What tests draw: edition documents, editions, evidence that fits an edition, and whole cases.

Everything is drawn on purpose: a rule is built so that it is valid, and evidence stands on its edges.
"""

from __future__ import annotations

from typing import Any

from attrs import evolve, frozen
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit, UnitBook
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.testing.completions import completions, opened
from parcore.testing.documents import Written
from parcore.testing.editions import documents, editions
from parcore.testing.evidence import PERIOD, evidence_for, period_of, unit_lists

__all__ = ["Case", "cases", "completed", "completions", "documents", "editions", "evidence_for", "unit_lists"]


@frozen(repr=False, eq=False)
class Case:
    """An edition, evidence that fits it, and the units it speaks of."""

    edition: Edition
    evidence: Evidence
    units: tuple[Unit, ...]
    period: Period = PERIOD
    stage: Stage = Stage.FINAL
    document: Written | None = None

    def result(self) -> Result:
        """Its scores."""
        return score(self.edition, self.evidence, UnitBook(self.units), self.period, stage=self.stage)

    def with_evidence(self, evidence: Evidence) -> Case:
        """The same with other evidence."""
        return evolve(self, evidence=evidence)

    def __repr__(self) -> str:
        """As an author would read it: the document, then each statement on a line."""
        head = self.edition.key if self.document is None else self.document.text
        units = [f"{u.id}: group {u.group}, region {u.region}" for u in self.units]
        said = [f"{d.unit} {d.period} {d.field} = {d.text} ({d.stage.value})" for d in self.evidence]
        lists = [
            f"{each.unit} {each.period} {each.kind} ({each.stage.value}): "
            + "; ".join(", ".join(f"{n} = {c.text}" for n, c in r.cells.items()) for r in each.records)
            for each in self.evidence.lists()
        ]
        return "\n".join(["", head, f"scored for {self.period} at {self.stage.value}", *units, *said, *lists])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # Hypothesis would else show every field of the edition.
        printer.text(repr(self))


def cases(
    edition: Edition | None = None, *, depth: int = 2, components: int = 3, units: int = 4
) -> st.SearchStrategy[Case]:
    """Whole cases: of one edition, where it is given, else of drawn ones."""

    @st.composite
    def case(draw: st.DrawFn) -> Case:
        document = None if edition else draw(documents(depth=depth, components=components))
        read = edition if document is None else document.read()
        assert read is not None
        members = draw(unit_lists(read, units))
        stage = draw(st.sampled_from([Stage.FINAL, Stage.FINAL, Stage.APPRAISED, Stage.SELF]))
        evidence = draw(evidence_for(read, members, stage=stage))
        return Case(read, evidence, members, period_of(read), stage, document)

    return case()


@st.composite
def completed(
    draw: st.DrawFn,
    edition: Edition | None = None,
    *,
    depth: int = 2,
    components: int = 3,
    units: int = 4,
) -> tuple[Case, dict[str, Evidence]]:
    """A case, and for each unit its evidence with what is open settled somehow."""
    case = draw(cases(edition, depth=depth, components=components, units=units))
    case = case.with_evidence(draw(opened(case.edition, case.evidence)))
    settled = {
        unit.id: draw(completions(case.edition, case.evidence, unit, case.stage)) for unit in case.units
    }
    return case, settled
