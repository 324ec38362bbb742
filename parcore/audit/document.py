"""A claims document: YAML text to `Claims`, everything wrong reported at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import Final

from parcore.arithmetic import Formula, parse_formula
from parcore.audit.claims import NOWHERE, Against, Claims, FigureOf, Number, Reading, Relation, Statement
from parcore.audit.printed import Printed, Printing, parse_printed
from parcore.diagnostics import Findings, Place
from parcore.documents.reading import (
    both_languages,
    choice_of,
    items_of,
    report_number,
    source_of,
    text_of,
)
from parcore.documents.schema import check_shape, report_unknown
from parcore.documents.tree import Mapping, Scalar, Tree
from parcore.documents.yaml import read_yaml
from parcore.evidence.periods import parse_period
from parcore.expressions import ExpressionError
from parcore.intervals import IntervalError
from parcore.numbers import NumberError, NumberFormat
from parcore.sources import Basis, Source

_SPLIT: Final = re.compile(r"(<=|>=|!=|<|>|=)")
_SHOWN: Final = 60


def read_claims(path: Path, findings: Findings, name: str | None = None) -> Claims | None:
    """The claims of a file; None where anything is wrong with it.

    Raises:
        ParcoreError: the file cannot be read at all.
    """
    return read_claims_tree(read_yaml(path, findings, name), findings)


def read_claims_tree(tree: Tree, findings: Findings) -> Claims | None:
    """The claims of a document's tree; None where anything is wrong with it."""
    if not check_shape(tree, "claims", findings) or not isinstance(tree, Mapping):
        return None
    return _Reader(tree, findings).claims()


class _Reader:
    """Reads one document whose shape the schema has checked."""

    def __init__(self, tree: Mapping, findings: Findings) -> None:
        self._tree = tree
        self._findings = findings
        self._format = choice_of(tree.get("numbers"), NumberFormat, findings) or NumberFormat.UNDECLARED
        self._printing = choice_of(tree.get("printing"), Printing, findings) or Printing.UNKNOWN
        self._numbers: dict[str, Number] = {}
        self._named: dict[str, Place] = {}

    def claims(self) -> Claims | None:
        """The whole document."""
        statements = tuple(self._statement(each) for each in items_of(self._tree["statements"]))
        unknown = self._tree.get("unknown")
        if isinstance(unknown, Mapping):
            for name, each in unknown.entries.items():
                self._number(name, unknown.place_of(name), each, NOWHERE)
        relations = self._tree.get("relations")
        entries = relations.entries if isinstance(relations, Mapping) else {}
        found = [self._relation(id_, each) for id_, each in entries.items()]
        against = self._against()
        source = source_of(self._tree["source"], self._findings)
        if self._findings.errors:
            return None
        return Claims(
            name=text_of(self._tree["claims"]),
            title=both_languages(self._tree.get("title")),
            source=source or Source(Basis.REPORTED),
            format=self._format,
            printing=self._printing,
            statements=statements,
            numbers=self._numbers,
            relations=tuple(each for each in found if each is not None),
            against=against,
        )

    def _against(self) -> Against | None:
        given = self._tree.get("against")
        if not isinstance(given, Mapping):
            return None
        period = parse_period(text_of(given["period"]))
        if period is None:
            place = given["period"].place
            self._findings.add("not-a-period", place, value=text_of(given["period"])[:_SHOWN])
            return None
        return Against(text_of(given["edition"]), period)

    def _statement(self, tree: Tree) -> Statement:
        if not isinstance(tree, Mapping):
            return Statement("")
        statement = Statement(text_of(tree["text"]), source_of(tree.get("source"), self._findings))
        says = tree.get("says")
        if isinstance(says, Mapping):
            for name, each in says.entries.items():
                self._number(name, says.place_of(name), each, statement)
        return statement

    def _number(self, name: str, place: Place, tree: Tree, statement: Statement) -> None:
        if name in self._named:
            self._findings.add("duplicate-id", place, id=name, first=self._named[name])
        self._named.setdefault(name, place)
        written = tree["printed"] if isinstance(tree, Mapping) else tree
        printed = self._printed(written) if isinstance(written, Scalar) else None
        if printed is not None:
            self._numbers.setdefault(name, Number(name, printed, statement, self._figure(tree), place))

    def _figure(self, tree: Tree) -> FigureOf | None:
        given = tree.get("is") if isinstance(tree, Mapping) else None
        if not isinstance(given, Mapping):
            return None
        if "against" not in self._tree:
            self._findings.add("missing-key", self._tree.place, key="against", known="{edition, period}")
        return FigureOf(text_of(given["unit"]), text_of(given["quantity"]))

    def _printed(self, tree: Scalar) -> Printed | None:
        try:
            return parse_printed(tree.text, self._format, self._printing)
        except NumberError as error:
            report_number(error, tree, self._findings)
        except IntervalError:
            self._findings.add("not-an-interval", tree.place, value=tree.text[:_SHOWN])
        return None

    # Relations

    def _relation(self, id_: str, tree: Tree) -> Relation | None:
        says = tree["says"] if isinstance(tree, Mapping) else tree
        named: MappingOf[str, Tree] = says.entries if isinstance(says, Mapping) else {"": says}
        readings = [self._reading(name, each) for name, each in named.items()]
        note = both_languages(tree.get("note")) if isinstance(tree, Mapping) else both_languages(None)
        whole = tuple(each for each in readings if each is not None)
        return Relation(id_, whole, note) if whole else None

    def _reading(self, name: str, tree: Tree) -> Reading | None:
        text = " ".join(text_of(tree).split())
        parts = _SPLIT.split(text)
        if len(parts) != 3:
            self._findings.add("claim-relation", tree.place, value=text[:_SHOWN], near=text[:20])
            return None
        left, right = self._formula(parts[0], tree, text), self._formula(parts[2], tree, text)
        if left is None or right is None:
            return None
        reading = Reading(name, left, parts[1], right, text)
        for each in dict.fromkeys(reading.names):
            if each not in self._named:
                report_unknown(each, list(self._named), tree.place, self._findings, "claim-unknown")
        return reading

    def _formula(self, text: str, tree: Tree, whole: str) -> Formula | None:
        try:
            return parse_formula(text)
        except ExpressionError as error:
            self._findings.add("claim-relation", tree.place, value=whole[:_SHOWN], near=str(error))
            return None
