"""Bad rows: counted by reason, and refused, or written to the quarantine with the reason of each."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from attrs import frozen

from parcore.diagnostics import Findings
from parcore.evidence.records import RecordTable
from parcore.evidence.sections import Quarantine
from parcore_records.database import Database
from parcore_records.dictionary import SHOWN, Reasons
from parcore_records.raw import RAGGED, Source

HEADER: Final = ("file", "row", "reason")
Bad: TypeAlias = tuple[str, int, str, list[str]]
"""A bad row: its file, where it stands there, its reason, its cells."""
_BEGINS: Final = ",".join(HEADER).encode() + b","


class BadRows(Protocol):
    """The bad rows of a table, wherever they are."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the table's columns."""

    def read(self) -> int:
        """How many rows there are, good and bad."""

    def kept(self) -> int:
        """How many bad rows are in a unit's list."""

    def counts(self) -> Mapping[str, int]:
        """How many rows are bad, by reason; the most frequent first."""

    def show(self, findings: Findings) -> None:
        """Report the first rows of each fault."""

    def rows(self) -> Iterator[Bad]:
        """Each bad row: its file, where it stands, its reason, its cells."""


@frozen
class Faults:
    """The bad rows of one file: those in `cases`, and those that are `rejected`."""

    source: Source
    database: Database
    reasons: Reasons

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the file's columns."""
        return self.source.table.columns

    def read(self) -> int:
        """How many rows there are, good and bad."""
        return self._number("true") + self.source.rejected

    def kept(self) -> int:
        """How many bad rows are in a unit's list."""
        return self._number("bad > 0 AND owner > 0")

    def counts(self) -> dict[str, int]:
        """How many rows are bad, by reason; the most frequent first."""
        codes = {number: code for code, number in self.reasons.codes.items()}
        found = {
            codes[bad]: count
            for bad, count in self.database.rows("SELECT bad, count(*) FROM cases WHERE bad > 0 GROUP BY bad")
        }
        if self.source.rejected:
            found |= dict(self.database.rows("SELECT why, count(*) FROM rejected GROUP BY why"))
        return by_count(found)

    def _number(self, condition: str) -> int:
        ((count,),) = self.database.rows(f"SELECT count(*) FROM cases WHERE {condition}")
        return int(count)

    def show(self, findings: Findings) -> None:
        """Report the first rows of each fault."""
        findings.extend(self.reasons.shown)
        if not self.source.rejected:
            return
        wants = len(self.columns)
        for line, why, has in self.database.rows(
            "SELECT line, why, has FROM rejected"
            f" QUALIFY row_number() OVER (PARTITION BY why ORDER BY line) <= {SHOWN} ORDER BY line"
        ):
            told = {"has": has, "wants": wants} if why == RAGGED else {"byte": f"0x{has:02x}"}
            findings.add(why, self.source.place(line), **told)

    def rows(self) -> Iterator[Bad]:
        """Each bad row; one that has not its cells is one text."""
        file = Path(self.source.table.name).name
        codes = {number: code for code, number in self.reasons.codes.items()}
        cells = ", ".join(f"c{at}" for at in range(len(self.columns)))
        rejected = "UNION ALL BY NAME SELECT line AS pos, why, told AS c0 FROM rejected"
        for at, bad, why, *texts in self.database.rows(
            f"SELECT pos, bad, why, {cells} FROM (SELECT pos, bad, NULL AS why, {cells} FROM cases"
            f" JOIN raw ON {self.source.line} = pos WHERE bad > 0"
            f" {rejected if self.source.rejected else ''}) ORDER BY pos"
        ):
            yield file, at, why or codes[bad], [texts[0]] if why else [text or "" for text in texts]


def may_write(asked: RecordTable, findings: Findings) -> bool:
    """Whether the quarantine can be written and holds nothing else; what is in the way is reported."""
    quarantine = asked.defaults.quarantine
    if quarantine is None or quarantine.tables:
        return True
    try:
        taken = not _is_list(quarantine.path)
        if not taken:
            quarantine.path.open("a", encoding="utf-8").close()
    except OSError as error:
        told = {"quarantine": quarantine.path, "reason": error.strerror or str(error)}
        findings.add("quarantine-unwritable", asked.place, **told)
        return False
    if taken:
        findings.add("quarantine-taken", asked.place, quarantine=quarantine.path)
    return not taken


def _is_list(path: Path) -> bool:
    """Whether a file is a list of bad rows, or empty, or not there."""
    if not path.exists():
        return True
    with path.open("rb") as file:
        begins = file.read(len(_BEGINS))
    return begins in (b"", _BEGINS)


def by_count(reasons: Mapping[str, int]) -> dict[str, int]:
    """Reasons, the most frequent first."""
    return dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0])))


def report(asked: RecordTable, faults: BadRows, findings: Findings) -> None:
    """Refuse a table with bad rows; or write them to the quarantine, and say what becomes of them."""
    counts, quarantine = faults.counts(), asked.defaults.quarantine
    told = {
        "count": sum(counts.values()),
        "rows": faults.read(),
        "file": asked.path.name,
        "reasons": ", ".join(f"{code} {count}" for code, count in counts.items()),
    }
    if quarantine is None:
        faults.show(findings)
        if counts:
            findings.add("records-bad", asked.place, **told)
        return
    _write(asked, faults, quarantine)
    if counts:
        kept = faults.kept()
        findings.add(
            "records-set-aside", asked.place, **told, quarantine=quarantine.path, kept=kept,
            lost=sum(counts.values()) - kept,
        )  # fmt: skip


def _write(asked: RecordTable, faults: BadRows, quarantine: Quarantine) -> None:
    """The bad rows, under a header of their own where the last table has other columns."""
    columns = faults.columns
    table = (str(asked.path), asked.table, asked.whose, asked.kind.name, asked.defaults.stage.value)
    if table in quarantine.tables:
        return
    same = columns == next(reversed(quarantine.tables.values()), None)
    with quarantine.path.open("a" if quarantine.tables else "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        if not same:
            rows.writerow([*HEADER, *columns])
        rows.writerows([file, row, code, *cells] for file, row, code, cells in faults.rows())
    quarantine.tables[table] = columns
