"""What the pytest plugin collects: for each edition an item for each law, and for each planted fault.

PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from parcore.diagnostics import ParcoreError
from parcore.i18n import default_language
from parcore.testing.held import Held, held, refusal
from parcore.testing.pytest_plugin import CASES, FAULTS, METHODOLOGIES, PATHS, SEED

RECORD: Final = "parcore"
"""The name under which an item's report carries what was done, also from other processes."""
ACCEPTED: Final = "is_accepted"
_FOUND: Final = pytest.StashKey[list[Held]]()


class Red(Exception):
    """An item fails; its text is all that is shown."""


def prepare(config: pytest.Config) -> None:
    """Find the editions asked for.

    Raises:
        UsageError: there is none of a name, a folder holds nothing, or nothing can be drawn.
    """
    if config.getoption(CASES) < 1:
        raise pytest.UsageError("--parcore-cases: at least 1")
    folders = [Path(config.invocation_params.dir, each) for each in config.getoption(PATHS)]
    try:
        import hypothesis  # noqa: F401 - said here, once, and not by every item

        found = held(config.getoption(METHODOLOGIES), folders)
    except ImportError as error:
        raise pytest.UsageError('the kit needs hypothesis: pip install "parcore[testing]"') from error
    except ParcoreError as error:
        raise pytest.UsageError(refusal(error, default_language())) from error
    if not found:
        raise pytest.UsageError(f"no edition in {', '.join(map(str, folders))}")
    config.stash[_FOUND] = found


def collected(session: pytest.Session) -> list[pytest.Item]:
    """The items of every edition asked for."""
    root = Kit.from_parent(session, name="parcore", nodeid="parcore", path=session.path)
    found: list[pytest.Item] = []
    for each in session.config.stash[_FOUND]:
        edition = EditionTests.from_parent(root, name=each.key, path=each.found.path, held=each)
        report = session.ihook.pytest_make_collect_report(collector=edition)
        session.ihook.pytest_collectreport(report=report)  # so that the items are counted as collected
        found.extend(report.result or ())
    return found


class Kit(pytest.Collector):
    """All editions that are tried."""

    def collect(self) -> Iterator[pytest.Item]:
        """Nothing by itself: editions are found when the command line is read."""
        return iter(())


class EditionTests(pytest.Collector):
    """The items of one edition."""

    def __init__(self, *, held: Held, **words: Any) -> None:
        super().__init__(**words)
        self.held = held
        self._target: Any = None

    @property
    def target(self) -> Any:
        """The edition with its cases, drawn when the first item needs them: for faults four times as many."""
        if self._target is None:
            from parcore.testing.kit import Target

            option = self.config.getoption
            count = option(CASES) * (4 if option(FAULTS) else 1)
            self._target = Target(self.held, count, option(SEED))
        return self._target

    def collect(self) -> Iterator[pytest.Item]:
        """That the document is accepted, then every law (with `--parcore-faults`: every fault)."""
        from parcore.testing.kit import LAWS_OF_AN_EDITION

        yield Accepted.from_parent(self, name=ACCEPTED)
        try:
            _ = self.target.edition
        except ParcoreError:
            return  # told by the first item
        if self.config.getoption(FAULTS):
            from parcore.testing.policy_faults import FAULTS as PLANTED

            for fault in PLANTED:
                yield FaultItem.from_parent(self, name=fault.name, fault=fault)
            return
        for name in LAWS_OF_AN_EDITION:
            yield LawItem.from_parent(self, name=name)


class _Item(pytest.Item):
    """An item of the kit: fails with a text of its own, and hands on what it did."""

    @property
    def tests(self) -> EditionTests:
        parent = self.parent
        assert isinstance(parent, EditionTests)
        return parent

    def record(self, **did: object) -> None:
        """Hand on what was done to the summary."""
        told = {"edition": self.tests.held.key, "item": self.name, **did}
        self.user_properties.append((RECORD, told))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text alone of what failed; a fault of the kit itself in full."""
        return str(excinfo.value) if isinstance(excinfo.value, Red) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the edition stands."""
        return self.path, None, f"{self.tests.held.key}: {self.name}"

    def again(self) -> str:
        """The command that runs this item alone."""
        option = self.config.getoption
        words = ["pytest", "--parcore-methodology", self.tests.held.key]
        for folder in option(PATHS):
            words += ["--parcore-path", folder]
        if option(CASES) != 25:
            words += ["--parcore-cases", str(option(CASES))]
        if option(SEED):
            words += ["--parcore-seed", str(option(SEED))]
        words += ["--parcore-faults"] if option(FAULTS) else []
        return shlex.join([*words, "-k", self.name])


class Accepted(_Item):
    """The document of an edition is accepted, as `parcore check` reads it."""

    def runtest(self) -> None:
        """Read it.

        Raises:
            Red: it is refused; with every finding.
        """
        try:
            _ = self.tests.target.edition
        except ParcoreError as error:
            said = refusal(error, default_language())
            raise Red(f"{self.tests.held.text} is refused, so no law was tried:\n\n{said}") from error
        self.record(cases=1, vacuous=0, comparisons=1)


class LawItem(_Item):
    """One law on one edition."""

    def runtest(self) -> None:
        """Judge every case.

        Raises:
            Red: the law does not hold; with the smallest case found.
        """
        from parcore.testing.kit import LAWS_OF_AN_EDITION, Broken, judged

        law = LAWS_OF_AN_EDITION[self.name]
        try:
            tally = judged(self.tests.target, law)
        except Broken as broken:
            self.record(failed=True)
            case = f"\n\nthe smallest case found:\n{broken.case}" if broken.case else ""
            raise Red(f"{law.says}\n\n{broken.said}{case}\n\nagain: {self.again()}") from None
        except ParcoreError as error:
            self.record(failed=True)
            raise Red(refusal(error, default_language())) from None
        self.record(cases=tally.cases, vacuous=tally.vacuous, comparisons=tally.comparisons)
        if tally.silent:
            pytest.skip(f"nothing to say: of {tally.cases} cases all are vacuous")


class FaultItem(_Item):
    """One fault planted under one edition."""

    def __init__(self, *, fault: Any, **words: Any) -> None:
        super().__init__(**words)
        self.fault = fault

    def runtest(self) -> None:
        """Plant it, and try the laws until one fails.

        Raises:
            Red: none did, though the edition has that in which the fault lies.
        """
        from parcore.testing.planting import Outcome, tried

        found = tried(self.tests.target, self.fault)
        self.record(fault=found.outcome.value, law=found.law, tried=found.cases, moved=found.moved)
        if found.outcome is Outcome.NOT_APPLICABLE:
            pytest.skip(found.said)
        if found.outcome is not Outcome.KILLED:
            raise Red(f"{self.fault.says}\n\n{found.said}\n\nagain: {self.again()}")
