"""What the tests of the prose reading stand on: the numbers of a rule, and the sentences of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import yaml

import parcore
from parcore.arithmetic import Number, Operation
from parcore.diagnostics import Place
from parcore.editions.edition import Edition
from parcore.evidence.vocabulary import FieldSpec, Vocabulary
from parcore.expressions import Linear
from parcore.i18n import Text
from parcore.intervals import IntervalError
from parcore.numbers import NumberFormat, parse_number
from parcore.rules.conditions import Test as Comparison
from parcore.rules.figures import Award, AwardKind, Figure
from parcore.rules.scales import Straight
from parcore.rules.surveys import Respondents
from parcore.sources import Source
from tests import test_policies_page as policies_page
from tests.test_rules_page import EXAMPLES, VOCABULARY, edition_text

Rebuild = Callable[[Any], Any]
Part = tuple[Rebuild, Any]
ATOMS = (Vocabulary, FieldSpec, Place, Source, Text)
"""What holds no number of a rule."""

FORMATS = {"vi": NumberFormat.VI, "en": NumberFormat.EN}
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?P<share> %| điểm phần trăm| percentage points)?")


def numbers_said(text: str, lang: str) -> set[Fraction]:
    """Every number in a text, read in the format of its language; a percentage as its share."""
    found = set()
    for each in _TOKEN.finditer(text):
        share = each["share"] or ""
        number = parse_number(each.group().removesuffix(share), FORMATS[lang])
        found.add(number / 100 if share else number)
    return found


def parts_of(thing: Any, group: str) -> Iterator[Part]:
    """The parts of a rule that can hold numbers which matter, each with what puts another in its place."""
    match thing:
        case Award() if thing.kind not in (AwardKind.POINTS, AwardKind.SHARE):
            return
        case Figure():
            name = "by_group" if thing.differs else "common"
            yield from _fields(thing, [name])
        case Linear():
            yield from _linear(thing)
        case Straight():
            offset = ["offset"] if thing.word == "slope" and thing.offset != Figure() else []
            yield from _fields(thing, ["slope", "cap", *offset])
        case Respondents():
            yield from _fields(thing, ["weight", "answers"] if thing.name else ["answers"])
        case Comparison():
            named = {name: each for name, each in thing.figures.items() if name in str(thing.comparing)}
            yield (lambda new: attrs.evolve(thing, figures={**thing.figures, **new})), named
            yield from _fields(thing, ["comparing"])
        case Operation(op="-", args=(Number(value=Fraction(numerator=0)), other)):
            yield (lambda new: attrs.evolve(thing, args=(thing.args[0], new))), other
        case Mapping():
            for key in [group] if group in thing else list(thing):
                yield partial(_with_key, thing, key), thing[key]
        case tuple() | list():
            for at, each in enumerate(thing):
                yield partial(_with_item, tuple(thing), at), each
        case _ if attrs.has(type(thing)) and not isinstance(thing, ATOMS):
            yield from _fields(thing, [each.name for each in attrs.fields(type(thing))])


def _fields(thing: Any, names: list[str]) -> Iterator[Part]:
    for name in names:
        yield partial(_with_field, thing, name), getattr(thing, name)


def _with_field(thing: Any, name: str, new: Any) -> Any:
    return attrs.evolve(thing, **{name: new})


def _with_key(thing: Mapping[str, Any], key: str, new: Any) -> Any:
    return {**thing, key: new}


def _with_item(thing: tuple[Any, ...], at: int, new: Any) -> Any:
    return (*thing[:at], new, *thing[at + 1 :])


def _linear(sum_: Linear) -> Iterator[Part]:
    for at, (_, factor) in enumerate(sum_.terms):
        if abs(factor) != 1:
            yield partial(_with_factor, sum_, at), factor
    if sum_.constant or not sum_.terms:
        yield (lambda new: attrs.evolve(sum_, constant=new)), sum_.constant


def _with_factor(sum_: Linear, at: int, new: Fraction) -> Linear:
    terms = list(sum_.terms)
    terms[at] = (terms[at][0], new)
    return attrs.evolve(sum_, terms=tuple(terms))


def numbers_of(thing: Any, group: str = "") -> Iterator[Fraction]:
    """Every number of a rule for a unit group."""
    if isinstance(thing, Fraction):
        yield thing
    for _, part in parts_of(thing, group):
        yield from numbers_of(part, group)


def changed(thing: Any, group: str = "") -> Iterator[Any]:
    """The rule with one of its numbers changed, once for each."""
    if isinstance(thing, Fraction):
        yield thing + Fraction(1, 1000)
        yield thing - Fraction(1, 1000)
    if isinstance(thing, int) and not isinstance(thing, bool):  # decimals
        yield thing + 1
    for rebuild, part in parts_of(thing, group):
        for new in changed(part, group):
            with suppress(IntervalError):
                yield rebuild(new)


def policy_editions(folder: Path) -> list[Edition]:
    """Each policy of the page `docs/policies.md` as an edition of its own."""
    found = []
    for at, (policy, _, _) in enumerate(policies_page.EXAMPLES):
        own = folder / str(at)
        own.mkdir()
        (own / "vocabulary.yaml").write_text(policies_page.VOCABULARY, "utf-8")
        (own / "edition.yaml").write_text(policies_page.edition_of(policy), "utf-8")
        found.append(parcore.load_edition("page@1", paths=[own]))
    return found


def page_editions(folder: Path) -> list[Edition]:
    """Each rule of the page `docs/rules.md` as an edition of its own."""
    found = []
    for at, example in enumerate(EXAMPLES):
        text = edition_text(*example)
        own = folder / str(at)
        own.mkdir()
        (own / "vocabulary.yaml").write_text(VOCABULARY, "utf-8")
        (own / "edition.yaml").write_text(yaml.safe_dump(text, allow_unicode=True, sort_keys=False), "utf-8")
        found.append(parcore.load_edition("page@1", paths=[own]))
    return found
