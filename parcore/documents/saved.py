"""The JSON of a saved result to plain data; a key twice in one object and any binary float are refused."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from parcore.diagnostics import Place, stop


def parse_saved(text: str, name: str) -> Any:
    """The data of a JSON text.

    Raises:
        ParcoreError: it is no JSON, says one thing twice, or has a number that is not whole.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise stop("result-file", Place(name, error.lineno, error.colno), problem=error.msg) from error
    except (ValueError, RecursionError) as error:
        raise stop("result-file", Place(name), problem=str(error)[:200]) from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(text[:60])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError("twice: " + next(key for key in keys if keys.count(key) > 1)[:60])
    return found
