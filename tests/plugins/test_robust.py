"""The command `parcore robust`: what it prints, records and draws."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from fractions import Fraction
from io import StringIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from click.testing import CliRunner

import parcore
from parcore import plugins
from parcore.cli import COMMANDS, cli
from parcore.diagnostics import ParcoreError
from parcore.i18n import LANGUAGES
from parcore_robust.picture import draw
from parcore_robust.standing import Study, drawn
from parcore_robust.weights import study
from parcore_robust.words import words

SVG = "{http://www.w3.org/2000/svg}"
TEN = ("par-index-province", "--period", "2020")


def run(*args: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(cli, ["robust", *args])
    if done.exception is not None:
        raise done.exception
    return done.stdout


def ten() -> Study:
    """The ten provinces of 2020 under weights around their own."""
    edition = parcore.load_edition("par-index-province", period=2020)
    return study(parcore.score(edition, parcore.read_evidence(edition), 2020), draws=200)


def test_a_study_is_recorded_so_that_it_can_be_done_again() -> None:
    """JSON has seed, generator, versions, design, sources and draws; the same command gives the same."""
    asked = (
        *TEN,
        "--from",
        "survey",
        "--error",
        "points:leaders-survey=0.4",
        "--seed",
        "11",
        "--draws",
        "300",
    )
    text = run(*asked, "--format", "json", "--lang", "en")
    told = json.loads(text)
    record = told["record"]
    assert (told["kind"], told["from"], told["edition"]) == (
        "robustness",
        "survey",
        "par-index-province@2020",
    )
    assert (record["seed"], record["draws"], record["generator"]) == (11, 300, "numpy.random.PCG64")
    assert record["numpy"] == np.__version__
    assert {each["field"] for each in record["numbers"]} == {"points:leaders-survey"}
    assert {each["standard_error"] for each in record["numbers"]} == {"0.4"}
    assert record["criteria_without_design"] == {"sipas": 11, "leaders-survey": 1}
    assert told["evidence"]
    assert all(each["basis"] for each in told["evidence"])
    ranked = [each for each in told["units"] if each["place"] is not None]
    assert len(ranked) == 10
    assert all(each["drawn"]["draws"] == 300 for each in ranked)
    assert run(*asked, "--format", "json", "--lang", "en") == text


def test_rows_for_programs_hold_what_the_study_found() -> None:
    """CSV has a row for each unit with its rank, its intervals, what is possible and what was met."""
    asked = (*TEN, "--from", "weights", "--draws", "200", "--lang", "vi")
    rows = {each["unit"]: each for each in csv.DictReader(StringIO(run(*asked, "--format", "csv")))}
    for each in ten().standings:
        row = rows[each.unit.id]
        assert row["place"] == str(each.place or "")
        if each.drawn is not None and each.possible is not None:
            assert (row["best_90"], row["worst_90"]) == (
                str(each.drawn.interval.best), str(each.drawn.interval.worst),
            )  # fmt: skip
            assert (row["best_possible"], row["worst_possible"]) == (
                str(each.possible.best), str(each.possible.worst),
            )  # fmt: skip


@pytest.mark.parametrize(("lang", "basis"), [("vi", "minh họa"), ("en", "illustrative")])
def test_what_a_stated_error_rests_on_is_said_in_words(lang: str, basis: str) -> None:
    """An error that the command states is told with its source and basis, in the reader's language."""
    stated = "points:leaders-survey=0.4"
    text = run(*TEN, "--from", "survey", "--error", stated, "--draws", "20", "--lang", lang)
    assert f"--error {stated}; {basis})" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_names_units_and_says_what_it_does_not_hold(lang: str) -> None:
    """The terminal shows every unit, and under the table what the ranks rest on and do not hold."""
    text = run(*TEN, "--from", "weights", "--draws", "200", "--lang", lang)
    for each in ten().standings:
        assert each.unit.name.in_(lang) in text
    for word in ("rests-on", "does-not-hold", "weights-alike", "swaps-heading"):
        assert words()[word].in_(lang) in text


def test_one_unit_is_told_in_sentences() -> None:
    """Asked for one unit the command says in how many draws its rank holds, and what it cannot leave."""
    text = run(*TEN, "--from", "weights", "--draws", "200", "--unit", "Hà Nội", "--lang", "en")
    assert "Hanoi: rank 8 of 10; the same rank in" in text
    assert "it cannot leave ranks 6–10" in text
    assert "Phu Tho" not in text


