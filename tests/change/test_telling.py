"""What changed, told: in both languages, in every form, across a merger too."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from parcore.change.aside import Aside
from parcore.change.editions import Kind
from parcore.change.telling import PARTS, PLACES
from parcore.cli import cli
from parcore.evidence.lineage import Label
from parcore.i18n import LANGUAGES, say
from parcore.rules.policies import Quantity
from tests.change.test_years import FORMULAS, table

WORDS = [
    *(f"compare-{each.value}" for each in Kind),
    *(f"aside-{each.value}" for each in Aside),
    *(f"label-{each.value}" for each in Label),
    *(f"why-{each.replace('_', '-')}" for each in PARTS),
    *(f"why-places-{each}" for each in PLACES),
    *(f"why-quantity-{each.value}" for each in Quantity),
    "why-label", "why-note", "why-places",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_every_word_that_may_be_told_is_there_in_both_languages(word: str) -> None:
    """No kind of change, reason, part or label is without its word."""
    for lang in LANGUAGES:
        assert say(word, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", ["table", "markdown", "html", "json"])
def test_years_across_a_merger_are_told_in_every_form(lang: str, form: str, tmp_path: Path) -> None:
    """Two years with 63 and 34 provinces between them: every form tells the territory of each."""
    files = ["--before", str(table(tmp_path, 2024)), "--after", str(table(tmp_path, 2025))]
    words = ["compare", FORMULAS, "--period", "2024", "--period", "2025", *files, "--why"]
    unit = ["--unit", "an-giang-2025"]
    done = CliRunner().invoke(cli, [*words, *unit, "--format", form, "--lang", lang])
    assert done.exit_code == 0, done.output
    assert done.exception is None
    told = "merged" if form == "json" or lang == "en" else "sáp nhập"
    assert told in done.stdout
    if form != "json":
        assert say("why-label", lang) in done.stdout
