"""Evidence as people write it, read in a test: a vocabulary, documents and the tables beside them."""

from __future__ import annotations

from pathlib import Path

from parcore.diagnostics import Findings
from parcore.documents.table import parse_table
from parcore.documents.yaml import parse_yaml
from parcore.evidence.evidence import Evidence
from parcore.evidence.invariants import check_invariants
from parcore.evidence.readers import EvidenceReader
from parcore.evidence.sections import Defaults
from parcore.evidence.units import Unit, UnitBook
from parcore.evidence.vocabulary import Vocabulary, read_vocabulary
from parcore.i18n import Text

UNITS = UnitBook([Unit("a", "ward", Text("A")), Unit("b", "ward", Text("B"))])


def vocabulary(text: str) -> Vocabulary:
    """A vocabulary without findings."""
    findings = Findings()
    found = read_vocabulary(parse_yaml(text, "vocabulary.yaml", findings), findings)
    assert found is not None
    assert not list(findings)
    return found


def read(
    words: Vocabulary, document: str, folder: Path = Path(), **tables: str
) -> tuple[Evidence, list[str]]:
    """The evidence of a document, with tables written beside it, and the codes of what was found."""
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings)
    reader.document(parse_yaml(document, "e.yaml", findings), folder / "e.yaml", Defaults())
    return _checked(reader, words, findings)


def read_rows(words: Vocabulary, rows: str) -> tuple[Evidence, list[str]]:
    """The evidence of a tidy table of `unit,period,field,value`, and the codes of what was found."""
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings)
    reader.table(parse_table("unit,period,field,value\n" + rows, "t.csv", findings), Defaults())
    return _checked(reader, words, findings)


def _checked(reader: EvidenceReader, words: Vocabulary, findings: Findings) -> tuple[Evidence, list[str]]:
    evidence = reader.evidence()
    check_invariants(evidence, words, findings)
    return evidence, [each.code for each in findings]
