"""What changed, told in a language: sections of tables and lines, for a terminal, Markdown and HTML alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.change.attribution import Attribution, Parts, Split, UnitSplit
from parcore.change.editions import CriterionChange, EditionChange, Kind
from parcore.change.matching import Match
from parcore.change.places import PlaceSplit
from parcore.editions.edition import Criterion, Edition
from parcore.evidence.vocabulary import FieldKind, Vocabulary
from parcore.i18n import say
from parcore.intervals import Interval
from parcore.numbers import shown
from parcore.readings.analysis.edition import shared_groups
from parcore.readings.analysis.equivalence import Region
from parcore.results.result import Result
from parcore.rules.graph import Within
from parcore.values import Value

DIGITS: Final = 4
"""The decimals with which parts of a change are told; programs get them exact."""

PARTS: Final = ("rule", "evidence", "units", "not_comparable", "rounding")

PLACES: Final = ("rule", "units", "own", "others", "not_comparable")

OWN_RULE: Final = (Kind.TIGHTENED, Kind.RELAXED, Kind.TURNED, Kind.RULE)


@frozen
class Section:
    """A title, a table (columns are key and heading; none: no table), and lines under it."""

    title: str
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[dict[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    numeric: frozenset[str] = frozenset()


def of_editions(change: EditionChange, lang: str) -> Iterator[Section]:
    """Criteria that changed, where rules give other points, policies that differ."""
    title = say("compare-title", lang, first=change.first.key, second=change.second.key)
    rows = [row for each in change.criteria for row in _criterion(each, change, lang)]
    same = say("compare-same", lang, count=len(change.same))
    if not rows and not change.policies:
        yield Section(title, lines=(say("compare-nothing", lang),))
        return
    heads = ("code", "criterion", "compare-kinds", "compare-maximum", "compare-clause")
    yield Section(title, _columns(heads, lang), tuple(rows), (same,))
    told = (each for each in change.criteria if set(OWN_RULE) & {*each.kinds} or _became(each))
    found = [row for each in told for row in _regions(each, change.second, lang)]
    if found:
        heads = ("criterion", "apart-where", "apart-evidence", "apart-before", "apart-after")
        numeric = frozenset(heads[3:])
        yield Section(say("compare-regions", lang), _columns(heads, lang), tuple(found), numeric=numeric)
    for policy in change.policies:
        both = (("−", policy.first), ("+", policy.second))
        lines = tuple(f"{sign} {each.in_(lang)}" for sign, said in both for each in said)
        yield Section(say(f"compare-policy-{policy.name}", lang), lines=lines)


def _columns(words: Iterable[str], lang: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, say(word, lang)) for word in words)


def _criterion(each: CriterionChange, change: EditionChange, lang: str) -> Iterator[dict[str, str]]:
    one, two = each.match.first, each.match.second
    yield {
        "code": _arrow(_codes(one), _codes(two)),
        "criterion": _arrow(_titles(one, lang), _titles(two, lang), both=Kind.REWORDED in each.kinds),
        "compare-kinds": ", ".join(say(f"compare-{kind.value}", lang) for kind in each.kinds),
        "compare-maximum": _maxima(each, change, lang),
        "compare-clause": _arrow(_clauses(one), _clauses(two)),
    }


def _arrow(one: str, two: str, *, both: bool = True) -> str:
    if one == two or not one or not two or not both:
        return two or one
    return f"{one} → {two}"


def _codes(nodes: Sequence[Criterion]) -> str:
    return ", ".join(node.code or node.id for node in nodes)


def _titles(nodes: Sequence[Criterion], lang: str) -> str:
    return "; ".join(node.title.in_(lang) for node in nodes)


def _clauses(nodes: Sequence[Criterion]) -> str:
    return "; ".join(node.source.clause for node in nodes if node.source is not None)


def _maxima(each: CriterionChange, change: EditionChange, lang: str) -> str:
    """The maxima before and after, by unit group where these differ; empty where neither is known."""
    told: dict[str, list[str]] = {}
    for group in shared_groups(change.first, change.second):
        both = each.maxima(group)
        if both == (None, None):
            continue
        one, two = ("—" if top is None else shown(top, lang) for top in both)
        told.setdefault(one if one == two else f"{one} → {two}", []).append(group)
    if len(told) < 2:
        return "".join(told)
    title = (change.first if change.second.groups == ("",) else change.second).group_title
    return "; ".join(f"{', '.join(title(g, lang) for g in of)}: {text}" for text, of in told.items())


def _became(each: CriterionChange) -> bool:
    """Whether leaves became other leaves: more than one rule stands for one."""
    several = {Kind.SPLIT, Kind.MERGED, Kind.REDRAWN} & {*each.kinds}
    return bool(several) and any(node.rule is not None for node in (*each.match.first, *each.match.second))


def _regions(each: CriterionChange, edition: Edition, lang: str) -> Iterator[dict[str, str]]:
    name = each.criterion.code or each.criterion.id
    if _became(each):
        name = f"{_codes(each.match.first)} → {_codes(each.match.second)}"
        yield {"criterion": name, "apart-where": say("apart-several", lang)}
    for rule in each.rules:
        groups = [] if {*rule.groups} >= {*edition.groups} else rule.groups
        of = " ".join(filter(None, (name, rule.part, *(edition.group_title(g, lang) for g in groups))))
        if rule.why:
            yield {"criterion": of, "apart-where": say(f"apart-{rule.why}", lang)}
        for at, region in enumerate(rule.regions):
            yield {"criterion": "" if at else of, **_region(region, edition.vocabulary, lang)}


def _region(region: Region, vocabulary: Vocabulary, lang: str) -> dict[str, str]:
    given = region.given or (None, None)
    return {
        "apart-where": "; ".join(_where(axis, part, vocabulary) for axis, part in region.cell.items()),
        "apart-evidence": "—" if region.witness is None else str(region.witness),
        "apart-before": _given(given[0], lang),
        "apart-after": _given(given[1], lang),
    }


def _where(axis: str, part: Interval, vocabulary: Vocabulary) -> str:
    """A part of an axis; of a choice by the names of its options."""
    spec = vocabulary.fields.get(axis)
    if spec is None or spec.kind is not FieldKind.CHOICE:
        return f"{axis} {part}"
    return f"{axis} = {', '.join(option for at, option in enumerate(spec.options) if Fraction(at) in part)}"


def _given(value: Value | None, lang: str) -> str:
    if value is None:
        return ""
    return say(f"state-{value.state.word}", lang) if value.known is None else shown(value.known, lang)


def of_scores(why: Attribution, lang: str, units: Sequence[str] = ()) -> Iterator[Section]:
    """The change of every unit and its parts; of the units named (or of a single one) by criterion too."""
    first, second = why.first, why.second
    told = [each for each in why.units if not units or {each.first.id, each.second.id} & {*units}]
    moved = any(each.first.id != each.second.id for each in told)
    split = [each for each in PARTS if each != "units" or moved]
    heads = ["unit", *(["why-label"] if moved else []), "why-first", "why-second", "change"]
    heads += [f"why-{each.replace('_', '-')}" for each in split]
    heads += ["why-places", *(f"why-places-{each}" for each in PLACES), "why-note"]
    rows = tuple(_unit(each, lang, moved=moved) for each in told)
    used = [head for head in heads if any(row.get(head) for row in rows)]
    columns = tuple((head, _heading(head, first, second, lang)) for head in used)
    text = {"unit", "why-label", "why-note"}
    within = dict.fromkeys(each.places.within for each in told if each.places is not None)
    circles = [say(f"why-within-{each.value}", lang) for each in within if each is not Within.ALL]
    lines = [*_quantities(told, lang), *circles, *_without(why, lang)]
    title = say("why-title", lang, first=_year(first, second), second=_year(second, first))
    yield Section(title, columns, rows, tuple(lines), frozenset(used) - text)
    for each in told if units or len(told) == 1 else ():
        yield _by_criterion(each, why, lang)


def _quantities(told: Sequence[UnitSplit], lang: str) -> Iterator[str]:
    """What the numbers are; of which units, where not of all."""
    said: dict[str, list[str]] = {}
    for each in told:
        word = say(f"why-quantity-{each.quantity.value}", lang)
        said.setdefault(word, []).append(each.second.name.in_(lang))
    yield from said if len(said) < 2 else (f"{', '.join(names)}: {word}" for word, names in said.items())


def _heading(word: str, first: Result, second: Result, lang: str, number: str = "why-index") -> str:
    if word in ("why-first", "why-second"):
        one, two = (first, second) if word == "why-first" else (second, first)
        return f"{say(number, lang)}\n{_year(one, two)}"
    return say(word, lang)


def _year(one: Result, two: Result) -> str:
    """What tells two results apart: period, edition or stage, or several of them."""
    differs = [
        (str(one.period), one.period != two.period),
        (one.edition.key, one.edition.key != two.edition.key),
        (one.stage.value, one.stage is not two.stage),
    ]
    return ", ".join(text for text, apart in differs if apart) or str(one.period)


def _without(why: Attribution, lang: str) -> Iterator[str]:
    for word, units in (("why-only-first", why.only_first), ("why-only-second", why.only_second)):
        if units:
            yield say(word, lang, units=", ".join(unit.name.in_(lang) for unit in units))


def _unit(each: UnitSplit, lang: str, *, moved: bool) -> dict[str, str]:
    one, two = each.first.name.in_(lang), each.second.name.in_(lang)
    row = {"unit": two if each.first.id == each.second.id else f"{one} → {two}"}
    if moved:
        row["why-label"] = say(f"label-{each.label}", lang)
    row |= _split(each.index, lang)
    return row | ({} if each.places is None else _places(each.places, lang))


def _split(each: Split, lang: str) -> dict[str, str]:
    change = None if each.first is None or each.second is None else each.second - each.first
    row = {
        "why-first": "—" if each.first is None else shown(each.first, lang),
        "why-second": "—" if each.second is None else shown(each.second, lang),
        "change": "" if change is None else _signed(change, lang),
        "why-note": "" if each.aside is None else say(f"aside-{each.aside.value}", lang),
    }
    return row | ({} if each.parts is None else _parts(each.parts, lang))


def _parts(parts: Parts, lang: str) -> dict[str, str]:
    numbers = {each: getattr(parts, each) for each in PARTS}
    return {f"why-{key.replace('_', '-')}": _signed(n, lang) for key, n in numbers.items() if n}


def _places(places: PlaceSplit, lang: str) -> dict[str, str]:
    told = {"why-places": f"{places.first} → {places.second}"}
    for each in PLACES if places.parts is not None else ():
        if number := getattr(places.parts, each):
            told[f"why-places-{each}"] = _signed(number, lang)
    return told


def _signed(number: Fraction, lang: str) -> str:
    told = shown(number, lang, DIGITS) if (number * 10**DIGITS).denominator != 1 else shown(number, lang)
    return f"+{told}" if number > 0 else told


def _by_criterion(each: UnitSplit, why: Attribution, lang: str) -> Section:
    """A unit's criteria in the order of the second edition's tree, those that did not change left out.

    What is set aside stays, though its points did not change: its maximum weighs in a rate.
    """
    orders = _order(why.first.edition), _order(why.second.edition)
    splits = sorted((*each.groups, *each.criteria), key=lambda one: _position(one.match, orders))
    rows = []
    for one in splits:
        unchanged = one.parts is not None and not any(_numbers(one.parts))
        if one.match is None or (unchanged and one.aside is None):
            continue
        nodes = one.match.second or one.match.first
        rows.append({"code": _codes(nodes), "criterion": _titles(nodes, lang)} | _split(one, lang))
    heads = ["code", "criterion", "why-first", "why-second", "change"]
    heads += [f"why-{part.replace('_', '-')}" for part in PARTS] + ["why-note"]
    used = [head for head in heads if any(row.get(head) for row in rows)]
    columns = tuple((head, _heading(head, why.first, why.second, lang, "points")) for head in used)
    numeric = frozenset(used) - {"code", "criterion", "why-note"}
    return Section(each.second.name.in_(lang), columns, tuple(rows), numeric=numeric)


def _numbers(parts: Parts) -> Iterator[Fraction]:
    yield from (getattr(parts, each) for each in PARTS)


def _order(edition: Edition) -> dict[str, int]:
    return {node.id: at for at, node in enumerate(edition.nodes)}


def _position(match: Match | None, orders: tuple[dict[str, int], dict[str, int]]) -> tuple[bool, int]:
    """Where a row stands: by the second edition's tree; what the first alone has, at the end."""
    if match is None or not match.second:
        return True, 0 if match is None else orders[0][match.first[0].id]
    return False, orders[1][match.second[0].id]
