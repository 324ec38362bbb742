"""The kit's tables at the end of a run: what each law did, and which law found each fault.

PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from parcore.testing.items import ACCEPTED, RECORD

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

Did = dict[str, Any]


def show(reporter: TerminalReporter) -> None:
    """Print the tables."""
    from parcore.testing.kit import LAWS_OF_AN_EDITION

    order = [*LAWS_OF_AN_EDITION]
    rows = sorted(_rows(reporter), key=lambda row: order.index(row["item"]) if row["item"] in order else -1)
    laws = [row for row in rows if "fault" not in row and row["item"] != ACCEPTED]
    faults = [row for row in rows if "fault" in row]
    if laws:
        reporter.section("parcore: what each law did")
        _print(reporter, ("law", "editions", "cases", "vacuous", "comparisons", ""), _of_laws(laws))
    if faults:
        reporter.section("parcore: planted faults")
        _print(reporter, ("fault", "edition", "", "by", "cases"), _of_faults(faults))
        counted = {
            word: sum(row["fault"] == word for row in faults)
            for word in sorted({row["fault"] for row in faults})
        }
        reporter.write_line(", ".join(f"{count} {word}" for word, count in counted.items()))


def _rows(reporter: TerminalReporter) -> Iterator[Did]:
    for reports in reporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                yield from (told for name, told in report.user_properties if name == RECORD)


def _of_laws(rows: Sequence[Did]) -> Iterator[tuple[str, ...]]:
    for law in dict.fromkeys(row["item"] for row in rows):
        own = [row for row in rows if row["item"] == law]
        sums = [sum(row.get(word, 0) for row in own) for word in ("cases", "vacuous", "comparisons")]
        failed = sorted(row["edition"] for row in own if row.get("failed"))
        silent = sorted(row["edition"] for row in own if not row.get("failed") and not row["comparisons"])
        said = [f"FAILS on {', '.join(failed)}"] if failed else []
        if silent:
            every = len(silent) == len(own) > 1
            said.append(
                "nothing to say" if every or len(own) == 1 else f"nothing to say of {', '.join(silent)}"
            )
        yield law, str(len(own)), *map(str, sums), "; ".join(said)


def _of_faults(rows: Iterable[Did]) -> Iterator[tuple[str, ...]]:
    for row in sorted(rows, key=lambda row: (row["item"], row["edition"])):
        yield row["item"], row["edition"], row["fault"], row["law"], str(row["tried"] or "")


def _print(reporter: TerminalReporter, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = [tuple(heads), *map(tuple, rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    for line in lines:
        cells = [
            each.rjust(width) if each.isdigit() or head in ("editions", "cases", "vacuous", "comparisons")
            else each.ljust(width)
            for each, width, head in zip(line, widths, heads, strict=True)
        ]  # fmt: skip
        reporter.write_line("  ".join(cells).rstrip())
