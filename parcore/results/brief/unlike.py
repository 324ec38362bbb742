"""Published figures that the engine gives otherwise, or that are published twice: both are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from parcore.evidence.evidence import Observation
from parcore.i18n import LANGUAGES, Text, say, words
from parcore.results.brief.figures import Figure, Origin, computed, told_digits
from parcore.results.brief.held import Held
from parcore.results.brief.statements import Clause, Kind, Statement, period_text
from parcore.results.brief.words import both
from parcore.results.published import Comparison, Verdict, compared

UNEXPLAINED = "not explained"
"""What `explained` says of a difference whose reason is not known."""


def of_unlike(held: Held, about: Iterable[str], wanted: frozenset[str]) -> Iterator[Statement]:
    """Of figures about some things: printed and computed where they read differently; then those restated.

    `wanted` are the quantities that the brief tells; of others nothing is said.
    """
    things = set(about)
    found = sorted(compared(held.result), key=lambda each: _key(each.observation))
    for each in found:
        seen = each.observation
        if each.verdict is Verdict.SAME or each.order or seen.about not in things:
            continue
        if seen.quantity in wanted:
            yield _unlike(held, each)
    for at in sorted(things):
        for quantity in sorted(wanted):
            figures = held.all_published(at, quantity)
            for other in figures[1:]:
                if other.value != figures[0].value:
                    yield _restated(held, figures[0], other)
            yield from _restated_before(held, at, quantity)


def _key(seen: Observation) -> tuple[str, str, str, str]:
    return seen.about, seen.quantity, str(seen.source), seen.text


def _unlike(held: Held, each: Comparison) -> Statement:
    seen = each.observation
    printed = next(one for one in held.all_published(seen.about, seen.quantity) if one.observation == seen)
    parts: dict[str, Figure | Text] = {"what": _what(held, seen), "printed": printed}
    if not isinstance(each.figure, str):
        parts["ours"] = _ours(held, each, each.figure)
    word = "unlike-cut" if each.verdict is Verdict.CUT else "unlike"
    return Statement(Kind.UNLIKE, seen.about, (Clause(word, parts), *_why(seen)))


def _ours(held: Held, each: Comparison, number: Fraction) -> Figure:
    """What the engine gives: from evidence, as a maximum of the edition, or from other printed figures."""
    seen = each.observation
    measure, at = held.measure_of(seen.quantity), (seen.about, seen.quantity, held.now)
    if not each.printed:
        origin = Origin.EDITION if seen.quantity.startswith("max") else Origin.COMPUTED
        return computed(number, measure, *at, origin)
    points = held.published(seen.about, seen.quantity.replace("rate", "points"))
    digits = told_digits(number, measure)
    return Figure(number, measure, Origin.DERIVED, *at, digits, inputs=() if points is None else (points,))


def _why(seen: Observation) -> list[Clause]:
    if not seen.explained.in_("en"):
        return []
    if seen.explained.in_("en") == UNEXPLAINED:
        return [Clause("unexplained")]
    return [Clause("because", {"why": _halves(seen.explained)})]


def _halves(text: Text) -> Text:
    """A cell in both languages, "… / …" as tables write it, as a text in each."""
    vi, slash, en = text.vi.partition(" / ")
    return Text(vi, en) if slash and not text.en else text


def _restated(held: Held, first: Figure, other: Figure) -> Statement:
    seen = other.observation
    if seen is None:
        raise AssertionError("a published figure has its observation")
    parts: dict[str, Figure | Text] = {"what": _what(held, seen), "source": Text(str(seen.source))}
    parts |= {"first": first, "other": other}
    return Statement(Kind.UNLIKE, seen.about, (Clause("restated", parts), *_why(seen)))


def _restated_before(held: Held, about: str, quantity: str) -> Iterator[Statement]:
    """Other figures of the period compared with than the one that a change quoted by this period is on."""
    base = held.published_before(about, quantity)
    figures = held.all_published(about, quantity, held.before)
    if base is None or not figures or base.value == figures[0].value:
        return
    seen = figures[0].observation
    assert seen is not None
    parts: dict[str, Figure | Text] = {
        "what": _what(held, seen), "before": period_text(held.before), "source": Text(str(seen.source)),
        "first": base, "other": figures[0],
    }  # fmt: skip
    yield Statement(Kind.UNLIKE, about, (Clause("restated-before", parts),))


def _what(held: Held, seen: Observation) -> Text:
    """What a figure is, and of whom."""
    kind, _, name = seen.about.partition(":")
    unit = held.unit(seen.about)
    if unit is not None:
        about = unit.name
    elif kind == "region":
        about = held.regions.get(name, Text(name))
    elif kind == "group":
        about = held.result.edition.group_titles.get(name) or Text(name)
    else:
        about = both("about-all")
    parts = [_part(held, seen, each) for each in seen.quantity.split(":")]
    told = {lang: ", ".join(each.in_(lang) for each in parts) for lang in LANGUAGES}
    return Text(*(say("brief-what", lang, what=told[lang], of=about.in_(lang)) for lang in LANGUAGES))


def _part(held: Held, seen: Observation, part: str) -> Text:
    if f"figure-{part}" in words():
        return both(f"figure-{part}")
    node = held.result.edition.criterion(part)
    return node.title if node is not None else seen.named if seen.named.in_("vi") else Text(part)
