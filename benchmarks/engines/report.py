"""What was measured, as a table on the terminal, as Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import median
from typing import Any, Final

from attrs import asdict
from rich.console import Console
from rich.table import Table

from benchmarks.engines.measure import Measured, Session
from benchmarks.engines.registry import ENGINES
from benchmarks.engines.work import Style

COLUMNS: Final = (
    "engine",
    "processor, ms",
    "wall, ms",
    "µs a unit",
    "× ours",
    "memory, MB",
    "× data",
    "ranking, ms",
    "wrong of hard data",
    "wrong of ordinary data",
)
OURS: Final = "columns-kept"
"""The engine in whose time the others' are told."""


SHOWN: Final = 3
"""Examples for each engine."""


def heading(session: Session) -> str:
    """What a table is of."""
    rounded = "every criterion rounded" if session.style is Style.CRITERION else "only the index rounded"
    return f"{session.units:,}".replace(",", " ") + f" units, {rounded}"


def _number(number: float) -> str:
    text = f"{number:.0f}" if number >= 100 else f"{number:.3g}"
    return f"{int(text):,}".replace(",", " ") if text.isdigit() and len(text) > 4 else text


def _spread(seconds: Sequence[float]) -> str:
    low, high = (_number(each(seconds) * 1000) for each in (min, max))
    return f"{_number(median(seconds) * 1000)} ({low}–{high})"


def _wrong(measured: Measured, data: str) -> str:
    """Points, indices and ranks that are wrong; points where the edition rounds them."""
    found = measured.wrong.get(data)
    if found is None:
        return "–"
    each = [] if found.points is None else [found.points]
    return " · ".join(_number(number) for number in (*each, found.index, found.ranks))


def rows(session: Session) -> list[tuple[str, ...]]:
    """The cells of a session's table."""
    listed = []
    for each in session.measured:
        title = ENGINES[each.engine].title
        if not each.processor:
            listed.append((title, *("–",) * (len(COLUMNS) - 1)))
            continue
        ratio = session.ratio(each.engine, OURS) if session[OURS].processor else None
        listed.append(
            (
                title,
                _spread(each.processor),
                _number(median(each.wall) * 1000),
                _number(each.each * 1e6),
                "" if ratio is None else f"{ratio:.2g}" if ratio < 100 else _number(ratio),
                "–" if each.memory is None else _number(each.memory / 1e6),
                "–" if each.memory is None else f"{each.memory / session.columns:.2f}",
                _number(median(each.ranking) * 1000),
                _wrong(each, "hard"),
                _wrong(each, "ordinary"),
            )
        )
    return listed


def show(console: Console, session: Session) -> None:
    """Print a session's table."""
    table = Table(*COLUMNS, title=heading(session), title_justify="left")
    for row in rows(session):
        table.add_row(*row)
    console.print(table)
    console.print(_below(session))


def _below(session: Session) -> str:
    what = "points · indices · ranks" if session.style is Style.CRITERION else "indices · ranks"
    open_ = ", ".join(f"{number} of {name} data" for name, number in session.undecided.items())
    notes = "".join(f" {ENGINES[each.engine].title}: {each.note}." for each in session.measured if each.note)
    return (
        f"Wrong: {what}. Columns of the data: {session.columns / 1e6:.1f} MB. Rows read again in wide"
        f" integers: {open_}. Compared with the exact reading: {session.cells} cells of the columns.{notes}"
    )


def markdown(sessions: Sequence[Session]) -> str:
    """The tables of all sessions, then examples."""
    parts = []
    for session in sessions:
        lines = [f"### {heading(session)}", "", _line(COLUMNS), _line(["---"] * len(COLUMNS))]
        parts.append("\n".join([*lines, *map(_line, rows(session)), "", _below(session)]))
    parts.append(_examples(sessions))
    return "\n\n".join(parts) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _examples(sessions: Sequence[Session]) -> str:
    """Some wrong cells, each with the engines that print it so; those of ordinary data first."""
    cells: dict[tuple[str, ...], list[str]] = {}
    for session in sessions:
        for each in session.examples:
            rule = f"{each.criterion} ({each.says})"
            key = (each.data, f"{each.unit} of {session.units}", rule, each.evidence, each.gave, each.right)
            cells.setdefault(key, []).append(ENGINES[each.engine].title)
    shown: dict[str, int] = {}
    lines = [_line(("data", "unit", "criterion", "evidence", "printed", "right", "by"))]
    lines.append(_line(["---"] * 7))
    for cell, titles in sorted(cells.items(), key=lambda pair: pair[0][0] != "ordinary"):
        if any(shown.get(title, 0) < SHOWN for title in titles):
            lines.append(_line((*cell, ", ".join(dict.fromkeys(titles)))))
            shown |= {title: shown.get(title, 0) + 1 for title in titles}
    return "\n".join(["### Some of the wrong cells", "", *lines])


def as_json(sessions: Sequence[Session], versions: dict[str, Any]) -> str:
    """Every figure."""
    tree = {
        "engines": versions,
        "sessions": [asdict(each, value_serializer=_plain) for each in sessions],
    }
    return json.dumps(tree, ensure_ascii=False, indent=1) + "\n"


def _plain(_: Any, __: Any, value: Any) -> Any:
    return value.value if isinstance(value, Style) else value
