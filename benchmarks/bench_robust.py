"""How long rank intervals of 63 units take over 10 000 draws: surveys drawn again, weights, missing evidence.

The edition of `generated` with a component of surveys beside its criteria (answers of two groups of
respondents). Times are of the processor, not of the clock: medians and spread of some runs in one process,
reading and scoring the evidence once not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import click
from generated import write

import parcore
from parcore.results.result import Result
from parcore_robust import missing, survey, weights

ANSWERS = ("a", "b", "c")
GROUPS = ("council", "people")
TARGET = 1.0
SURVEY = """      - id: survey{at}
        title: {{vi: Khảo sát {at}, en: Survey {at}}}
        max: 10
        measure:
          survey: {{answers: {{a{at}: 100%, b{at}: 60%, c{at}: 0%}}, groups: {{council: 2, people: 1}}}}
        scale: proportional{rounded}
        when: {{missing: zero, unverified: zero, rejected: zero, nothing_arose: zero}}
        source: {{clause: "s{at}", basis: illustrative}}
"""


@click.command()
@click.option("--units", default=63, help="How many units.")
@click.option("--draws", default=10_000, help="How many draws.")
@click.option("--times", default=5, help="How often each is run.")
def main(units: int, draws: int, times: int) -> None:
    """Print medians and spreads of each kind of study."""
    for criteria, surveys, digits in ((8, 1, 2), (100, 1, 2), (100, 3, 2), (100, 3, None)):
        found = result_of(units, criteria, surveys, digits)
        rounded = "rounded" if digits is not None else "not rounded"
        click.echo(f"\n{units} units × {criteria} criteria and {surveys} surveys, {rounded}; {draws} draws")
        told("survey", lambda: survey.study(found, draws=draws), times)  # noqa: B023  # run at once
        told("weights", lambda: weights.study(found, draws=draws), times)  # noqa: B023
        told("missing", lambda: missing.study(found), times)  # noqa: B023


def told(name: str, work: Callable[[], object], times: int) -> None:
    """Run some work so many times, and print the seconds of the processor."""
    taken = []
    for _ in range(times):
        start = process_time()
        work()
        taken.append(process_time() - start)
    verdict = "ok" if median(taken) <= TARGET else "SLOW"
    click.echo(
        f"  {name:8} median {median(taken) * 1000:8.0f} ms   ({min(taken) * 1000:.0f} to"
        f" {max(taken) * 1000:.0f}; target {TARGET * 1000:.0f}: {verdict})"
    )


def result_of(units: int, criteria: int, surveys: int, digits: int | None) -> Result:
    """Generated evidence scored under a generated edition."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, criteria, units)
        _with_surveys(folder, units, criteria, surveys, digits)
        edition = parcore.load_edition("bench@1", paths=[folder])
        evidence = parcore.read_evidence(edition, paths=[folder])
        return parcore.score(edition, evidence, 2024, paths=[folder])


def _with_surveys(folder: Path, units: int, criteria: int, surveys: int, digits: int | None) -> None:
    """Add a component of surveys, its fields, and answers of some hundred people of each group."""
    rounded = "" if digits is None else f"\n        round: {digits}"
    leaves = "".join(SURVEY.format(at=at, rounded=rounded) for at in range(surveys))
    block = f"  - id: surveys\n    title: Khảo sát\n    max: {10 * surveys}\n    criteria:\n{leaves}"
    edition = (folder / "edition.yaml").read_text("utf-8") + block
    total = f"total: {2 * criteria}\n"
    (folder / "edition.yaml").write_text(
        edition.replace(total, f"total: {2 * criteria + 10 * surveys}\n"), "utf-8"
    )
    names = [f"{group}_{each}{at}" for at in range(surveys) for group in GROUPS for each in ANSWERS]
    fields = "".join(f"  - {{id: {name}, kind: count, title: {name}}}\n" for name in names)
    vocabulary = (folder / "vocabulary.yaml").read_text("utf-8")
    (folder / "vocabulary.yaml").write_text(vocabulary.replace("fields:\n", f"fields:\n{fields}"), "utf-8")
    random = Random(7)
    rows = [f"unit,period,{','.join(names)}"]
    rows += [
        f"bench-unit-{at},2024,{','.join(str(random.randint(20, 200)) for _ in names)}" for at in range(units)
    ]
    (folder / "answers.csv").write_text("\n".join(rows) + "\n", "utf-8")
    evidence = (folder / "evidence.yaml").read_text("utf-8")
    (folder / "evidence.yaml").write_text(
        evidence.replace("{file: evidence.csv}", "{file: evidence.csv}, {file: answers.csv}"), "utf-8"
    )


if __name__ == "__main__":
    main()
