"""A brief as text, Markdown, HTML and plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from parcore.evidence.evidence import Stage
from parcore.i18n import say
from parcore.markup import as_written, html_page
from parcore.numbers import exact_text
from parcore.results.brief.figures import Figure, Origin
from parcore.results.brief.statements import Brief, Section, Statement, period_text, title_of
from parcore.results.rests import evidence_basis

FORMAT: Final = "parcore-brief-1"


def title(brief: Brief, lang: str) -> str:
    """The title of a brief: the index, the unit, the period."""
    parts = {"title": title_of(brief.edition).in_(lang), "period": period_text(brief.period).in_(lang)}
    if brief.unit is None:
        told = say("brief-title-all", lang, **parts)
    else:
        told = say("brief-title", lang, unit=brief.unit.name.in_(lang), **parts)
    if brief.result.stage is Stage.FINAL:
        return told
    stage = say(f"stage-{brief.result.stage.value}", lang)
    return f"{told}, {say('score-provisional', lang, stage=stage)}"


def text(briefs: Sequence[Brief], lang: str) -> str:
    """The briefs as plain text: a paragraph or a list under each heading, then the sources."""
    return "\n".join("\n".join(_text(each, lang)) + "\n" for each in briefs)


def _text(brief: Brief, lang: str) -> Iterator[str]:
    yield title(brief, lang)
    for section in brief.sections:
        yield f"\n{say(f'brief-section-{section.name}', lang)}"
        sentences = [each.text(lang) for each in section.statements]
        yield from (f"- {each}" for each in sentences) if section.listed else [" ".join(sentences)]
    yield from _end(brief, lang, "\n{}")


def _end(brief: Brief, lang: str, heading: str) -> Iterator[str]:
    if not brief.sections:
        about = {"period": period_text(brief.period).in_(lang)}
        if brief.unit is not None:
            about["unit"] = brief.unit.name.in_(lang)
        yield (
            say("brief-nothing-held" if brief.unit is None else "brief-nothing-held-unit", lang, **about)
            + "."
        )
        return
    yield heading.format(say("brief-section-sources", lang))
    yield from (f"- {each}" for each in sources(brief, lang))


def sources(brief: Brief, lang: str) -> Iterator[str]:
    """What the figures of a brief stand on."""
    for seen in brief.sources:
        basis = say(f"basis-{seen.source.basis.value}", lang)
        yield say("brief-source", lang, basis=basis, source=seen.source)
    origins = {figure.origin for each in brief.figures for figure in each.all}
    for origin, word in (
        (Origin.COMPUTED, "brief-source-computed"),
        (Origin.EDITION, "brief-source-edition"),
        (Origin.DERIVED, "brief-source-derived"),
    ):
        if origin in origins:
            yield say(word, lang, edition=brief.edition.key)
    if Origin.COMPUTED in origins:
        basis = evidence_basis(brief.result, lang)
        yield basis[:1].upper() + basis[1:]


def markdown(briefs: Sequence[Brief], lang: str) -> str:
    """The briefs as Markdown."""
    return "\n\n".join(part for each in briefs for part in _markdown(each, lang)) + "\n"


def _markdown(brief: Brief, lang: str) -> Iterator[str]:
    yield f"# {as_written(title(brief, lang))}"
    for section in brief.sections:
        yield f"## {say(f'brief-section-{section.name}', lang)}"
        sentences = [as_written(each.text(lang)) for each in section.statements]
        yield "\n".join(f"- {each}" for each in sentences) if section.listed else " ".join(sentences)
    heading, *lines = _end(brief, lang, "## {}")
    yield heading
    if lines:
        yield "\n".join("- " + as_written(each.removeprefix("- ")) for each in lines)


def html(briefs: Sequence[Brief], lang: str) -> str:
    """The briefs as one page that stands alone."""
    return html_page(markdown(briefs, lang), "; ".join(title(each, lang) for each in briefs), lang)


def to_dict(brief: Brief, lang: str) -> dict[str, Any]:
    """A brief as plain data: each sentence with its figures, each figure with its unit and origin."""
    return {
        "format": FORMAT,
        "edition": brief.edition.key,
        "period": str(brief.period),
        "unit": None if brief.unit is None else brief.unit.id,
        "title": title(brief, lang),
        "sections": [_section(each, lang) for each in brief.sections],
        "sources": [*sources(brief, lang)],
    }


def _section(section: Section, lang: str) -> dict[str, Any]:
    return {"section": section.name, "statements": [_statement(each, lang) for each in section.statements]}


def _statement(each: Statement, lang: str) -> dict[str, Any]:
    return {
        "kind": each.kind.value,
        "about": each.about,
        "text": each.text(lang),
        "figures": [_figure(figure) for figure in each.figures],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    seen = figure.observation
    return {
        "about": figure.about,
        "quantity": figure.quantity,
        "period": figure.period,
        "value": exact_text(figure.value),
        "unit": figure.measure.value,
        "decimals": figure.digits,
        "origin": figure.origin.value,
        **({} if seen is None else {"source": str(seen.source), "basis": seen.source.basis.value}),
        **({"from": [_figure(each) for each in figure.inputs]} if figure.inputs else {}),
    }
