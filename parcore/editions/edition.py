"""The edition: one year's rules of a methodology, frozen. Built by `editions.document` alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from fractions import Fraction

from attrs import field, frozen

from parcore.diagnostics import Place
from parcore.evidence.evidence import Method
from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import Vocabulary
from parcore.i18n import Text
from parcore.numbers import ONE
from parcore.rules.combinations import Rule
from parcore.rules.figures import Award, Figure
from parcore.rules.policies import Absent, Classes, MethodMaximum, Ranking, RoundingPlan
from parcore.sources import Source
from parcore.values import State


class EffectKind(Enum):
    """What an empty state makes of a leaf."""

    ZERO = "zero"
    FULL = "full"
    EXCLUDE = "exclude"
    RESCALE = "rescale"
    SUBSTITUTE = "substitute"
    WITHHOLD = "withhold"
    ERROR = "error"


@frozen
class Effect:
    """An effect, what a `substitute` pays, and whose word it is where that is stated."""

    kind: EffectKind
    award: Award | None = None
    source: Source | None = None


class Combine(Enum):
    """How the points of a node come of its children's."""

    SUM = "sum"
    HIGHEST = "highest"
    LOWEST = "lowest"
    FIRST = "first"


@frozen
class Criterion:
    """A node of the tree: a component, a criterion or a leaf.

    `max` is what it counts at most in its parent; None is a maximum that nobody published. A leaf
    has a rule and effects (`when`); a `remainder` stands for the parts of its parent that are not
    known one by one. `weight` multiplies it in its parent's sum. `scaled_from` is the sum of its
    children's maxima where these are scaled to what the group is worth. `digits`: rounded here.
    `groups` are the unit groups that alone have it (none: all have). `falls_through`: where it does not
    apply, the next of its parent's rules does. `supersedes` are the criteria of the edition replaced that it
    stands for; None: the one of its own id, if there is one.
    """

    id: str
    code: str
    title: Text
    max: Figure | None
    children: tuple[Criterion, ...] = ()
    rule: Rule | None = None
    when: Mapping[State, Effect] = field(factory=dict)
    method: Method | None = None
    source: Source | None = None
    remainder: bool = False
    combine: Combine = Combine.SUM
    weight: Figure | None = None
    scaled_from: Figure | None = None
    digits: int | None = None
    groups: tuple[str, ...] = ()
    falls_through: bool = False
    supersedes: tuple[str, ...] | None = None
    place: Place = field(default=Place(""), eq=False)

    def weight_of(self, group: str) -> Fraction:
        """What multiplies it in its parent's sum."""
        return ONE if self.weight is None else self.weight.of(group)

    def applies(self, group: str) -> bool:
        """Whether units of a group have it."""
        return not self.groups or group in self.groups

    @property
    def leaves(self) -> Iterator[Criterion]:
        """The leaves at or under it, in order."""
        if self.rule is not None:
            yield self
        for child in self.children:
            yield from child.leaves

    @property
    def all(self) -> Iterator[Criterion]:
        """Itself and all under it, parents first."""
        yield self
        for child in self.children:
            yield from child.all


@frozen
class Decision:
    """The decision that an edition encodes."""

    number: str
    issued: date | None = None
    issuer: str = ""


@frozen
class Block:
    """Bonus or penalty items: positive amounts, together at most `cap`."""

    cap: Figure
    items: tuple[Criterion, ...]

    @property
    def leaves(self) -> Iterator[Criterion]:
        """Its items one by one."""
        for item in self.items:
            yield from item.leaves


@frozen
class Adjustments:
    """What is added to the points and taken off them; the total is held within its two ends."""

    at_least: Figure
    at_most: Figure
    bonus: Block | None = None
    penalty: Block | None = None


@frozen
class Edition:
    """One year's rules: the tree of criteria, and the policies laid on it.

    `methods` cut the same total by method, as far as that is published.
    """

    methodology: str
    name: str
    title: Text
    decision: Decision | None
    first_year: int
    last_year: int | None
    kinds: tuple[str, ...]
    groups: tuple[str, ...]
    vocabulary: Vocabulary
    total: Figure | None
    components: tuple[Criterion, ...]
    rounding: RoundingPlan
    source: Source
    conversion: Figure | None = None
    adjustments: Adjustments | None = None
    absent: tuple[Absent, ...] = ()
    methods: tuple[MethodMaximum, ...] = ()
    classes: tuple[Classes, ...] = ()
    ranking: Ranking | None = None
    replaces: str = ""
    note: Text = Text()
    group_titles: Mapping[str, Text] = field(factory=dict)
    place: Place = field(default=Place(""), eq=False)

    def group_title(self, group: str, lang: str) -> str:
        """A unit group as sentences call it: by its title, or by its id where it has none."""
        return self.group_titles.get(group, Text()).in_(lang) or group

    @property
    def key(self) -> str:
        """Its full name: `par-index-province@2022`."""
        return f"{self.methodology}@{self.name}"

    def in_force(self, period: Period) -> bool:
        """Whether the edition applies to a period."""
        return self.first_year <= period.year and (self.last_year is None or period.year <= self.last_year)

    @property
    def criteria(self) -> Iterator[Criterion]:
        """Every node of the tree, parents first."""
        for component in self.components:
            yield from component.all

    @property
    def leaves(self) -> Iterator[Criterion]:
        """Every leaf, in order."""
        for component in self.components:
            yield from component.leaves

    @property
    def blocks(self) -> Mapping[str, Block]:
        """The blocks of adjustments that there are: `bonus`, `penalty`."""
        found = self.adjustments
        both = {} if found is None else {"bonus": found.bonus, "penalty": found.penalty}
        return {name: block for name, block in both.items() if block is not None}

    @property
    def items(self) -> Iterator[tuple[str, Criterion]]:
        """Each node of bonus and penalty with its block's name, parents first."""
        for name, block in self.blocks.items():
            yield from ((name, each) for item in block.items for each in item.all)

    @property
    def nodes(self) -> Iterator[Criterion]:
        """Every node whose points may be set: those of the tree, then those of bonus and penalty."""
        yield from self.criteria
        yield from (each for _, each in self.items)

    @property
    def scored(self) -> Iterator[Criterion]:
        """Every leaf that is scored: those of the tree, then the items of bonus and penalty."""
        yield from self.leaves
        for block in self.blocks.values():
            yield from block.leaves

    @property
    def facts(self) -> Iterator[str]:
        """The fields of evidence that policies read."""
        for classes in self.classes:
            for limit in (*classes.vetoes, *classes.caps):
                yield from limit.fact.fields
        yield from (each.of for each in (self.ranking.ties if self.ranking else ()) if not each.points)

    def classes_in(self, period: Period) -> Classes | None:
        """The classes of a period."""
        return next((each for each in self.classes if each.holds_in(period.year)), None)

    def criterion(self, id_: str) -> Criterion | None:
        """A node of the tree, or an item of bonus or penalty, by its id, or by its code."""
        items = (each for _, each in self.items)
        found = [each for each in (*self.criteria, *items) if id_ in (each.id, each.code)]
        return found[0] if found else None

    def group_of(self, unit_group: str) -> str | None:
        """The edition's group for a unit's group; "" where it makes no difference, None where it has none."""
        if self.groups == ("",):
            return ""
        return unit_group if unit_group in self.groups else None
