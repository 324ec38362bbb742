"""What the numbers of a measure are: shares, days, places, or plain numbers.

The prose writes them so, and a threshold of a share that is written without % is found by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from parcore.arithmetic import Formula, Name, Operation
from parcore.evidence.vocabulary import Vocabulary
from parcore.expressions import Linear
from parcore.rules.formulas import Computed
from parcore.rules.indices import IndexOf, IndexQuantity
from parcore.rules.measures import Days, Growth, Ratio, Rounded, Sum
from parcore.rules.peers import By, Compared, RankOf
from parcore.rules.protocols import Measure
from parcore.rules.surveys import Survey


class Kind(Enum):
    """How the numbers of a measure are spoken of."""

    NUMBER = "number"
    SHARE = "share"
    DAYS = "days"
    GAP = "gap"
    """A difference of two shares: percentage points."""
    PLACE = "place"
    """A place in a ranking: 1 is the best, so that more is lower."""


def kind_of(measure: Measure, vocabulary: Vocabulary) -> Kind:
    """How the numbers of a measure are written: a share in per cent, days, places, or as they are."""
    match measure:
        case Days():
            return Kind.DAYS
        case Growth() | Survey():
            return Kind.SHARE
        case Ratio():
            return Kind.SHARE if _alike(measure.fields, vocabulary) else Kind.NUMBER
        case Rounded():
            return kind_of(measure.measure, vocabulary)
        case Compared(by=By.DIFFERENCE):
            own = kind_of(measure.of.measure, vocabulary)
            return Kind.GAP if own is Kind.SHARE else own
        case Compared():
            return Kind.SHARE
        case RankOf() | IndexOf(quantity=IndexQuantity.RANK):
            return Kind.PLACE
        case Sum():
            return kind_of_sum(measure.sum, vocabulary)
        case Computed():
            share = _is_share(measure.formula, vocabulary) and _alike(measure.fields, vocabulary)
            return Kind.SHARE if share else Kind.NUMBER
        case _:
            return Kind.NUMBER


def kind_of_sum(sum_: Linear, vocabulary: Vocabulary) -> Kind:
    """A sum of fields in per cent is a share."""
    shares = sum_.names and all(in_percent(name, vocabulary) for name in sum_.names)
    return Kind.SHARE if shares else Kind.NUMBER


def in_percent(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a field is in per cent."""
    spec = vocabulary.fields.get(name)
    return spec is not None and spec.unit == "%"


def _alike(names: Iterable[str], vocabulary: Vocabulary) -> bool:
    """Whether the fields are not known to count different things."""
    known = vocabulary.fields
    return len({known[name].unit for name in names if name in known and known[name].unit}) < 2


def _is_share(part: Formula, vocabulary: Vocabulary) -> bool:
    match part:
        case Name():
            return in_percent(part.name, vocabulary)
        case Operation(op="/"):
            return True
        case Operation():
            return any(_is_share(each, vocabulary) for each in part.args)
        case _:
            return False
