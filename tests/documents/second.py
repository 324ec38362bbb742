"""A second reader of documents and tables, with nothing of the engine's: what the text says, for the fuzzer.

It reads only what the engine took: how numbers are written, what a map, list or table holds, which
statements follow. YAML by the pure-Python composer of PyYAML (the engine reads libyaml's events).
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

import yaml

STATES = ("ok", "nothing_arose", "unverified", "missing", "rejected", "not_applicable")
WORDS = {"không phát sinh": "nothing_arose", "nothing arose": "nothing_arose", "chưa thẩm định": "unverified",
         "not appraised": "unverified"}  # fmt: skip
MARKS = {"plain": (".", ""), "vi": (",", "."), "en": (".", ",")}
"""Of each format the decimal mark and the mark between groups."""


class Wrong(AssertionError):
    """What was accepted is not what the text says."""


def number(text: str, written: str) -> Fraction | None:
    """The number of a text in a format, counted digit by digit; None where it is none, or two."""
    body = text.strip()
    hundredth = body.endswith("%")
    body = body.removesuffix("%").rstrip().replace("\u2212", "-")
    formats = list(MARKS) if written == "undeclared" else [written]
    found = {value for each in formats if (value := _digits(body, *MARKS[each])) is not None}
    if len(found) != 1 or len(body) > 60:
        return None
    return found.pop() / Fraction(100 if hundredth else 1)


def _digits(body: str, mark: str, group: str) -> Fraction | None:
    sign: int = -1 if body[:1] == "-" else 1
    whole, point, decimals = body[body[:1] in ("-", "+") and body != "" :].partition(mark)
    parts = whole.split(group) if group else [whole]
    if len(parts) > 1 and (parts[0][:1] == "0" or len(parts[0]) > 3 or any(len(p) != 3 for p in parts[1:])):
        return None
    pieces = [*parts, decimals] if point else parts
    if not all(piece and all(each in "0123456789" for each in piece) for piece in pieces):
        return None
    value = Fraction(0)
    for each in "".join(pieces):
        value = value * 10 + "0123456789".index(each)
    return sign * value / Fraction(10) ** len(decimals)


def decimal(value: Fraction) -> str:
    """A number that ends, as a plain decimal."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = str(abs(value.numerator * 10**digits // value.denominator)).rjust(digits + 1, "0")
    body = f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole
    return f"-{body}" if value < 0 else body


def form(text: str) -> str:
    """A text in the form in which texts are compared."""
    return unicodedata.normalize("NFC", text)


def tree(text: str) -> Any:
    """The data of a YAML text, maps as lists of pairs: each scalar a pair (its text, whether in quotes).

    Raises:
        Wrong: a key stands there twice, or the text is no YAML document to this reader.
    """
    try:
        found = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        if "'\\t'" in str(error):  # libyaml takes the tabs that YAML allows between words, this one does not
            return tree(text.replace("\t", " "))
        raise Wrong(f"accepted, though it is no YAML: {error}") from error
    return _data(found)


