"""Policies of an edition document: what classes and ranking read, and how."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from parcore.diagnostics import Findings
from parcore.documents.reading import both_languages, choice_of, items_of, text_of, texts_of
from parcore.documents.tree import Mapping, Tree
from parcore.intervals import Interval, Range
from parcore.numbers import exact_text
from parcore.rules.figures import Context, written
from parcore.rules.graph import Within
from parcore.rules.policies import Band, Classes, Level, Quantity, Ranking, Reads, RoundingPlan, Ties


def _reads(tree: Tree, findings: Findings) -> Reads | None:
    if not isinstance(tree, Mapping):
        return None
    quantity = choice_of(tree["quantity"], Quantity, findings)
    return None if quantity is None else Reads(quantity, text_of(tree["rounded"]) == "yes")


def read_classes(tree: Tree | None, rounding: RoundingPlan, context: Context) -> Classes | None:
    """The classes of an edition; bands that overlap, or leave a number between them, are reported."""
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


def read_ranking(tree: Tree | None, findings: Findings) -> Ranking | None:
    """How an edition ranks."""
    if not isinstance(tree, Mapping):
        return None
    reads = _reads(tree["on"], findings)
    method = choice_of(tree["method"], Ties, findings)
    within = tuple(choice_of(each, Within, findings) for each in items_of(tree["within"]))
    if reads is None or method is None or any(each is None for each in within):
        return None
    circles = tuple(dict.fromkeys(each for each in within if each is not None))
    return Ranking(reads, method, circles, texts_of(tree.get("unranked")))
