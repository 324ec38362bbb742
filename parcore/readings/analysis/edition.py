"""The analysis of an edition: each rule for each unit group, and what of it deserves a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from attrs import evolve, frozen

from parcore.documents.reading import text_of
from parcore.editions.edition import Criterion, Edition
from parcore.editions.records import MeanOver
from parcore.evidence.vocabulary import FieldSpec, Vocabulary
from parcore.i18n import Text
from parcore.numbers import ZERO
from parcore.readings.analysis.equivalence import Region, differences, scaled
from parcore.readings.analysis.extremes import Extreme
from parcore.readings.analysis.findings import Analysis, analyse
from parcore.readings.analysis.plane import Plane, plane_of
from parcore.readings.analysis.taken import Taken, left
from parcore.readings.analysis.witness import Reach
from parcore.rules.combinations import Guarded, Reported, Rule, Scored
from parcore.rules.deductions import Deduction, Part
from parcore.rules.scales import Straight


@frozen
class Proof:
    """What is known of one rule: a criterion's, or a part of it, in the unit groups where it is the same.

    `analysis` is None where the rule was not analysed, and `why` says why. `whole`: its points are the
    criterion's own, to which the declared maximum applies. Of a deduction the whole has its `floor`, and a
    part that counts items its `cap`.
    """

    criterion: Criterion
    part: str
    groups: tuple[str, ...]
    top: Fraction | None
    whole: bool
    analysis: Analysis | None
    why: str = ""
    floor: Fraction | None = None
    cap: Fraction | None = None

    @property
    def name(self) -> str:
        """The criterion's code or id, with its part and groups where they tell apart."""
        groups = f"({', '.join(self.groups)})" if any(self.groups) else ""
        return " ".join(filter(None, (self.criterion.code or self.criterion.id, self.part, groups)))

    def tops(self, most: Extreme) -> bool:
        """Whether the declared maximum lies above all that any evidence gives."""
        known = self.top is not None and self.whole
        return known and (most.attained is False or most.points < (self.top or ZERO))


@frozen
class _Piece:
    """A rule that is analysed by itself; of a deduction as a whole, `parts` are the pieces of its parts."""

    part: str
    rule: Rule
    vocabulary: Vocabulary
    whole: bool
    parts: tuple[tuple[Part, _Piece], ...] = ()


def prove(edition: Edition) -> Iterator[Proof]:
    """Every rule of an edition analysed, in the order of its tree."""
    for leaf in edition.scored:
        groups = [group for group in edition.groups if leaf.applies(group)]
        pieces = [] if leaf.rule is None else list(_pieces(leaf.rule, edition.vocabulary))
        for piece in pieces:
            found: list[Proof] = []
            for group in groups:
                top = None if leaf.max is None else leaf.max.of(group)
                proof = _proof(leaf, piece, group, top)
                same = next((n for n, each in enumerate(found) if _alike(each, proof)), None)
                if same is None:
                    found.append(proof)
                else:
                    found[same] = evolve(found[same], groups=(*found[same].groups, group))
            yield from found


def _pieces(rule: Rule, vocabulary: Vocabulary) -> Iterator[_Piece]:
    """The rules inside a rule that are analysed by themselves."""
    match rule:
        case MeanOver():
            inner = _pieces(rule.rule, vocabulary.records[rule.records])
            yield from (evolve(each, part=f"{each.part} ({rule.records})".strip()) for each in inner)
        case Deduction() | Guarded(rule=Deduction()):
            inner_rule = rule.rule if isinstance(rule, Guarded) else rule
            parts = inner_rule.parts if isinstance(inner_rule, Deduction) else ()
            named = tuple(
                (part, _Piece(part.id or f"−{n}", part.rule, vocabulary, False))
                for n, part in enumerate(parts, 1)
            )
            yield _Piece("", rule, vocabulary, True, named)
            yield from (each for _, each in named)
        case Guarded(rule=MeanOver() as inner_rule):
            yield from _pieces(inner_rule, vocabulary)
        case _:
            yield _Piece("", rule, vocabulary, True)


def _proof(leaf: Criterion, piece: _Piece, group: str, top: Fraction | None) -> Proof:
    told = Proof(leaf, piece.part, (group,), top, piece.whole, None)
    rule = piece.rule.rule if isinstance(piece.rule, Guarded) else piece.rule
    if isinstance(rule, Reported):
        return evolve(told, why="given")
    if isinstance(rule, Deduction):
        return _left(evolve(told, floor=rule.floor.of(group)), piece, group, top)
    if isinstance(rule, Scored) and isinstance(rule.scale, Straight) and rule.scale.cap and not piece.whole:
        told = evolve(told, cap=rule.scale.cap.of(group))
    plane = plane_of(piece.rule, group, top if piece.whole else None)
    if plane is None:
        return evolve(told, why="kind")
    try:
        return evolve(told, analysis=analyse(plane, Reach(plane, piece.vocabulary)))
    except ValueError:
        return evolve(told, why="cells")


