"""The catalogue of messages against the source that uses it."""

import ast
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
import yaml

import parcore
from parcore import i18n
from parcore.diagnostics import Diagnostic, Place
from parcore.documents.schema import schema_folder

SOURCE = Path(parcore.__file__).parent
CATALOGUE = SOURCE / "messages.yaml"
ROOT = SOURCE.parent
FILES = sorted(path for folder in (SOURCE, ROOT / "plugins") for path in folder.rglob("*.py"))
TREES = {path: ast.parse(path.read_text("utf-8")) for path in FILES}
TOLD_BY_REPORT_UNKNOWN = {"key", "nearest"}


def texts_in(node: ast.AST) -> set[str]:
    """The texts written in an expression, as each branch of `a if b else c`."""
    constants = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


def uses() -> Iterator[tuple[str, set[str] | None, str]]:
    """Each code that a call reports, the values it passes (None: not to be seen in the call), and where."""
    for path, tree in TREES.items():
        for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            where = f"{path.relative_to(ROOT)}:{call.lineno}"
            passed: set[str] | None = {each.arg for each in call.keywords if each.arg is not None}
            if name == "report_unknown":
                named = [each.value for each in call.keywords if each.arg == "code"]
                codes = texts_in((*call.args[4:5], *named, ast.Constant("unknown-key"))[0])
                passed = TOLD_BY_REPORT_UNKNOWN
            elif name in ("stop", "_one") or (name == "add" and len(call.args) == 2):
                codes = texts_in(call.args[0])
            elif name == "_failure":
                codes, passed = texts_in(call.args[0]), None
            else:
                continue
            if any(each.arg is None for each in call.keywords):
                passed = None
            yield from ((code, passed, where) for code in codes)


def names_in(text: str) -> set[str]:
    """The names that a sentence wants filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_code_used_is_in_the_catalogue() -> None:
    """A code that the source reports has its sentences."""
    missing = {f"{code} ({where})" for code, _, where in uses() if code not in i18n.codes()}
    assert not missing


def test_every_code_of_the_catalogue_is_used() -> None:
    """No sentence outlives the code that said it."""
    written = set().union(*(texts_in(tree) for tree in TREES.values()))
    assert [code for code in i18n.codes() if code not in written] == []


def test_every_call_passes_what_its_sentences_name() -> None:
    """Each value that a sentence or its fix names is passed by every call that reports the code."""
    short = {}
    for code, passed, where in uses():
        if passed is not None and code in i18n.codes():
            entry = i18n.entry(code)
            texts = (entry.text.vi, entry.text.en, entry.fix.vi, entry.fix.en)
            wanted = set().union(*(names_in(text) for text in texts))
            if wanted - passed:
                short[f"{code} ({where})"] = wanted - passed
    assert not short


@pytest.mark.parametrize("code", i18n.codes())
def test_both_languages_tell_the_same(code: str) -> None:
    """A message names the same values in Vietnamese and English, and so does its fix."""
    entry = i18n.entry(code)
    assert names_in(entry.text.vi) == names_in(entry.text.en)
    assert names_in(entry.fix.vi) == names_in(entry.fix.en)


@pytest.mark.parametrize("code", i18n.codes())
def test_sentences_are_fit_to_stand_in_a_line(code: str) -> None:
    """Every text is there in both languages, on one line, without a full stop at its end."""
    entry = i18n.entry(code)
    for text in (entry.text.vi, entry.text.en, entry.fix.vi, entry.fix.en):
        assert text
        assert text == " ".join(text.split())
        assert not text.endswith(".")


def described(node: object) -> Iterator[str]:
    """Every description in a schema."""
    if isinstance(node, dict):
        if isinstance(node.get("description"), str):
            yield node["description"]
        node = list(node.values())
    for each in node if isinstance(node, list) else ():
        yield from described(each)


@pytest.mark.parametrize("path", sorted(schema_folder().glob("*.json")), ids=lambda path: path.name)
def test_every_form_that_a_schema_describes_is_said_in_vietnamese(path: Path) -> None:
    """A description in English words has its Vietnamese; one that only shows keys needs none."""
    texts = set(described(json.loads(path.read_text("utf-8"))))
    words = {text for text in texts if not text.startswith(("{", "gates", '"[')) and " = " not in text}
    assert words - set(i18n.forms()) == set()


def test_a_form_is_told_in_the_language_of_the_message() -> None:
    """What is wanted of a text is said in Vietnamese in a Vietnamese message, else in English."""
    found = Diagnostic("wrong-form", Place("x"), {"value": "Ha", "wanted": "a share, as 20%"})
    assert found.fix("vi") == "viết theo mẫu: một tỷ lệ, như 20%"
    assert found.fix("en") == "write it as: a share, as 20%"


def test_texts_are_in_the_one_form_of_unicode() -> None:
    """The whole catalogue is NFC, as all text that the engine keeps."""
    assert unicodedata.is_normalized("NFC", CATALOGUE.read_text("utf-8"))


def test_no_code_stands_twice() -> None:
    """YAML would keep the last of two entries in silence, so none is repeated."""
    document = yaml.compose(CATALOGUE.read_text("utf-8"))
    assert document is not None
    diagnostics = {key.value: value for key, value in document.value}["diagnostics"]
    found = [key.value for key, _ in diagnostics.value]
    assert len(found) == len(set(found))
