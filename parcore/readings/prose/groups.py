"""What differs by unit group, said once for all: each number with its groups, or text by text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from parcore.editions.edition import Edition
from parcore.i18n import say
from parcore.readings.prose.words import Speaker, sentence

_UNIT: Final = r"%|điểm(?: phần trăm)?|(?:percentage )?points?|ngày|days?"
_NUMBER: Final = re.compile(rf"(\d+(?:[.,]\d+)*(?: (?:{_UNIT}))?)")


def by_group(
    edition: Edition, lang: str, tell: Callable[[Speaker], list[str]], groups: tuple[str, ...] = ()
) -> list[str]:
    """What is said for all unit groups (or those named) alike once, the rest for each."""
    named = groups or edition.groups
    told = {group: tell(Speaker(edition.vocabulary, lang, group)) for group in named}
    if len({len(each) for each in told.values()}) > 1:
        told = {group: [" ".join(map(sentence, each))] for group, each in told.items()}
    titles = {group: edition.group_title(group, lang) for group in named}
    each_group = zip(*told.values(), strict=True)
    return [_merged(dict(zip(told, each, strict=True)), titles, lang) for each in each_group]


def _merged(by_group: dict[str, str], titles: dict[str, str], lang: str) -> str:
    """One text for all groups: where only numbers differ each number with its groups, else text by text."""
    groups = _grouped(by_group, titles)
    if len(groups) == 1:
        return next(iter(groups))
    split = {group: _NUMBER.split(text) for group, text in by_group.items()}
    if len({tuple(parts[::2]) for parts in split.values()}) > 1:
        return "; ".join(
            say("prose-for-group", lang, groups=", ".join(names), what=text) for text, names in groups.items()
        )
    return "".join(
        _listed(dict(zip(split, parts, strict=True)), titles) for parts in zip(*split.values(), strict=True)
    )


def _grouped(by_group: dict[str, str], titles: dict[str, str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for group, text in by_group.items():
        groups.setdefault(text, []).append(titles[group])
    return groups


def _listed(by_group: dict[str, str], titles: dict[str, str]) -> str:
    """ "20 % (ministry, province), 50 % (district)"; a text of all groups as it is."""
    groups = _grouped(by_group, titles)
    if len(groups) == 1:
        return next(iter(groups))
    return ", ".join(f"{text} ({', '.join(names)})" for text, names in groups.items())
