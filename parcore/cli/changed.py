"""What an edition changed of the one that it replaces, in a line: for `parcore check`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from attrs import frozen

from parcore.change.editions import EditionChange, compare
from parcore.cli.new_edition import typed
from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.i18n import say
from parcore.registry import Registry


@frozen
class Changed:
    """An edition against the one that it replaces, and the command that shows all of it."""

    change: EditionChange
    command: tuple[str, ...]

    @property
    def data(self) -> dict[str, object]:
        """For programs: how many criteria changed in each way, which policies, how many are the same."""
        return {
            "edition": self.change.second.key,
            "against": self.change.first.key,
            "criteria": {kind.value: count for kind, count in self.change.counts().items()},
            "policies": [each.name for each in self.change.policies],
            "same": len(self.change.same),
        }

    def lines(self, lang: str) -> Iterator[str]:
        """For people: the counts in one line, and the command under it."""
        counted = self.change.counts().items()
        parts = [f"{count} {say(f'compare-{kind.value}', lang)}" for kind, count in counted]
        policies = [say(f"compare-policy-{each.name}", lang) for each in self.change.policies]
        parts += [f"{say('compare-policies', lang)}: {', '.join(policies)}"] if policies else []
        yield say(
            "changed-against", lang, edition=self.change.second.key, parent=self.change.first.key,
            counts="; ".join(parts) or say("changed-nothing", lang), same=len(self.change.same),
        )  # fmt: skip
        if parts:
            yield say("changed-see", lang, command=typed(self.command))


def changed(registry: Registry, editions: Iterable[Edition], at: Sequence[str]) -> Iterator[Changed]:
    """Each edition that replaces one at hand, against it; `at` are the options that find both."""
    known = {each.key: each for each in registry.edition_documents()}
    for edition in editions:
        if edition.replaces in known:
            with suppress(ParcoreError):  # a parent that is refused says so where it is checked
                change = compare((registry.load(known[edition.replaces]), edition))
                yield Changed(change, ("parcore", "compare", edition.replaces, edition.key, *at))
