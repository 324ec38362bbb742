"""Next year's edition, as a text, from this year's: the rules kept as they are written, a new head.

In: the parent's text and edition. Out: a text with every comment, id and rule of the parent's, which says
that it is a draft: without a decision, and without a rule that claims to stand on one.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from parcore.documents.spans import Entry, Path, changed, entries, line_end, without
from parcore.editions.edition import Edition
from parcore.i18n import LANGUAGES, say
from parcore.sources import Basis

CLAIMS: Final = (Basis.OFFICIAL, Basis.REPORTED)
"""What others have said, which nobody has of a draft; what is inferred or read into a text stays ours."""

WIDTH: Final = 115

Edit = tuple[int, int, str]


@frozen
class Draft:
    """A new edition of a methodology: what it is made from, its name, the first year that it applies to."""

    parent: Edition
    name: str
    year: int

    @property
    def key(self) -> str:
        """Its full name: `par-index-province@2025`."""
        return f"{self.parent.methodology}@{self.name}"

    def text(self, written: str, schema: str = "") -> str:
        """The draft's document, from the parent's; `schema`: where its schema is, if elsewhere."""
        found = entries(written)
        return changed(
            written, [*self._head(written, found, schema), *_bases(found), *_lines(written, found)]
        )

    def _head(self, text: str, found: dict[Path, Entry], schema: str) -> Iterator[Edit]:
        yield self._first_lines(text, schema)
        edition, applies, replaces = (found.get((key,)) for key in ("edition", "applies", "replaces"))
        if edition is not None:
            yield edition.start, edition.end, json.dumps(self.name, ensure_ascii=False)
        if applies is not None:
            yield applies.start, applies.end, f"{{from: {self.year}}}"
            if replaces is None:
                end = line_end(text, applies.end)
                yield end, end, f"\nreplaces: {self.parent.key}"
        if replaces is not None:
            yield replaces.start, replaces.end, self.parent.key
        yield from self._title(text, found)
        yield from self._decision(found)
        yield from self._source(text, found)
        yield from self._note(text, found)

    def _first_lines(self, text: str, schema: str) -> Edit:
        """What this file is, behind the line that names its schema."""
        said = ["draft-file", *(["draft-fields"] if self.parent.vocabulary.name else [])]
        told = "".join(f"# {say(word, lang, **self._words)}\n" for word in said for lang in LANGUAGES)
        end = line_end(text, 0)
        if not re.match(r"# *yaml-language-server:", text):
            return 0, 0, told
        line = f"# yaml-language-server: $schema={schema}" if schema else text[:end]
        return 0, end + 1, f"{line}\n{told}"

    @property
    def _words(self) -> dict[str, object]:
        fields = {"fields": self.parent.vocabulary.name, "more": f"{self.parent.methodology}-{self.name}"}
        return {"name": self.name, "parent": self.parent.key, "year": self.year, **fields}

    def _title(self, text: str, found: dict[Path, Entry]) -> Iterator[Edit]:
        """The parent's decision and years in the title become the draft's."""
        for path, lang in ((("title",), "vi"), *((("title", each), each) for each in LANGUAGES)):
            entry = found.get(path)
            if entry is not None and entry.text is not None:
                yield entry.start, entry.end, self._retitled(text[entry.start : entry.end], lang)

    def _retitled(self, title: str, lang: str) -> str:
        decision = self.parent.decision
        if decision is not None:
            title = title.replace(decision.number, say("draft-named", lang, **self._words))
        first, last = self.parent.first_year, self.parent.last_year
        years = "|".join(str(each) for each in (first, last) if each is not None)
        return re.sub(rf"(?<![\w/])({first}[–-]{last}|{years})(?![\w/])", str(self.year), title)

    def _decision(self, found: dict[Path, Entry]) -> Iterator[Edit]:
        """The parent's decision is not the draft's: a comment stands where the draft's own will."""
        entry, decision = found.get(("decision",)), self.parent.decision
        if entry is None or decision is None:
            return
        told = " / ".join(say("draft-decision", lang) for lang in LANGUAGES)
        issuer = f", issuer: {json.dumps(decision.issuer, ensure_ascii=False)}" if decision.issuer else ""
        yield entry.key, entry.end, f"# {told}\n# decision: {{number: …, issued: …{issuer}}}"

    def _source(self, text: str, found: dict[Path, Entry]) -> Iterator[Edit]:
        """The edition's source: a draft, from the parent's."""
        whole, title = found.get(("source",)), found.get(("source", "title"))
        if whole is None:
            return
        of = " ".join(self.parent.source.title.split()) or self.parent.key
        quoted = json.dumps(say("draft-source", "vi", of=of, **self._words), ensure_ascii=False)
        if whole.alias:
            yield whole.start, whole.end, f"{{title: {quoted}, basis: {Basis.ILLUSTRATIVE.value}}}"
        elif title is not None:
            yield title.start, title.end, quoted
        else:
            first = min(each.key for path, each in found.items() if path[:-1] == ("source",))
            indent = first - text.rfind("\n", 0, first) - 1
            gap = ", " if text[whole.start] == "{" else "\n" + " " * indent
            yield first, first, f"title: {quoted}{gap}"

    def _note(self, text: str, found: dict[Path, Entry]) -> Iterator[Edit]:
        """What holds of a draft, before what the parent said of itself, in a block for each language."""
        lines = ["note:"]
        for lang in LANGUAGES:
            said = say("draft-note", lang, **self._words)
            if own := self.parent.note.in_(lang):
                said += f" {say('draft-note-of', lang, **self._words)} {own}"
            lines += [f"  {lang}: >-", *textwrap.wrap(
                said, WIDTH, initial_indent="    ", subsequent_indent="    ",
                break_long_words=False, break_on_hyphens=False,
            )]  # fmt: skip
        block = "\n".join(lines)
        entry = found.get(("note",))
        if entry is not None:
            yield entry.key, entry.end, block
        else:
            end = line_end(text, found["source",].end)
            yield end, end, f"\n{block}"


def _bases(found: dict[Path, Entry]) -> Iterator[Edit]:
    """No rule of a draft is official or reported; each keeps the title and clause that it comes from."""
    claims = {each.value for each in CLAIMS}
    for path, entry in found.items():
        head = path == ("source", "basis") and entry.text is not None
        if head or (path[-1] == "basis" and entry.text in claims):
            yield entry.start, entry.end, Basis.ILLUSTRATIVE.value


def _lines(text: str, found: dict[Path, Entry]) -> Iterator[Edit]:
    """What the parent's criteria superseded is of the edition before it: in the draft an id is itself."""
    for path, entry in found.items():
        if path[-1] == "supersedes" and path[0] in ("components", "adjustments"):
            yield without(text, entry)
