"""An edition as the annex of a decision: its tree with maxima, each rule in sentences, its policies.

In: an edition and a language. Out: an `Annex`, for `parcore show --as prose`. Folds what the author
wrote, not the graph. Sentences that differ by unit group are said for each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from attrs import frozen

from parcore.editions.edition import Combine, Criterion, Edition
from parcore.editions.tree import may_rescale
from parcore.i18n import say
from parcore.readings.prose.rules import effects_text, rule_sentences
from parcore.readings.prose.words import Speaker, sentence
from parcore.rules.figures import Figure
from parcore.rules.policies import Level, Reads

_NUMBER: Final = re.compile(r"(\d+(?:[.,]\d+)*(?: %)?)")


@frozen
class Item:
    """A criterion of the annex: its maximum and its sentences, and the criteria under it."""

    id: str
    code: str
    title: str
    max: str
    sentences: tuple[str, ...]
    parts: tuple[Item, ...] = ()


@frozen
class Annex:
    """An edition in sentences."""

    edition: str
    title: str
    decision: str
    max: str
    items: tuple[Item, ...]
    policies: tuple[str, ...]


def describe(edition: Edition, lang: str) -> Annex:
    """The annex of an edition in `vi` or `en`."""
    return Annex(
        edition.key,
        edition.title.in_(lang),
        "" if edition.decision is None else edition.decision.number,
        _maximum(edition.total, edition, lang),
        tuple(_item(each, edition, lang) for each in edition.components),
        tuple(sentence(each) for policy in POLICIES for each in policy(edition, lang)),
    )


def written(annex: Annex, lang: str) -> str:
    """The annex as text: a heading for each criterion, its sentences under it."""
    heading = f"{annex.title} ({annex.edition})" + (f" — {annex.decision}" if annex.decision else "")
    lines = [heading, sentence(annex.max), ""]
    for item in annex.items:
        lines += [*_lines(item, 0), ""]
    if annex.policies:
        lines += [say("prose-policies", lang), *(f"  {each}" for each in annex.policies), ""]
    return "\n".join(lines)


def _lines(item: Item, depth: int) -> Iterator[str]:
    pad = "  " * depth
    yield pad + f"{item.code} {item.title} ({item.max})".strip()
    yield from (f"{pad}    {each}" for each in item.sentences)
    for part in item.parts:
        yield from _lines(part, depth + 1)


def _maximum(top: Figure | None, edition: Edition, lang: str) -> str:
    if top is None:
        return say("prose-max-unknown", lang)
    points = _by_group(edition, lang, lambda speaker: [speaker.points(top.of(speaker.group))])
    return say("prose-max", lang, points=points[0])


def _item(node: Criterion, edition: Edition, lang: str, parent: Criterion | None = None) -> Item:
    said = _by_group(edition, lang, lambda speaker: _sentences(node, parent, speaker))
    return Item(
        node.id,
        node.code,
        node.title.in_(lang),
        _maximum(node.max, edition, lang),
        tuple(map(sentence, said)),
        tuple(_item(each, edition, lang, node) for each in node.children),
    )


def _by_group(edition: Edition, lang: str, tell: Callable[[Speaker], list[str]]) -> list[str]:
    """What is said for all unit groups alike once, the rest for each."""
    told = {group: tell(Speaker(edition.vocabulary, lang, group)) for group in edition.groups}
    if len({len(each) for each in told.values()}) > 1:
        told = {group: [" ".join(map(sentence, each))] for group, each in told.items()}
    return [_merged(dict(zip(told, each, strict=True)), lang) for each in zip(*told.values(), strict=True)]


def _merged(by_group: dict[str, str], lang: str) -> str:
    """One text for all groups: where only numbers differ each number with its groups, else text by text."""
    groups = _grouped(by_group)
    if len(groups) == 1:
        return next(iter(groups))
    split = {group: _NUMBER.split(text) for group, text in by_group.items()}
    if len({tuple(parts[::2]) for parts in split.values()}) > 1:
        return "; ".join(
            say("prose-for-group", lang, groups=", ".join(names), what=text) for text, names in groups.items()
        )
    return "".join(
        _listed(dict(zip(split, parts, strict=True))) for parts in zip(*split.values(), strict=True)
    )


def _grouped(by_group: dict[str, str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for group, text in by_group.items():
        groups.setdefault(text, []).append(group)
    return groups


def _listed(by_group: dict[str, str]) -> str:
    """ "20 % (ministry, province), 50 % (district)"; a text of all groups as it is."""
    groups = _grouped(by_group)
    if len(groups) == 1:
        return next(iter(groups))
    return ", ".join(f"{text} ({', '.join(names)})" for text, names in groups.items())


def _sentences(node: Criterion, parent: Criterion | None, speaker: Speaker) -> list[str]:
    top = None if node.max is None else node.max.of(speaker.group)
    said = [] if node.rule is None else rule_sentences(node.rule, top, speaker)
    if node.children:
        said += _combined(node, speaker)
    said += _effects(node, parent, speaker)
    if node.digits is not None:
        said.append(speaker.say("prose-round-here", digits=node.digits))
    if node.remainder:
        said.append(speaker.say("prose-remainder"))
    return said if node.source is None else [*said, speaker.clause(node.source)]


def _combined(node: Criterion, speaker: Speaker) -> list[str]:
    parts = []
    for child in node.children:
        weight = "" if child.weight is None else f"{speaker.number(child.weight.of(speaker.group))} × "
        parts.append(weight + (child.code or f"“{child.title.in_(speaker.lang)}”"))
    weighted = any(child.weight is not None for child in node.children)
    word = "weighted" if weighted else node.combine.value
    said = [speaker.say(f"prose-combine-{word}", parts=speaker.listed(parts))]
    if node.scaled_from is not None and node.max is not None:
        own, worth = (speaker.points(each.of(speaker.group)) for each in (node.scaled_from, node.max))
        said.append(speaker.say("prose-scaled", own=own, worth=worth))
    if any(map(may_rescale, node.children)):
        said.append(speaker.say("prose-rescaled"))
    return said


def _effects(node: Criterion, parent: Criterion | None, speaker: Speaker) -> list[str]:
    first = parent is not None and parent.combine is Combine.FIRST and node is not parent.children[-1]
    top = None if node.max is None else node.max.of(speaker.group)
    told = effects_text(node.when, top, speaker, falls_through=first)
    return [told] if told else []


def _rounding(edition: Edition, lang: str) -> Iterator[str]:
    """Where the edition rounds, and how."""
    plan = edition.rounding
    levels = [
        say(f"prose-round-{level.value}", lang, digits=plan.digits[level])
        for level in Level
        if level in plan.digits
    ]
    if levels:
        yield say(f"prose-rounding-{plan.mode.value}", lang, levels="; ".join(levels))
    else:
        yield say("prose-rounding-none", lang)


def _reads(reads: Reads, lang: str) -> str:
    rounded = "prose-rounded-yes" if reads.rounded else "prose-rounded-no"
    return f"{say(f'prose-quantity-{reads.quantity.value}', lang)}, {say(rounded, lang)}"


def _classes(edition: Edition, lang: str) -> Iterator[str]:
    """The classes, each with what falls into it."""
    classes = edition.classes
    if classes is None:
        return
    bands = _by_group(
        edition,
        lang,
        lambda speaker: [
            "; ".join(
                f"{band.title.in_(lang) or band.name}: {speaker.interval(band.intervals[speaker.group])}"
                for band in classes.bands
            )
        ],
    )
    yield say("prose-classes", lang, on=_reads(classes.on, lang), bands=bands[0])


def _ranking(edition: Edition, lang: str) -> Iterator[str]:
    """What units are ranked by, within which circles, and how ties count."""
    ranking = edition.ranking
    if ranking is None:
        return
    speaker = Speaker(edition.vocabulary, lang)
    within = speaker.listed([speaker.say(f"prose-ranked-{each.value}") for each in ranking.within])
    ties = say(f"prose-ties-{ranking.method.value}", lang)
    yield say("prose-ranking", lang, on=_reads(ranking.on, lang), within=within, ties=ties)
    if ranking.unranked:
        yield say("prose-unranked", lang, units=", ".join(ranking.unranked))


Policy = Callable[[Edition, str], Iterator[str]]
POLICIES: Final[tuple[Policy, ...]] = (_rounding, _classes, _ranking)
"""The policies of an edition in the order in which they are said; a new one is one more here."""
