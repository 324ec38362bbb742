"""What policies decided of a result, in words: how each class came about, open ties, methods left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from parcore.evidence.evidence import Stage
from parcore.evidence.vocabulary import Vocabulary
from parcore.i18n import say
from parcore.numbers import parse_exact, shown
from parcore.readings.notes import bound_text
from parcore.readings.prose.policies import gate_points, limit_condition
from parcore.readings.prose.words import Speaker
from parcore.results.provisional import Provisional, Span
from parcore.results.result import Move, PointsSet, Result, Scorecard, Step
from parcore.results.stated import Stated
from parcore.rules.policies import Absent, Classes, Level, Quantity
from parcore.values import State, Value


def decisions(result: Result, lang: str) -> Iterator[str]:
    """A line for each method left out, each open tie, and each class that is not simply its number's."""
    yield from (absent_line(each, lang) for each in result.absent)
    yield from open_ties(result, lang)
    yield from set_lines(result.points_set, lang)
    for card in result.scorecards:
        if card.provisional is not None:
            yield provisional_line(result, card, card.provisional, lang)
    for card in result.scorecards:
        if len(card.moves) > 1 or (card.moves and card.class_name is None):
            yield class_line(result, card, lang)


def absent_line(absent: Absent, lang: str) -> str:
    """That nothing was handed in of a method, and on whose word its leaves are left out."""
    basis = say(f"basis-{absent.source.basis.value}", lang)
    return say(
        "absent-method",
        lang,
        method=say(f"prose-method-{absent.method.value}", lang),
        basis=basis,
        source=str(absent.source),
    )


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
        yield say("points-set-many", lang, units="; ".join(units), **set_words(first, lang))


def set_line(each: PointsSet, lang: str) -> str:
    """Which points were set in the place of which computed ones, at which stage, and why."""
    return say("points-set", lang, unit=each.unit.name.in_(lang), **set_words(each, lang))


def set_words(each: PointsSet, lang: str) -> dict[str, str]:
    """What fills the sentences that say which points were set, where, in the place of what, and why."""
    state = each.computed.state
    number, word = shown(each.computed.number, lang), say(f"state-{state.word}", lang)
    return {
        "points": shown(each.given.value.number, lang),
        "criterion": f"{each.criterion.code} {each.criterion.title.in_(lang)}".strip(),
        "computed": number if state is State.OK else word,
        "stage": say(f"stage-{each.given.stage.value}", lang),
        "reason": each.given.note or "—",
    }


def provisional_line(result: Result, card: Scorecard, open_: Provisional, lang: str) -> str:
    """How many leaves wait for their appraisal; how far index, total and class can still move."""
    counts = {"open-waiting": len(open_.leaves) - len(open_.bounded), "open-bounded": len(open_.bounded)}
    what = ", ".join(say(word, lang, count=count) for word, count in counts.items() if count)
    line = say("provisional-open", lang, unit=card.unit.name.in_(lang), what=what)
    spans = {Quantity.RATE: open_.rate, Quantity.TOTAL: open_.total, Quantity.BASE: open_.base}
    policies = (result.classes, result.edition.ranking)
    read = {each.on.quantity for each in policies if each is not None}
    shown_ = {Quantity.RATE if open_.rate is not None else Quantity.BASE} | read
    if open_.total != open_.base:
        shown_.add(Quantity.TOTAL)
    told = [_between(each, span, lang) for each, span in spans.items() if span is not None and each in shown_]
    return ", ".join([line, *told, *_classes_between(result, card, spans, lang)])


def _between(quantity: Quantity, span: Span, lang: str) -> str:
    low, high = (shown(end, lang) for end in span)
    word = "provisional-same" if low == high else "provisional-between"
    return say(word, lang, quantity=say(f"quantity-{quantity.value}", lang), low=low, high=high)


def _classes_between(
    result: Result, card: Scorecard, spans: Mapping[Quantity, Span | None], lang: str
) -> Iterator[str]:
    """The classes that the two ends of the number fall into, vetoes, gates, caps and quotas left aside."""
    classes = result.classes
    span = None if classes is None else spans[classes.on.quantity]
    # The ends are rounded as the index is: what reads it unrounded is told where it is rounded nowhere.
    unlike = Level.INDEX in result.edition.rounding.digits
    if classes is None or span is None or (unlike and not classes.on.rounded):
        return
    low, high = (_band(classes, card.group, end) for end in span)
    if low is not None and high is not None:
        word = "provisional-class-same" if low == high else "provisional-class"
        yield say(word, lang, low=band_title(result, low, lang), high=band_title(result, high, lang))


