"""What policies decided of a result, in words: how each class came about, open ties, methods left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from parcore.evidence.evidence import Stage
from parcore.evidence.units import Unit
from parcore.i18n import say
from parcore.numbers import parse_exact, shown
from parcore.results.provisional import Provisional
from parcore.results.result import Move, PointsSet, Result, Scorecard, Step
from parcore.results.stated import Stated
from parcore.rules.graph import Within
from parcore.rules.policies import Absent
from parcore.values import State, Value


def decisions(result: Result, lang: str) -> Iterator[str]:
    """A line for each method left out, each open tie, and each class that is not simply its number's."""
    yield from (absent_line(each, lang) for each in result.absent)
    yield from open_ties(result, lang)
    yield from set_lines(result.points_set, lang)
    for card in result.scorecards:
        if card.provisional is not None:
            yield provisional_line(card.unit, card.provisional, lang)
    for card in result.scorecards:
        if len(card.moves) > 1 or (card.moves and card.class_name is None):
            yield class_line(result, card, lang)


def absent_line(absent: Absent, lang: str) -> str:
    """That nothing was handed in of a method, and on whose word its leaves are left out."""
    basis = say(f"basis-{absent.source.basis.value}", lang)
    return say("absent-method", lang, method=absent.method.value, basis=basis, source=str(absent.source))


def set_lines(points_set: Iterable[PointsSet], lang: str) -> Iterator[str]:
    """A line for points set; one for all units whose points of a criterion were set for the same reason."""
    alike: dict[tuple[str, Value, Stage, str], list[PointsSet]] = defaultdict(list)
    for each in points_set:
        alike[each.criterion.id, each.computed, each.given.stage, each.given.note].append(each)
    for first, *more in alike.values():
        if not more:
            yield set_line(first, lang)
            continue
        units = (f"{o.unit.name.in_(lang)} {shown(o.given.value.number, lang)}" for o in (first, *more))
        yield say("points-set-many", lang, units="; ".join(units), **_set(first, lang))


def set_line(each: PointsSet, lang: str) -> str:
    """Which points were set in the place of which computed ones, at which stage, and why."""
    points = shown(each.given.value.number, lang)
    return say("points-set", lang, unit=each.unit.name.in_(lang), points=points, **_set(each, lang))


def _set(each: PointsSet, lang: str) -> dict[str, str]:
    state = each.computed.state
    number, word = shown(each.computed.number, lang), say(f"state-{state.word}", lang)
    return {
        "criterion": f"{each.criterion.code} {each.criterion.title.in_(lang)}".strip(),
        "computed": number if state is State.OK else word,
        "stage": say(f"stage-{each.given.stage.value}", lang),
        "reason": each.given.note or "—",
    }


def provisional_line(unit: Unit, open_: Provisional, lang: str) -> str:
    """How many leaves wait for their appraisal, and between which numbers the index can still move."""
    counts = {"open-waiting": len(open_.leaves) - len(open_.bounded), "open-bounded": len(open_.bounded)}
    what = ", ".join(say(word, lang, count=count) for word, count in counts.items() if count)
    span = open_.rate or open_.total or open_.base
    if span is None:
        return say("provisional-open", lang, unit=unit.name.in_(lang), what=what)
    low, high = (shown(end, lang) for end in span)
    return say("provisional-between", lang, unit=unit.name.in_(lang), what=what, low=low, high=high)


def stated_line(stated: Stated, lang: str) -> str:
    """What a leaf's evidence bounds without stating it, and the points that this allows."""
    said = say("stated", lang, said=", ".join(f"{each.field} {each.text}" for each in stated.data))
    if stated.points is None:
        return said
    low, high = (shown(end, lang) for end in stated.points)
    word = "stated-allows" if stated.decided is None else "stated-decides"
    return f"{said}; {say(word, lang, low=low, high=high)}"


def open_ties(result: Result, lang: str) -> Iterator[str]:
    """Each place that units share until the authority decides."""
    tied: dict[tuple[str, int], list[str]] = defaultdict(list)
    for card in result.scorecards:
        for each in result.places.get(card.unit.id, ()):
            if each.open:
                tied[each.circle, each.place].append(card.unit.name.in_(lang))
    for (circle, place), names in tied.items():
        kind, _, name = circle.partition(":")
        shown_circle = "" if kind == Within.ALL.value else f" ({name})"
        yield say("open-tie", lang, place=place, circle=shown_circle, units=", ".join(names))


def class_line(result: Result, card: Scorecard, lang: str) -> str:
    """How a unit's class came about, step by step."""
    steps = "; ".join(_step(result, each, lang) for each in card.moves)
    return say("class-steps", lang, unit=card.unit.name.in_(lang), steps=steps)


def class_title(result: Result, card: Scorecard, lang: str) -> str:
    """The class as the edition calls it in a language, or those it is left open between; empty for none."""
    if card.class_open:
        # One of the two that an authority chooses from; of a cut not known, a class between them too.
        between = " … " if card.moves[0].open_ else " | "
        return between.join(band_title(result, name, lang) for name in card.class_open)
    return "" if card.class_name is None else band_title(result, card.class_name, lang)


def band_title(result: Result, name: str | None, lang: str) -> str:
    """A class's name as the edition calls it in a language."""
    bands = () if result.classes is None else result.classes.bands
    found = next((band for band in bands if band.name == name), None)
    return say("class-none", lang) if found is None else found.title.in_(lang) or found.name


def _step(result: Result, move: Move, lang: str) -> str:
    if move.state is not State.OK:
        return say("move-hidden", lang, said=move.said, state=say(f"state-{move.state.word}", lang))
    if move.open_ and move.step is Step.BAND:
        return _zone(result, move, lang)
    if move.open_:
        both = " | ".join(band_title(result, name, lang) for name in move.open_)
        return say("move-open", lang, said=move.said, classes=both)
    to = band_title(result, move.after, lang)
    said = shown(parse_exact(move.said), lang) if move.step is Step.BAND else move.said
    named = (result.edition.criterion(each) for each in move.criteria)
    codes = ", ".join(each.code or each.id for each in named if each is not None)
    return say(f"move-{move.step.value}", lang, said=said, to=to, criteria=codes)


def _zone(result: Result, move: Move, lang: str) -> str:
    """That the cut between two classes is not known where a number lies, and on whose word."""
    upper, lower = (band_title(result, name, lang) for name in move.open_)
    zones = () if result.classes is None else result.classes.zones
    source = next(each.source for each in zones if each.between == move.open_)
    basis, note = say(f"basis-{source.basis.value}", lang), source.note.in_(lang).rstrip(".")
    said = shown(parse_exact(move.said), lang)
    return say("move-zone", lang, said=said, upper=upper, lower=lower, basis=basis, note=note)
