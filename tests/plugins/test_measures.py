"""A measure that a plugin adds: read, checked, scored, traced and explained as the engine's own are."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from tests.plugins.test_discovery import Distribution, Environment, install, methodology, plugin

MEDIAN = '''
    """`{median_of: [a, b, c]}`: the middle one of three fields."""

    from attrs import frozen

    from parcore.documents.reading import items_of
    from parcore.evidence.vocabulary import FieldKind
    from parcore.hookspecs import hookimpl
    from parcore.intervals import EVERYTHING, Interval, Range
    from parcore.rules.graph import Agg, Aggregate, Field

    def least(*nodes):
        return Agg(Aggregate.MIN, nodes)

    def most(*nodes):
        return Agg(Aggregate.MAX, nodes)

    @frozen
    class Median:
        specs: tuple

        @property
        def fields(self):
            return tuple(each.name for each in self.specs)

        def node(self, group):
            a, b, c = map(Field, self.fields)
            return most(least(a, b), least(most(a, b), c))

        def range(self, group):
            lows = sorted(each.range.interval.low for each in self.specs)
            highs = [each.range.interval.high for each in self.specs]
            steps = {each.range.step for each in self.specs}
            high = None if None in highs else sorted(highs)[1]
            return Range(Interval(lows[1], True, high, True), steps.pop() if len(steps) == 1 else None)

        def states(self):
            return frozenset().union(*(each.states for each in self.specs))

        def text(self):
            return f"median({', '.join(self.fields)})"

    def read(tree, context):
        specs = [context.field(each, FieldKind.COUNT) for each in items_of(tree)]
        if len(specs) != 3:
            context.findings.add("ratio-of-two", tree.place, has=len(specs))
            return None
        return Median(tuple(specs)) if all(specs) else None

    @hookimpl
    def parcore_measures():
        return {"median_of": read}
'''

OTHER = """
    from parcore.hookspecs import hookimpl

    class Half:
        fields = ()

    @hookimpl
    def parcore_measures():
        return {measures}
"""

VOCABULARY = """
    vocabulary: {name}
    title: {{vi: Số liệu, en: Figures}}
    fields:
      - {{id: one, kind: count, range: "[0,10]", title: {{vi: Một, en: One}}}}
      - {{id: two, kind: count, range: "[0,10]", title: {{vi: Hai, en: Two}}}}
      - {{id: three, kind: count, range: "[0,10]", title: {{vi: Ba, en: Three}}}}
"""

EDITION = """
    methodology: {name}
    edition: "2024"
    title: {{vi: {title}, en: {title}}}
    applies: {{from: 2024}}
    units: {{kinds: [{name}-office]}}
    vocabulary: {name}
    total: 2
    rounding: {{index: 2}}
    source: {{title: a test, basis: illustrative}}
    components:
      - id: middle
        code: "1"
        title: {{vi: Trung vị, en: Median}}
        max: 2
        measure: MEASURE
        scale: {{towards: 10}}
        when: {{missing: zero, unverified: zero, rejected: zero}}
        source: {{clause: "1", basis: illustrative}}
"""

UNITS = """
    units: {name}-offices
    title: {{vi: Đơn vị, en: Offices}}
    source: {{title: a test, basis: illustrative}}
    members:
      - {{id: {name}-north, kind: {name}-office, name: {{vi: Bắc, en: North}}}}
      - {{id: {name}-south, kind: {name}-office, name: {{vi: Nam, en: South}}}}
"""

EVIDENCE = """
    evidence: {name}
    period: 2024
    numbers: plain
    source: {{title: a test, basis: illustrative}}
    units:
      {name}-north: {{one: 9, two: 2, three: 7}}
      {name}-south: {{one: 9, two: 10}}
"""


def measuring(name: str, measure: str) -> Distribution:
    """A methodology whose one criterion has a measure."""
    edition = EDITION.replace("MEASURE", measure)
    return methodology(name, edition=edition, vocabulary=VOCABULARY, units=UNITS, evidence=EVIDENCE)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the plugin, broken ones, and methodologies that use their measures."""
    return install(
        tmp_path_factory.mktemp("measures"),
        (
            plugin("median", MEDIAN),
            plugin("half", OTHER.format(measures='{"half": lambda tree, context: Half()}')),
            plugin("raising", OTHER.format(measures='{"raising": lambda tree, context: 1 / 0}')),
            plugin("silent", OTHER.format(measures='{"silent": lambda tree, context: None}')),
            plugin("taker", OTHER.format(measures='{"ratio": max, "reported": max, "median_of": max}')),
            plugin("wordless", OTHER.format(measures='{"no word": max}')),
            measuring("good", "{{median_of: [one, two, three]}}"),
            measuring("rounded", "{{median_of: [one, two, three], round: 0}}"),
            measuring("wrong", "{{median_of: [one, two, four]}}"),
            measuring("halving", "{{half: one}}"),
            measuring("raiser", "{{raising: one}}"),
            measuring("mute", "{{silent: one}}"),
            measuring("unknown", "{{median: one}}"),
        ),
    )


