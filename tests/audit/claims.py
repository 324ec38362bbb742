"""Claims documents made in tests."""

from __future__ import annotations

from collections.abc import Mapping

from parcore.audit.checks import Report, audit
from parcore.audit.claims import Claims
from parcore.audit.document import read_claims_tree
from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml

HEAD = "claims: test\nsource: {title: a paper, basis: illustrative}\n"


def read(text: str, findings: Findings | None = None) -> Claims | None:
    """The claims of a text."""
    findings = Findings() if findings is None else findings
    return read_claims_tree(parse_yaml(HEAD + text, "test.yaml", findings), findings)


def document(
    says: Mapping[str, str],
    relations: Mapping[str, str],
    unknown: Mapping[str, str] | None = None,
    printing: str = "unknown",
) -> str:
    """A document of one sentence; texts are quoted."""
    lines = [f"printing: {printing}", "numbers: plain", "statements:", "  - text: one sentence", "    says:"]
    lines += [f'      {name}: "{text}"' for name, text in says.items()]
    if unknown:
        lines += ["unknown:", *(f'  {name}: "{text}"' for name, text in unknown.items())]
    lines += ["relations:", *(f'  {id_}: "{text}"' for id_, text in relations.items())]
    return "\n".join(lines) + "\n"


def checked(
    says: Mapping[str, str],
    relations: Mapping[str, str],
    unknown: Mapping[str, str] | None = None,
    printing: str = "unknown",
) -> Report:
    """The report on a document of one sentence."""
    findings = Findings()
    claims = read(document(says, relations, unknown, printing), findings)
    assert claims is not None, [each.render("en") for each in findings]
    return audit(claims)
