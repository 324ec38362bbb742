"""`parcore report`: a brief, the sentences that are published about a unit or about a whole period."""

from __future__ import annotations

import json
from pathlib import Path

import click
from attrs import evolve

from parcore.cli.earlier import earlier_in
from parcore.cli.options import (
    PeriodType,
    format_option,
    lang_option,
    path_option,
    quarantine_option,
    registry_of,
    unknown_format,
)
from parcore.cli.tables import show_notes
from parcore.diagnostics import ParcoreError, Place, stop
from parcore.evidence.evidence import Observation, Stage
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.sections import Defaults, Quarantine
from parcore.numbers import NumberFormat
from parcore.registry import Registry
from parcore.results.brief.held import complete
from parcore.results.brief.making import brief
from parcore.results.brief.statements import Brief
from parcore.results.change import Earlier
from parcore.results.result import Result
from parcore.results.scoring import score

FORMATS = ("text", "markdown", "html", "json")


@click.command("report")
@click.argument("names", nargs=-1, required=True, metavar="METHODOLOGY[@EDITION]...")
@click.option("--period", type=PeriodType(), help="The period; the latest of the evidence if left out.")
@click.option("--unit", help="The unit, by id or name; without it the brief is of the whole period.")
@click.option("--as", type=click.Choice(["brief"]), default="brief", show_default=True,
              expose_value=False, help="What to make.")  # fmt: skip
@click.option("--against", type=click.Path(path_type=Path), metavar="PERIOD|FILE",
              help="What changes are on: a period, or a result as JSON. Else the period before.")  # fmt: skip
@click.option("--stage", type=click.Choice([s.value for s in Stage]), default="final", show_default=True,
              help="The stage at which the evidence is taken.")  # fmt: skip
@click.option("--numbers", type=click.Choice([f.value for f in NumberFormat]), default="undeclared",
              help="How the files write numbers.")  # fmt: skip
@click.option("--evidence", "files", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="Evidence, or a folder of it; repeatable. Else what is installed.")  # fmt: skip
@quarantine_option
@path_option
@format_option(*FORMATS)
@lang_option
def command(
    names: tuple[str, ...],
    period: Period | None,
    unit: str | None,
    against: Path | None,
    stage: str,
    numbers: str,
    files: tuple[Path, ...],
    quarantine: Quarantine | None,
    paths: tuple[Path, ...],
    form: str,
    lang: str,
) -> None:
    """Say what is in hand of a unit, or of all, in the sentences of announcements.

    Each figure is computed from evidence, published by others, or follows from such figures: --format
    json says which, with the source. What is not in hand is not said. Several methodologies give a brief
    each.
    """
    from parcore.results.brief.output import html, markdown, text, to_dict

    if form not in FORMATS:
        raise unknown_format(form, [*FORMATS])
    registry = registry_of(paths)
    defaults = Defaults(period, Stage.FINAL, numbers=NumberFormat(numbers), quarantine=quarantine)
    briefing = Briefing(registry, files, defaults, Stage(stage))
    briefs = [briefing.brief(name, unit, against) for name in names]
    if form == "json":
        click.echo(json.dumps([to_dict(each, lang) for each in briefs], ensure_ascii=False, indent=2))
    else:
        click.echo({"text": text, "markdown": markdown, "html": html}[form](briefs, lang), nl=False)
    show_notes(registry.findings, lang)


class Briefing:
    """What a brief is made from: the registry, the evidence's files, how they are read, the stage."""

    def __init__(
        self,
        registry: Registry,
        files: tuple[Path, ...] = (),
        defaults: Defaults | None = None,
        stage: Stage = Stage.FINAL,
    ) -> None:
        self._registry, self._files, self._stage = registry, files, stage
        self._defaults = defaults or Defaults()

    def brief(self, name: str, unit: str | None = None, against: Path | None = None) -> Brief:
        """The brief of a methodology or edition.

        Raises:
            ParcoreError: there is none, its evidence is refused, or a unit or earlier result is not known.
        """
        registry, methodology = self._registry, name.partition("@")[0]
        observations = registry.observations(methodology)
        period = self._defaults.period or self._latest(methodology, observations)
        result = self._result(name, period, observations)
        seen = [each for each in observations if each.period == result.period]
        if not result.scorecards and not seen:
            raise stop(
                "evidence-none", Place(name), methodology=result.edition.methodology, period=result.period
            )
        ids = registry.unit_ids([unit], result.period, Place("--unit")) if unit is not None else []
        before, earlier = self._before(methodology, result.period, against, observations)
        return brief(
            result,
            observations,
            unit=registry.units.units[ids[0]] if ids else None,
            before=before,
            earlier=earlier,
            regions=registry.units.regions,
        )

    def _latest(self, methodology: str, observations: list[Observation]) -> Period | None:
        spoken = self._registry.periods(methodology, self._files, self._defaults)
        spoken = spoken or [each.period for each in observations]
        return max(spoken, key=lambda each: each.order, default=None)

    def _result(self, name: str, period: Period | None, observations: list[Observation]) -> Result:
        """What is scored of a period; no scorecard where no evidence speaks of it."""
        registry, edition = self._registry, self._registry.edition(name, period)
        evidence = registry.evidence(edition.methodology, edition.vocabulary, self._files, self._defaults)
        at = period or Period(edition.first_year)
        return score(edition, evidence, registry.units, at, stage=self._stage).beside(observations)

    def _before(
        self, methodology: str, period: Period, against: Path | None, observations: list[Observation]
    ) -> tuple[Period, Earlier | None]:
        """The period that changes are on, and its result where evidence of it is in hand."""
        named = None if against is None or against.is_file() else parse_period(str(against))
        if against is not None and named is None:
            earlier = earlier_in(against, methodology)
            return parse_period(earlier.period) or period.back(1), earlier
        at = named or period.back(1)
        try:
            result = self._result(methodology, at, [])
        except ParcoreError:  # no edition of that period, or one that is refused: what was printed is left
            if named is not None and not any(each.period == at for each in observations):
                raise
            return at, None
        if not result.scorecards:
            return at, None
        earlier = Earlier.of(result)  # a place among some is none beside one among all
        return at, earlier if complete(result) else evolve(earlier, places={})
