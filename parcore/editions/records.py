"""Each case scored by a rule, and the mean of their points: `mean_over`.

`{records: dossiers, measure: …, table: …, when: …, round: 1}` scores every dossier that the unit handed
in, an empty state of a case by the effect that `when` gives it there, and takes the mean, rounded. With
`needs_one: yes` a unit of whose cases none is known has no mean: the criterion's own effect decides.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from fractions import Fraction

from attrs import evolve, frozen

from parcore.documents.reading import text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.editions.edition import Effect, EffectKind
from parcore.editions.effects import check_rows, check_when, read_when
from parcore.editions.sums import check_moves
from parcore.editions.tree import effect_node
from parcore.numbers import Rounding
from parcore.rules.combinations import Guarded, Reported, Rule
from parcore.rules.deductions import Deduction
from parcore.rules.figures import Context, Figure
from parcore.rules.graph import Aggregate, Match, Node, Over, Raise, Records, Round, const
from parcore.values import EVIDENCE_STATES, State

_HIDDEN = (State.UNVERIFIED, State.MISSING, State.REJECTED)

LeafReader = Callable[[Mapping, MappingOf[State, Effect], Context], Rule | None]


@frozen
class MeanOver:
    """The mean of a rule's points over a unit's records of one kind."""

    records: str
    rule: Rule
    when: MappingOf[State, Effect]
    digits: int | None
    needs_one: bool = False

    @property
    def step(self) -> Fraction | None:
        """The step on which the mean is rounded, and on which points set in its place stand."""
        return None if self.digits is None else Fraction(1, 10**self.digits)

    @property
    def fields(self) -> tuple[str, ...]:
        """None of the unit's own: what it reads are fields of its records."""
        return ()

    def body(self, group: str, top: Fraction | None) -> Node:
        """The points of one case, in its own scope."""
        most = None if top is None else Figure(top)
        effects = tuple((s, effect_node(self.when.get(s), most, group)) for s in EVIDENCE_STATES)
        return Match(self.rule.node(group, top), effects)

    def node(self, group: str, top: Fraction | None) -> Node:
        """Cases that are left out count in nothing; where all are, or there is none, nothing arose."""
        body, left_out = self.body(group, top), frozenset({State.EXCLUDED})
        mean: Node = Over(Aggregate.MEAN, Records(self.records), body, left_out)
        mean = Match(mean, ((State.EXCLUDED, Raise(State.NOTHING_AROSE)),))
        if self.needs_one:
            mean = Match(self._one(group, top), (), mean)
        return mean if self.digits is None else Round(mean, self.digits)

    def _one(self, group: str, top: Fraction | None) -> Node:
        """A number where of some case the rule decides; else the state in which all the others are."""
        left_out = {s for s, effect in self.when.items() if effect.kind is EffectKind.EXCLUDE}
        decided = tuple(
            (state, Raise(State.NOTHING_AROSE) if state in left_out | {State.EXCLUDED} else const(1))
            for state in (State.NOTHING_AROSE, State.NOT_APPLICABLE, State.EXCLUDED)
        )
        skip = frozenset({State.NOTHING_AROSE, *_HIDDEN})
        return Over(Aggregate.MAX, Records(self.records), Match(self.rule.node(group, top), decided), skip)

    def states(self) -> frozenset[State]:
        """Nothing arose: no case, or none that counts."""
        return frozenset({State.NOTHING_AROSE})

    def raises(self) -> frozenset[State]:
        """Those of its rule, but for cases that are left out."""
        return self.rule.raises() - {State.EXCLUDED}


def mean_of(rule: Rule | None) -> MeanOver | None:
    """The mean over records that a rule is, looked for behind guards."""
    inner = rule.rule if isinstance(rule, Guarded) else rule
    return inner if isinstance(inner, MeanOver) else None


def read_mean_over(tree: Tree, context: Context, read: LeafReader) -> MeanOver | None:
    """The mean of a rule over records, the rule read with their fields."""
    if not isinstance(tree, Mapping):
        return None
    kind, known = text_of(tree["records"]), context.vocabulary.records
    if kind not in known:
        report_unknown(kind, list(known), tree["records"].place, context.findings, "unknown-records")
        return None
    inner = evolve(
        context, vocabulary=known[kind], figures={}, in_group=False, falls_through=False, leaving_pays=True
    )
    written = tree.get("when")
    when = read_when(written, inner) if isinstance(written, Mapping) else {}
    rule = read(tree, when, inner)
    if rule is None:
        return None
    if isinstance(rule, Reported | Deduction | MeanOver):
        context.findings.add("mean-of-what", tree.place, criterion=context.criterion)
        return None
    check_when(tree.place_of("records"), rule, tree, inner)
    check_rows(rule, when, tree.place_of("records"), inner)
    digits = int(text_of(tree["round"])) if "round" in tree else None
    if digits is not None and context.top is not None:
        tops = [context.top.of(group) for group in context.groups]
        check_moves(tops, digits, Rounding.HALF_UP, tree["round"].place, context)
    return MeanOver(kind, rule, when, digits, text_of(tree.get("needs_one")) == "yes")
