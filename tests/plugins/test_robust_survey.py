"""Survey error: what is drawn, from which sample, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import parcore
from parcore.diagnostics import Findings, ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Datum, Stage
from parcore.intervals import parse_interval
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.rules.graph import Field
from parcore.values import State, Value
from parcore_robust.design import design_of
from parcore_robust.document import Each, Stated, read_stated, with_options
from parcore_robust.draws import answers, effect_of, generator, near, shares
from parcore_robust.standing import Span
from parcore_robust.survey import drawn, study
from tests.results.editions import BOOK, PERIOD, Given, result, sound

F = Fraction
DRAWS = 400
MORE = """ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all]}
"""
SURVEYED = """  - id: asked
    title: asked
    max: 10
    method: survey
    measure: {survey: {answers: {done: 100%, late: 50%, few: 0%}AT_LEAST}}
    scale: proportional
    when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: zero}
    source: {clause: '1', basis: illustrative}
  - id: rest
    title: rest
    max: 10
    method: survey
    measure: reported
    when: {missing: zero, unverified: zero, rejected: zero}
    source: {clause: '2', basis: illustrative}
"""
RATED = """  - {id: a, title: a, max: TOP, measure: {value: rate}, scale: proportional,
     source: {clause: '1', basis: illustrative}, when: {missing: zero, unverified: zero, rejected: zero}}
"""


def edition_of(at_least: str = "") -> Edition:
    """A survey whose answers are counted, and points given."""
    return sound(SURVEYED.replace("AT_LEAST", at_least), "20", MORE)


def counted(**by_unit: tuple[int, int, int, int]) -> dict[str, dict[str, Given]]:
    """Answers and points by unit."""
    names = ("done", "late", "few", "points:rest")
    return {unit: dict(zip(names, map(F, each), strict=True)) for unit, each in by_unit.items()}


THREE = counted(u1=(80, 30, 10, 8), u2=(70, 40, 12, 8), u3=(20, 10, 6, 9))


def stated(text: str, tmp_path: Path) -> tuple[Stated, list[str]]:
    """What a document states, and the codes of what is wrong with it."""
    path, findings = tmp_path / "stated.yaml", Findings()
    head = "robustness: test\nsource: {title: t, basis: illustrative}\n"
    path.write_text(head + text, "utf-8")
    return read_stated(path, "test", findings), [each.code for each in findings]


def test_draws_are_the_counts_of_evidence_again() -> None:
    """Each draw has as many answers as the sample; nothing that nobody answered; points stay."""
    found = result(edition_of(), THREE)
    design = design_of(found, Stated(), Findings())
    columns = drawn(found, design, DRAWS, 3)
    assert set(columns) == {Field(name) for name in ("done", "late", "few")}
    sums = np.sum([columns[Field(name)].numbers for name in ("done", "late", "few")], axis=0)
    order = [card.unit.id for card in found.scorecards]
    assert {unit: set(np.unique(sums[:, at])) for at, unit in enumerate(order)} == {
        "u1": {120}, "u2": {122}, "u3": {36},
    }  # fmt: skip
    assert {each.unit: each.sample for each in design.answers} == {"u1": 120, "u2": 122, "u3": 36}
    assert design.silent == {"rest": 3}


def test_every_draw_is_ranked_as_scoring_ranks_it() -> None:
    """The counts of ranks are those of scoring the drawn answers one draw after the other."""
    found = result(edition_of(), THREE)
    told = study(found, draws=40, seed=9)
    columns = drawn(found, design_of(found, Stated(), Findings()), 40, 9)
    seen: dict[str, list[int]] = {card.unit.id: [] for card in found.scorecards}
    for draw in range(40):
        changes = [
            Datum(
                card.unit.id,
                PERIOD,
                node.name,
                Value(State.OK, F(int(each.numbers[draw, at]))),
                "",
                Stage.FINAL,
            )
            for node, each in columns.items()
            for at, card in enumerate(found.scorecards)
        ]
        again = score(found.edition, found.evidence.with_(changes), BOOK, PERIOD)
        for unit, places in seen.items():
            place = again.place(unit)
            assert place is not None
            places.append(place.place)
    for unit, places in seen.items():
        each = told.standing(unit)
        assert each.drawn is not None
        assert each.drawn.seen == Span(min(places), max(places))
        assert each.drawn.median == sorted(places)[19]
        assert each.drawn.same == F(places.count(each.place or 0), 40)
        tail = sorted(places)
        assert each.drawn.interval == Span(tail[1], tail[37])


def test_no_sampling_error_leaves_every_rank() -> None:
    """Where all of a population were asked, or an error of 0 is stated, each interval is the rank itself."""
    everybody = {unit: {**each, "all_of": F(sum(F(each[n]) for n in ("done", "late", "few")))}
                 for unit, each in THREE.items()}  # fmt: skip
    whole = evolve(Stated(), population={"all": "all_of"})
    given_ = with_options(Stated(), {"error": ("points:rest=0",)}, Findings())
    alone = result(edition_of(), {unit: {"points:rest": F(n)} for unit, n in (("u1", 3), ("u2", 5))})
    for told in (
        study(result(edition_of(), everybody), whole, draws=DRAWS),
        study(alone, given_, draws=DRAWS),
    ):
        for each in told.standings:
            assert each.place is not None
            assert each.drawn is not None
            assert each.drawn.seen == Span(each.place, each.place)


def test_the_same_seed_draws_the_same_whatever_else_is_there() -> None:
    """A seed gives the same study; a unit's draws do not hang on which other units are scored."""
    found, fewer = result(edition_of(), THREE), result(edition_of(), {u: THREE[u] for u in ("u2", "u3")})
    assert study(found, draws=90, seed=7).standings == study(found, draws=90, seed=7).standings
    one, other = (drawn(each, design_of(each, Stated(), Findings()), 50, 7) for each in (found, fewer))
    for name in ("done", "late", "few"):
        places = [[c.unit.id for c in each.scorecards].index("u2") for each in (found, fewer)]
        columns = (each[Field(name)].numbers[:, at] for each, at in zip((one, other), places, strict=True))
        first, second = columns
        assert list(first) == list(second)


