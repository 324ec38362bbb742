"""What a study rests on, in sentences: what was drawn or bounded, and what its intervals do not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from parcore import i18n
from parcore.editions.edition import Criterion, Edition
from parcore.i18n import Text
from parcore.numbers import ONE, ZERO, shown, shown_percent
from parcore.results.result import Result
from parcore.sources import Basis
from parcore_robust.draws import GENERATOR, method_of
from parcore_robust.words import tell

if TYPE_CHECKING:
    from parcore_robust.design import Design, Number
    from parcore_robust.document import Stated
    from parcore_robust.polytope import Box
    from parcore_robust.standing import Standing
    from parcore_robust.weighing import Weighing


_FEW = 3
"""More fields with one error and source are told by the first and the last."""


def _each(say: Callable[[str], str]) -> Text:
    """A text made in each language."""
    return Text(say("vi"), say("en"))


def _seeded(draws: int, seed: int) -> Text:
    return tell("seeded", draws=draws, seed=seed, made=f"{GENERATOR}, numpy {np.__version__}")


def names_of(edition: Edition, ids: Iterable[str]) -> Text:
    """Criteria by code and title."""
    found = [(id_, edition.criterion(id_)) for id_ in ids]

    def say(lang: str) -> str:
        return ", ".join(i if c is None else f"{c.code} {c.title.in_(lang)}".strip() for i, c in found)

    return _each(say)


def survey_facts(design: Design, draws: int, seed: int) -> tuple[Text, ...]:
    """What was drawn, from which samples."""
    found = [_seeded(draws, seed)]
    if design.answers:
        sizes = _ends(sorted({Fraction(each.sample) for each in design.answers}))
        units = len({each.unit for each in design.answers})
        ways = [tell(f"drawn-{way}") for way in dict.fromkeys(method_of(e.effect) for e in design.answers)]
        told = _each(lambda lang: "; ".join(way.in_(lang) for way in ways))
        found.append(tell("survey-answers", units=units, sizes=sizes, ways=told))
    return (*found, *_numbers(design))


def _numbers(design: Design) -> Iterator[Text]:
    """The numbers drawn around what was stated; fields with one error and source together."""
    alike: dict[tuple[Text, str, tuple[Basis, ...]], list[Number]] = {}
    for name in dict.fromkeys(each.name for each in design.numbers):
        own = [each for each in design.numbers if each.name == name]
        samples = sorted({Fraction(each.sample) for each in own if each.sample is not None})
        errors = sorted({each.standard for each in own if each.standard is not None})
        error = tell("error-sample", ends=_ends(samples)) if samples else None
        error = error or tell("error-standard", ends=_ends(errors))
        source = "; ".join(dict.fromkeys(str(each.source) for each in own))
        bases = tuple(dict.fromkeys(each.source.basis for each in own))
        alike.setdefault((error, source, bases), []).extend(own)
    for (error, source, bases), own in alike.items():
        basis = _basis(*bases)
        names = [*dict.fromkeys(each.name for each in own)]
        fields = ", ".join(names) if len(names) <= _FEW else f"{names[0]} … {names[-1]} ({len(names)})"
        units = len({each.unit for each in own})
        yield tell("survey-number", field=fields, units=units, error=error, source=source, basis=basis)


def _basis(*bases: Basis) -> Text:
    """What sources rest on, in words."""
    return _each(lambda lang: ", ".join(i18n.say(f"basis-{each.value}", lang) for each in bases))


def _ends(numbers: Sequence[Fraction]) -> Text:
    """The least and the largest of some numbers, in order."""
    ends = [numbers[0], numbers[-1]] if numbers[0] != numbers[-1] else [numbers[0]]
    return _each(lambda lang: "–".join(_short(each, lang) for each in ends))


def _short(number: Fraction, lang: str) -> str:
    """A number for a sentence: as it is, or at four decimals."""
    return shown(number, lang) if number.denominator < 10**4 else shown(number, lang, 4)


def survey_cautions(result: Result, design: Design) -> tuple[Text, ...]:
    """What the intervals do not hold."""
    edition, found = result.edition, [tell("survey-meaning"), tell("survey-alone")]
    group = result.scorecards[0].group if result.scorecards else ""
    tops = [leaf.max for leaf in edition.leaves if leaf.id in design.drawn]
    whole = None if edition.total is None else edition.total.of(group)
    known = [top.of(group) for top in tops if top is not None]
    if whole and len(known) == len(tops):
        share = sum(known, ZERO) / whole
        names = names_of(edition, design.drawn)
        found.append(tell("survey-part", share=_each(lambda lang: plain_share(share, lang)), names=names))
    for id_, units in design.silent.items():
        told = {"name": names_of(edition, [id_]), "units": units, "all": len(result.scorecards)}
        found.append(tell("survey-silent", **told))
    if len(design.drawn) > 1:
        found.append(tell("survey-apart"))
    if design.unanimous:
        found.append(tell("survey-unanimous", count=design.unanimous))
    return tuple(found)


def weights_facts(
    weighing: Weighing, box: Box, stated: Stated, drawn: tuple[int, int, str]
) -> tuple[Text, ...]:
    """Which weights are admissible, and how they were drawn."""
    draws, seed, how = drawn
    parts = [*zip(weighing.components, box.low, box.high, strict=True)]

    def bounds(lang: str) -> str:
        """Each component's bounds."""
        named = ((each.code or each.title.in_(lang), low, high) for each, low, high in parts)
        return "; ".join(f"{name} [{_short(low, lang)} … {_short(high, lang)}]" for name, low, high in named)

    own = Text("", "")
    if (source := stated.source) is not None:
        own = _each(lambda lang: f" ({source}; {_basis(source.basis).in_(lang)})")
    told = {"total": _each(lambda lang: _short(box.total, lang)), "bounds": _each(bounds), "source": own}
    ways, seeded = tell(f"drawn-{how}"), _seeded(draws, seed)
    return (
        _each(lambda lang: f"{seeded.in_(lang)}, {ways.in_(lang)}"),
        tell("weights-maxima" if weighing.by_maximum else "weights-multipliers", **told),
        tell("weights-shares"),
    )


