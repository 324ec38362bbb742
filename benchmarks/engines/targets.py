"""What the engine set itself, beside what was measured: each line says whether it is met."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from benchmarks.engines.measure import Session
from benchmarks.engines.work import Style

NUMPY, NATIVE = "columns-kept", "native-kept"


@frozen
class Target:
    """So many times as fast as another engine, or faster, at a number of units."""

    units: int
    ours: str
    other: str
    times: float

    def measured(self, session: Session) -> float | None:
        """How many times as fast, by the processor's time in the same turns."""
        named = {each.engine for each in session.measured}
        if session.units != self.units or not {self.ours, self.other} <= named:
            return None
        return session.ratio(self.other, self.ours)


TARGETS = (
    Target(3_321, NUMPY, "openfisca", 4),
    Target(3_321, NUMPY, "zen", 500),
    Target(3_321, NATIVE, "openfisca", 50),
    Target(3_321, NATIVE, "zen", 5_000),
    Target(1_000_000, NUMPY, "polars", 1),
    Target(1_000_000, NATIVE, "c", 0.5),
    Target(1_000_000, NATIVE, "c-vector", 0.5),
)
MEMORY = 1.5
"""Times the columns in their narrowest exact types, at most, where they are many."""
MANY = 100_000


def targets(sessions: Sequence[Session]) -> str:
    """A line for each target that was measured."""
    lines = []
    for target in TARGETS:
        for session in sessions:
            got = target.measured(session)
            if got is not None:
                verdict = "met" if got >= target.times else "missed"
                lines.append(
                    f"- {session.units} units, {_style(session)}: {target.ours} is {got:.3g} × as fast as"
                    f" {target.other}; target {target.times:g} ×: {verdict}"
                )
    for session in sessions:
        for each in session.measured:
            if each.engine in {NUMPY, NATIVE} and each.memory is not None and session.units >= MANY:
                got = each.memory / session.columns
                verdict = "met" if got <= MEMORY else "missed"
                lines.append(
                    f"- {session.units} units, {_style(session)}: memory of {each.engine} {got:.2f} × the"
                    f" columns; target {MEMORY:g} ×: {verdict}"
                )
    return "\n".join(lines)


def _style(session: Session) -> str:
    return "every criterion rounded" if session.style is Style.CRITERION else "only the index rounded"
