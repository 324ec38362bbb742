"""Edition documents: tree with places → shape → edition; all of a document's findings at once."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Final

from parcore.diagnostics import Findings
from parcore.documents.reading import (
    both_languages,
    choice_of,
    date_of,
    items_of,
    source_of,
    text_of,
    texts_of,
)
from parcore.documents.schema import check_shape
from parcore.documents.tree import Mapping, Tree
from parcore.editions.criteria import read_criterion, read_maximum
from parcore.editions.edition import Criterion, Decision, Edition
from parcore.editions.sums import check_maxima
from parcore.evidence.vocabulary import Vocabulary
from parcore.intervals import Interval, Range
from parcore.numbers import Rounding, exact_text
from parcore.rules.figures import Context, written
from parcore.rules.graph import Within
from parcore.rules.policies import (
    Band,
    Classes,
    Level,
    Quantity,
    Ranking,
    Reads,
    RoundingPlan,
    Ties,
)
from parcore.sources import Basis, Source

INDEX: Final = "index"
"""The whole of an edition in results: no criterion may be called so."""


def read_edition(tree: Tree, vocabularies: dict[str, Vocabulary], findings: Findings) -> Edition | None:
    """The edition of a document, or None; what is wrong goes to `findings`.

    An edition is given even where findings refuse it, so that later checks can speak too; callers
    look at `findings.errors` before they use it.
    """
    if not check_shape(tree, "edition", findings) or not isinstance(tree, Mapping):
        return None
    vocabulary = _vocabulary(tree, vocabularies, findings)
    if vocabulary is None:  # every field of every rule would be unknown
        return None
    units = tree["units"]
    groups = texts_of(units.get("groups")) if isinstance(units, Mapping) else ()
    context = Context(vocabulary, findings, groups or ("",), "", None)
    total = read_maximum(tree["total"], context)
    components = _components(tree, context)
    key = f"{text_of(tree['methodology'])}@{text_of(tree['edition'])}"
    check_maxima(components, total, key, tree.place_of("total"), context)
    rounding = _rounding(tree.get("rounding"), findings)
    first, last = _years(tree, findings)
    return Edition(
        methodology=text_of(tree["methodology"]),
        name=text_of(tree["edition"]),
        title=both_languages(tree["title"]),
        decision=_decision(tree.get("decision"), findings),
        first_year=first,
        last_year=last,
        kinds=texts_of(units.get("kinds")) if isinstance(units, Mapping) else (),
        groups=context.groups,
        vocabulary=vocabulary,
        total=total,
        components=components,
        rounding=rounding,
        source=source_of(tree["source"], findings) or Source(Basis.ILLUSTRATIVE),
        classes=_classes(tree.get("classes"), rounding, context),
        ranking=_ranking(tree.get("ranking"), findings),
        replaces=text_of(tree.get("replaces")),
        note=both_languages(tree.get("note")),
        place=tree.place,
    )


def _vocabulary(tree: Mapping, known: dict[str, Vocabulary], findings: Findings) -> Vocabulary | None:
    named = tree.get("vocabulary")
    if named is None:
        return Vocabulary("", both_languages(None), {})
    name = text_of(named)
    if name not in known:
        findings.add("unknown-vocabulary", named.place, name=name, known=", ".join(sorted(known)) or "—")
        return None
    return known[name]


def _components(tree: Mapping, context: Context) -> tuple[Criterion, ...]:
    seen: dict[str, Criterion] = {}
    coded: dict[str, Criterion] = {}
    components = [read_criterion(each, context) for each in items_of(tree["components"])]
    known = tuple(each for each in components if each is not None)
    for component in known:
        for each in component.all:
            if each.id in seen:
                context.findings.add("duplicate-id", each.place, id=each.id, first=seen[each.id].place)
            seen.setdefault(each.id, each)
            if each.id == INDEX:
                context.findings.add("reserved-id", each.place, id=each.id)
            first = coded.setdefault(each.code, each) if each.code else each
            if first is not each:
                context.findings.add("duplicate-code", each.place, code=each.code, first=first.place)
    return known


def _years(tree: Mapping, findings: Findings) -> tuple[int, int | None]:
    applies = tree["applies"]
    first = text_of(applies.get("from")) if isinstance(applies, Mapping) else ""
    last = text_of(applies.get("to")) if isinstance(applies, Mapping) else ""
    if isinstance(applies, Mapping) and last and int(last) < int(first):
        findings.add("years-reversed", applies["to"].place, first=first, last=last)
    return int(first), int(last) if last else None


def _decision(tree: Tree | None, findings: Findings) -> Decision | None:
    if not isinstance(tree, Mapping):
        return None
    return Decision(
        text_of(tree["number"]), date_of(tree.get("issued"), findings), text_of(tree.get("issuer"))
    )


def _rounding(tree: Tree | None, findings: Findings) -> RoundingPlan:
    if not isinstance(tree, Mapping):
        return RoundingPlan()
    mode = choice_of(tree.get("mode"), Rounding, findings) or Rounding.HALF_UP
    digits = {Level(key): int(text_of(value)) for key, value in tree.entries.items() if key != "mode"}
    return RoundingPlan(digits, mode)


def _reads(tree: Tree, findings: Findings) -> Reads | None:
    if not isinstance(tree, Mapping):
        return None
    quantity = choice_of(tree["quantity"], Quantity, findings)
    return None if quantity is None else Reads(quantity, text_of(tree["rounded"]) == "yes")


def _classes(tree: Tree | None, rounding: RoundingPlan, context: Context) -> Classes | None:
    if not isinstance(tree, Mapping):
        return None
    reads = _reads(tree["on"], context.findings)
    bands: list[Band] = []
    for each in items_of(tree["bands"]):
        if not isinstance(each, Mapping):
            continue
        intervals = context.intervals(each["in"])
        if intervals is None:
            continue
        # What classes read is points, or points per 100: a per cent sign would mean a hundredth of it.
        if any("%" in text_of(one) for one in written(each["in"])):
            context.findings.add("band-percent", each["in"].place)
        band = Band(text_of(each["name"]), both_languages(each.get("title")), intervals, each.place)
        for other in bands:
            _apart(band, other, context)
        bands.append(band)
    if reads is None:
        return None
    digits = rounding.digits.get(Level.INDEX) if reads.rounded else None
    _joined(bands, None if digits is None else Fraction(1, 10**digits), context)
    return Classes(reads, tuple(bands))


def _apart(band: Band, other: Band, context: Context) -> None:
    if band.name == other.name:
        context.findings.add("duplicate-id", band.place, id=band.name, first=other.place)
    for group in context.groups:
        both: Interval | None = band.intervals[group].meet(other.intervals[group])
        if both is not None:
            context.findings.add("bands-overlap", band.place, one=other.name, two=band.name, where=both)


def _joined(bands: list[Band], step: Fraction | None, context: Context) -> None:
    """Report numbers between two classes that neither takes; outside all of them there may be none."""
    for group in context.groups:
        known = [band for band in bands if band.intervals[group].low is not None]
        known.sort(key=lambda band: band.intervals[group].low or Fraction(0))
        lowest = [band for band in bands if band.intervals[group].low is None]
        for lower, upper in pairwise([*lowest, *known]):
            below, over = lower.intervals[group], upper.intervals[group]
            if below.high is None or over.low is None or not below.before(over):
                continue
            between = Interval(high=over.low, high_in=not over.low_in).minus(
                Interval(high=below.high, high_in=below.high_in)
            )
            witness = Range(step=step).sample(between[0]) if between else None
            if witness is not None:
                shown = exact_text(witness)
                context.findings.add("bands-gap", upper.place, one=lower.name, two=upper.name, witness=shown)


def _ranking(tree: Tree | None, findings: Findings) -> Ranking | None:
    if not isinstance(tree, Mapping):
        return None
    reads = _reads(tree["on"], findings)
    method = choice_of(tree["method"], Ties, findings)
    within = tuple(choice_of(each, Within, findings) for each in items_of(tree["within"]))
    if reads is None or method is None or any(each is None for each in within):
        return None
    circles = tuple(dict.fromkeys(each for each in within if each is not None))
    return Ranking(reads, method, circles, texts_of(tree.get("unranked")))