def test_a_measure_of_a_plugin_is_scored_exactly(env: Environment) -> None:
    """The median of 9, 2 and 7 earns 7/10 of the maximum, and an empty field what `when` says."""
    for name in ("good", "rounded"):
        scored = env.parcore("score", name, "--format", "json")
        assert scored.status == 0
        rows = {row["unit"]: row for row in json.loads(scored.out)["units"]}
        assert (rows[f"{name}-north"]["points"], rows[f"{name}-north"]["rate"]) == ("1.4", "70")
        assert rows[f"{name}-south"]["points"] == "0"


def test_a_measure_of_a_plugin_is_checked(env: Environment) -> None:
    """Its scale is checked on its range, its findings are at their places, its fields are known."""
    assert env.parcore("check", "good").status == 0
    wrong = env.parcore("check", "wrong", "--format", "json")
    assert wrong.status == 1
    codes = [row["code"] for row in json.loads(wrong.out)["findings"] if row["severity"] == "error"]
    assert codes == ["unknown-field"]


def test_a_measure_of_a_plugin_is_explained(env: Environment) -> None:
    """The story of a point names the plugin's measure by its own text, with its number."""
    told = env.parcore("explain", "good", "good-north", "middle")
    assert told.status == 0
    assert "median(one, two, three)" in told.out
    assert "7" in told.out


def test_the_trace_of_a_plugins_measure_re_computes(env: Environment) -> None:
    """The trace of what a plugin desugared re-computes from its evidence, as every trace does."""
    code = """
        from parcore.evidence.readers import Defaults
        from parcore.evidence.periods import Period
        from parcore.registry import Registry
        from parcore.results.scoring import score

        registry = Registry()
        edition = registry.edition("good@2024")
        evidence = registry.evidence("good", edition.vocabulary, (), Defaults())
        for card in score(edition, evidence, registry.units, Period(2024)).scorecards:
            assert card.trace.rerun() == card.trace.values
            print(card.unit.id, card.raw("middle").number)
    """
    done = env.run("-c", dedent(code))
    assert sorted(done.out.split("\n")) == ["", "good-north 7/5", "good-south 0"], done.err


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("halving", "the plugin `half` could not read the measure `half`: AttributeError: "),
        ("raiser", "the plugin `raising` could not read the measure `raising`: ZeroDivisionError: "),
        (
            "mute",
            "the plugin `silent` could not read the measure `silent`: no measure, and no finding",
        ),
        ("unknown", "median_of"),
    ],
)
def test_a_measure_that_fails_is_named_at_its_place(env: Environment, name: str, sentence: str) -> None:
    """A reader that raises, gives no measure or half of one is a finding at its place; others go on."""
    checked = env.parcore("check", name)
    assert checked.status == 1
    assert sentence in checked.err + checked.out
    assert f"{name}/edition.yaml:15:" in checked.err + checked.out
    assert env.parcore("score", "good").status == 0


def test_measures_are_listed_and_what_is_taken_is_told(env: Environment) -> None:
    """`list` shows the measures that each plugin adds, and names those whose words are already had."""
    listed = env.parcore("list")
    assert "plugin median (median 1.0): measures median_of" in listed.out
    for word, first in (("ratio", "parcore"), ("reported", "parcore"), ("median_of", "median")):
        assert f"the measure `{word}` of the plugin `taker` is already that of `{first}`" in listed.err
    assert "the plugin `wordless` failed in `parcore_measures`: TypeError: 'no word'" in listed.err
    rows = {row["name"]: row for row in json.loads(env.parcore("list", "--format", "json").out)["plugins"]}
    assert rows["median"]["measures"] == ["median_of"]
    assert (rows["taker"]["measures"], rows["taker"]["works"]) == ([], False)


def test_plugins_are_left_alone_where_no_measure_of_theirs_is_used(env: Environment) -> None:
    """An edition with the engine's own measures is scored without loading any plugin."""
    done = env.run("-c", dedent(
        """
        import sys
        from parcore.registry import Registry

        registry = Registry()
        registry.edition("example@2025")
        print("median" in sys.modules)
        registry.edition("good@2024")
        print("median" in sys.modules)
        """
    ))  # fmt: skip
    assert done.out.split() == ["False", "True"], done.err
