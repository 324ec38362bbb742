"""What is wrong, where, and how to mend it: every complaint of the engine is a `Diagnostic`.

In: a code of the catalogue (`messages.yaml`), a place and the values its sentence names.
Out: sentences in Vietnamese and English. Readers collect all of a file's findings in `Findings`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Final

from attrs import field, frozen

from parcore import i18n

MOST_FINDINGS: Final = 200
"""A file's findings beyond this many are counted, not listed: hostile input stays bounded."""


UNREADABLE: Final = frozenset(
    (
        "file-unreadable", "file-oversize", "encoding-utf16", "encoding-not-utf8", "nul-byte",
        "marks-too-many", "document-empty", "yaml-syntax", "yaml-tab", "yaml-characters",
        "yaml-many-documents", "yaml-too-deep", "yaml-too-large", "yaml-scalar-too-long",
        "yaml-alias-unknown", "yaml-tag", "yaml-key-not-text",
        "table-syntax", "table-too-large", "table-too-wide", "cell-too-long",
    )
)  # fmt: skip
"""Codes after which nothing of a file is read: they are told before all others."""

NOT_CHECKED: Final = "not-checked"
"""Stands for all that follows from a refused document; what is wrong in that one is told first too."""


class Severity(Enum):
    """An `ERROR` refuses the document; a `WARNING` is shown and the work goes on; `INFO` asks for nothing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@frozen(order=True)
class Place:
    """A position in a file: line and column count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@frozen
class Diagnostic:
    """One finding: its code, its place, and the values that its sentences name."""

    code: str
    place: Place
    values: Mapping[str, str] = field(factory=dict)

    @property
    def severity(self) -> Severity:
        """As the catalogue declares it for the code."""
        return Severity(i18n.entry(self.code).severity)

    def message(self, lang: str) -> str:
        """The sentence that says what is wrong."""
        return i18n.fill(i18n.entry(self.code).text, lang, self.values)

    def fix(self, lang: str) -> str:
        """The sentence that says what to do."""
        return i18n.fill(i18n.entry(self.code).fix, lang, self.values)

    def render(self, lang: str) -> str:
        """Place, sentence, fix and code, as shown on a terminal."""
        return f"{self.place}: {self.message(lang)} → {self.fix(lang)} [{self.code}]"


class ParcoreError(Exception):
    """Work that could not be done; `diagnostics` says where, what and how to mend it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(each.render("en") for each in self.diagnostics))


class Findings:
    """Collects the diagnostics of one reading, without repeats; gives them by place, causes first."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Place, tuple[tuple[str, str], ...]], Diagnostic] = {}
        self.unlisted = 0

    def add(self, code: str, place: Place, /, **values: object) -> None:
        """Report `code` at `place`; a code that the catalogue lacks is a fault of the engine."""
        i18n.entry(code)
        texts = {name: str(value) for name, value in values.items()}
        found = Diagnostic(code, place, texts)
        if len(self._found) >= MOST_FINDINGS and found.severity is not Severity.ERROR:
            self.unlisted += 1
            return
        if len(self._found) >= 2 * MOST_FINDINGS:
            self.unlisted += 1
            return
        self._found.setdefault((code, place, tuple(sorted(texts.items()))), found)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Take over findings of an earlier stage."""
        for each in diagnostics:
            self._found.setdefault((each.code, each.place, tuple(sorted(each.values.items()))), each)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(causes_first(self._found.values()))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that refuse the document, by place."""
        return tuple(each for each in self if each.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The findings that do not refuse it, by place."""
        return tuple(each for each in self if each.severity is Severity.WARNING)

    def raise_errors(self) -> None:
        """Stop here when anything refuses the document.

        Raises:
            ParcoreError: with every error found so far, by place, and how many more were not kept.
        """
        errors = self.errors
        if errors and self.unlisted:
            more = stop("findings-unlisted", Place(errors[-1].place.file), count=self.unlisted)
            errors = (*errors, *more.diagnostics)
        if errors:
            raise ParcoreError(errors)


def causes_first(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By place; before all, what is wrong in files that cannot be read, or that others wait for."""
    found = list(diagnostics)
    waited_for = {each.place.file for each in found if each.code == NOT_CHECKED}

    def order(each: Diagnostic) -> tuple[bool, str, bool, Place]:
        first = each.code in UNREADABLE or each.place.file in waited_for
        return not first, each.place.file, each.code == NOT_CHECKED, each.place

    return sorted(found, key=order)


def stop(code: str, place: Place, /, **values: object) -> ParcoreError:
    """The error to raise for a single finding after which nothing can be read."""
    i18n.entry(code)
    return ParcoreError([Diagnostic(code, place, {k: str(v) for k, v in values.items()})])
