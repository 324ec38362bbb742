"""Published figures beside computed ones: what the engine gives for what others printed.

A printed figure is reproduced where the computed one, rounded half up to the decimals printed, reads
the same. Nothing is compared that the evidence held does not decide: places and means of a whole
population need all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from fractions import Fraction
from math import trunc
from typing import Final

from attrs import frozen

from parcore.editions.edition import Criterion, Edition
from parcore.evidence.evidence import Observation
from parcore.numbers import HUNDRED, decimals, printed_decimals, round_to
from parcore.results.result import Result, Scorecard
from parcore.rules.combinations import reported_of
from parcore.rules.policies import Quantity
from parcore.values import State


class Verdict(Enum):
    """How a printed figure stands to the computed one."""

    SAME = "same"
    CUT = "cut"
    UNLIKE = "unlike"


@frozen
class Comparison:
    """A printed figure, and what the engine gives for it: a number, or the name of a class.

    `order` says that only the order of the units scored could be compared; `printed` that the figure
    follows from other printed figures, not from evidence; `given` that it is compared with itself: a
    number that was put in as it was printed, points given or a maximum of the edition.
    """

    observation: Observation
    figure: Fraction | str
    verdict: Verdict
    order: bool = False
    printed: bool = False
    given: bool = False

    @property
    def finding(self) -> str:
        """The verdict in one word: `given` in the place of `same` for a number compared with itself."""
        return "given" if self.given and self.verdict is Verdict.SAME else self.verdict.value

    @property
    def settled(self) -> bool:
        """Whether the figure is reproduced, or it is said why it is not; and not both."""
        return (self.verdict is Verdict.UNLIKE) == bool(self.observation.explained.in_("en"))


def compared(result: Result) -> list[Comparison]:
    """The observations of a result's period that it decides, in their order."""
    found = (_compared(result, each) for each in result.observations)
    return [each for each in found if each is not None]


def _compared(result: Result, seen: Observation) -> Comparison | None:
    card = result.card(seen.about)
    if card is not None:
        return _of_unit(result, card, seen)
    figure = _of_many(result, seen)
    if figure is not None:
        return Comparison(seen, figure, _verdict(seen, figure), given=seen.quantity.startswith("max:"))
    figure = _of_printed(result, seen)
    return None if figure is None else Comparison(seen, figure, _verdict(seen, figure), printed=True)


def _verdict(seen: Observation, figure: Fraction) -> Verdict:
    digits, value = printed_digits(seen), _printed(seen)
    if round_to(figure, digits) == value:
        return Verdict.SAME
    return Verdict.CUT if Fraction(trunc(figure * 10**digits), 10**digits) == value else Verdict.UNLIKE


def _printed(seen: Observation) -> Fraction:
    """The number printed; a percentage as printed: 94,9 for "94,9 %"."""
    return seen.value.number * (HUNDRED if "%" in seen.text else 1)


def printed_digits(seen: Observation) -> int:
    """The decimals with which a figure is printed."""
    return printed_decimals(seen.text.replace("%", "").strip(), _printed(seen))


# What is said of a unit

_INDEX: Final = {"total": Quantity.TOTAL, "rate": Quantity.RATE, "points": Quantity.BASE}
_CIRCLE: Final = {"rank": "all", "rank_in_region": "region", "rank_in_group": "group"}


def _of_unit(result: Result, card: Scorecard, seen: Observation) -> Comparison | None:
    if seen.quantity in _CIRCLE:
        return _of_place(result, card, seen)
    if seen.quantity == "class":
        if card.class_name is None:
            return None
        same = _class_names(result, card.class_name)
        verdict = Verdict.SAME if seen.text.casefold() in same else Verdict.UNLIKE
        return Comparison(seen, card.class_name, verdict)
    figure = number_of(result, card, seen.quantity, printed_digits(seen))
    if figure is None:
        return None
    return Comparison(seen, figure, _verdict(seen, figure), given=_is_given(result, card, seen, figure))


def _is_given(result: Result, card: Scorecard, seen: Observation, figure: Fraction | str) -> bool:
    """Whether a unit's figure is one that evidence, or the edition, states as it is: nothing computed it.

    The index of an edition of one leaf is that leaf's points, where they are given and the number is theirs.
    """
    word, _, name = seen.quantity.partition(":")
    if word == "max":
        return True
    leaves = list(result.edition.scored)
    of = name if word == "points" and name else leaves[0].id if len(leaves) == 1 else ""
    node = next((each for each in result.edition.criteria if each.id == of), None)
    if node is None or seen.quantity not in {*_INDEX, "index", f"points:{of}"}:
        return False
    stated = card.is_set(of) or reported_of(node.rule) is not None
    return stated and card.points(of).known == figure


def _class_names(result: Result, name: str) -> set[str]:
    bands = [each for each in (result.classes.bands if result.classes else ()) if each.name == name]
    return {text.casefold() for each in bands for text in (each.name, each.title.vi, each.title.en) if text}


def number_of(result: Result, card: Scorecard, quantity: str, digits: int) -> Fraction | None:
    """A unit's figure: as the edition rounds it where that has at most so many decimals, else unrounded."""
    if quantity == "index":
        return index_of(result, card, digits)
    if quantity in _INDEX:
        return _rounded(card, _INDEX[quantity], digits)
    word, _, name = quantity.partition(":")
    node = next((each for each in result.edition.criteria if each.id == name), None)
    return None if node is None else _of_node(card, node, word)


