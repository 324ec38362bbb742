"""Bands of an edition document, their gates, and the numbers between two whose class is not known."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from parcore.documents.reading import both_languages, choice_of, items_of, source_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.editions.compile import nodes_of
from parcore.editions.edition import Criterion, Edition
from parcore.editions.sums import UNREAD
from parcore.expressions import HOLDS, Compare, ExpressionError, parse_comparing
from parcore.i18n import Text
from parcore.intervals import Interval, Range
from parcore.numbers import exact_text
from parcore.rules.figures import Context, Figure, written
from parcore.rules.policies import Band, Every, Gate, Zone


def read_bands(
    tree: Tree, opened: Tree | None, step: Fraction | None, edition: Edition, context: Context
) -> tuple[tuple[Band, ...], tuple[Zone, ...]] | None:
    """The bands, and the zones between them where a class is open; None where one could not be read.

    No number may be in two, and none between two in neither; `step` is how finely numbers lie.
    """
    bands = tuple(band for each in items_of(tree) if (band := _band(each, edition, context)) is not None)
    zones = tuple(zone for each in items_of(opened) if (zone := _zone(each, bands, context)) is not None)
    opens = (Band(" … ".join(each.between), Text(), each.intervals, place=each.place) for each in zones)
    every = [*bands, *opens]
    for at, band in enumerate(every):
        for other in every[:at]:
            _apart(band, other, context)
    if len(bands) < len(items_of(tree)) or len(zones) < len(items_of(opened)):
        return None
    _joined(every, step, context)
    return bands, zones


def named_class(tree: Tree, bands: Sequence[Band], context: Context) -> str | None:
    """The name of a class that there is; another is reported."""
    names = [band.name for band in bands]
    if text_of(tree) in names:
        return text_of(tree)
    report_unknown(text_of(tree), names, tree.place, context.findings, "unknown-class")
    return None


def _band(tree: Tree, edition: Edition, context: Context) -> Band | None:
    intervals = _numbers(tree["in"], context) if isinstance(tree, Mapping) else None
    if intervals is None or not isinstance(tree, Mapping):
        return None
    gates = (_gate(each, edition, context) for each in items_of(tree.get("require")))
    return Band(
        text_of(tree["name"]),
        both_languages(tree.get("title")),
        intervals,
        tuple(gate for gate in gates if gate is not None),
        tree.place,
    )


def _numbers(tree: Tree, context: Context) -> dict[str, Interval] | None:
    """The numbers of a band, by unit group."""
    intervals = context.intervals(tree)
    # What classes read is points, or points per 100: a per cent sign would mean a hundredth of it.
    if intervals is not None and any("%" in text_of(one) for one in written(tree)):
        context.findings.add("band-percent", tree.place)
        return None
    return intervals


def _zone(tree: Tree, bands: Sequence[Band], context: Context) -> Zone | None:
    if not isinstance(tree, Mapping):
        return None
    intervals, source = _numbers(tree["in"], context), source_of(tree, context.findings)
    upper, lower = (named_class(each, bands, context) for each in items_of(tree["between"]))
    if intervals is None or source is None or upper is None or lower is None:
        return None
    within = {band.name: band.intervals for band in bands}
    for group, numbers in intervals.items():
        top, low = within[upper][group], within[lower][group]
        inside = [
            band for band in bands if low.before(band.intervals[group]) and band.intervals[group].before(top)
        ]
        if inside or not (low.before(numbers) and numbers.before(top)):
            context.findings.add("open-not-between", tree["in"].place, one=upper, two=lower, where=numbers)
            return None
    return Zone((upper, lower), intervals, source, tree.place)


def _apart(band: Band, other: Band, context: Context) -> None:
    if band.name == other.name:
        context.findings.add("duplicate-id", band.place, id=band.name, first=other.place)
    for group in context.groups:
        both: Interval | None = band.intervals[group].meet(other.intervals[group])
        if both is not None:
            context.findings.add("bands-overlap", band.place, one=other.name, two=band.name, where=both)


def _joined(bands: Sequence[Band], step: Fraction | None, context: Context) -> None:
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


# Gates


def _gate(tree: Tree, edition: Edition, context: Context) -> Gate | None:
    every = choice_of(tree["every"], Every, context.findings) if isinstance(tree, Mapping) else None
    if every is None or not isinstance(tree, Mapping):
        return None
    asked = _asked(tree, context)
    if asked is None:
        return None
    op, amount, share, said = asked
    rounded, excluded = text_of(tree["rounded"]) == "yes", text_of(tree["excluded"]) == "passes"
    gate = Gate(every, op, amount, share, rounded, excluded, said, tree.place)
    read = {node.id: node for group in context.groups for node in nodes_of(edition, every, group)}
    for node in read.values():
        _reachable(gate, node, context)
    return gate


def _asked(tree: Mapping, context: Context) -> tuple[str, Figure, bool, str] | None:
    """What a gate asks of points: operator, amount, whether it is a share of the maximum, as written."""
    if ("points" in tree) == ("at_least" in tree):
        context.findings.add("gate-shape", tree.place)
        return None
    if "at_least" in tree:
        least = tree["at_least"]
        figure, shares = context.figure(least), {text_of(each).endswith("%") for each in written(least)}
        if len(shares) > 1:
            context.findings.add("percent-mixed", least.place)
        said = text_of(least) or "; ".join(
            f"{g} {exact_text(n)}" for g, n in (figure or Figure()).by_group.items()
        )
        return None if figure is None or len(shares) > 1 else (">=", figure, True in shares, f">= {said}")
    text = text_of(tree["points"])
    try:
        found = parse_comparing(f"points {text}")
    except ExpressionError:
        found = None
    compared = isinstance(found, Compare) and found.op in (">", ">=") and found.left.name == "points"
    if not isinstance(found, Compare) or not compared or found.right.names or "%" in text:
        context.findings.add("wrong-form", tree["points"].place, value=text[:60], wanted='"> 0"')
        return None
    return found.op, Figure(found.right.constant), False, text


def _reachable(gate: Gate, node: Criterion, context: Context) -> None:
    """Report a gate that no points of a node pass, or one that needs a maximum nobody published."""
    if node.max is None:
        if gate.share:
            context.findings.add("needs-maximum", gate.place, criterion=node.id)
        return
    for group in context.groups if node.max is not UNREAD else ():
        top = node.max.of(group)
        holds = HOLDS[gate.op](top, gate.amount.of(group) * (top if gate.share else 1))
        if node.applies(group) and not holds:
            context.findings.add("gate-never-holds", gate.place, criterion=node.id, max=exact_text(top))
