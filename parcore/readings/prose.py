"""How a point came about, as a paragraph: evidence, measure, step, effect, clause.

A fold over the author's words (measures, scales, tables), beside the trace that gives the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from attrs import frozen

from parcore.editions.edition import Criterion, EffectKind
from parcore.evidence.evidence import Datum, Method
from parcore.evidence.vocabulary import POINTS, FieldKind, Vocabulary
from parcore.expressions import Inside
from parcore.i18n import say
from parcore.intervals import Interval
from parcore.numbers import ZERO, shown, shown_percent
from parcore.readings.exact import Scope, evaluate
from parcore.rules.combinations import ChoiceTable, ConditionTable, Guarded, Reported, Rule, Scored
from parcore.rules.conditions import Condition, Joined
from parcore.rules.deductions import Deduction
from parcore.rules.figures import Award, AwardKind
from parcore.rules.graph import Node
from parcore.rules.measures import ChoiceOf, Growth, Measure, Ratio, Rounded
from parcore.rules.program import lay_out
from parcore.rules.scales import Steps
from parcore.sources import Source
from parcore.values import EVIDENCE_STATES, State, Value


@frozen
class Teller:
    """Tells the story of one leaf of one unit in one language.

    `datum` gives the statement that counts for a field; `scope` evaluates parts of the rule.
    """

    leaf: Criterion
    group: str
    vocabulary: Vocabulary
    scope: Scope
    datum: Callable[[str], Datum | None]
    lang: str

    def story(self, points: Value) -> list[str]:
        """The sentences, in order."""
        rule = self.leaf.rule
        if rule is None:
            return []
        return [*self._evidence(rule), *self._rule(rule), *self._effect(rule, points), *self._clause()]

    def _say(self, word: str, **values: object) -> str:
        return say(word, self.lang, **values)

    def _number(self, number: Fraction) -> str:
        return shown(number, self.lang)

    def _value(self, node: Node) -> Value:
        return evaluate(lay_out({"it": node}), self.scope)["it"]

    def _evidence(self, rule: Rule) -> Iterator[str]:
        for name in rule.fields:
            spec = self.vocabulary.fields.get(name)
            title = name if spec is None else f"{spec.shown.in_(self.lang)} ({name})"
            if name.startswith(POINTS):
                title = self._say("tell-given")
            datum = self.datum(name)
            if datum is None:
                yield self._say("tell-no-evidence", field=title)
                continue
            parts = f" ({datum.note})" if datum.method is Method.DERIVED and datum.note else ""
            if datum.value.state is not State.OK:
                state = self._state(datum.value.state) + parts
                yield self._say("tell-empty-evidence", field=title, state=state)
                continue
            value = datum.text
            if spec is not None and spec.kind is FieldKind.CHOICE:
                text = spec.option_titles.get(datum.text)
                value = datum.text if text is None else text.in_(self.lang) or datum.text
            elif spec is None or spec.kind is not FieldKind.DATE:
                percent = datum.text.strip().endswith("%")
                number = datum.value.number
                value = shown_percent(number, self.lang) if percent else self._number(number)
            source = (
                "" if datum.source is None else f" [{datum.source}; {self._basis(datum.source.basis.value)}]"
            )
            yield self._say("tell-evidence", field=title, value=value, source=parts + source)

    def _state(self, state: State) -> str:
        return self._say(f"state-{state.word}")

    def _basis(self, basis: str) -> str:
        return self._say(f"basis-{basis}")

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
                    yield self._say("tell-table", option=title, pays=self._pays(rule.rows[option]))
            case ConditionTable():
                yield from self._conditions(rule)
            case Deduction():
                yield from self._deduction(rule)
            case Reported():
                yield self._say("tell-reported")

    def _guarded(self, rule: Guarded) -> Iterator[str]:
        for guard in rule.guards:
            decides = self._value(guard.decides(self.group))
            if decides.state is not State.OK:
                return
            if decides.number:
                word = "tell-guard-unless" if guard.unless else "tell-guard"
                told = self._condition(guard.condition, {})
                yield self._say(word, condition=told, pays=self._pays(guard.award))
                yield from self._words(guard.source)
                return
        yield from self._rule(rule.rule)

    def _scored(self, rule: Scored) -> Iterator[str]:
        value = self._value(rule.measure.node(self.group))
        yield self._measured(rule.measure.text(), rule.measure, value)
        if value.known is None:
            return
        x, percent = value.number, self._in_percent(rule.measure)
        pieces = rule.scale.at(self.group, ZERO if self._top is None else self._top)
        piece = next((each for each in pieces if x in each.interval), None)
        if piece is None:
            return
        step = rule.scale.step_at(self.group, x) if isinstance(rule.scale, Steps) else None
        if step is not None or not piece.slope:
            pays = self._points(piece.intercept) if step is None else self._pays(step.award)
            word = "tell-step" if step is None or step.source is None else "tell-step-ours"
            yield self._say(word, where=self._interval(piece.interval, percent=percent), pays=pays)
            yield from self._words(None if step is None else step.source)
        if piece.slope:
            line = f"{self._number(piece.slope)} × {self._number(x)}"
            if piece.intercept:
                line += f" {'+' if piece.intercept > 0 else '−'} {self._number(abs(piece.intercept))}"
            yield self._say("tell-line", line=line, points=self._number(piece.slope * x + piece.intercept))

    @property
    def _top(self) -> Fraction | None:
        return None if self.leaf.max is None else self.leaf.max.of(self.group)

    def _in_percent(self, measure: Measure) -> bool:
        inner = measure.measure if isinstance(measure, Rounded) else measure
        specs = [self.vocabulary.fields.get(name) for name in inner.fields]
        units = [None if spec is None else spec.unit for spec in specs]
        return isinstance(inner, Ratio | Growth) or units == ["%"]

    def _measured(self, name: str, measure: Measure, value: Value) -> str:
        if value.known is None:
            return self._say("tell-no-measure", measure=name, state=self._state(value.state))
        return self._say("tell-measure", measure=name, value=self._amount(value.number, measure))

    def _interval(self, interval: Interval, *, percent: bool) -> str:
        def end(x: Fraction) -> str:
            return shown_percent(x, self.lang) if percent else self._number(x)

        low, high = interval.low, interval.high
        if low is None and high is None:
            return self._say("where-otherwise")
        if low is not None and low == high:
            return self._say("where-exactly", low=end(low))
        words = []
        if low is not None:
            words.append(self._say("where-from" if interval.low_in else "where-over", low=end(low)))
        if high is not None:
            under = "where-to-under" if words else "where-under"
            words.append(self._say("where-to" if interval.high_in else under, high=end(high)))
        return " ".join(words)

    def _conditions(self, rule: ConditionTable) -> Iterator[str]:
        known: dict[str, Fraction] = {}
        for name, measure in rule.measures.items():
            value = self._value(measure.node(self.group))
            formula = measure.text()
            yield self._measured(name if name == formula else f"{name} = {formula}", measure, value)
            if value.known is None:
                return
            known[name] = value.number
        for row in rule.rows:
            if row.condition.holds(known, self.group):
                word = "tell-row" if row.source is None else "tell-row-ours"
                told = self._condition(row.condition, rule.measures)
                yield self._say(word, condition=told, pays=self._pays(row.award))
                yield from self._words(row.source)
                return

    def _condition(self, condition: Condition, measures: Mapping[str, Measure]) -> str:
        """A condition with its figures for the unit's group, shares in per cent, options by title."""
        if isinstance(condition, Joined):
            word = self._say("and" if condition.every else "or")
            body = f" {word} ".join(self._condition(part, measures) for part in condition.parts)
            return f"{self._say('not')} ({body})" if condition.contrary else body
        one = condition.sides(self.group)
        measure = measures.get(one.left.name or "")
        if isinstance(one, Inside):
            percent = measure is not None and self._in_percent(measure)
            return f"{one.left}: {self._interval(one.interval, percent=percent)}"
        if measure is None or one.right.names:
            return f"{one.left} {one.op} {one.right}"
        return f"{one.left} {one.op} {self._amount(one.right.constant, measure)}"

    def _amount(self, number: Fraction, measure: Measure) -> str:
        """A number as its measure is spoken of: an option's title, a percentage, or the number."""
        if isinstance(measure, ChoiceOf):
            option = measure.spec.options[int(number)]
            title = measure.spec.option_titles.get(option)
            return option if title is None else title.in_(self.lang) or option
        return shown_percent(number, self.lang) if self._in_percent(measure) else self._number(number)

    def _words(self, source: Source | None) -> Iterator[str]:
        """Whose word a guard, an interpretation or an effect is: basis, clause, note."""
        if source is None:
            return
        said = "; ".join(each for each in (str(source), source.note.in_(self.lang)) if each)
        basis = self._basis(source.basis.value)
        yield self._say("tell-words", basis=basis, words=said) if said else f"({basis})."

    def _deduction(self, rule: Deduction) -> Iterator[str]:
        taken: list[str] = []
        for parts in rule.groups():
            values = [self._value(part.rule.node(self.group, None)) for part in parts]
            known = [value.number for value in values if value.known is not None]
            if any(value.state not in (State.OK, State.NOTHING_AROSE) for value in values):
                return
            taken += [self._number(max(known))] if known else []
        start, floor = rule.start.of(self.group), rule.floor.of(self.group)
        line = " − ".join([self._number(start), *taken])
        points = self._value(rule.node(self.group, None))
        yield self._say(
            "tell-deduct", line=line, points=self._number(points.number), floor=self._number(floor)
        )

    def _pays(self, award: Award) -> str:
        match award.kind:
            case AwardKind.POINTS:
                return self._points(award.figure.of(self.group))
            case AwardKind.SHARE:
                return self._say("pays-share", share=shown_percent(award.figure.of(self.group), self.lang))
            case _:
                return self._say(f"pays-{award.kind.value}")

    def _points(self, points: Fraction) -> str:
        return self._say("pays-point" if points == 1 else "pays-points", points=self._number(points))

    def _effect(self, rule: Rule, points: Value) -> Iterator[str]:
        top = self._top
        raw = self._value(rule.node(self.group, top))
        if raw.state is State.ERROR:
            yield self._say("tell-error")
        elif raw.state in EVIDENCE_STATES:
            effect = self.leaf.when.get(raw.state)
            kind = EffectKind.ERROR if effect is None else effect.kind
            yield self._say(
                "tell-effect", state=self._state(raw.state), effect=self._say(f"effect-{kind.value}")
            )
            yield from self._words(None if effect is None else effect.source)
        elif raw.state is State.OK and points.known is not None and raw.number != points.number:
            yield self._say("tell-rounded", points=self._number(points.number))
        if points.known is not None:
            of = "" if top is None else self._say("tell-of", max=self._number(top))
            yield self._say("tell-points", points=self._number(points.number), of=of)

    def _clause(self) -> Iterator[str]:
        source = self.leaf.source
        if source is None:
            return
        quote = source.quote.in_(self.lang)
        words = f"{source}: “{quote}”" if quote else str(source)
        yield self._say("tell-clause", clause=words, basis=self._basis(source.basis.value))
        if source.note.in_(self.lang):
            yield source.note.in_(self.lang) + "."