def weights_cautions(weighing: Weighing, standings: Sequence[Standing]) -> tuple[Text, ...]:
    """What the intervals do not hold."""
    found = [tell("weights-alike")]
    open_ = sum(each.possible is not None and not each.settled for each in standings)
    if open_:
        found.append(tell("weights-between", count=open_))
    without = sum(each.place is not None and each.possible is None for each in standings)
    if without:
        found.append(tell("weights-without", count=without))
    if not weighing.by_maximum and weighing.ranked.classes is not None:
        found.append(tell("weights-classes"))
    if weighing.ranked.ranking.on.rounded:
        found.append(tell("weights-rounded"))
    return tuple(found)


def missing_facts(result: Result, open_: Sequence[Sequence[Criterion]]) -> tuple[Text, ...]:
    """What is open, of how many units."""
    units = sum(bool(each) for each in open_)
    leaves = dict.fromkeys(leaf.id for each in open_ for leaf in each)
    if not units:
        return (tell("missing-none"),)
    told = {
        "units": units,
        "all": len(open_),
        "leaves": len(leaves),
        "names": names_of(result.edition, leaves),
    }
    return tell("missing-open", **told), tell("missing-ends")


def missing_cautions(result: Result, ends: Sequence[tuple[Fraction, Fraction] | None]) -> tuple[Text, ...]:
    """What the intervals do not hold."""
    found = [tell("missing-holds")]
    classes = result.classes
    if classes is not None and (
        classes.vetoes or classes.caps or classes.quotas or any(band.gates for band in classes.bands)
    ):
        found.append(tell("missing-classes"))
    unknown = sum(each is None for each in ends)
    if unknown:
        found.append(tell("missing-unknown", count=unknown))
    if result.without_evidence:
        found.append(tell("missing-absent", count=len(result.without_evidence)))
    return tuple(found)


def plain_share(share: Fraction, lang: str) -> str:
    """A share as whole per cent; what is near none or all, and is not, said so."""
    if share in (ZERO, ONE):
        return shown_percent(share, lang)
    whole = round(share * 100)
    if whole in (0, 100):
        return "< 1 %" if whole == 0 else "> 99 %"
    return f"{whole} %"
