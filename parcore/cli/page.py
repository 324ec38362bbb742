"""A methodology as a page in Markdown: trees, rules in words, sources, bases, published figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from parcore.cli.by_method import method_maxima, method_title
from parcore.cli.decisions import band_title
from parcore.editions.edition import Criterion, Edition
from parcore.evidence.evidence import Observation
from parcore.evidence.sections import Defaults
from parcore.i18n import say, words
from parcore.numbers import shown
from parcore.readings.prose.annex import Item, describe
from parcore.registry import Registry
from parcore.results.published import Comparison, compared, printed_digits
from parcore.results.rests import rests_on
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.rules.figures import Figure
from parcore.sources import Basis, Source

UNEXPLAINED: Final = "not explained"
"""What `explained` says of a difference whose reason is not known."""


def page(registry: Registry, name: str, lang: str) -> str:
    """A methodology with all its editions, or the one edition named, as Markdown.

    Raises:
        ParcoreError: there is none, or its document or evidence is refused.
    """
    methodology, _, wanted = name.partition("@")
    documents = [d for d in registry.edition_documents(methodology) if wanted in ("", d.name)]
    if not documents:
        registry.edition(name)  # which says what is known
    editions = sorted(map(registry.load, documents), key=lambda each: each.first_year)
    title = editions[-1].title.in_(lang)
    parts = [f"# {title}", *(_part(registry, each, lang) for each in editions)]
    return "\n\n".join(parts) + "\n"


def results(registry: Registry, edition: Edition) -> Iterator[Result]:
    """An edition's result for each period that the evidence or an observation at hand is of, in order."""
    evidence = registry.evidence(edition.methodology, edition.vocabulary, (), Defaults())
    observations = registry.observations(edition.methodology)
    spoken = {*evidence.periods(), *(each.period for each in observations)}
    for period in sorted(filter(edition.in_force, spoken), key=lambda each: each.order):
        yield score(edition, evidence, registry.units, period).beside(observations)


def _part(registry: Registry, edition: Edition, lang: str) -> str:
    annex = describe(edition, lang)
    found = list(results(registry, edition))
    parts = [
        f"## {edition.title.in_(lang)} ({edition.key})",
        _bullets(_head(edition, lang)),
        _table(("code", "criterion", "max", "method", "basis", "source"), _tree(edition, lang), lang),
        f"### {say('page-rules', lang)}",
        "\n".join(line for item in (*annex.items, *annex.adjustments) for line in _rules(item, 0)),
    ]
    if annex.policies:
        parts += [f"### {say('prose-policies', lang)}", _bullets(annex.policies)]
    parts += [f"### {say('page-rests', lang)}", _bullets(rests_on(edition, lang))]
    parts += [_table(("source", "basis", "page-times"), _sources(edition, lang), lang)]
    if any(each.observations for each in found):
        parts += [f"### {say('page-published', lang)}", say("page-how", lang)]
        parts += [_published(each, lang) for each in found if each.observations]
    return "\n\n".join(parts)


def _head(edition: Edition, lang: str) -> Iterator[str]:
    decision, first, last = edition.decision, edition.first_year, edition.last_year
    if decision is not None:
        issued = "" if decision.issued is None else decision.issued.isoformat()
        said = (each for each in (decision.number, issued, decision.issuer) if each)
        yield f"{say('list-decision', lang)}: {', '.join(said)}"
    years = str(first) if first == last else f"{first}–{last or '…'}"
    yield f"{say('list-years', lang)}: {years}"
    yield f"{say('max', lang)}: {_figure(edition.total, edition, lang)}"
    yield from method_maxima(edition, lang)


def _figure(figure: Figure | None, edition: Edition, lang: str) -> str:
    if figure is None:
        return say("score-unknown", lang)
    if figure.differs:
        told = figure.by_group.items()
        return "; ".join(f"{edition.group_title(group, lang)} {shown(n, lang)}" for group, n in told)
    return shown(figure.common, lang)


def _tree(edition: Edition, lang: str) -> Iterator[tuple[str, ...]]:
    for node, depth in _nodes(edition.components, 0):
        source = node.source
        yield (
            node.code or node.id,
            "· " * depth + node.title.in_(lang),
            _figure(node.max, edition, lang),
            "" if node.method is None else method_title(edition, node.method, lang),
            "" if source is None else say(f"basis-{source.basis.value}", lang),
            "" if source is None else str(source),
        )


def _nodes(nodes: Iterable[Criterion], depth: int) -> Iterator[tuple[Criterion, int]]:
    for each in nodes:
        yield each, depth
        yield from _nodes(each.children, depth + 1)


