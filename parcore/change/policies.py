"""Which policies of two editions differ: what each says of units, total and caps, and its policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from parcore.editions.edition import Edition
from parcore.i18n import LANGUAGES, Text, say
from parcore.readings.prose.annex import maximum_text
from parcore.readings.prose.policies import POLICIES, policy_sentences
from parcore.rules.figures import Figure


@frozen
class PolicyChange:
    """A policy that differs: its sentences in both editions."""

    name: str
    first: tuple[Text, ...]
    second: tuple[Text, ...]


def policies_changed(first: Edition, last: Edition) -> Iterator[PolicyChange]:
    """The policies of two editions that are not said alike."""
    for name in (*FACTS, *POLICIES):
        said = [_said(edition, name) for edition in (first, last)]
        if said[0] != said[1]:
            yield PolicyChange(name, *said)


def _said(edition: Edition, name: str) -> tuple[Text, ...]:
    tell = FACTS.get(name, policy_sentences)
    both = (tell(edition, name, lang) for lang in LANGUAGES)
    return tuple(Text(**dict(zip(LANGUAGES, each, strict=True))) for each in zip(*both, strict=True))


def _units(edition: Edition, _: str, lang: str) -> Iterator[str]:
    """Whom it is for."""
    yield ", ".join(edition.kinds)
    if edition.groups != ("",):
        yield ", ".join(sorted(edition.group_title(group, lang) for group in edition.groups))


def _most(top: Figure | None, edition: Edition, lang: str) -> str:
    return maximum_text(top, edition, lang, tuple(sorted(edition.groups)))


def _total(edition: Edition, _: str, lang: str) -> Iterator[str]:
    yield _most(edition.total, edition, lang)


def _block(edition: Edition, name: str, lang: str) -> Iterator[str]:
    """To how much all items of a block may come together."""
    if name in edition.blocks:
        yield _most(edition.blocks[name].cap, edition, lang)


def _methods(edition: Edition, _: str, lang: str) -> Iterator[str]:
    for each in edition.methods:
        method = each.title.in_(lang) or say(f"prose-method-{each.method.value}", lang)
        yield f"{method}: {_most(each.max, edition, lang)}"


FACTS: Final[Mapping[str, Callable[[Edition, str, str], Iterable[str]]]] = {
    "units": _units,
    "total": _total,
    "bonus": _block,
    "penalty": _block,
    "methods": _methods,
}
"""What editions say beside criteria and policies: each a function to its sentences."""