def _band(classes: Classes, group: str, number: Fraction) -> str | None:
    """The class of a number; None where none holds it, or it is open between two."""
    bands = classes.ordered(group) if classes.zone(number, group) is None else ()
    return next((band.name for band in bands if number in band.intervals[group]), None)


def stated_line(stated: Stated, vocabulary: Vocabulary, lang: str) -> str:
    """What a leaf's evidence bounds without stating it, and the points that this allows."""
    speaker = Speaker(vocabulary, lang)
    said = say(
        "stated",
        lang,
        said=", ".join(f"{speaker.name(o.field)} {bound_text(o, speaker)}" for o in stated.data),
    )
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
        name = circle_name(circle)
        shown_circle = f" ({name})" if name else ""
        yield say("open-tie", lang, place=place, circle=shown_circle, units=", ".join(names))


def circle_name(circle: str) -> str:
    """The group or region that a circle of places is of; empty for that of all."""
    return circle.partition(":")[2]


def class_line(result: Result, card: Scorecard, lang: str) -> str:
    """How a unit's class came about, step by step."""
    steps = "; ".join(_step(result, card, each, lang) for each in card.moves)
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


def _step(result: Result, card: Scorecard, move: Move, lang: str) -> str:
    if move.state is not State.OK:
        said = _limit_said(result, card, move, lang)
        return say("move-hidden", lang, said=said, state=say(f"state-{move.state.word}", lang))
    if move.open_ and move.step is Step.BAND:
        return _zone(result, move, lang)
    if move.open_:
        both = " | ".join(band_title(result, name, lang) for name in move.open_)
        return say("move-open", lang, said=_quota_said(move, lang), classes=both)
    to = band_title(result, move.after, lang)
    match move.step:
        case Step.BAND:
            said = shown(parse_exact(move.said), lang)
        case Step.QUOTA:
            said = _quota_said(move, lang)
        case Step.GATE:
            said = _gate_said(result, card, move, lang)
        case _:
            said = _limit_said(result, card, move, lang)
    named = (result.edition.criterion(each) for each in move.criteria)
    codes = ", ".join(each.code or each.id for each in named if each is not None)
    return say(f"move-{move.step.value}", lang, said=said, to=to, criteria=codes)


def _quota_said(move: Move, lang: str) -> str:
    """How many units a quota leaves in its class, of how many that were in it."""
    places, _, units = move.said.partition("/")
    return say("quota-places", lang, places=places, units=units)


def _limit_said(result: Result, card: Scorecard, move: Move, lang: str) -> str:
    """The condition of a veto or cap, with the titles of its fields."""
    classes = result.classes
    limits = () if classes is None else (*classes.vetoes, *classes.caps)
    limit = next((each for each in limits if each.said == move.said), None)
    speaker = Speaker(result.edition.vocabulary, lang, card.group)
    return move.said if limit is None else limit_condition(limit, speaker)


def _gate_said(result: Result, card: Scorecard, move: Move, lang: str) -> str:
    """What a gate asks for, in points."""
    bands = () if result.classes is None else result.classes.bands
    gates = (gate for band in bands if band.name == move.before for gate in band.gates)
    gate = next((each for each in gates if each.said == move.said), None)
    speaker = Speaker(result.edition.vocabulary, lang, card.group)
    return move.said if gate is None else gate_points(gate, speaker)


def _zone(result: Result, move: Move, lang: str) -> str:
    """That the cut between two classes is not known where a number lies, and on whose word."""
    upper, lower = (band_title(result, name, lang) for name in move.open_)
    zones = () if result.classes is None else result.classes.zones
    source = next(each.source for each in zones if each.between == move.open_)
    basis, note = say(f"basis-{source.basis.value}", lang), source.note.in_(lang).rstrip(".")
    said = shown(parse_exact(move.said), lang)
    return say("move-zone", lang, said=said, upper=upper, lower=lower, basis=basis, note=note)