@pytest.mark.parametrize("effect", [F(1), F(3, 2), F(3), F(1, 2), F(1, 10)])
def test_answers_vary_as_the_effect_says(effect: Fraction) -> None:
    """Over many draws the variance of a share is the effect times that of simple random sampling."""
    counts, size = (120, 60, 20), 200
    found = answers(generator(5, "u"), counts, effect, 40_000)
    assert set(found.sum(axis=1)) == {size}
    for at, count in enumerate(counts):
        share = count / size
        expected = float(effect) * size * share * (1 - share)
        assert abs(found[:, at].mean() - count) < 0.2
        # The population drawn without replacement is of whole people: at most a quarter of one more.
        more = 0.25 if effect < 1 else 0
        assert 0.96 < found[:, at].var() / expected < 1.04 + more / expected


def test_the_finite_population_shrinks_the_error() -> None:
    """(N − n) / (N − 1) of the variance; nothing of it where all were asked; the design's effect times it."""
    assert effect_of(50, None, F(1)) == 1
    assert effect_of(50, 99, F(1)) == F(1, 2)
    assert effect_of(50, 50, F(2)) == 0
    assert effect_of(50, 99, F(2)) == 1
    assert effect_of(1, 1, F(1)) == 1
    assert {tuple(each) for each in answers(generator(1, "u"), (3, 2), F(0), 20)} == {(3, 2)}


@given(
    st.lists(st.integers(0, 9), min_size=2, max_size=4).filter(sum), st.sampled_from([F(1), F(5, 4), F(1, 3)])
)
def test_what_nobody_answered_nobody_answers_again(counts: list[int], effect: Fraction) -> None:
    """No draw has an answer that the sample has not, and each has as many answers as the sample."""
    if effect >= sum(counts):
        return
    found = answers(generator(2, "u"), counts, effect, 30)
    assert set(found.sum(axis=1)) == {sum(counts)}
    assert not found[:, [at for at, each in enumerate(counts) if not each]].any()