def _left(told: Proof, piece: _Piece, group: str, top: Fraction | None) -> Proof:
    """A deduction as a whole, where each of its parts can be analysed."""
    taken: list[Taken] = []
    for part, each in piece.parts:
        proof = _proof(told.criterion, each, group, top)
        if proof.analysis is None:
            return evolve(told, why=proof.why)
        taken.append(Taken(part, proof.analysis))
    return evolve(told, analysis=left(piece.rule, taken, piece.vocabulary, group, top))


def _alike(one: Proof, two: Proof) -> bool:
    if one.analysis is None or two.analysis is None:
        return one.analysis is two.analysis and one.why == two.why
    return one.top == two.top and one.analysis.plane.node == two.analysis.plane.node


@frozen
class Compared:
    """A rule of two editions: where the two differ for all evidence; `why` they were not compared, else "".

    Only rules of one criterion in one unit group, over one vocabulary, are compared.
    """

    criterion: Criterion
    part: str
    groups: tuple[str, ...]
    regions: tuple[Region, ...]
    why: str = ""


def leaves_compared(
    before: Edition, one: Criterion, after: Edition, two: Criterion, *, shares: bool = False
) -> Iterator[Compared]:
    """The rules of two leaves, part by part and group by group; `shares`: as shares of their maxima.

    What one of them alone has is told with the reason `none`.
    """
    groups = shared_groups(before, after)
    old, new = _by_part(one, before, groups), _by_part(two, after, groups)
    for key, piece in new.items():
        yield _compared(two, key, piece, old.get(key), shares)
    gone = [key for key in old if key not in new]
    yield from (Compared(one, part, (group,), (), "none") for group, part in gone)


def shared_groups(before: Edition, after: Edition) -> tuple[str, ...]:
    """The unit groups for which rules of two editions can be compared: of one without groups, the other's."""
    if before.groups == ("",) or after.groups == ("",):
        return after.groups if before.groups == ("",) else before.groups
    return tuple(group for group in before.groups if group in after.groups)


def group_in(edition: Edition, group: str) -> str:
    """A shared group as an edition knows it: "" where it makes no difference."""
    return "" if edition.groups == ("",) else group


def mean_the_same(one: Vocabulary, two: Vocabulary, names: Iterable[str]) -> bool:
    """Whether fields are the same in two vocabularies, and what must hold of them, whatever the titles."""
    known = set(names)
    specs = [[each.fields.get(name) for name in sorted(known)] for each in (one, two)]
    bound = [[each.rule for each in own.invariants if known & {*each.names}] for own in (one, two)]
    kinds = {kind for each in specs for spec in each if spec is not None for kind in _counted(spec)}
    same = [_bare(spec) for spec in specs[0]] == [_bare(spec) for spec in specs[1]] and bound[0] == bound[1]
    return same and all(one.records.get(kind) == two.records.get(kind) for kind in kinds)


def _counted(spec: FieldSpec) -> Iterator[str]:
    """The kind of record that a field follows from."""
    if spec.derive is not None:
        yield from filter(None, (text_of(spec.derive.get(word)) for word in ("count", "of")))


def _bare(spec: FieldSpec | None) -> FieldSpec | None:
    """A field without what makes no difference to a rule."""
    if spec is None:
        return None
    return evolve(spec, title=Text(), option_titles={}, source=None, rollup=None, carry_over=None)


@frozen
class _Own:
    """A part of a rule as its edition has it in a group, under its maximum."""

    piece: _Piece
    group: str
    top: Fraction | None

    @property
    def limit(self) -> Fraction | None:
        """The maximum that the part itself has."""
        return self.top if self.piece.whole else None

    @property
    def plane(self) -> Plane | None:
        """Its plane, where it has one."""
        return plane_of(self.piece.rule, self.group, self.limit)


Parts = dict[tuple[str, str], _Own]


def _by_part(leaf: Criterion, edition: Edition, groups: Iterable[str]) -> Parts:
    pieces = [] if leaf.rule is None else list(_pieces(leaf.rule, edition.vocabulary))
    return {
        (group, piece.part): _Own(
            piece, group_in(edition, group), None if leaf.max is None else leaf.max.of(group)
        )
        for group in groups
        if leaf.applies(group)
        for piece in pieces
        if not piece.parts  # of a deduction its parts are compared
    }


def _compared(
    leaf: Criterion,
    key: tuple[str, str],
    new: _Own,
    old: _Own | None,
    shares: bool,
) -> Compared:
    group, part = key
    told = Compared(leaf, part, (group,), ())
    if old is None:
        return evolve(told, why="none")
    names = {*old.piece.rule.fields, *new.piece.rule.fields}
    if not mean_the_same(old.piece.vocabulary, new.piece.vocabulary, names):
        return evolve(told, why="vocabulary")
    one, two = old.plane, new.plane
    if one is None or two is None:
        return evolve(told, why="kind")
    if shares and old.limit and new.limit:
        two = scaled(two, old.limit / new.limit)
    try:
        return evolve(told, regions=tuple(differences(one, two, new.piece.vocabulary)))
    except ValueError:
        return evolve(told, why="cells")
