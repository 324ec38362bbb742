"""The conformance kit in pytest: `pytest --parcore-methodology NAME` runs every law on its editions.

PYTEST_DONT_REWRITE. Loaded in every pytest where parcore is installed: without the options it imports
neither the engine nor hypothesis. What it collects is in `parcore.testing.items`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

METHODOLOGIES, PATHS, CASES, SEED = "parcore_methodology", "parcore_path", "parcore_cases", "parcore_seed"
FAULTS, ALONE = "parcore_faults", "parcore_alone"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the kit."""
    group = parser.getgroup("parcore", "the laws of parcore on a methodology")
    group.addoption(
        "--parcore-methodology", action="append", default=[], dest=METHODOLOGIES, metavar="NAME[@EDITION]",
        help="Run every law on the editions of a methodology; repeatable.",
    )  # fmt: skip
    group.addoption(
        "--parcore-path", action="append", default=[], dest=PATHS, metavar="DIR",
        help="A folder of documents beside what is installed; alone: all of its editions. Repeatable.",
    )  # fmt: skip
    group.addoption(
        "--parcore-cases", type=int, default=25, dest=CASES, metavar="N",
        help="How many cases are drawn for each law (25).",
    )  # fmt: skip
    group.addoption(
        "--parcore-seed", type=int, default=0, dest=SEED, metavar="N",
        help="Draw other cases: the same seed draws the same (0).",
    )  # fmt: skip
    group.addoption(
        "--parcore-faults", action="store_true", dest=FAULTS,
        help="Plant faults under the editions, each of which some law must find.",
    )  # fmt: skip


def asked(config: pytest.Config) -> bool:
    """Whether the kit is asked for."""
    return bool(config.getoption(METHODOLOGIES) or config.getoption(PATHS))


def pytest_configure(config: pytest.Config) -> None:
    """Find the editions asked for; where no test files are named besides, run the kit alone.

    Raises:
        UsageError: a name that means no edition, a folder without documents, too few cases.
    """
    if not asked(config):
        if config.getoption(FAULTS):
            raise pytest.UsageError("--parcore-faults needs --parcore-methodology NAME or --parcore-path DIR")
        return
    from parcore.testing.items import prepare

    # Processes of pytest-xdist are given the options of the first, and arguments of their own.
    alone = getattr(config.option, ALONE, None)
    if alone is None:
        alone = config.args_source is not pytest.Config.ArgsSource.ARGS
        setattr(config.option, ALONE, alone)
    if alone:
        config.args = []
    prepare(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add an item for each law and edition, before anything is chosen by `-k`."""
    if asked(config):
        from parcore.testing.items import collected

        items.extend(collected(session))


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Say what each law did: cases, vacuous ones, comparisons; and which faults were found by what."""
    if asked(config):
        from parcore.testing.summary import show

        show(terminalreporter)