def test_numbers_are_drawn_on_whole_steps() -> None:
    """Normal deviations and means of samples fall on the steps, around the number, as wide as stated."""
    off = near(generator(3, "u"), F(3, 10), F(1, 100), 40_000)
    assert off.dtype == np.int64
    assert abs(off.mean()) < 0.6
    assert abs(off.std() - 30) < 0.6
    means = shares(generator(3, "v"), F(80), (F(0), F(100)), 400, F(1, 100), 40_000)
    assert abs(means.mean() - 8000) < 5
    assert abs(means.std() - 200) < 4  # 100 × √(0.8 × 0.2 / 400) = 2 points
    thirds = shares(generator(4, "w"), F(1), (F(0), F(3)), 3, F(1, 10), 500)
    assert set(thirds) <= {0, 10, 20, 30}


def test_drawn_numbers_keep_to_what_the_field_can_be() -> None:
    """Points drawn beyond the maximum or below nothing are held there, so that none is bad evidence."""
    said = with_options(Stated(), {"error": ("points:rest=5",)}, Findings())
    found = result(edition_of(), THREE)
    column = drawn(found, design_of(found, said, Findings()), DRAWS, 1)[Field("points:rest")]
    numbers = column.numbers / column.k
    assert (numbers.min(), numbers.max()) == (0, 10)
    assert all(
        each.drawn is not None and each.drawn.draws == DRAWS
        for each in study(found, said, draws=DRAWS).standings
    )


def test_numbers_of_many_decimals_beside_others_are_drawn() -> None:
    """Twelve decimals of one unit, drawn, and of another, not drawn, need twelve decimals and no more."""
    findings = Findings()
    said = with_options(Stated(), {"sample": ("rate=600",)}, findings)
    leaf = RATED.replace("TOP", "10")
    rates = {"u1": {"rate": F(123456789012, 10**12)}, "u2": {"rate": F(333333333333, 10**12)}}
    found = result(sound(leaf, "10", MORE), rates)
    only = {"rate": evolve(said.errors["rate"], sample=Each(None, {"u1": F(600)}))}
    (moved,) = drawn(found, design_of(found, evolve(said, errors=only), findings), DRAWS, 1).values()
    assert moved.k == 10**12
    assert [found.scorecards[at].unit.id for at in moved.own] == ["u2"]
    assert study(found, evolve(said, errors=only), draws=50).standing("u2").drawn is not None
    large = {"rate": evolve(said.errors["rate"], sample=Each(F(10**8)), range=parse_interval("[0,100]"))}
    (wide,) = drawn(found, design_of(found, evolve(said, errors=large), findings), DRAWS, 1).values()
    assert not findings.errors
    for at, rate in enumerate((F(333333333333, 10**12), F(123456789012, 10**12))):
        assert abs(F(int(wide.numbers[:, at].sum()), wide.k * DRAWS) - rate) < F(1, 1000)


def test_a_population_past_counting_is_drawn_with_replacement() -> None:
    """Where the error is that of a population too large to draw from, shares are drawn again all the same."""
    found = answers(generator(1, "a"), (50, 50), 1 - F(1, 10**12), 20_000)
    assert (found.sum(axis=1) == 100).all()
    assert abs(float(found[:, 0].var()) / 25 - 1) < 0.05


def test_without_any_sample_there_is_nothing_to_draw() -> None:
    """Points of a survey without a sample size are refused, with the criteria that would need one."""
    found = result(edition_of(), {"u1": {"points:rest": F(3)}, "u2": {"points:rest": F(5)}})
    with pytest.raises(ParcoreError) as told:
        study(found)
    (diagnostic,) = told.value.diagnostics
    assert (diagnostic.code, diagnostic.values["criteria"]) == ("robust-no-design", "asked, rest")


def test_provinces_of_2020_have_no_sample_of_their_own() -> None:
    """Of the ten provinces of 2020 only points are known: none is drawn unless an error is stated."""
    edition = parcore.load_edition("par-index-province", period=2020)
    found = parcore.score(edition, parcore.read_evidence(edition), 2020)
    with pytest.raises(ParcoreError) as told:
        study(found)
    assert [each.code for each in told.value.diagnostics] == ["robust-no-design"]
    said = with_options(Stated(), {"error": ("points:leaders-survey=0.4", "points:sipas=0.1")}, Findings())
    given_ = study(found, said, draws=200)
    drawn_ = [each for each in given_.standings if each.drawn is not None]
    assert len(drawn_) == 10
    assert {each["unit"] for each in given_.record["numbers"]} == {each.unit.id for each in drawn_}
    assert all(each["basis"] == "illustrative" for each in given_.record["numbers"])