def _rules(item: Item, depth: int) -> Iterator[str]:
    pad = "  " * depth
    yield f"{pad}- **{item.code or item.id}** {item.title} ({item.max})".replace("** **", "** ")
    yield from (f"{pad}  - {each}" for each in item.sentences)
    for part in item.parts:
        yield from _rules(part, depth + 1)


def _sources(edition: Edition, lang: str) -> Iterator[tuple[str, ...]]:
    """Every source of the edition with its basis, and how many of its rules and effects stand on it."""
    counted: Counter[tuple[str, Basis]] = Counter()
    for each in _every_source(edition):
        counted[str(each) or edition.source.title, each.basis] += 1
    for (name, basis), times in sorted(counted.items(), key=lambda each: (-each[1], each[0][0])):
        yield name, say(f"basis-{basis.value}", lang), str(times)


def _every_source(edition: Edition) -> Iterator[Source]:
    yield edition.source
    for node in edition.nodes:
        if node.source is not None:
            yield node.source
        yield from (each.source for each in node.when.values() if each.source is not None)


# Published figures


def _published(result: Result, lang: str) -> str:
    found = compared(result)
    held = [each for each in result.observations if each not in {it.observation for it in found}]
    parts = [f"**{result.period}**"]
    if found:
        words = ("unit", "page-figure", "page-printed", "page-computed", "page-verdict", "source")
        parts.append(_table(words, (_row(result, each, lang) for each in found), lang))
    if held:
        heads = ("unit", "page-figure", "page-printed", "source", "page-note")
        title = say("page-held", lang, count=len(held))
        table = _table(heads, (_held(result, each, lang) for each in held), lang)
        parts.append(f"<details><summary>{title}</summary>\n\n{table}\n\n</details>")
    return "\n\n".join(parts)


def _held(result: Result, seen: Observation, lang: str) -> tuple[str, ...]:
    return (*_about(result, seen, lang), printed(seen, lang), source_name(seen, lang), seen.note.in_(lang))


def printed(seen: Observation, lang: str) -> str:
    """A figure as printed; of one printed again later, with which figures."""
    if seen.stated_in is None:
        return seen.text
    return say("figure-restated", lang, text=seen.text, period=seen.stated_in)


def _about(result: Result, seen: Observation, lang: str) -> tuple[str, str]:
    """Of whom a figure is, and what it is, in words; a word that is not known stands as it is written."""
    kind, _, name = seen.about.partition(":")
    units = (*(card.unit for card in result.scorecards), *result.without_evidence)
    unit = next((each for each in units if each.id == seen.about), None)
    if unit is not None:
        about = unit.name.in_(lang)
    elif f"about-{kind}" in words():
        named = band_title(result, name, lang) if kind == "band" and _is_band(result, name) else name
        about = say(f"about-{kind}", lang, name=named)
    else:
        about = seen.about
    return about, figure_name((result.edition,), seen.quantity, lang)


def _is_band(result: Result, name: str) -> bool:
    return result.classes is not None and any(band.name == name for band in result.classes.bands)


def figure_name(editions: Iterable[Edition], quantity: str, lang: str) -> str:
    """What a figure is, in words; a criterion by its code and title in the first edition that has it."""
    return ", ".join(_part_of_figure([*editions], each, lang) for each in quantity.split(":"))


def _part_of_figure(editions: Iterable[Edition], part: str, lang: str) -> str:
    if f"figure-{part}" in words():
        return say(f"figure-{part}", lang)
    for criterion in filter(None, (each.criterion(part) for each in editions)):
        return f"{criterion.code} {criterion.title.in_(lang)}".strip()
    return part


def source_name(seen: Observation, lang: str) -> str:
    """A figure's source with its basis."""
    return f"{seen.source} ({say(f'basis-{seen.source.basis.value}', lang)})"


def _row(result: Result, each: Comparison, lang: str) -> tuple[str, ...]:
    seen = each.observation
    return (
        *_about(result, seen, lang),
        printed(seen, lang),
        _computed(each.figure, printed_digits(seen), lang),
        _verdict(each, lang),
        source_name(seen, lang),
    )


def _computed(figure: Fraction | str, digits: int, lang: str) -> str:
    return figure if isinstance(figure, str) else shown(figure, lang, digits)


def _verdict(each: Comparison, lang: str) -> str:
    said = [say(f"verdict-{each.finding}", lang)]
    said += [say("verdict-order", lang)] if each.order else []
    said += [say("verdict-printed", lang)] if each.printed else []
    why = each.observation.explained.in_(lang)
    why = say("verdict-unexplained", lang) if why == UNEXPLAINED else why
    return "; ".join(said) + (f": {why}" if why else "")


# Markdown


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {each}" for each in lines)


def _table(words: Iterable[str], rows: Iterable[tuple[str, ...]], lang: str) -> str:
    heads = [say(each, lang) for each in words]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
