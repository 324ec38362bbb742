"""Shape of a document: its tree against a JSON Schema, findings at the places of the tree.

The schemas (`schemas/*.schema.json`) are the same that editors use for completion.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcore.diagnostics import Findings, Place
from parcore.documents.tree import Listing, Mapping, Scalar, Tree

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

SHOWN_VALUE = 60
FEW_COLUMNS = 3
"""Of so many unknown columns each may be a slip of its own; of more the table is another one."""

SEARCHED = 200_000
"""Most names compared in search of those that were meant: of many unknown among thousands, the first."""

FORMS = {"string": '"…"', "number": "1.5", "integer": "1", "array": "[…]", "object": "{…: …}"}
"""How messages show the types of a schema, in any language."""


def schema_folder() -> Path:
    """Where the schemas stand: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "schemas"
    return inside if inside.is_dir() else package.parent / "schemas"


@cache
def load_schema(kind: str) -> dict[str, Any]:
    """The schema of a kind of document (`edition`, `vocabulary`, `units` and so on)."""
    schema: dict[str, Any] = json.loads((schema_folder() / f"{kind}.schema.json").read_text("utf-8"))
    return schema


@cache
def _validator(kind: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(load_schema(kind))


def check_shape(tree: Tree, kind: str, findings: Findings) -> bool:
    """Report the departures from the schema of `kind` (as many as are listed); True when there is none."""
    fits = True
    for error in _leaves(_validator(kind).iter_errors(tree.plain())):
        fits = False
        _report(error, tree, findings)
        if findings.unlisted:
            break
    return fits


def _leaves(errors: Iterator[ValidationError]) -> Iterator[ValidationError]:
    """The errors themselves; of alternatives, those of the one that came closest."""
    for error in errors:
        if error.context:
            closest = min(
                {e.schema_path[0] for e in error.context},
                key=lambda branch: (
                    sum(1 for e in error.context if e.schema_path[0] == branch and e.validator == "type"),
                    sum(1 for e in error.context if e.schema_path[0] == branch),
                ),
            )
            yield from _leaves(e for e in error.context if e.schema_path[0] == closest)
        else:
            yield error


def node_at(tree: Tree, path: list[str | int]) -> Tree:
    """The node that a path of keys and positions leads to."""
    for step in path:
        if isinstance(tree, Mapping) and isinstance(step, str):
            tree = tree[step]
        elif isinstance(tree, Listing) and isinstance(step, int):
            tree = tree.items[step]
    return tree


def _report(error: ValidationError, tree: Tree, findings: Findings) -> None:
    node = node_at(tree, list(error.absolute_path))
    if "propertyNames" in error.schema_path and isinstance(node, Mapping):
        node = Scalar(node.place_of(str(error.instance)), str(error.instance))
    value = _shown(node)
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            _unknown_keys(error, node, findings)
        case "required":
            missing = str(error.message).split("'")[1]
            findings.add("missing-key", node.place, key=missing, known=_example(error.schema, missing))
        case "enum" | "const":
            choices = [str(each) for each in (wanted if isinstance(wanted, list) else [wanted])]
            findings.add("not-a-choice", node.place, value=value, choices=", ".join(choices))
        case "type":
            findings.add("wrong-shape", node.place, value=value, wanted=_kinds(error, node))
        case "pattern":
            findings.add("wrong-form", node.place, value=value, wanted=_purpose(error))
        case "minItems" | "minProperties" | "minLength":
            findings.add("too-few", node.place, wanted=wanted)
        case "maxItems" | "maxProperties" | "maxLength":
            findings.add("too-many", node.place, wanted=wanted)
        case "uniqueItems":
            seen = [_shown(each) for each in node] if isinstance(node, Listing) else []
            twice = next((each for each in seen if seen.count(each) > 1), value)
            findings.add("item-twice", node.place, value=twice)
        case "dependentRequired":
            findings.add("missing-key", node.place, key=str(error.message).split("'")[1], known="")
        case _:
            findings.add("wrong-form", node.place, value=value, wanted=_purpose(error))


def _kinds(error: ValidationError, node: Tree) -> str:
    wanted: Any = error.validator_value
    kinds: list[str] = wanted if isinstance(wanted, list) else [wanted]
    if isinstance(node, Scalar) and "string" in kinds and node.plain() != node.text:
        return f'"{node.text}"'  # a number where a text is wanted: in quotes it is one
    described = error.schema.get("description") if isinstance(error.schema, dict) else None
    return str(described or " | ".join(FORMS.get(kind, kind) for kind in kinds))


def _purpose(error: ValidationError) -> str:
    schema = error.schema if isinstance(error.schema, dict) else {}
    return str(schema.get("description") or schema.get("title") or error.validator_value)


def _example(schema: Any, key: str) -> str:
    known = schema.get("properties", {}).get(key) if isinstance(schema, dict) else None
    return str(known.get("description", "")) if isinstance(known, dict) else ""


def _shown(node: Tree) -> str:
    text = node.text if isinstance(node, Scalar) else ("[…]" if isinstance(node, Listing) else "{…}")
    return text if len(text) <= SHOWN_VALUE else text[:SHOWN_VALUE] + "…"


def _unknown_keys(error: ValidationError, node: Tree, findings: Findings) -> None:
    known = list(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
    if not isinstance(node, Mapping):
        return
    for key in node.entries:
        if key not in known:
            report_unknown(key, known, node.place_of(key), findings)
        if findings.unlisted:
            break


def report_columns(cells: Sequence[Scalar], known: list[str], findings: Findings, code: str) -> None:
    """Columns that are not among the known ones: each with the nearest; of more than a few, all in one."""
    if len(cells) <= FEW_COLUMNS:
        for each in cells:
            report_unknown(each.text, known, each.place, findings, code)
        return
    first = cells[0].place
    said = {"count": len(cells), "columns": _few(cell.text[:SHOWN_VALUE] for cell in cells)}
    findings.add("unknown-columns", first, **said, known=_few(known))


def _few(names: Iterable[str]) -> str:
    names = [*names]
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") or "—"


def report_unknown(
    name: str,
    known: list[str],
    place: Place,
    findings: Findings,
    code: str = "unknown-key",
    shown: MappingOf[str, str] | None = None,
) -> None:
    """A name that is not among the known ones: say so with the nearest, or with all of few.

    `shown` says how known names, and other names of theirs, are told where not as they are.
    """
    told, near = shown or {}, list[str]()
    if not findings.unlisted and len(known) * len(findings) < SEARCHED:
        near = get_close_matches(name[:SHOWN_VALUE], [*known, *told], n=1, cutoff=0.6)
    said = told.get(near[0], near[0]) if near else _few(told.get(each, each) for each in known)
    findings.add(code, place, key=name[:SHOWN_VALUE], nearest=said)