@pytest.mark.parametrize(("text", "codes"), [
    ("survey: {fields: {'points:rest': {standard_error: 0.3}}}", []),
    ("survey: {fields: {'points:rest': {standard_error: {u1: 0.3, u2: 0.4}}}}", []),
    ("survey: {fields: {'points:rest': {margin: 0.5}}}", ["robust-error"]),
    ("survey: {fields: {'points:rest': {standard_error: 1, sample: 3}}}", ["robust-error"]),
    ("survey: {fields: {'points:rest': {sample: 3.5}}}", ["robust-error"]),
    ("survey: {fields: {'points:rest': {standard_error: -1}}}", ["robust-error"]),
    ("survey: {design_effect: 0.5}", ["robust-effect"]),
    ("survey: {fields: {x: {sigma: 1}}}", ["unknown-key"]),
    ("weights: {bounds: {p: '[3,…)'}}", ["robust-bounds"]),
    ("weights: {bounds: {p: '3'}}", ["not-an-interval"]),
])  # fmt: skip
def test_what_is_stated_is_read_or_refused(text: str, codes: list[str], tmp_path: Path) -> None:
    """A document of errors and bounds is read; what is none of them is found at its place."""
    assert stated(text, tmp_path)[1] == codes


def test_a_document_of_another_methodology_is_refused(tmp_path: Path) -> None:
    """What is stated for one methodology is not used for another."""
    path, findings = tmp_path / "stated.yaml", Findings()
    path.write_text("robustness: other\nsource: {title: t, basis: illustrative}\n", "utf-8")
    read_stated(path, "test", findings)
    assert [each.code for each in findings] == ["evidence-other"]


def test_a_margin_is_so_many_standard_errors(tmp_path: Path) -> None:
    """A margin of a confidence is divided by what the normal law says; a sample stays what it is."""
    said, _ = stated("survey: {fields: {a: {margin: 1.959964, confidence: 95%}, b: {sample: 400}}}", tmp_path)
    assert said.errors["a"].standard is not None
    assert said.errors["a"].standard.of("u1") == 1
    assert said.errors["b"].sample is not None
    assert said.errors["b"].sample.of("u1") == 400


