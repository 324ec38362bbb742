"""No number of a rule is lost in its sentences, and a change of any number is seen."""

from __future__ import annotations

from string import Template

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.i18n import LANGUAGES
from parcore.numbers import decimals, exact_text
from parcore.readings.prose.annex import describe
from parcore.readings.prose.rules import rule_sentences
from parcore.readings.prose.words import Speaker
from parcore.rules.combinations import Rule
from tests import strategies as our
from tests.readings.speech import changed, numbers_of, numbers_said
from tests.rules.reading import VOCABULARY, Read, read


def told(rule: Rule, top: int | None = 10, lang: str = "vi", group: str = "") -> str:
    """The sentences of a rule of the tests' vocabulary."""
    return " ".join(
        rule_sentences(rule, None if top is None else our.F(top), Speaker(VOCABULARY, lang, group))
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_number_of_a_known_rule_is_lost(lang: str, known: list[Edition]) -> None:
    """Every number of every rule of the page and of the shipped editions stands in its sentences."""
    for edition in known:
        for group in edition.groups:
            speaker = Speaker(edition.vocabulary, lang, group)
            for leaf in edition.leaves:
                assert leaf.rule is not None
                top = None if leaf.max is None else leaf.max.of(group)
                text = " ".join(rule_sentences(leaf.rule, top, speaker))
                lost = {abs(each) for each in numbers_of(leaf.rule, group)} - numbers_said(text, lang)
                assert not lost, (edition.key, leaf.id, text)


POLICIES = ("total", "components", "conversion", "adjustments", "classes", "ranking", "absent")
"""What of an edition holds numbers that it states of itself; its years and places it does not say."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_change_of_any_number_of_an_edition_is_seen(lang: str, known: list[Edition]) -> None:
    """A number of a policy, maximum, weight, effect or rule that differs makes another annex."""
    seen = 0
    for edition in known:
        annex = describe(edition, lang)
        for name in POLICIES:
            for group in edition.groups[:1]:
                for other in changed(getattr(edition, name), group):
                    assert describe(evolve(edition, **{name: other}), lang) != annex, (
                        edition.key,
                        name,
                        other,
                    )
                    seen += 1
    assert seen > 500


TEMPLATES = """
measure: {value: rate}
scale: [{at_least: $x2, points: $p0}, {more_than: $x0, points: $p1}, {otherwise: $p2}]

measure: {value: any}
scale: [{at_most: $x0, points: $p0}, {less_than: $x1, points: proportional},
  {at_least: $x2, points: 25%}, {otherwise: $p2}]

measure: {value: any}
scale: [{at_least: $x1, points: $p0}, {less_than: $x2, points: $p1}, {otherwise: $p2}]

measure: {ratio: [done, 'all_of + $x3']}
cases: [{in: '(…,$x0)', points: $p0}, {in: '[$x0,$x1]', points: $p1}, {in: '($x1,…)', points: $p2}]

measure: {value: few}
scale: {per: $p0, cap: $p1}

measure: {value: any}
scale: {slope: $x0, offset: $x1, cap: $p2}

measure: {growth: done, round: 3}
scale: {through: [[$x0, $p0], [$x1, $p1], [$x2, 50%]]}

measure: {value: rate}
scale: {towards: $x0}

measure: {value: done}
scale: {base: $p0, from: $x0, each: $x1, add: $q0, cap: $p2, steps: pro_rata}

measure: {value: any}
scale: {base: $p0, from: $x0, cap: $p2, steps: pro_rata, segments: [{to: $x1, each: $x3, add: $q1},
  {to: $x2, each: $x0, add: $q0}]}

measure: {survey: {answers: {done: $x1, late: $x0}, at_least: $x3}}
scale: proportional

measure: {formula: 'max($x0 * done - late, few / ($x1 + all_of))'}
scale: {slope: $x2}

measure: {compared: {measure: {value: rate}, with: mean_of_rates, by: difference, within: region,
  who: ranked, self: no, round: 4}}
scale: [{more_than: $x0, points: $p0}, {otherwise: $p1}]

measure: {rank: {measure: {count: [done, '$x1 * late']}, within: group, who: all, best: lowest}}
scale: [{at_most: $x0, points: $p0}, {otherwise: $p1}]

measure: {choice: plan}
table: {on_time: $p0, late: 25%, never: exclude}

figures: {mark: $x0}
measures: {x: {value: rate}, y: {value: any}}
table: [{when: [x >= mark, 'y in ($x1,$x2]'], points: $p0}, {when: {any: [x < mark,
  {not: y + $x3 > 2 * x}]}, points: $p1}]

guard: [{if: 'late > $x0', points: $p0}, {unless: 'done <= $x2', points: $p1}]
measure: {value: any}
scale: {slope: $x1}

deduct: {from: 10, floor: $p0, parts: [{per: late, points: $x0, cap: $x1},
  {measure: {value: rate}, cases: [{in: '[0,$x2)', points: $p1}, {in: '[$x2,…)', points: $x3}]}]}

measure: {reported: {min: $p0, step: $q0}}
"""
"""Rules of every kind; x are thresholds that rise, p and q points, q more than 0."""


@st.composite
def rules(draw: st.DrawFn) -> Read:
    """Rules of every kind with numbers of every length."""
    # Three decimals after so few digits have two readings, which intervals refuse.
    positive = our.decimals().filter(lambda each: each > 0 and decimals(each) != 3)
    x = sorted(draw(st.sets(positive, min_size=4, max_size=4)))
    q = sorted(draw(st.sets(st.integers(1, 100), min_size=2, max_size=2)))
    p = sorted(draw(st.sets(st.integers(0, 200), min_size=3, max_size=3)))
    body = draw(st.sampled_from(TEMPLATES.split("\n\n")))
    numbers = {f"x{at}": each for at, each in enumerate(x)}
    numbers |= {f"p{at}": our.F(each, 20) for at, each in enumerate(p)}
    numbers |= {f"q{at}": our.F(each, 20) for at, each in enumerate(q)}
    filled = Template(body.strip()).substitute({name: exact_text(each) for name, each in numbers.items()})
    return read(filled)


@given(rules(), st.sampled_from(LANGUAGES))
def test_no_number_of_a_rule_is_lost(found: Read, lang: str) -> None:
    """Every threshold, factor and number of points stands in the sentences, in the language's format."""
    text = told(found.rule, lang=lang)
    assert not {abs(each) for each in numbers_of(found.rule)} - numbers_said(text, lang), text


@given(rules(), st.sampled_from(LANGUAGES))
def test_a_change_of_any_number_is_seen(found: Read, lang: str) -> None:
    """No two rules that differ in one number have the same sentences."""
    text = told(found.rule, lang=lang)
    assert any(True for _ in changed(found.rule))
    for other in changed(found.rule):
        assert told(other, lang=lang) != text, other