@pytest.mark.parametrize(("args", "code"), [
    ((*TEN, "--from", "survey"), "robust-no-design"),
    ((*TEN, "--from", "survey", "--error", "x"), "robust-error"),
    ((*TEN, "--from", "survey", "--sample", "points:sipas=0"), "robust-error"),
    ((*TEN, "--from", "survey", "--error", "points:sipas=900"), "robust-wide"),
    ((*TEN, "--from", "weights", "--sample", "points:sipas=600"), "robust-option"),
    ((*TEN, "--from", "survey", "--around", "5%"), "robust-option"),
    ((*TEN, "--from", "missing", "--design-effect", "2"), "robust-option"),
    ((*TEN, "--from", "weights", "--around", "-1%"), "robust-effect"),
    ((*TEN, "--from", "weights", "--within", "group"), "robust-circle"),
    ((*TEN, "--from", "weights", "--format", "pdf"), "format-unknown"),
    ((*TEN, "--from", "weights", "--unit", "nowhere"), "unit-unknown"),
    (("nam-dinh", "--period", "2018", "--from", "missing"), "evidence-none"),
    (("one-stop-officials", "--from", "missing"), "robust-unranked"),
])  # fmt: skip
def test_what_cannot_be_done_is_said(args: tuple[str, ...], code: str) -> None:
    """Each wrong option, and what there is nothing to draw from, ends with its finding and status 2."""
    with pytest.raises(ParcoreError) as told:
        run(*args, "--lang", "en")
    assert [each.code for each in told.value.diagnostics] == [code]


def test_the_command_is_found_from_the_prompt() -> None:
    """`parcore robust` runs as a process of its own; `parcore list` names it with the plugin that adds it."""
    words = [sys.executable, "-m", "parcore"]
    asked = (*words, "robust", *TEN, "--from", "survey")
    done = subprocess.run(asked, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "[robust-no-design]" in done.stderr
    loaded = plugins.load()
    (own,) = [each for each in loaded.plugins if each.name == "robust"]
    assert (own.adds["commands"], own.failures) == (("robust",), ())
    listed = CliRunner().invoke(cli, ["list", "--lang", "en"]).stdout
    assert f"plugin robust ({own.distribution}): commands robust" in listed


def test_a_command_that_cannot_be_had_is_told_as_its_plugins() -> None:
    """What makes a command and fails, or gives none, is named with its plugin; no maker is refused."""

    def failing() -> object:
        raise LookupError("no ink")

    for maker, cause in ((failing, "LookupError: no ink"), (lambda: None, "TypeError: None is no command")):
        with pytest.raises(ParcoreError) as told:
            plugins._maker("pen", "draw", maker)()
        (diagnostic,) = told.value.diagnostics
        assert diagnostic.code == "plugin-command"
        assert diagnostic.values == {"plugin": "pen", "command": "draw", "cause": cause}
    for name, maker_ in (("Draw", failing), ("draw", 3)):
        with pytest.raises(TypeError, match="no command"):
            plugins._maker("pen", name, maker_)


def test_the_engines_commands_are_those_that_plugins_may_not_take() -> None:
    """The names that are reported as taken are all the engine's commands."""
    assert tuple(COMMANDS) == plugins.ENGINE_COMMANDS


def bars(picture: Element) -> list[Element]:
    """The rectangles that say what they are."""
    return [each for each in picture.iter(f"{SVG}rect") if each.find(f"{SVG}title") is not None]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_shows_every_ranked_unit(lang: str) -> None:
    """Each ranked unit has its name, its bars and its mark, told to those who do not see them."""
    told = ten()
    picture = ElementTree.fromstring(draw(told, lang))
    drawn_ = {each.text for each in picture.iter(f"{SVG}text")}
    for each in told.standings:
        name = each.unit.name.in_(lang)
        hints = [bar.findtext(f"{SVG}title") or "" for bar in bars(picture)]
        own = [hint for hint in hints if hint.startswith(f"{name}:")]
        assert len(own) == (4 if each.place is not None else 0)
        assert (name in drawn_) is (each.place is not None)
    assert "href" not in draw(told, lang)


def test_bars_are_as_long_as_their_ranks() -> None:
    """A bar begins and ends with the cells of its best and worst rank; the widest holds the mark."""
    told = ten()
    picture = ElementTree.fromstring(draw(told, "en"))
    for each in told.standings:
        if each.place is None or each.possible is None or each.drawn is None:
            continue
        own = [
            b for b in bars(picture) if (b.findtext(f"{SVG}title") or "").startswith(f"{each.unit.name.en}:")
        ]
        widths = [float(bar.get("width", "0")) for bar in own]
        spans = (each.possible, each.reached, each.drawn.interval)
        cells = [span.worst - span.best + 1 for span in spans if span is not None]
        assert [round(width / cell) for width, cell in zip(widths[:3], cells, strict=True)].count(
            round(widths[0] / cells[0])
        ) >= 2  # fmt: skip
        assert widths[3] == 4


def test_the_interval_is_of_order_statistics() -> None:
    """90 % of 100 ranks, one of each, are those from the fifth to the ninety-fifth."""
    counts = np.array([7, *([1] * 100)])
    found = drawn(counts, 50)
    assert found is not None
    assert (found.interval.best, found.median, found.interval.worst, found.draws) == (5, 50, 95, 100)
    assert found.same == Fraction(1, 100)
    assert drawn(np.array([9, 0, 0]), None) is None


def test_every_sentence_has_both_languages() -> None:
    """What the plugin says stands in Vietnamese and English, with the same names to fill in."""
    for name, text in words().items():
        assert text.vi, name
        assert text.en, name
        names = [{part.split("}")[0] for part in each.split("{")[1:]} for each in (text.vi, text.en)]
        assert names[0] == names[1], name