CANNOT: Mapping[str, tuple[Stated, str]] = {
    "a design effect as large as the sample": (Stated(design_effect=F(40)), "robust-effect-large"),
    "a population smaller than the sample": (Stated(population={"all": "all_of"}), "robust-population"),
    "a field that no rule reads": (
        with_options(Stated(), {"error": ("nothing=1",)}, Findings()), "unknown-field",
    ),
    "a sample of points without a scale": (
        evolve(with_options(Stated(), {"sample": ("few=9",)}, Findings())), "robust-range",
    ),
    "a number outside its scale": (
        Stated(errors={"points:rest": evolve(
            with_options(Stated(), {"sample": ("points:rest=9",)}, Findings()).errors["points:rest"],
            range=parse_interval("[0,5]"),
        )}), "robust-outside",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CANNOT)
def test_what_cannot_be_drawn_is_refused(case: str) -> None:
    """Each statement that does not fit the evidence is refused with its own finding."""
    said, code = CANNOT[case]
    small = {unit: {**each, "all_of": F(20)} for unit, each in THREE.items()}
    edition = edition_of()
    if code == "robust-range":
        edition = evolve(edition, vocabulary=_unbounded(edition))
    with pytest.raises(ParcoreError) as told:
        study(result(edition, small), said, draws=5)
    assert {each.code for each in told.value.diagnostics} == {code}


def _unbounded(edition: Edition):  # type: ignore[no-untyped-def]  # a vocabulary
    from parcore.intervals import EVERYTHING, Range

    fields = dict(edition.vocabulary.fields)
    fields["few"] = evolve(fields["few"], range=Range(EVERYTHING))
    return evolve(edition.vocabulary, fields=fields)


def test_a_least_sample_is_kept_by_every_draw() -> None:
    """Draws have the size of the sample, so that a survey large enough is so in every draw."""
    found: Result = result(edition_of(", at_least: 36"), THREE)
    for effect in (F(1), F(2)):
        told = study(found, Stated(design_effect=effect), draws=60)
        assert all(each.drawn is not None and each.drawn.draws == 60 for each in told.standings)
        assert all(each.number for each in told.standings)


def test_wider_errors_give_wider_ranks() -> None:
    """With a larger error no unit's ranks over the draws are fewer, and some have more."""
    found = result(edition_of(), THREE)
    widths = []
    for error in ("0.1", "1", "4"):
        said = with_options(Stated(), {"error": (f"points:rest={error}",)}, Findings())
        spans = [
            each.drawn.interval for each in study(found, said, draws=2000).standings if each.drawn is not None
        ]
        widths.append(sum(each.worst - each.best for each in spans))
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_questions_drawn_apart_are_told() -> None:
    """Where a unit has two surveys, each drawn by itself, that is said; of one it is not."""
    findings = Findings()
    both = with_options(Stated(), {"error": ("points:rest=0.1",)}, findings)
    found = result(edition_of(), THREE)
    for said, apart in ((Stated(), False), (both, True)):
        told = study(found, said, draws=20)
        assert any("drawn by themselves" in each.en for each in told.cautions) == apart
        assert any("not that the true rank" in each.en for each in told.cautions)


def test_samples_of_one_mind_are_told() -> None:
    """Where all said the same, drawing again shows no error, and the study says for how many samples."""
    found = result(edition_of(), counted(u1=(40, 0, 0, 8), u2=(20, 15, 5, 8)))
    told = study(found, draws=50)
    assert any(each.en.startswith("1 samples in which all said the same") for each in told.cautions)


def test_the_statements_that_the_page_shows_are_read(tmp_path: Path) -> None:
    """The document on the page of robustness is a sound one, and states what the page says."""
    page = (Path(__file__).parents[2] / "docs" / "robustness.md").read_text("utf-8")
    (block,) = [each for each in page.split("```yaml\n") if each.startswith("robustness:")]
    path, findings = tmp_path / "stated.yaml", Findings()
    path.write_text(block.partition("```")[0], "utf-8")
    said = read_stated(path, "robust-example", findings)
    assert not list(findings)
    assert said.design_effect == F(3, 2)
    assert said.around == F(1, 10)
    assert set(said.errors) == {"points:leaders-survey", "points:sipas", "index:sipas:score"}
    assert said.bounds["asked"] == parse_interval("[8,12]")


def refusal(edition: Edition, said: Mapping[str, Mapping[str, Given]]) -> list[str]:
    """The codes with which a study is refused."""
    with pytest.raises(ParcoreError) as told:
        study(result(edition, said), draws=5)
    return [each.code for each in told.value.diagnostics]


def test_answers_shared_by_two_surveys_are_refused() -> None:
    """Groups of answers that share some fields, neither within the other, cannot be drawn together."""
    other = SURVEYED.replace("asked", "again").partition("  - id: rest")[0]
    other = other.replace("{done: 100%, late: 50%, few: 0%}AT_LEAST", "{done: 100%, all_of: 0%}")
    text = SURVEYED.replace("AT_LEAST", "") + other
    said = {unit: {**each, "all_of": F(9)} for unit, each in THREE.items()}
    assert refusal(sound(text, "30", MORE), said) == ["robust-overlap"]


def test_peers_measured_by_a_survey_are_refused() -> None:
    """Where the mean of others is one of drawn answers, each draw would move it: that is not studied."""
    peers = """  - id: beside
    title: beside
    max: 5
    measure:
      compared: {measure: {value: done}, with: mean_of_rates, by: difference,
                 within: all, who: all, self: no, round: 0}
    cases: [{in: "(…,0)", points: 0}, {in: "[0,…)", points: 5}]
    when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: zero}
    source: {clause: '3', basis: illustrative}
"""
    edition = sound(SURVEYED.replace("AT_LEAST", "") + peers, "25", MORE)
    assert refusal(edition, THREE) == ["robust-peers"]
