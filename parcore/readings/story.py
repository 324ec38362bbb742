"""How a point came about, as a paragraph: evidence, measure, step, effect, clause.

A fold over the author's words (measures, scales, tables), beside the trace that gives the numbers; it
says them as the annex does (`parcore.readings.prose`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction

from attrs import frozen

from parcore.editions.edition import Criterion, EffectKind
from parcore.editions.records import MeanOver
from parcore.evidence.evidence import Datum, Method
from parcore.evidence.vocabulary import POINTS, FieldKind, Vocabulary
from parcore.numbers import ZERO
from parcore.readings.beside_measure import beside
from parcore.readings.exact import Scope, evaluate, members_of
from parcore.readings.notes import bound_text, derived_from
from parcore.readings.prose.conditions import condition_text
from parcore.readings.prose.measures import measure_text, noun_of
from parcore.readings.prose.rules import letter, named_by_letters, named_in
from parcore.readings.prose.words import Speaker
from parcore.rules.combinations import ChoiceTable, ConditionTable, Guarded, Reported, Rule, Scored
from parcore.rules.deductions import Deduction, Part
from parcore.rules.graph import Field, Node, Records, Symbol
from parcore.rules.kinds import Kind, kind_of
from parcore.rules.measures import ChoiceOf
from parcore.rules.program import lay_out
from parcore.rules.protocols import Measure
from parcore.rules.scales import Steps
from parcore.sources import Source
from parcore.values import EVIDENCE_STATES, State, Value

TOLD = 20
"""Points of cases that are told apart, the highest first."""


@frozen
class Teller:
    """Tells the story of one leaf of one unit in one language.

    `datum` gives the statement that counts for a field so many periods back; `scope` evaluates a rule.
    """

    leaf: Criterion
    group: str
    vocabulary: Vocabulary
    scope: Scope
    datum: Callable[[str, int], Datum | None]
    lang: str

    def story(self, points: Value, *, set_over: bool = False) -> list[str]:
        """The sentences, in order; `set_over`: the points computed are not those that stand."""
        rule = self.leaf.rule
        if rule is None:
            return []
        told = [*self._evidence(rule), *self._rule(rule), *self._effect(rule, points)]
        return [*told, *self._points(points, "tell-computed" if set_over else "tell-points"), *self._clause()]

    @property
    def speaker(self) -> Speaker:
        """Says numbers, measures and awards as the annex does."""
        return Speaker(self.vocabulary, self.lang, self.group)

    def _say(self, word: str, **values: object) -> str:
        return self.speaker.say(word, **values)

    def _number(self, number: Fraction) -> str:
        return self.speaker.number(number)

    def _value(self, node: Node) -> Value:
        return evaluate(lay_out({"it": node}), self.scope)["it"]

    def _read(self, rule: Rule) -> list[tuple[str, int]]:
        """The fields that a rule reads, each with how many periods back; a guard's may stand in no graph."""
        nodes = lay_out({"it": rule.node(self.group, self._top)}).nodes
        found = dict.fromkeys((node.name, node.lag) for node in nodes if isinstance(node, Field | Symbol))
        read = [(name, lag) for name in rule.fields for known, lag in found if known == name]
        known = {name for name, _ in read}
        return [*read, *((name, 0) for name in rule.fields if name not in known)]

    def _evidence(self, rule: Rule) -> Iterator[str]:
        for name, lag in self._read(rule):
            spec = self.vocabulary.fields.get(name)
            title = name if spec is None else f"{spec.shown.in_(self.lang)} ({name})"
            if name.startswith(POINTS):
                title = self._say("tell-given")
            if lag:
                title = self._say("tell-before", field=title)
            datum = self.datum(name, lag)
            if datum is None:
                yield self._say("tell-no-evidence", field=title)
                continue
            derived = datum.method is Method.DERIVED and datum.note
            parts = f" ({derived_from(datum, self.speaker)})" if derived else ""
            if datum.value.state is not State.OK:
                state = self._state(datum.value.state) + parts
                if datum.bound is not None:
                    state += (
                        f" ({self._say('stated', said=bound_text(datum, self.speaker))}){self._source(datum)}"
                    )
                yield self._say("tell-empty-evidence", field=title, state=state)
                continue
            value = datum.text
            if spec is not None and spec.kind is FieldKind.CHOICE:
                value = self.speaker.option(spec, datum.text)
            elif spec is None or spec.kind is not FieldKind.DATE:
                kind = Kind.SHARE if datum.text.strip().endswith("%") else Kind.NUMBER
                value = self.speaker.amount(datum.value.number, kind)
            yield self._say("tell-evidence", field=title, value=value, source=parts + self._source(datum))

    def _state(self, state: State) -> str:
        return self._say(f"state-{state.word}")

    def _source(self, datum: Datum) -> str:
        if datum.source is None:
            return ""
        return f" [{datum.source}; {self._say(f'basis-{datum.source.basis.value}')}]"

    def _rule(self, rule: Rule) -> Iterator[str]:
        match rule:
            case Guarded():
                yield from self._guarded(rule)
            case Scored():
                yield from self._scored(rule)
            case ChoiceTable():
                number = self._value(rule.choice.node(self.group))
                if number.known is not None:
                    option = rule.choice.spec.options[int(number.number)]
                    title = self._amount(number.number, rule.choice)
                    pays = self.speaker.pays(rule.rows[option], self._top)
                    yield self._say("tell-table", option=title, pays=pays)
            case ConditionTable():
                yield from self._conditions(rule)
            case Deduction():
                yield from self._deduction(rule)
            case MeanOver():
                yield from self._mean_over(rule)
            case Reported():
                yield self._say("tell-reported")

    def _mean_over(self, rule: MeanOver) -> Iterator[str]:
        """How many cases have how many points; what they give together is told with the points."""
        state, cases = self.scope.members(Records(rule.records))
        if state is not State.OK:
            yield self._say("tell-no-cases", state=self._state(state))
            return
        program = lay_out({"it": rule.body(self.group, self._top)})
        counted = Counter[Value]()
        for trace, times in members_of(program, state, cases).counted():
            counted[trace["it"]] += times
        several = sorted(counted.items(), key=lambda each: (each[0].state, -each[0].number))
        told = [f"{self._number(Fraction(count))} × {self._case(value)}" for value, count in several[:TOLD]]
        shown = "; ".join(told + ["…"] * (len(several) > TOLD)) or "—"
        yield self._say("tell-cases", count=self._number(Fraction(counted.total())), cases=shown)

    def _case(self, value: Value) -> str:
        return self._state(value.state) if value.known is None else self.speaker.points(value.number)

    def _guarded(self, rule: Guarded) -> Iterator[str]:
        for guard in rule.guards:
            decides = self._value(guard.decides(self.group))
            if decides.state is not State.OK:
                return
            if decides.number:
                word = "tell-guard-unless" if guard.unless else "tell-guard"
                told = condition_text(guard.condition, self.speaker, named_in(guard, self.speaker))
                yield self._say(word, condition=told, pays=self.speaker.pays(guard.award, self._top))
                yield from self._words(guard.source)
                return
        yield from self._rule(rule.rule)

    def _scored(self, rule: Scored) -> Iterator[str]:
        value = self._value(rule.measure.node(self.group))
        yield self._measured(measure_text(rule.measure, self.speaker), rule.measure, value)
        yield from beside(rule.measure, self.speaker, self._value)
        if value.known is None:
            return
        x = value.number
        if x not in rule.measure.range(self.group).interval:
            return
        pieces = rule.scale.at(self.group, ZERO if self._top is None else self._top)
        piece = next((each for each in pieces if x in each.interval), None)
        if piece is None:
            return
        step = rule.scale.step_at(self.group, x) if isinstance(rule.scale, Steps) else None
        if step is not None or not piece.slope:
            noun = noun_of(rule.measure, self.speaker)
            pays = (
                self.speaker.points(piece.intercept)
                if step is None
                else self.speaker.pays(step.award, self._top, noun)
            )
            where = self.speaker.interval(piece.interval, kind_of(rule.measure, self.speaker.vocabulary))
            yield self._say("tell-step", where=where, pays=pays)
            yield from self._words(None if step is None else step.source)
        if piece.slope:
            line = f"{self._number(piece.slope)} × {self._number(x)}"
            if piece.intercept:
                line += f" {'+' if piece.intercept > 0 else '−'} {self._number(abs(piece.intercept))}"
            yield self._say("tell-line", line=line, points=self._number(piece.slope * x + piece.intercept))

    @property
    def _top(self) -> Fraction | None:
        return None if self.leaf.max is None else self.leaf.max.of(self.group)

    def _measured(self, name: str, measure: Measure, value: Value) -> str:
        if value.known is None:
            return self._say("tell-no-measure", measure=name, state=self._state(value.state))
        return self._say("tell-measure", measure=name, value=self._amount(value.number, measure))

    def _conditions(self, rule: ConditionTable) -> Iterator[str]:
        known: dict[str, Fraction] = {}
        named = named_by_letters(rule.measures)
        for name, measure in rule.measures.items():
            value = self._value(measure.node(self.group))
            yield self._measured(f"{named.names[name]} {measure_text(measure, self.speaker)}", measure, value)
            yield from beside(measure, self.speaker, self._value)
            if value.known is None:
                return
            known[name] = value.number
        for row in rule.rows:
            if row.condition.holds(known, self.group):
                word = "tell-row" if row.source is None else "tell-row-ours"
                told = condition_text(row.condition, self.speaker, named)
                yield self._say(word, condition=told, pays=self.speaker.pays(row.award, self._top))
                yield from self._words(row.source)
                return

    def _amount(self, number: Fraction, measure: Measure) -> str:
        """A number as its measure is spoken of: an option's title, a percentage, or the number."""
        if isinstance(measure, ChoiceOf):
            return self.speaker.option(measure.spec, measure.spec.options[int(number)])
        return self.speaker.amount(number, kind_of(measure, self.speaker.vocabulary))

    def _words(self, source: Source | None) -> Iterator[str]:
        """Whose word a guard, an interpretation or an effect is."""
        if source is not None:
            yield self.speaker.whose(source).strip() + "."

    def _deduction(self, rule: Deduction) -> Iterator[str]:
        taken: list[str] = []
        once: list[str] = []
        for parts in rule.groups():
            values = [self._value(part.rule.node(self.group, None)) for part in parts]
            known = [value.number for value in values if value.known is not None]
            if any(value.state not in (State.OK, State.NOTHING_AROSE) for value in values):
                return
            taken += [self._number(max(known))] if known else []
            once += self._once(rule, parts, values)
        start, floor = rule.start.of(self.group), rule.floor.of(self.group)
        line = " − ".join([self._number(start), *taken])
        points = self._value(rule.node(self.group, None))
        yield self._say(
            "tell-deduct", line=line, points=self._number(points.number), floor=self._number(floor)
        )
        yield from once

    def _once(self, rule: Deduction, parts: tuple[Part, ...], values: list[Value]) -> Iterator[str]:
        """Of deductions that count once: which one counted, and which were passed over."""
        said = [
            (value.number, f"{self._part(rule, part)}: {self.speaker.points(value.number)}")
            for part, value in zip(parts, values, strict=True)
            if value.known
        ]
        if len(said) > 1:
            counted = max(said, key=lambda each: each[0])
            left = "; ".join(text for number, text in said if (number, text) != counted)
            yield self._say("tell-once", counted=counted[1], left=left)

    def _part(self, rule: Deduction, part: Part) -> str:
        """A deduction by its letter, as the annex has it, and what it is measured by."""
        name = f"{letter(rule.parts.index(part))})"
        if isinstance(part.rule, Scored):
            name += f" {measure_text(part.rule.measure, self.speaker)}"
        return name

    def _effect(self, rule: Rule, points: Value) -> Iterator[str]:
        top = self._top
        raw = self._value(rule.node(self.group, top))
        if raw.state is State.ERROR:
            yield self._say("tell-error")
        elif self.leaf.falls_through and raw.state in (State.NOT_APPLICABLE, State.NOTHING_AROSE):
            yield self._say("tell-gives-way", state=self._state(raw.state))
        elif raw.state in EVIDENCE_STATES:
            effect = self.leaf.when.get(raw.state)
            kind = EffectKind.ERROR if effect is None else effect.kind
            yield self._say(
                "tell-effect", state=self._state(raw.state), effect=self._say(f"effect-{kind.value}")
            )
            yield from self._words(None if effect is None else effect.source)
        elif raw.state is State.OK and points.known is not None and raw.number != points.number:
            yield self._say("tell-rounded", points=self._number(points.number))

    def _points(self, points: Value, word: str) -> Iterator[str]:
        if points.known is not None:
            of = "" if self._top is None else self._say("tell-of", max=self._number(self._top))
            yield self._say(word, points=self._number(points.number), of=of)

    def _clause(self) -> Iterator[str]:
        if self.leaf.source is not None:
            yield self.speaker.clause(self.leaf.source)
