"""Vietnamese and English: the catalogue of messages, and texts that have both forms.

In: `messages.yaml` (a diagnostic's code: its sentence and fix) and `words.yaml` (what the terminal
says), both in both languages. Out: filled sentences. Languages are `vi` and `en`; a text that lacks
one falls back to the other.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from attrs import frozen

LANGUAGES: Final = ("vi", "en")

FORMED: Final = ("wanted", "problem")
"""The values of a message that come from schemas and parsers, in English."""


@frozen
class Text:
    """A text in one or both languages; `str(text)` is the Vietnamese where there is one."""

    vi: str = ""
    en: str = ""

    def in_(self, lang: str) -> str:
        """The text in `lang`, or in the other language where it lacks that one."""
        return (self.vi or self.en) if lang == "vi" else (self.en or self.vi)

    def __str__(self) -> str:
        return self.in_("vi")


@frozen
class Message:
    """A diagnostic's entry in the catalogue."""

    severity: str
    text: Text
    fix: Text


def nfc(text: str) -> str:
    """The one form in which the engine keeps text."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def default_language() -> str:
    """`PARCORE_LANG`, else Vietnamese under a Vietnamese locale, else English."""
    asked = os.environ.get("PARCORE_LANG", "")
    if asked in LANGUAGES:
        return asked
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "vi" if locale.startswith("vi") else "en"


def _read(name: str) -> dict[str, Any]:
    import yaml

    read: dict[str, Any] = yaml.load((files("parcore") / name).read_text("utf-8"), Loader=yaml.CBaseLoader)
    return read


@cache
def _catalogue() -> dict[str, Message]:
    return {
        code: Message(
            severity=each.get("severity", "error"),
            text=Text(each["vi"], each["en"]),
            fix=Text(each["fix"]["vi"], each["fix"]["en"]),
        )
        for code, each in _read("messages.yaml")["diagnostics"].items()
    }


@cache
def _words() -> dict[str, Text]:
    return {word: Text(each["vi"], each["en"]) for word, each in _read("words.yaml").items()}


@cache
def _forms() -> dict[str, str]:
    forms: dict[str, str] = _read("messages.yaml")["forms"]
    return forms


def forms() -> tuple[str, ...]:
    """Every form that is known in Vietnamese, as schemas describe it in English."""
    return tuple(_forms())


def codes() -> tuple[str, ...]:
    """Every diagnostic code there is, in the order of the catalogue."""
    return tuple(_catalogue())


def words() -> tuple[str, ...]:
    """Every word of the terminal, in the order of its file."""
    return tuple(_words())


def entry(code: str) -> Message:
    """The catalogue's entry of a code."""
    return _catalogue()[code]


def fill(text: Text, lang: str, values: Mapping[str, str]) -> str:
    """The sentence in `lang` with its names filled in; a form that is known in Vietnamese is said so."""
    if lang == "vi":
        told = {name: _forms().get(values[name], values[name]) for name in FORMED if name in values}
        values = {**values, **told}
    return text.in_(lang).format_map(values)


def say(word: str, lang: str, **values: object) -> str:
    """A word or sentence of the terminal, filled in."""
    return _words()[word].in_(lang).format_map({k: str(v) for k, v in values.items()})