def _data(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        pairs = [(_data(key), _data(value)) for key, value in node.value]
        keys = [key[0] for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise Wrong(f"accepted with a key twice: {keys}")
        return {key[0]: value for key, value in pairs}
    if isinstance(node, yaml.SequenceNode):
        return [_data(each) for each in node.value]
    return form(node.value), bool(node.style)


def printed(data: Any) -> str:
    """The data as YAML in one line, every text that is no bare number in quotes."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{quoted(key)}: {printed(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(printed, data)) + "]"
    text, in_quotes = data
    return quoted(text) if in_quotes or number(text, "plain") is None or "%" in text else text.strip()


def quoted(text: str) -> str:
    """A text in quotes, as YAML and JSON write it."""
    out = ""
    for each in text:
        plain = each.isprintable() and each not in '"\\'
        out += each if plain else f"\\U{ord(each):08x}"
    return f'"{out}"'


def plain(data: Any) -> Any:
    """The data with texts that say one number made that number, and nothing of quotes left."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(each) for each in data]
    value = number(data[0], "plain")
    return data[0] if value is None else value


class Said(NamedTuple):
    """A statement as the text has it; `numbers` is how its source writes numbers."""

    unit: str
    period: str
    field: str
    stage: str
    text: str
    state: str
    numbers: str


def of_result(text: str, index: str) -> Iterator[Said]:
    """The statements of a saved result of an index."""
    data = json.loads(text, object_pairs_hook=_pairs)
    for unit in data["units"]:
        ranks = [each["place"] for each in unit["places"] if each["circle"] == "all"]
        given = {
            "score": unit["rate"],
            "points": unit["points"],
            "rank": (*ranks, None)[0],
            "class": unit["class"],
        }
        for name, text_ in given.items():
            at = f"index:{index}:{name}", data["stage"]
            state = "missing" if text_ is None else ""
            yield Said(unit["unit"], data["period"], *at, "" if text_ is None else str(text_), state, "plain")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise Wrong(f"a result is accepted with a key twice: {[key for key, _ in pairs]}")
    return dict(pairs)


def text_of(data: Any, otherwise: str = "") -> str:
    """The text of a scalar."""
    return otherwise if data is None else str(data[0])


def statements(data: dict[str, Any], tables: dict[str, str]) -> Iterator[Said]:
    """The statements of an evidence document and of the tables that it names."""
    period, stage = text_of(data.get("period")), text_of(data.get("stage"), "final")
    numbers = text_of(data.get("numbers"), "undeclared")
    for unit, fields in (data.get("units") or {}).items():
        for name, given in fields.items():
            own = given if isinstance(given, dict) else {"value": given}
            text, state = text_of(own.get("value")), text_of(own.get("state"))
            at = text_of(own.get("stage"), stage)
            yield Said(unit, period, name, at, text, state, numbers)
    for each in data.get("tables") or ():
        options = each if isinstance(each, dict) else {"file": each}
        columns = {name: text_of(value) for name, value in options.get("columns", {}).items()}
        yield from of_table(
            tables[text_of(options["file"])],
            text_of(options.get("period"), period),
            text_of(options.get("stage"), stage),
            text_of(options.get("numbers"), numbers),
            columns,
        )
    for each in data.get("results") or ():
        yield from of_result(tables[text_of(each["file"])], text_of(each["index"]))


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a table, by column."""
    text = text if "\n" in text else text.replace("\r", "\n")
    first = text.lstrip("\n\r").split("\n")[0]
    mark = max(",;\t", key=first.count)
    rows = [[form(cell.strip()) for cell in row] for row in csv.reader(io.StringIO(text, ""), delimiter=mark)]
    rows = [row for row in rows if any(row)]
    while rows[0] and not rows[0][-1]:
        rows[0].pop()
    if len(set(rows[0])) != len(rows[0]) or any(
        len(row) < len(rows[0]) or any(row[len(rows[0]) :]) for row in rows
    ):
        raise Wrong("a table is accepted with a column twice, or with a ragged row")
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]


def of_table(
    text: str, period: str, stage: str, numbers: str, columns: dict[str, str] | None = None
) -> Iterator[Said]:
    """The statements of a table; `period`, `stage` and `numbers` hold where a row says nothing else."""
    columns = columns or {}
    for row in rows_of(text):
        at, when = row.get("stage") or stage, row.get("period") or period
        if "field" in row:
            state, own = row.get("state", ""), columns.get("value", numbers)
            yield Said(row["unit"], when, row["field"], at, row.get("value", ""), state, own)
            continue
        for name, cell in row.items():
            if name not in ("unit", "period", "stage") and cell:
                yield Said(row["unit"], when, name, at, cell, "", columns.get(name, numbers))


def value(said: Said, kind: str, options: dict[str, int]) -> tuple[str, Fraction | None]:
    """The state and the number of a statement of a field of a kind; `options` by every name they have.

    Raises:
        Wrong: its text says nothing of the kind.
    """
    if said.state not in ("", "ok"):
        return said.state, None
    text, word = said.text, said.text.casefold()
    if kind == "choice" and (text in options or word in options):
        return "ok", Fraction(options[text if text in options else word])
    if word in STATES[1:] or word in WORDS:
        return WORDS.get(word, word), None
    if kind == "date":
        return "ok", Fraction(date.fromisoformat(text).toordinal())
    if text[:1] in "<>≥≤[(":
        return "missing", None
    found = number(text, said.numbers)
    if (
        found is None and "/" in text and said.field.startswith("index:")
    ):  # as results write what does not end
        found = Fraction(text)
    if found is None:
        raise Wrong(f"{text!r} is accepted as {kind} ({said.numbers})")
    return "ok", found