def index_of(result: Result, card: Scorecard, digits: int) -> Fraction | None:
    """The final figure of a unit: the total where the edition converts or adjusts, else rate, else points."""
    quantity = final_of(result)
    found = _rounded(card, quantity, digits)
    return found if found is not None or quantity is Quantity.TOTAL else _rounded(card, Quantity.BASE, digits)


def final_of(result: Result) -> Quantity:
    """What the final figure of an edition's units is; points where nobody published enough for a rate."""
    edition = result.edition
    if edition.conversion is not None or edition.adjustments is not None:
        return Quantity.TOTAL
    rated = any(card.index(Quantity.RATE, rounded=True) is not None for card in result.scorecards)
    return Quantity.RATE if rated else Quantity.BASE


def _rounded(card: Scorecard, quantity: Quantity, digits: int) -> Fraction | None:
    value, exact = (card.index(quantity, rounded=each) for each in (True, False))
    number = None if value is None else value.known
    if number is None or exact is None:
        return None
    fine = decimals(number)
    return number if fine is not None and fine <= digits else exact.known


def _of_node(card: Scorecard, node: Criterion, word: str) -> Fraction | None:
    if not node.applies(card.group):
        return None
    if word == "max":
        return None if node.max is None else node.max.of(card.group)
    points, top = card.points(node.id).known, card.attainable(node.id)
    if word == "points":
        return points
    if word != "rate" or points is None or top is None or not top.known:
        return None
    return HUNDRED * points / top.known


def _of_place(result: Result, card: Scorecard, seen: Observation) -> Comparison | None:
    """A place among all, or, where not all are scored, among those scored whose places are printed."""
    place = result.place(card.unit.id, _CIRCLE[seen.quantity])
    if place is None:
        return None
    if _whole(result, lambda each: _in_circle(each, place.circle)):
        same = place.place == seen.value.number
        return Comparison(seen, Fraction(place.place), Verdict.SAME if same else Verdict.UNLIKE)
    mates = {
        each.about: (each.value.number, other.place)
        for each in result.observations
        if (each.quantity, each.stated_in) == (seen.quantity, seen.stated_in) and each.about != seen.about
        for other in result.places.get(each.about, ())
        if other.circle == place.circle
    }
    if not mates:
        return None
    ahead, printed = (1 + sum(pair[at] < own for pair in mates.values()) for at, own in (
        (1, place.place), (0, seen.value.number)
    ))  # fmt: skip
    same = ahead == printed
    return Comparison(seen, Fraction(ahead), Verdict.SAME if same else Verdict.UNLIKE, order=True)


# What is said of many


def _in_circle(card: Scorecard, about: str) -> bool:
    word, _, name = about.partition(":")
    return about == "all" or name == {"group": card.group or card.unit.group, "region": card.unit.region}.get(
        word
    )


def _whole(result: Result, inside: Callable[[Scorecard], bool]) -> bool:
    """Whether every unit that the edition scores was scored."""
    return not result.without_evidence and any(map(inside, result.scorecards))


def _of_many(result: Result, seen: Observation) -> Fraction | None:
    if seen.about.startswith("band:"):
        if seen.quantity != "count" or not _whole(result, lambda _: True):
            return None
        if any(each.class_open or each.state is not State.OK for each in result.scorecards):
            return None  # who is in a class is not known
        held = [_class_names(result, each.class_name) for each in result.scorecards if each.class_name]
        return Fraction(sum(seen.about.removeprefix("band:").casefold() in names for names in held))
    how, _, quantity = seen.quantity.partition(":")
    if how == "max":
        return _maximum(result.edition, quantity, seen.about)
    cards = [each for each in result.scorecards if _in_circle(each, seen.about)]
    if not _whole(result, lambda each: _in_circle(each, seen.about)):
        return None
    if seen.quantity == "ranked_units":
        return Fraction(sum(any(place.circle == seen.about for place in result.places.get(c.unit.id, ()))
                            for c in cards))  # fmt: skip
    numbers = [number_of(result, card, quantity or "index", printed_digits(seen)) for card in cards]
    if how == "mean" and None in numbers:
        return None  # the mean of some is not that of all
    return _statistic(how, [each for each in numbers if each is not None])


def _maximum(edition: Edition, criterion: str, about: str) -> Fraction | None:
    """A criterion's maximum for a unit group, or for all where it is one; the edition alone decides it."""
    node = next((each for each in edition.criteria if each.id == criterion), None)
    word, _, group = about.partition(":")
    if node is None or node.max is None:
        return None
    if word == "group" and group in edition.groups and node.applies(group):
        return node.max.of(group)
    return node.max.common if about == "all" and not node.max.differs else None


def _statistic(how: str, numbers: Sequence[Fraction]) -> Fraction | None:
    of: dict[str, Callable[[Iterable[Fraction]], Fraction]] = {
        "mean": lambda each: sum(each, Fraction(0)) / len(numbers),
        "highest": max,
        "lowest": min,
    }
    return of[how](numbers) if how in of and numbers else None


def _of_printed(result: Result, seen: Observation) -> Fraction | None:
    """A mean rate, from the mean of points that is printed too and the one maximum of all it is of."""
    how, _, quantity = seen.quantity.partition(":")
    word, _, name = quantity.partition(":")
    if how != "mean" or word != "rate":
        return None
    wanted = "mean:points" + (f":{name}" if name else "")
    key = (seen.about, wanted, seen.stated_in)
    means = [o for o in result.observations if (o.about, o.quantity, o.stated_in) == key]
    group = seen.about.partition(":")[2]
    tops = [n.max for n in result.edition.criteria if n.id == name] if name else [result.edition.total]
    if not means or not tops or tops[0] is None or group not in result.edition.groups:
        return None
    return HUNDRED * means[0].value.number / tops[0].of(group)
