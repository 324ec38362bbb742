"""Bad rows: counted by reason, and refused, or written to the quarantine with the reason of each."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from parcore.diagnostics import Findings, Place
from parcore.evidence.records import RecordTable
from parcore_records.database import Database
from parcore_records.dictionary import Reasons
from parcore_records.source import Source

HEADER: Final = ("file", "row", "reason")


@frozen
class Faults:
    """The bad rows of a table: those in `cases`, and those that are no row of it."""

    source: Source
    database: Database
    reasons: Reasons

    def counts(self) -> dict[str, int]:
        """How many rows are bad, by reason; the most frequent first."""
        codes = {number: code for code, number in self.reasons.codes.items()}
        found = {
            codes[bad]: count
            for bad, count in self.database.rows("SELECT bad, count(*) FROM cases WHERE bad > 0 GROUP BY bad")
        }
        for each in self.source.rejects:
            found[each.reason] = found.get(each.reason, 0) + 1
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))

    def number(self, condition: str) -> int:
        """How many cases there are of which a condition holds."""
        ((count,),) = self.database.rows(f"SELECT count(*) FROM cases WHERE {condition}")
        return int(count)

    def rows(self) -> Iterator[tuple[int, str, list[str]]]:
        """Each bad row: its number, its reason, its cells; a row that has not its cells is one text."""
        codes = {number: code for code, number in self.reasons.codes.items()}
        for each in self.source.rejects:
            yield each.row, each.reason, [each.text]
        cells = ", ".join(f"c{at}" for at in range(len(self.source.table.columns)))
        for at, bad, *texts in self.database.rows(
            f"SELECT pos, bad, {cells} FROM cases JOIN raw ON raw.rowid = pos WHERE bad > 0 ORDER BY pos"
        ):
            yield self.source.row(at), codes[bad], [text or "" for text in texts]


def report(asked: RecordTable, faults: Faults, findings: Findings) -> None:
    """Refuse a table with bad rows; or write them to the quarantine, and say what becomes of them."""
    counts, quarantine = faults.counts(), asked.defaults.quarantine
    told = {
        "count": sum(counts.values()),
        "rows": faults.number("true") + len(faults.source.rejects),
        "file": asked.path.name,
        "reasons": ", ".join(f"{code} {count}" for code, count in counts.items()),
    }
    if quarantine is None:
        findings.extend(faults.reasons.shown)
        for each in faults.source.rejects:
            place = Place(faults.source.table.name, each.row + 1)
            wants = len(faults.source.table.columns)
            if each.reason == "row-ragged":
                findings.add("row-ragged", place, has=len(next(csv.reader([each.text]), [])), wants=wants)
        if counts:
            findings.add("records-bad", asked.place, **told)
        return
    with quarantine.open("a" if asked.begun else "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        if not asked.begun:
            table.writerow([*HEADER, *faults.source.table.columns])
        table.writerows([asked.path.name, row, code, *cells] for row, code, cells in faults.rows())
    if counts:
        kept = faults.number("bad > 0 AND owner > 0")
        findings.add(
            "records-set-aside", asked.place, **told, quarantine=quarantine, kept=kept,
            lost=sum(counts.values()) - kept,
        )  # fmt: skip
