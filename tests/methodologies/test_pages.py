"""Each methodology's page in the docs is made from its data, and every printed figure is accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from parcore.cli.page import page, results
from parcore.i18n import LANGUAGES
from parcore.registry import Registry
from parcore.results.published import compared

DOCS = Path(__file__).parents[2] / "docs" / "methodologies"
REGISTRY = Registry()
NAMES = tuple(dict.fromkeys(each.methodology for each in REGISTRY.edition_documents()))


def pages() -> Iterator[tuple[Path, str, str]]:
    """Where each page stands, of which methodology it is, in which language."""
    for name in NAMES:
        for lang in LANGUAGES:
            yield DOCS / (f"{name}.md" if lang == "en" else f"{name}.{lang}.md"), name, lang


@pytest.mark.parametrize(
    ("path", "name", "lang"), list(pages()), ids=lambda each: getattr(each, "name", each)
)
def test_the_page_of_a_methodology_is_made_from_its_data(path: Path, name: str, lang: str) -> None:
    """What the docs say of a methodology is what its documents and the engine give."""
    assert path.read_text("utf-8") == page(REGISTRY, name, lang), (
        "run: python -m tests.methodologies.test_pages"
    )


def test_no_page_stands_for_a_methodology_that_is_gone() -> None:
    """The folder of pages holds these and no others."""
    assert {each.name for each in DOCS.glob("*.md")} == {path.name for path, _, _ in pages()}


@pytest.mark.parametrize("name", NAMES)
def test_every_printed_figure_is_reproduced_or_explained(name: str) -> None:
    """An observation says why the engine gives another figure than was printed, and only then."""
    documents = REGISTRY.edition_documents(name)
    found = [
        each for d in documents for result in results(REGISTRY, REGISTRY.load(d)) for each in compared(result)
    ]
    assert [(each.observation.place, each.figure) for each in found if not each.settled] == []


if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    for old in DOCS.glob("*.md"):
        old.unlink()
    for made, of, lang_ in pages():
        made.write_text(page(REGISTRY, of, lang_), "utf-8")
