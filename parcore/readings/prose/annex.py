"""An edition as the annex of a decision: its tree with maxima, each rule in sentences, its policies.

In: an edition and a language. Out: an `Annex`, for `parcore show --as prose`. Folds what the author
wrote, not the graph. Sentences that differ by unit group are said for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from parcore.editions.edition import Block, Criterion, Edition
from parcore.editions.tree import may_rescale
from parcore.i18n import say
from parcore.readings.prose.groups import by_group
from parcore.readings.prose.policies import policies
from parcore.readings.prose.rules import effects_text, rule_sentences
from parcore.readings.prose.words import Speaker, sentence
from parcore.rules.figures import Figure


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
    adjustments: tuple[Item, ...]
    policies: tuple[str, ...]


def describe(edition: Edition, lang: str) -> Annex:
    """The annex of an edition in `vi` or `en`."""
    return Annex(
        edition.key,
        edition.title.in_(lang),
        "" if edition.decision is None else edition.decision.number,
        maximum_text(edition.total, edition, lang),
        tuple(_item(each, edition, lang) for each in edition.components),
        tuple(_block(name, block, edition, lang) for name, block in edition.blocks.items()),
        tuple(map(sentence, policies(edition, lang))),
    )


def written(annex: Annex, lang: str) -> str:
    """The annex as text: a heading for each criterion, its sentences under it."""
    heading = f"{annex.title} ({annex.edition})" + (f" — {annex.decision}" if annex.decision else "")
    lines = [heading, sentence(annex.max), ""]
    for item in (*annex.items, *annex.adjustments):
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


def maximum_text(top: Figure | None, edition: Edition, lang: str, groups: tuple[str, ...] = ()) -> str:
    """A maximum in words, by unit group where it differs."""
    if top is None:
        return say("prose-max-unknown", lang)
    points = by_group(edition, lang, lambda speaker: [speaker.points(top.of(speaker.group))], groups)
    return say("prose-max", lang, points=points[0])


def _block(name: str, block: Block, edition: Edition, lang: str) -> Item:
    """Bonus or penalty, its items as criteria."""
    said = (sentence(say(f"prose-{name}-is", lang)),)
    parts = tuple(_item(each, edition, lang, off=name == "penalty") for each in block.items)
    return Item(name, "", say(f"prose-{name}", lang), maximum_text(block.cap, edition, lang), said, parts)


def _item(
    node: Criterion, edition: Edition, lang: str, parent: Criterion | None = None, *, off: bool = False
) -> Item:
    """A criterion; `off`: its points are taken off."""

    def tell(speaker: Speaker) -> list[str]:
        told = _sentences(node, edition, speaker.taking_off() if off else speaker)
        if parent is not None or node.weight is None:
            return told  # a parent says the weights of its parts
        return [speaker.say("prose-weight", weight=speaker.number(node.weight.of(speaker.group))), *told]

    said = by_group(edition, lang, tell, node.groups)
    if node.groups and (parent is None or parent.groups != node.groups):
        said = [say("prose-only-groups", lang, groups=titles_of(edition, node.groups, lang)), *said]
    return Item(
        node.id,
        node.code,
        node.title.in_(lang),
        maximum_text(node.max, edition, lang, node.groups),
        tuple(map(sentence, said)),
        tuple(_item(each, edition, lang, node, off=off) for each in node.children),
    )


def _sentences(node: Criterion, edition: Edition, speaker: Speaker) -> list[str]:
    top = None if node.max is None else node.max.of(speaker.group)
    said = [] if node.rule is None else rule_sentences(node.rule, top, speaker)
    if node.children:
        said += combined(node, speaker, edition)
    said += _effects(node, speaker)
    if node.digits is not None:
        said.append(speaker.say("prose-round-here", digits=speaker.decimals(node.digits)))
    if node.remainder:
        said.append(speaker.say("prose-remainder"))
    return said if node.source is None else [*said, speaker.clause(node.source)]


def combined(node: Criterion, speaker: Speaker, edition: Edition | None = None) -> list[str]:
    """How the points of a group come of its parts', in sentences.

    Of an `edition` all parts are named, in order, with the unit groups of those that only some have; else
    those of the speaker's group.
    """
    parts = []
    for child in (each for each in node.children if edition is not None or each.applies(speaker.group)):
        group = speaker.group if child.applies(speaker.group) else child.groups[0]
        weight = "" if child.weight is None else f"{speaker.number(child.weight.of(group))} × "
        part = weight + (child.code or f"“{child.title.in_(speaker.lang)}”")
        if edition is not None and child.groups and child.groups != node.groups:
            part += f" ({titles_of(edition, child.groups, speaker.lang)})"
        parts.append(part)
    weighted = any(child.weight is not None for child in node.children)
    word = "weighted" if weighted else node.combine.value
    said = [speaker.say(f"prose-combine-{word}", parts=speaker.listed(parts))]
    if node.scaled_from is not None and node.max is not None:
        own, worth = (speaker.points(each.of(speaker.group)) for each in (node.scaled_from, node.max))
        said.append(speaker.say("prose-scaled", own=own, worth=worth))
    if any(map(may_rescale, node.children)):
        said.append(speaker.say("prose-rescaled"))
    return said


def titles_of(edition: Edition, groups: tuple[str, ...], lang: str) -> str:
    """Unit groups one after another, as sentences call them."""
    return ", ".join(edition.group_title(group, lang) for group in groups)


def _effects(node: Criterion, speaker: Speaker) -> list[str]:
    top = None if node.max is None else node.max.of(speaker.group)
    told = effects_text(node.when, top, speaker, falls_through=node.falls_through)
    return [told] if told else []
