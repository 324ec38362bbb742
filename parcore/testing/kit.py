"""The laws run on one edition: its cases drawn once, each law tallied, a failure told with its smallest case.

In: a held edition, how many cases, a seed. Out: a `Tally` for each law, or `Broken` with the smallest case.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final, TypeVar

from attrs import evolve, frozen
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.strategies import SearchStrategy

from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence
from parcore.evidence.sections import Defaults
from parcore.registry import Registry
from parcore.results.published import compared
from parcore.results.scoring import score
from parcore.testing.bench import bench_of
from parcore.testing.held import Held
from parcore.testing.laws import LAWS, provisional_contains, reads_the_same_twice
from parcore.testing.marks import standing
from parcore.testing.standings import classes_are_reckoned, places_are_reckoned, rounded_as_said
from parcore.testing.stated import latest_statement_counts
from parcore.testing.strategies import Case, cases, completed

Drawn = TypeVar("Drawn")
Settled = tuple[Case, dict[str, Evidence]]

PATIENCE: Final = 30
"""Seconds for which a smaller failing case is looked for."""
UNITS: Final = 3


@frozen
class Tally:
    """What a law did: cases, those it had nothing to say of, comparisons."""

    cases: int
    vacuous: int
    comparisons: int

    @property
    def silent(self) -> bool:
        """Whether it had nothing to say at all."""
        return not self.comparisons


class Broken(Exception):
    """A law does not hold: what it said, and the smallest case for which it said so."""

    def __init__(self, said: str, case: str) -> None:
        super().__init__(said)
        self.said, self.case = said, case


@frozen
class Law:
    """A law of the kit: what it says, from which pool its cases come, and how it judges one."""

    name: str
    pool: str
    judge: Callable[[Any], int]

    @property
    def says(self) -> str:
        """Its sentence."""
        return (self.judge.__doc__ or "").strip().splitlines()[0]


def _settled(drawn: Settled) -> int:
    return provisional_contains(*drawn)


_settled.__doc__ = provisional_contains.__doc__

DRAWN, STANDING, SETTLED, ONCE, PRINTED = "drawn", "standing", "settled", "once", "printed"


def _laws() -> dict[str, Law]:
    found = [Law(name, DRAWN, law) for name, law in LAWS.items() if law is not reads_the_same_twice]
    found.append(Law(latest_statement_counts.__name__, DRAWN, latest_statement_counts))
    found += [
        Law(law.__name__, STANDING, law)
        for law in (rounded_as_said, classes_are_reckoned, places_are_reckoned)
    ]
    found += [
        Law(provisional_contains.__name__, SETTLED, _settled),
        Law(reads_the_same_twice.__name__, ONCE, reads_the_same_twice),
        Law(figures_are_reproduced.__name__, PRINTED, figures_are_reproduced),
    ]
    return {law.name: law for law in found}


def figures_are_reproduced(target: Target) -> int:
    """A printed figure that the evidence decides is reproduced, or it is said why not; vacuous if none is."""
    return printed_figures(target.edition, target.held.registry)


def printed_figures(edition: Edition, registry: Registry) -> int:
    """Compare the figures printed about a methodology with what its evidence gives; how many there were.

    Raises:
        AssertionError: a figure differs, and nothing says why.
    """
    printed = registry.observations(edition.methodology)
    if not printed:
        return 0
    evidence, made = registry.evidence(edition.methodology, edition.vocabulary, (), Defaults()), 0
    for period in evidence.periods():
        if not edition.in_force(period) or not evidence.units(period):
            continue
        for each in compared(score(edition, evidence, registry.units, period).beside(printed)):
            made += 1
            if not each.settled:
                seen = each.observation
                raise AssertionError(
                    f"a printed figure is reproduced: {seen.about}, {seen.quantity} of {period}: "
                    f"{each.figure} against {seen.text} as printed (nothing explains why)"
                )
    return made


@frozen(eq=False)
class Target:
    """An edition to try: as it was read, with its document, and the cases drawn for it."""

    held: Held
    count: int = 25
    seed: int = 0

    @cached_property
    def edition(self) -> Edition:
        """The edition.

        Raises:
            ParcoreError: its document is refused.
        """
        return self.held.registry.load(self.held.found)

    def strategy(self, pool: str) -> SearchStrategy[Any]:
        """What a pool's cases are drawn from."""
        if pool == STANDING:
            return standing(self.edition).map(self.documented)
        if pool == SETTLED:
            return completed(self.edition, units=UNITS)
        return cases(self.edition, units=UNITS).map(self.documented)

    def documented(self, case: Case) -> Case:
        """The case with the document that laws read a second time."""
        return evolve(case, document=self.held)

    @cached_property
    def _pools(self) -> dict[str, list[Any]]:
        return {}

    def pool(self, name: str) -> list[Any]:
        """The cases of a pool, drawn once: the same for every run with one seed."""
        if name == PRINTED:
            return [self]
        if name == ONCE:
            return self.pool(DRAWN)[:1]
        if name not in self._pools:
            found: list[Any] = []
            draw(self.strategy(name), found.append, self.count, self.seed, (Phase.generate,))
            self._pools[name] = found
        return self._pools[name]


LAWS_OF_AN_EDITION: Final[Mapping[str, Law]] = _laws()


def draw(
    strategy: SearchStrategy[Drawn],
    take: Callable[[Drawn], object],
    count: int,
    seed_: int,
    phases: tuple[Phase, ...],
) -> None:
    """Hand what is drawn to `take`; whatever profile the surroundings load, a seed draws the same."""

    @settings(
        max_examples=count,
        phases=phases,
        derandomize=False,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @seed(seed_)
    @given(strategy)
    def run(drawn: Drawn) -> None:
        take(drawn)

    run()


def judged(target: Target, law: Law) -> Tally:
    """A law on every case of its pool.

    Raises:
        Broken: it does not hold; with the smallest case that was found in the time there is.
        ParcoreError: the document is refused.
    """
    made: list[int] = []
    for drawn in target.pool(law.pool):
        try:
            made.append(law.judge(drawn))
        except ParcoreError:
            if law.pool == PRINTED:
                raise
            raise _smallest(target, law, drawn) from None
        except Exception:  # a law that is broken, or an engine (or a plugin) that stops: both are told
            raise _smallest(target, law, drawn) from None
    return Tally(len(made), made.count(0), sum(made))


def said_of(error: BaseException) -> str:
    """What a law said, or what stopped it."""
    said = str(error)
    return said if isinstance(error, AssertionError) else f"{type(error).__name__}: {said}"


def _smallest(target: Target, law: Law, first: Any) -> Broken:
    found: list[tuple[int, str, str]] = []
    until = time.monotonic() + PATIENCE

    def take(drawn: Any) -> None:
        if time.monotonic() > until:
            return
        try:
            law.judge(drawn)
        except Exception as error:
            case = "" if isinstance(drawn, Target) else repr(drawn[0] if isinstance(drawn, tuple) else drawn)
            found.append((len(case), said_of(error), case))
            raise

    try:
        take(first)
    except Exception:
        if law.pool in (PRINTED, ONCE):
            return Broken(*found[0][1:])
    try:
        draw(target.strategy(law.pool), take, target.count, target.seed, (Phase.generate, Phase.shrink))
    except Exception:
        pass
    finally:
        bench_of.cache_clear()
    return Broken(*min(found)[1:])
